"""The registrar's queue, judged: for a page of completed enrolments, what each would get and what stands against it.

The rules are those of issuing itself. Here they are asked for many at once, in a fixed number of statements; issuing
asks them again for each, on locked rows.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from courses.catalogue.models import Approval, Course
from courses.certificates.eligibility import Candidate, Reason, reasons
from courses.certificates.models import Certificate
from courses.certificates.services import CYCLE_YEARS, completed_on
from courses.learning import facts
from courses.learning.completion import Progress
from courses.learning.models import Enrolment


@dataclass(frozen=True)
class Judged:
    """One enrolment of the queue. No `reasons`: a certificate can be issued, for the hours of `approvals`."""

    completed_on: dt.date
    progress: Progress
    approvals: tuple[Approval, ...]
    reasons: tuple[Reason, ...]

    @property
    def hours(self) -> str:
        shown = (
            f"{each.hours.normalize():f} {each.accreditor.unit}s, {each.accreditor.code}" for each in self.approvals
        )
        return "; ".join(shown) or "No approval: no hours"


def judge(enrolments: Sequence[Enrolment], *, now: dt.datetime) -> dict[int, Judged]:
    """Primary key -> how it stands. Each row comes with user, course and attestation."""
    progress = facts.progress_of_many(enrolments, now=now)
    courses = {row.course_id for row in enrolments}
    approvals = _approvals(courses)
    taught = set(Course.instructors.through.objects.filter(course__in=courses).values_list("course", "user"))
    credited = _credited(enrolments)
    return {
        row.pk: _judged(row, progress[row.pk], approvals[row.course_id], taught, credited[row.user_id, row.course_id])
        for row in enrolments
    }


def _approvals(courses: set[int]) -> dict[int, list[Approval]]:
    found = defaultdict(list)
    for approval in Approval.objects.filter(course__in=courses).select_related("accreditor"):
        found[approval.course_id].append(approval)
    return found


def _credited(enrolments: Sequence[Enrolment]) -> dict[tuple[int, int], list[tuple]]:
    """(user, course) -> (enrolment, completed on, number) of their valid certificates that award hours."""
    found = defaultdict(list)
    rows = Certificate.objects.valid().filter(
        enrolment__user__in={row.user_id for row in enrolments},
        enrolment__course__in={row.course_id for row in enrolments},
    )
    columns = ("enrolment__user", "enrolment__course", "enrolment", "completed_on", "number", "snapshot")
    for user, course, enrolment, day, number, text in rows.values_list(*columns):
        if json.loads(text)["hours"]:
            found[user, course].append((enrolment, day, number))
    return found


def _judged(
    row: Enrolment, progress: Progress, approvals: list[Approval], taught: set[tuple[int, int]], credited: list[tuple]
) -> Judged:
    since = completed_on(row.attestation) - dt.timedelta(days=CYCLE_YEARS * 365)
    others = (number for enrolment, earlier, number in credited if enrolment != row.pk and earlier > since)
    day = completed_on(row.attestation)
    valid = tuple(
        each for each in approvals if each.valid_from <= day and (each.valid_to is None or each.valid_to >= day)
    )
    course, signed = row.edition.frozen, row.attestation
    candidate = Candidate(
        legal_name=signed.legal_name,
        licence_number=signed.licence_number,
        licence_jurisdiction=signed.licence_jurisdiction,
        complete=progress.complete,
        missing=progress.missing,
        attested=True,
        scope_confirmed=row.scope_confirmed_at is not None,
        completed_on=day,
        released_on=_date(course.released_on),
        review_due_on=_date(course.review_due_on),
        is_instructor=(row.course_id, row.user_id) in taught,
        is_staff_account=row.user.is_staff,
        withdrawn=row.withdrawn_at is not None,
        approvals_need_licence=tuple(each.accreditor.name for each in valid if each.accreditor.requires_licence_number),
        credited_by=next(others, "") if valid else "",
    )
    return Judged(day, progress, valid, tuple(reasons(candidate)))


def _date(iso: str | None) -> dt.date | None:
    return dt.date.fromisoformat(iso) if iso else None
