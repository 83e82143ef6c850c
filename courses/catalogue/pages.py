"""Reads for the catalogue: what a visitor may know of the courses on offer, in a fixed number of statements."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from courses.catalogue import hours
from courses.catalogue.content import EditionContent, Reference
from courses.catalogue.models import Approval, Edition

WORDS_A_MINUTE = 200  # NCBTMB's basis for an average reader


@dataclass(frozen=True)
class Card:
    """One course on offer. `hours` is what an approval awards now, else None."""

    slug: str
    course: EditionContent
    hours: Decimal | None
    unit: str
    approvals: tuple[Approval, ...]
    minutes: int


@dataclass(frozen=True)
class Corrected:
    """A belief that the course corrects, with its sources and the lesson that says more: its address and its number."""

    belief: str
    finding: str
    sources: tuple[Reference, ...]
    lesson: str
    number: str


def cards(today: dt.date) -> list[Card]:
    """Two statements, whatever the number of courses."""
    editions = Edition.objects.current().order_by("course__title").values_list("pk", "course_id", "course__slug")
    rows = list(editions)
    approvals = approvals_of([course for _, course, _ in rows], today)
    return [card(pk, slug, approvals[course]) for pk, course, slug in rows]


def card(edition: int, slug: str, approvals: Iterable[Approval]) -> Card:
    course, approvals = Edition.objects.content(edition), tuple(approvals)
    first = approvals[0] if approvals else None
    return Card(
        slug=slug,
        course=course,
        hours=first.hours.normalize() if first else None,
        unit=first.accreditor.unit if first else "",
        approvals=approvals,
        minutes=reading_minutes(edition),
    )


def approvals_of(courses: Iterable[int], today: dt.date) -> dict[int, list[Approval]]:
    found = defaultdict(list)
    for approval in Approval.objects.filter(course__in=courses).valid_on(today).select_related("accreditor"):
        found[approval.course_id].append(approval)
    return found


@lru_cache(maxsize=64)
def reading_minutes(edition: int) -> int:
    return max(1, round(Edition.objects.content(edition).words / WORDS_A_MINUTE))


def corrections(edition: int) -> tuple[Corrected, ...]:
    course = Edition.objects.content(edition)
    sources = {row.key: row for row in course.references}
    return tuple(
        Corrected(
            belief=row.belief,
            finding=row.finding,
            sources=tuple(sources[key] for key in row.references if key in sources),
            lesson=row.lesson,
            number=course.numbers[row.lesson],
        )
        for row in course.corrections or ()
    )


@lru_cache(maxsize=64)
def methods(edition: int) -> tuple[hours.Method, ...]:
    """Contact hours of the edition by each method, from its final word count."""
    course = Edition.objects.content(edition)
    return hours.methods(hours.Effort(course.words, course.questions, course.difficulty))
