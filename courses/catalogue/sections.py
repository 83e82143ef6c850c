"""PURE. A lesson as plain text, section by section: what a search looks through, and what a note stands beside."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from courses.catalogue.content import Lesson
from courses.catalogue.markup import BLOCK_ENDS

# Control characters say nothing, and those of the private area mark matched words on their way from the database.
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ue000-\uf8ff]")


@dataclass(frozen=True)
class Section:
    """What stands between one anchored heading and the next. The opening has no anchor, and the lesson's title as heading."""

    anchor: str
    heading: str
    text: str


def of_lesson(lesson: Lesson) -> tuple[Section, ...]:
    """At least the opening, which begins with the lesson's purpose. Tables and captions count; citation keys do not."""
    reader = _Reader()
    reader.feed(lesson.body)
    reader.close()
    first, *rest = [(anchor, _plain(heading), _plain(text)) for anchor, heading, text in reader.sections()]
    opening = Section("", _plain([lesson.title]), f"{lesson.purpose} {first[2]}".strip())
    return opening, *(Section(*each) for each in rest)


def _plain(parts: list[str]) -> str:
    return " ".join(_UNSEEN.sub(" ", "".join(parts)).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str], list[str]]] = [("", [], [])]
        self.in_heading = False
        self.cites = 0

    def sections(self) -> list[tuple[str, list[str], list[str]]]:
        return self.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        anchor = dict(attrs).get("id")
        if tag in {"h2", "h3"} and anchor:
            self.found.append((anchor, [], []))
            self.in_heading = True
        elif tag == "cite":
            self.cites += 1
        elif tag == "br":
            self.found[-1][2].append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"h2", "h3"}:
            self.in_heading = False
        elif tag == "cite":
            self.cites = max(self.cites - 1, 0)
        if tag in BLOCK_ENDS:
            self.found[-1][2].append(" ")

    def handle_data(self, data: str) -> None:
        if not self.cites:
            self.found[-1][1 if self.in_heading else 2].append(data)
