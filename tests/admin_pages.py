"""What the tests of the admin stand on: people with roles, a world with a row on every page, forms filled as opened."""

import datetime as dt
import itertools

from django.contrib import admin
from django.test import Client
from django.urls import reverse

from ceu.accounts import roles
from ceu.accounts.models import Licence
from courses.certificates import services as certificates
from courses.learning.models import Enrolment
from quizzes.interchange.models import ImportBatch
from tests.courses import factories as make
from tests.factories import NOW, make_attempt, make_entry, make_marked, make_user, make_written

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)
ROLES = (roles.INSTRUCTOR, roles.REGISTRAR, roles.AUDITOR)
_serial = itertools.count(1)


def staff(role: str, **fields):
    user = make_user(legal_name=f"{role.title()} {next(_serial)}", **fields)
    roles.give(user, role)
    return user


def boss():
    return make_user(is_staff=True, is_superuser=True, legal_name="Sam Superuser")


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(model, page: str = "changelist", *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def make_world(teacher, *, n: int = 1, learners: int = 2):
    """`n` published courses of `teacher` with a row of everything; in the first, `learners` are complete and all but
    the last of them have their certificate."""
    courses = [_make_course(teacher) for _ in range(n)]
    editions = [make.make_edition(course) for course in courses]
    rows = [_complete(editions[0]) for _ in range(learners)]
    for enrolment in rows[:-1]:
        certificates.issue(enrolment, by=None, now=NOW)
    for course in courses:
        _make_texts(course)
    return courses


def _make_texts(course) -> None:
    """A written answer that waits, and one that is marked."""
    published = make_written(course.bank, teaches_at="m1-l1/start")
    for marked in (False, True):
        attempt = make_attempt(make_entry(published=published), answers=[True], submit=True)
        if marked:
            make_marked(attempt, passes=False)


def _make_course(teacher):
    course = make.make_course(by=teacher)
    course.figures.create(name="drawing", svg=DRAWING)
    make.make_approval(course)
    ImportBatch.objects.create(bank=course.bank, by=teacher, file_name="items.gift", format="gift", mode="all")
    return course


DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>A line</title><desc>From left to right.</desc></svg>'


def _complete(edition) -> Enrolment:
    learner = make.make_learner()
    Licence.objects.create(
        user=learner, jurisdiction="Florida", profession="massage_therapist", number=f"MA{next(_serial)}"
    )
    enrolment = make.make_enrolment(learner, edition)
    make.complete(enrolment)
    return enrolment


def first_row(model):
    return model._default_manager.order_by("pk").first()


def filled(response) -> dict[str, object]:
    """The form of an opened page, as a browser would send it unchanged."""
    data: dict[str, object] = {}
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for field in form:
            _fill(data, field)
    return data


def _fill(data: dict[str, object], field) -> None:
    value = field.value()
    if callable(value):
        value = value()
    if value is None or value is False:
        return
    if isinstance(value, list | tuple):
        value = [str(getattr(item, "pk", item)) for item in value]
    elif isinstance(value, dt.date):
        value = value.isoformat()
    data[field.html_name] = (
        "on" if value is True else field.field.prepare_value(value) if not isinstance(value, list) else value
    )


def post(client: Client, address: str, **changes):
    """Open the page, change what is to be changed, send the whole form back."""
    opened = client.get(address)
    assert opened.status_code == 200, (opened.status_code, address)
    return client.post(address, filled(opened) | changes)


def problems(response) -> str:
    """Everything a refused form says."""
    if not response.context or "errors" not in response.context:
        return ""
    return " ".join(str(error) for error in response.context["errors"])
