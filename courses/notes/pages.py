"""Reads for the pages of notes: one statement for all notes of a course, put in the order of its present edition."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from courses.catalogue import sections
from courses.catalogue.content import EditionContent
from courses.learning.models import Enrolment
from courses.notes.models import SectionNote


@dataclass(frozen=True)
class Place:
    """A section with what is kept beside it. `address` is empty where the edition has the section no longer."""

    lesson: str
    anchor: str
    lesson_title: str
    heading: str
    address: str
    text: str = ""
    bookmarked: bool = False
    rev: int = 0

    @property
    def id(self) -> str:
        return f"note-{self.lesson}-{self.anchor}"

    @property
    def name(self) -> str:
        return self.heading or self.lesson_title

    @property
    def titles(self) -> dict[str, str]:
        """As the services take it."""
        return {name: getattr(self, name) for name in ("lesson", "anchor", "lesson_title", "heading")}


@dataclass(frozen=True)
class Notes:
    """`here` in the order of the course; `gone`: of sections that the edition has no longer, the oldest first."""

    here: tuple[Place, ...]
    gone: tuple[Place, ...]

    def __bool__(self) -> bool:
        return bool(self.here or self.gone)


def places(course: EditionContent, slug: str, lesson: str) -> list[Place]:
    """The sections of a lesson that a note may stand beside: its opening and each h2. Raises KeyError."""
    content = course.by_slug[lesson][2]
    title, address = f"{course.numbers[lesson]} {content.title}", reverse("courses:lesson", args=[slug, lesson])
    return [
        Place(
            lesson,
            row.anchor,
            title,
            row.heading if row.anchor else "",
            f"{address}#{row.anchor}" if row.anchor else address,
        )
        for row in sections.of_lesson(content)
    ]


def of_course(enrolment: Enrolment, course: EditionContent, slug: str) -> Notes:
    kept = {(row.lesson, row.anchor): row for row in _rows(enrolment).kept().order_by("pk")}
    here = [
        _with(place, kept.pop((place.lesson, place.anchor)))
        for lesson in course.lessons
        for place in places(course, slug, lesson.slug)
        if (place.lesson, place.anchor) in kept
    ]
    gone = (_with(Place(row.lesson, row.anchor, row.lesson_title, row.heading, ""), row) for row in kept.values())
    return Notes(tuple(here), tuple(gone))


def of_lesson(enrolment: Enrolment, course: EditionContent, slug: str, lesson: str) -> list[Place]:
    """Every section of the lesson, with a note or without."""
    found = {row.anchor: row for row in _rows(enrolment).filter(lesson=lesson)}
    return [_with(place, found.get(place.anchor)) for place in places(course, slug, lesson)]


def place_of(enrolment: Enrolment, course: EditionContent, slug: str, lesson: str, anchor: str) -> Place | None:
    """A section of the edition, or one that is gone and has a note; None for any other."""
    known = places(course, slug, lesson) if lesson in course.by_slug else []
    place = next((each for each in known if each.anchor == anchor), None)
    if place:
        return place
    row = _rows(enrolment).filter(lesson=lesson, anchor=anchor).first()
    return row and _with(Place(lesson, anchor, row.lesson_title, row.heading, ""), row)


def as_text(title: str, notes: Notes) -> str:
    """All notes as plain text, for keeping elsewhere."""
    lines = [title, "=" * len(title), ""]
    for heading, rows in (("", notes.here), ("Sections that are no longer there", notes.gone)):
        lines += [heading, "-" * len(heading), ""] if heading and rows else []
        for row in rows:
            name = f"{row.lesson_title} / {row.heading}" if row.heading else row.lesson_title
            lines += [f"{name}{' [bookmarked]' if row.bookmarked else ''}", *([row.text] if row.text else []), ""]
    return "\n".join(lines)


def _rows(enrolment: Enrolment):
    return SectionNote.objects.filter(enrolment=enrolment)


def _with(place: Place, row: SectionNote | None) -> Place:
    if row is None:
        return place
    given = {name: getattr(place, name) for name in ("lesson", "anchor", "lesson_title", "heading", "address")}
    return Place(**given, text=row.text, bookmarked=row.bookmarked, rev=row.revision)


def as_json(rows: Iterable[Place]) -> list[dict]:
    return [{"anchor": row.anchor, "text": row.text, "bookmarked": row.bookmarked, "rev": row.rev} for row in rows]
