"""The dashboard's reads: four statements, whether a learner has one course or fifty."""

import datetime as dt
import json
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery

from ceu.accounts.models import Licence
from ceu.shared.prepared import prepared
from courses.catalogue.content import EditionContent
from courses.catalogue.models import Edition
from courses.certificates import snapshot
from courses.certificates.models import Certificate, CertificateEvent
from courses.learning import facts, reading_time
from courses.learning.completion import Kind, Progress, State
from courses.learning.models import Enrolment

ALARMS = ((7, "expires within a week"), (30, "expires within a month"), (90, "expires within three months"))


@dataclass(frozen=True)
class Awarded:
    uuid: str
    title: str
    completed: str
    hours: str
    revoked: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One enrolment as the dashboard's statement reads it. `snapshot` is the newest certificate's."""

    pk: int
    edition_id: int
    edition_number: int
    slug: str
    last_lesson: str
    last_anchor: str
    last_seen_at: dt.datetime | None
    enrolled_at: dt.datetime
    withdrawn_at: dt.datetime | None
    evaluated: bool
    attested: bool
    newest: int | None
    certificate: UUID | None
    snapshot: str | None
    revoked: bool


@dataclass(frozen=True)
class Studied:
    """One enrolment on the dashboard. `newer` is the number of a later edition on offer."""

    slug: str
    enrolment: Row
    course: EditionContent
    progress: Progress
    awarded: Awarded | None
    newer: int | None

    @property
    def nerve(self) -> list[str]:
        return [
            "done" if step.done else "here" if step.state is State.HERE else "" for step in self.progress.lessons[:24]
        ]

    @property
    def left(self) -> str:
        """How long it takes to read the lessons that are not read yet, in words."""
        return reading_time.of_course(self.course, {step.key for step in self.progress.lessons if step.done})

    @property
    def resume_at(self) -> str:
        """The section to go on at, where the next step is the lesson that was left in the middle."""
        step, enrolment = self.progress.next, self.enrolment
        here = step and step.kind is Kind.LESSON and step.key == enrolment.last_lesson
        return enrolment.last_anchor if here else ""


@dataclass(frozen=True)
class Held:
    licence: Licence
    words: str
    urgent: bool


@dataclass(frozen=True)
class Record:
    studied: tuple[Studied, ...]
    licences: tuple[Held, ...]

    @property
    def resume(self) -> Studied | None:
        """The course last worked on that has something to do now."""
        open_ = [row for row in self.under_way if row.progress.next]
        return max(open_, key=lambda row: row.enrolment.last_seen_at or row.enrolment.enrolled_at, default=None)

    @property
    def awarded(self) -> list[Awarded]:
        return [row.awarded for row in self.studied if row.awarded]

    @property
    def under_way(self) -> list[Studied]:
        return [row for row in self.studied if not row.awarded and row.enrolment.withdrawn_at is None]


_LICENCE = [field.attname for field in Licence._meta.concrete_fields]
_licences = prepared(lambda user: Licence.objects.filter(user=user).values_list(*_LICENCE), user=int)


def record_of(user, *, now: dt.datetime) -> Record:
    rows = [Row(*columns) for columns in _enrolments(user=user.pk)]
    progress = facts.progress_of_many(rows, user=user.pk, now=now)
    licences = tuple(_held(Licence.from_db("default", _LICENCE, row), now.date()) for row in _licences(user=user.pk))
    return Record(tuple(_studied(row, progress[row.pk]) for row in rows), licences)


def _own(user: int):
    newest = Edition.objects.filter(course=OuterRef("course")).order_by("-number").values("number")[:1]
    issued = Certificate.objects.filter(enrolment=OuterRef("pk")).order_by("-serial")
    # A revoked certificate counts only while nothing took its place.
    revoked = CertificateEvent.objects.filter(kind=CertificateEvent.Kind.REVOKED, certificate__superseded_by=None)
    return (
        Enrolment.objects.filter(user=user)
        .filter(Q(withdrawn_at=None) | Exists(issued))  # a certificate stays after its course was left
        .with_milestones()
        .annotate(newest=Subquery(newest))
        .values_list(
            "pk", "edition", "edition__number", "course__slug", "last_lesson", "last_anchor", "last_seen_at",
            "enrolled_at", "withdrawn_at", "evaluated", "attested", "newest",
            Subquery(issued.values("uuid")[:1]), Subquery(issued.values("snapshot")[:1]),
            Exists(revoked.filter(certificate__enrolment=OuterRef("pk"))),
        )
    )  # fmt: skip


_enrolments = prepared(_own, user=int)


def _studied(row: Row, progress: Progress) -> Studied:
    newer = row.newest if row.newest and row.newest > row.edition_number and not row.attested else None
    return Studied(row.slug, row, Edition.objects.content(row.edition_id), progress, _awarded(row), newer)


def _awarded(row: Row) -> Awarded | None:
    if not row.snapshot:
        return None
    printed = snapshot.from_dict(json.loads(row.snapshot))
    hours = "; ".join(snapshot.hours_in_words(award.hours, award.unit) for award in printed.hours)
    return Awarded(
        str(row.certificate), printed.course_title, snapshot.date_in_words(printed.completed_on), hours, row.revoked
    )


def _held(licence: Licence, today: dt.date) -> Held:
    """Expiry in words, with an alarm at 90, 30 and 7 days; never by colour alone."""
    if licence.expires_on is None:
        return Held(licence, "No expiry date entered.", False)
    date = snapshot.date_in_words(licence.expires_on.isoformat())
    left = (licence.expires_on - today).days
    if left < 0:
        return Held(licence, f"Expired on {date}.", True)
    for days, words in ALARMS:
        if left <= days:
            return Held(licence, f"{words.capitalize()}, on {date}.", True)
    return Held(licence, f"Expires on {date}.", False)
