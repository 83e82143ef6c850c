"""PURE. Matches in the order of a page: course by course, lesson by lesson, the best first each time; words marked."""

import html
from collections.abc import Iterable
from dataclasses import dataclass

# Of the private area, which the index does not hold: they stand around a matched word until the page is made.
OPENS, CLOSES = "\ue000", "\ue001"
SECTIONS_SHOWN = 3


@dataclass(frozen=True)
class Match:
    """A section that matches. A higher `rank` is better, within one search."""

    pk: int
    edition: int
    place: int
    lesson: str
    anchor: str
    rank: float


@dataclass(frozen=True)
class Lesson:
    """A lesson with its best sections in the order of reading, and how many more of it match."""

    edition: int
    slug: str
    sections: tuple[Match, ...]
    more: int


def by_lesson(matches: Iterable[Match]) -> list[Lesson]:
    """Courses in the order of their best match, the lessons of each in the order of theirs."""
    grouped: dict[int, dict[str, list[Match]]] = {}
    for match in sorted(matches, key=lambda each: (-each.rank, each.edition, each.place)):
        grouped.setdefault(match.edition, {}).setdefault(match.lesson, []).append(match)
    return [
        Lesson(edition, slug, _shown(found), max(len(found) - SECTIONS_SHOWN, 0))
        for edition, lessons in grouped.items()
        for slug, found in lessons.items()
    ]


def _shown(found: list[Match]) -> tuple[Match, ...]:
    return tuple(sorted(found[:SECTIONS_SHOWN], key=lambda each: each.place))


def marked(text: str) -> str:
    """HTML: the text escaped, each matched word in a mark element. Neighbours that match are marked as one."""
    joined = text.replace(f"{CLOSES} {OPENS}", " ")
    return html.escape(joined).replace(OPENS, "<mark>").replace(CLOSES, "</mark>")
