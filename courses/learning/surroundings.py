"""What a quiz result may call things by, given to quizzes, which knows only codes: topics, lessons, the way on."""

from functools import lru_cache

from django.urls import reverse

from ceu.shared.prepared import prepared
from courses.catalogue.models import Edition
from courses.learning.models import ModuleEntry
from quizzes.delivery.models import Entry
from quizzes.delivery.surroundings import Names

_module_of = prepared(
    lambda entry: ModuleEntry.objects.filter(entry=entry).values_list(
        "module_code", "enrolment__edition", "enrolment__course__slug"
    ),
    entry=int,
)


def names_for(entry: Entry) -> Names:
    """One statement; the rest is frozen content. An entry that no module made gets no names."""
    found = _module_of(entry=entry.pk)
    return _names(*found[0]) if found else Names()


@lru_cache(maxsize=512)
def _names(module: str, edition: int, slug: str) -> Names:
    course = Edition.objects.content(edition)
    return Names(
        topics={objective.code: f"{objective.verb} {objective.text}" for objective in course.objectives},
        lessons={lesson.slug: f"{course.numbers[lesson.slug]} {lesson.title}" for lesson in course.lessons},
        next_address=_way_on(course, module, slug),
        next_label="Go on with the course",
    )


def _way_on(course, module: str, slug: str) -> str:
    """The first lesson of the next module; after the last module, the course page with what is left to do."""
    number = course.by_code[module][0] if module in course.by_code else len(course.modules)
    following = course.modules[number : number + 1]
    if following and following[0].lessons:
        return reverse("courses:lesson", args=[slug, following[0].lessons[0].slug])
    return reverse("courses:course", args=[slug])
