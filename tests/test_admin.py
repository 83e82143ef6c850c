"""Every page of the admin opens for whom it is meant, costs the same with more rows, and deletes nothing that is kept."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ceu.shared.admin import KeptAdmin, ScopedAdmin
from ceu.shared.frozen import Protection
from courses.catalogue.models import Accreditor, Approval, Course, Figure, GlossaryTerm, Lesson, Module, Reference
from courses.certificates.models import AwaitingCertificate, Certificate, CertificateEvent
from quizzes.bank.models import Item, ItemBank
from quizzes.delivery.models import Quiz
from tests.admin_pages import MODELS, ROLES, boss, filled, first_row, make_world, post, problems, signed_in, staff, url
from tests.courses import factories as make
from tests.factories import make_item, make_quiz
from tests.queries import listed

pytestmark = pytest.mark.django_db

READ, WRITE, OWN = "view", "view add change", "view add change delete"
# What each role may do on each page, written down a second time: roles.py and the pages must both agree with it.
ALLOWED = {
    "instructor": {
        "courses.course": WRITE, "courses.module": OWN, "courses.lesson": OWN, "courses.reference": OWN,
        "courses.glossaryterm": OWN, "courses.figure": OWN, "quizzes.item": OWN, "quizzes.quiz": OWN,
        "quizzes.itembank": READ, "quizzes.itemrevision": READ, "quizzes.publishedquiz": READ, "quizzes.entry": READ,
        "quizzes.attempt": READ, "courses.edition": READ, "courses.enrolment": READ, "courses.evaluation": READ,
        "quizzes.answertomark": READ, "quizzes.writtenmark": READ, "quizzes.bankexchange": READ,
        "quizzes.importbatch": READ,
    },
    "registrar": {
        "courses.course": READ, "courses.module": READ, "courses.edition": READ, "courses.enrolment": READ,
        "courses.evaluation": READ, "accounts.user": READ, "accounts.licence": READ,
        "courses.awaitingcertificate": READ, "courses.certificate": READ, "courses.certificateevent": READ,
        "quizzes.entry": READ, "quizzes.attempt": READ, "courses.accreditor": WRITE, "courses.approval": WRITE,
    },
    "auditor": {
        "courses.certificate": READ, "courses.certificateevent": READ, "courses.enrolment": READ, "courses.edition": READ,
        "quizzes.writtenmark": READ,
    },
}  # fmt: skip
ADDED_BY_A_SUPERUSER = {
    "accounts.user", "courses.accreditor", "courses.approval", "courses.course", "courses.figure",
    "courses.glossaryterm", "courses.lesson", "courses.module", "courses.reference", "quizzes.item", "quizzes.itembank",
    "quizzes.quiz",
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def teacher():
    return staff("instructor")


@pytest.fixture
def world(teacher):
    return make_world(teacher)


def test_the_site_has_exactly_these_pages_each_at_a_desk():
    pages = {model._meta.label_lower for model in MODELS}

    assert pages == ADDED_BY_A_SUPERUSER | {
        "accounts.licence", "courses.awaitingcertificate", "courses.certificate", "courses.certificateevent",
        "courses.edition", "courses.enrolment", "courses.evaluation", "quizzes.attempt", "quizzes.entry",
        "quizzes.itemrevision", "quizzes.publishedquiz", "quizzes.answertomark", "quizzes.writtenmark",
        "quizzes.bankexchange", "quizzes.importbatch",
    }  # fmt: skip
    assert all(isinstance(admin.site._registry[model], ScopedAdmin) for model in MODELS)
    assert all(admin.site._registry[model].search_fields for model in MODELS)


def test_every_page_opens_for_a_superuser(world):
    client = signed_in(boss())
    opened = {}
    for model in MODELS:
        row = first_row(model)
        name = model._meta.label_lower
        pages = [url(model), url(model, "change", row.pk), url(model, "history", row.pk), url(model) + "?q=a"]
        assert [client.get(page).status_code for page in pages] == [200] * 4, name
        opened[name] = client.get(url(model, "add")).status_code

    assert {name for name, status in opened.items() if status == 200} == ADDED_BY_A_SUPERUSER
    assert set(opened.values()) == {200, 403}


@pytest.mark.parametrize("role", ROLES)
def test_every_page_opens_for_the_role_it_is_meant_for_and_for_no_other(role, world, teacher):
    client = signed_in(teacher if role == "instructor" else staff(role))
    for model in MODELS:
        row, may = first_row(model), ALLOWED[role].get(model._meta.label_lower, "")
        found = {
            "view": client.get(url(model)).status_code,
            "one": client.get(url(model, "change", row.pk)).status_code,
            "add": client.get(url(model, "add")).status_code,
            "change": client.post(url(model, "change", row.pk), {}).status_code,
            "delete": client.get(url(model, "delete", row.pk)).status_code,
        }
        wanted = {verb: 200 if verb.replace("one", "view") in may.split() else 403 for verb in found}
        if model in {Item, Quiz}:
            wanted["delete"] = 403  # published
        assert found == wanted, (role, model._meta.label)


def test_the_index_says_in_a_sentence_what_waits(world, max_statements):
    client = signed_in(staff("registrar"))
    client.get(url(Course))

    with max_statements(16):
        page = client.get("/admin/").content.decode()

    assert "1 completed course waits for a certificate." in page
    assert "Item bank" not in page


def test_declared_actions_and_pages_exist(rf):
    request = rf.get("/")
    request.user = boss()
    for model in MODELS:
        page = admin.site._registry[model]
        declared = [name if isinstance(name, str) else name.__name__ for name in page.actions]
        assert set(page.get_actions(request)) == set(declared), model
        assert all(callable(getattr(page, f"{name}_page")) for name in page.pages), model


def test_nothing_frozen_or_kept_can_be_deleted_by_anybody(world):
    client = signed_in(boss())
    kept = [model for model in MODELS if isinstance(getattr(model, "protection", None), Protection)]

    assert {Certificate, CertificateEvent, AwaitingCertificate} <= set(kept)
    for model in [*kept, Course, ItemBank, Approval, Accreditor]:
        row = first_row(model)
        assert client.get(url(model, "delete", row.pk)).status_code == 403, model
        assert client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403, model
        assert isinstance(admin.site._registry[model], KeptAdmin)
        client.post(url(model), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
        assert model._default_manager.filter(pk=row.pk).exists()


def test_what_is_frozen_is_read_only_even_for_a_superuser(world):
    client = signed_in(boss())
    for model in MODELS:
        if isinstance(getattr(model, "protection", None), Protection):
            assert client.post(url(model, "change", first_row(model).pk), {}).status_code == 403, model


def test_a_published_item_or_quiz_is_not_deleted_and_a_draft_is(world, teacher):
    client = signed_in(teacher)
    bank = world[0].bank
    drafts = [make_item(bank), make_quiz(bank)]

    for model in (Item, Quiz):
        assert client.post(url(model, "delete", first_row(model).pk), {"post": "yes"}).status_code == 403
    for row in drafts:
        assert client.post(url(type(row), "delete", row.pk), {"post": "yes"}).status_code == 302
        assert not type(row).objects.filter(pk=row.pk).exists()


def test_every_list_costs_the_same_with_three_rows_and_with_thirty(teacher):
    client = signed_in(boss())
    _grow(teacher, 3)
    few = _cost(client)
    _grow(teacher, 27)
    many = _cost(client)

    assert many == few
    assert {name: cost for name, cost in many.items() if cost > 15} == {}


def _grow(teacher, n: int) -> None:
    make_world(teacher, n=n, learners=n)
    for edition in [course.editions.get() for course in Course.objects.all()[:n]]:
        make.take_quiz(_with_lessons(edition), "M1", right=False)


def _with_lessons(edition):
    enrolment = make.make_enrolment(make.make_learner(), edition)
    make.finish_lessons(enrolment)
    return enrolment


def _cost(client) -> dict[str, int]:
    found = {}
    for model in MODELS:
        client.get(url(model))  # fills what the process keeps of frozen rows
        with CaptureQueriesContext(connection) as ctx:
            assert client.get(url(model)).status_code == 200
        found[model._meta.label_lower] = len(listed(ctx))
    return found


# --- the door -----------------------------------------------------------------------------------------------------------


def test_a_learner_gets_no_admin_at_all(world):
    client = signed_in(make.make_learner())

    assert client.get("/admin/").status_code == 403
    assert {client.get(url(model)).status_code for model in MODELS} == {403}


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.get("/admin/")["Location"].startswith("/accounts/login/")


def test_staff_without_a_second_factor_are_sent_to_set_one_up(settings, teacher):
    settings.STAFF_SECOND_FACTOR = True

    answer = signed_in(teacher).get(url(Course))

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")


def test_a_null_character_in_an_address_is_a_bad_request(world):
    client = signed_in(boss())

    for query in ("?q=%00", "?course__id__exact=%00", "?_to_field=%00"):
        assert client.get(url(Lesson) + query).status_code == 400


def test_a_selected_row_that_is_no_key_is_a_bad_request(world):
    answer = signed_in(boss()).post(url(Item), {"action": "retire", "_selected_action": ["x"]})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("model", "query"),
    [
        (Course, "bank__authors__password__startswith=m"),
        (Certificate, "token__startswith=a"),
        (Certificate, "enrolment__user__password__startswith=m"),
        (Item, "options__correct=1"),
        (Module, "course__instructors__email__startswith=i"),
    ],
)
def test_a_filter_that_the_page_does_not_offer_is_refused(model, query, world):
    assert signed_in(boss()).get(f"{url(model)}?{query}").status_code == 400


# --- every form ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model", [Course, Module, Lesson, Reference, GlossaryTerm, Figure, Item, Quiz, ItemBank, Approval, Accreditor]
)
def test_a_page_sent_back_as_it_was_opened_changes_nothing(model, world):
    client = signed_in(boss())
    row = first_row(model)
    before = model._default_manager.filter(pk=row.pk).values().get()

    answer = post(client, url(model, "change", row.pk))

    assert answer.status_code == 302, problems(answer)
    assert model._default_manager.filter(pk=row.pk).values().get() == before


def test_what_someone_else_saved_in_the_meantime_is_not_written_over(world, teacher):
    client = signed_in(teacher)
    lesson = first_row(Lesson)
    opened = client.get(url(Lesson, "change", lesson.pk))
    Lesson.objects.filter(pk=lesson.pk).update(title="Theirs")

    answer = client.post(url(Lesson, "change", lesson.pk), filled(opened) | {"title": "Mine"})

    assert "Someone else saved this in the meantime" in problems(answer)
    lesson.refresh_from_db()
    assert lesson.title == "Theirs"


def test_an_account_made_in_the_admin_has_its_role_and_no_password(world):
    client = signed_in(boss())
    group = staff("auditor").groups.get()
    address = url(get_user_model(), "add")

    answer = post(client, address, email="New@Example.org", legal_name="Nora New", roles=[group.pk])

    assert answer.status_code == 302, problems(answer)
    made = get_user_model().objects.get(email="new@example.org")
    assert (made.is_staff, made.is_superuser, made.has_usable_password()) == (True, False, False)
    assert [each.name for each in made.groups.all()] == ["auditor"]
