"""PURE. How long it takes to read what is left: running words at 200 a minute, as for contact hours.

Courses hold no film and no sound; a figure is looked at in passing. Quizzes take as long as they take, and are not counted.
"""

from collections.abc import Container

from courses.catalogue import sections
from courses.catalogue.content import EditionContent, Lesson

WORDS_A_MINUTE = 200


def minutes(words: int) -> int:
    """At least one."""
    return max(1, round(words / WORDS_A_MINUTE))


def in_words(words: int) -> str:
    """ "about 1 hour 5 minutes"; empty when nothing is left."""
    if words <= 0:
        return ""
    hours, rest = divmod(minutes(words), 60)
    parts = [f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in ((hours, "hour"), (rest, "minute")) if n]
    return f"about {' '.join(parts)}"


def of_course(course: EditionContent, read: Container[str]) -> str:
    """What is left of a course; `read` holds the slugs of the lessons that were read."""
    return in_words(sum(lesson.words for lesson in course.lessons if lesson.slug not in read))


def from_sections(lesson: Lesson) -> dict[str, str]:
    """Anchor -> how long it takes from there to the end of the lesson."""
    left, found = 0, {}
    for section in reversed(sections.of_lesson(lesson)):
        left += len(section.text.split())
        found[section.anchor] = in_words(max(left, 1))
    return found
