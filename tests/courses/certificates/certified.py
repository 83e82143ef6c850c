"""Learners who are due a certificate, made by the one set of factories, and their certificates."""

import datetime as dt
import html
import json
import re

from django.db import connection
from django.urls import reverse

from ceu.accounts.models import Licence
from courses.catalogue.models import Course, Edition
from courses.certificates import services as certificates
from courses.certificates import snapshot
from courses.certificates.models import Certificate, CertificateDocument, CertificateHolder
from courses.certificates.snapshot import Particulars, Snapshot
from courses.learning.models import Attestation, Enrolment, EvaluationReceipt, LessonProgress, ModuleEntry
from quizzes.delivery.models import Attempt, Entry
from tests.courses import factories as make
from tests.factories import NOW

LATER = NOW + dt.timedelta(days=3)
RETENTION = 7 * 365 + 2


def make_completed(edition: Edition | None = None, *, licence: dict | None = None, now: dt.datetime = NOW, **learner):
    """A completed enrolment; without an edition, in a course that one board approves for 2.5 hours."""
    enrolment = make.make_enrolment(make.make_learner(**learner), edition or make_approved())
    held = Licence.objects.create(user=enrolment.user, **licence) if licence is not None else None
    make.complete(enrolment, licence=held, now=now)
    return enrolment


def make_approved(course: Course | None = None, *, accreditor: dict | None = None, **approval) -> Edition:
    course = course or make.make_course()
    make.make_approval(course, make.make_accreditor(**(accreditor or {})), **approval)
    return make.make_edition(course)


def make_issued(enrolment: Enrolment | None = None, *, by=None, now: dt.datetime = LATER, **learner) -> Certificate:
    return certificates.issue(enrolment or make_completed(**learner), by=by, now=now)


def make_many(count: int) -> list[Enrolment]:
    """Completed enrolments in one course: one is really completed, the others are copies of its rows."""
    first = make_completed()
    users = type(first.user).objects.bulk_create(
        type(first.user)(email=f"copy{n}@example.org", legal_name=f"Cora Copy {n}") for n in range(1, count)
    )
    copies = Enrolment.objects.bulk_create(
        Enrolment(
            user=user, course=first.course, edition=first.edition, enrolled_at=NOW, scope_confirmed_at=NOW
        ) for user in users
    )  # fmt: skip
    _copy(LessonProgress, [("enrolment", copies)], enrolment=first)
    _copy(EvaluationReceipt, [("enrolment", copies)], enrolment=first)
    _copy(Attestation, [("enrolment", copies), ("legal_name", [user.legal_name for user in users])], enrolment=first)
    for tie in ModuleEntry.objects.filter(enrolment=first):
        entries = _copy(Entry, [("user", users)], pk=tie.entry_id)
        _copy(Attempt, [("entry", entries)], entry=tie.entry_id)
        _copy(ModuleEntry, [("enrolment", copies), ("entry", entries)], pk=tie.pk)
    return [first, *copies]


def _copy(model, changes: list[tuple[str, list]], **which) -> list:
    """For each original that `which` names, a copy with each of the values of `changes`, side by side."""
    made = []
    for values in zip(*(values for _, values in changes), strict=True):
        for original in model.objects.filter(**which):
            fields = {
                field.name: getattr(original, field.name) for field in model._meta.fields if not field.primary_key
            }
            fields |= dict(zip((name for name, _ in changes), values, strict=True))
            made.append(model(**{k: v for k, v in fields.items() if k != "uuid"}))
    return model.objects.bulk_create(made)


def shown_facts(response) -> list[tuple[str, str]]:
    """The printed facts as a page lists them: its first list of facts."""
    rows = re.search(r'<dl class="facts.*?</dl>', response.content.decode(), re.DOTALL)[0]
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", rows, re.DOTALL)
    return [tuple(html.unescape(re.sub(r"<[^>]*>", "", text)).strip() for text in pair) for pair in pairs]


def printed(certificate: Certificate) -> tuple[Snapshot, Particulars]:
    """What was frozen, from the rows themselves."""
    frozen = snapshot.from_dict(json.loads(certificate.snapshot))
    holder = CertificateHolder.objects.get(certificate=certificate)
    return frozen, snapshot.particulars_from_dict(json.loads(holder.particulars))


def stored(certificate: Certificate) -> CertificateDocument:
    return CertificateDocument.objects.get(certificate=certificate)


def address(certificate: Certificate) -> str:
    """The path of its public page."""
    return reverse("courses:verify-token", args=[certificate.token])


def execute(statement: str, *values) -> int:
    """Raw SQL, as somebody with access to the database would write it. The number of rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount
