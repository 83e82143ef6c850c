"""PURE. May this certificate be issued? The issue rules R1 to R20 (ce-rules section 4) as reasons to refuse."""

import datetime as dt
from dataclasses import dataclass

from courses.certificates.snapshot import date_in_words


@dataclass(frozen=True)
class Candidate:
    """What issuing reads, gathered in one transaction. Dates are the learner's, in their licensing time zone.

    `credited_by` is the number of another certificate that awards the hours of this course in the same cycle.
    """

    legal_name: str
    licence_number: str
    licence_jurisdiction: str
    complete: bool
    missing: tuple[str, ...]
    attested: bool
    scope_confirmed: bool
    completed_on: dt.date | None
    released_on: dt.date | None
    review_due_on: dt.date | None
    is_instructor: bool = False
    is_staff_account: bool = False
    withdrawn: bool = False
    approvals_need_licence: tuple[str, ...] = ()
    credited_by: str = ""


@dataclass(frozen=True)
class Reason:
    """One refusal: the rule it comes from, and a sentence that names what to do."""

    rule: str
    text: str


def reasons(candidate: Candidate) -> list[Reason]:
    """Every reason to refuse; an empty list means: issue."""
    return [Reason(rule, text) for rule, holds, text in _rules(candidate) if not holds]


def _rules(c: Candidate):
    day = c.completed_on
    yield (
        "R1",
        day is None or c.review_due_on is None or day <= c.review_due_on,
        (f"The course was due for review on {_words(c.review_due_on)}, before it was completed."),
    )
    yield "R1", day is None or c.released_on is None or day >= c.released_on, "The course was not released yet."
    yield "R3", c.scope_confirmed, "The information shown before enrolment was not confirmed."
    yield "R4", bool(c.legal_name.strip()), "The learner has no legal name."
    yield (
        "R4",
        not c.approvals_need_licence or bool(c.licence_number.strip() and c.licence_jurisdiction.strip()),
        (f"A licence number and state are needed for {', '.join(c.approvals_need_licence)}."),
    )
    yield "R5", c.complete, f"Not complete: {'; '.join(c.missing) or 'a requirement is not met'}."
    yield "R9", c.attested, "The attestation is not signed."
    yield "R11", not c.credited_by, f"Certificate {c.credited_by} awards the hours of this course already."
    yield "R12", not c.is_instructor, "The learner teaches this course."
    yield "R12", not c.is_staff_account, "Staff accounts do not earn certificates."
    yield "withdrawn", not c.withdrawn, "The learner has left the course."


def _words(day: dt.date | None) -> str:
    return date_in_words(day.isoformat()) if day else ""
