"""PURE. How a draft differs from the edition before it: what a person wants to know before publishing."""

from dataclasses import dataclass, fields, replace

from courses.catalogue.content import Assessment, EditionContent, Lesson, QuizSummary


@dataclass(frozen=True)
class Changes:
    """Titles of lessons, and the names of other parts that read differently, in words."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.removed or self.elsewhere)


def between(before: EditionContent, after: EditionContent) -> Changes:
    old, new = _by_slug(before), _by_slug(after)
    return Changes(
        new=tuple(lesson.title for slug, lesson in new.items() if slug not in old),
        changed=tuple(
            lesson.title for slug, lesson in new.items() if slug in old and lesson.digest != old[slug].digest
        ),
        removed=tuple(lesson.title for slug, lesson in old.items() if slug not in new),
        elsewhere=tuple(_elsewhere(before, after)),
    )


def _by_slug(course: EditionContent) -> dict[str, Lesson]:
    return {lesson.slug: lesson for lesson in course.lessons}


_COMPARED_APART = {"modules", "uuid", "parallel_forms", "written_task"}


def _elsewhere(before: EditionContent, after: EditionContent):
    for field in fields(EditionContent):
        if field.name not in _COMPARED_APART and getattr(before, field.name) != getattr(after, field.name):
            yield field.name.replace("_", " ")
    if _outline(before) != _outline(after):
        yield "outline of modules"
    if _quizzes(before) != _quizzes(after):
        yield "rules of the quizzes"
    if _bare(*before.parallel_forms or ()) != _bare(*after.parallel_forms or ()):
        yield "parallel forms"
    if _bare(before.written_task) != _bare(after.written_task):
        yield "written task"


def _outline(course: EditionContent) -> list[tuple]:
    return [(row.code, row.title, row.summary, [lesson.slug for lesson in row.lessons]) for row in course.modules]


def _quizzes(course: EditionContent) -> list[tuple[str, QuizSummary | None]]:
    """Without the digest of the paper: a draft has none yet, and items are compared one by one."""
    return [(row.code, replace(row.quiz, digest="") if row.quiz else None) for row in course.modules]


def _bare(*rows: Assessment | None) -> list[Assessment | None]:
    return [row and replace(row, quiz=replace(row.quiz, digest="")) for row in rows]
