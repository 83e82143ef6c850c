"""PURE. Nothing of the document that the courses started from is passed over: each section of it has its lessons."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """`treated` says in a few words what became of it; `lessons` are "course/lesson", by their addresses."""

    code: str
    about: str
    treated: str
    lessons: tuple[str, ...]


def loads(text: str) -> tuple[Section, ...]:
    return tuple(
        Section(code, row["about"], row["treated"], tuple(row["lessons"])) for code, row in json.loads(text).items()
    )


def untraced(sections: Collection[Section], lessons: Collection[str]) -> Iterator[tuple[str, str]]:
    """(code, sentence) for each section without a lesson, and for each lesson named that does not exist."""
    for section in sections:
        for lesson in section.lessons:
            if lesson not in lessons:
                yield section.code, f"{section.code} ({section.about}) names the lesson {lesson}, which does not exist."
        if not set(section.lessons) & set(lessons):
            yield section.code, f"{section.code} ({section.about}) is taught in no lesson."
