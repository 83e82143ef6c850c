"""What a quiz result may call things by, given to quizzes, which knows only codes: topics, lessons, the way on."""

from dataclasses import replace
from functools import lru_cache

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from ceu.shared.prepared import prepared
from courses.catalogue.models import Edition
from courses.learning.models import AssessmentEntry
from quizzes.delivery.models import Attempt, Entry
from quizzes.delivery.surroundings import Names

_PART = AssessmentEntry.Part


def place(edition: int, course_slug: str, module_code: str) -> str:
    """The note that a module's entry carries, so that its names need no statement."""
    return f"{edition} {course_slug} {module_code}"


def _assessments(entry: int) -> QuerySet:
    """What made the entry: (part, edition, course, whether the enrolment's post-test is handed in)."""
    handed_in = Attempt.objects.submitted().filter(
        entry__assessment_entry__enrolment=OuterRef("enrolment"), entry__assessment_entry__part=_PART.POST_TEST
    )
    return AssessmentEntry.objects.filter(entry=entry).values_list(
        "part", "enrolment__edition", "enrolment__course__slug", Exists(handed_in)
    )


_assessment_of = prepared(_assessments, entry=int)


def names_for(entry: Entry) -> Names:
    """No statement for a module's quiz, one for any other; the rest is frozen content. An entry that no course made
    gets no names."""
    if entry.place:
        edition, slug, module = entry.place.split(" ", 2)
        return _of_module(module, int(edition), slug)
    found = _assessment_of(entry=entry.pk)
    if not found:
        return Names()
    part, edition, slug, told = found[0]
    return _of_assessment(part, edition, slug, bool(told))


@lru_cache(maxsize=512)
def _of_module(module: str, edition: int, slug: str) -> Names:
    course = Edition.objects.content(edition)
    return replace(_names(edition), next_address=_way_on(course, module, slug), next_label="Go on with the course")


@lru_cache(maxsize=512)
def _of_assessment(part: str, edition: int, slug: str, told: bool) -> Names:
    """The reasons of both tests open together, when the post-test is handed in: a learner meets each form once, and
    until then nothing may tell the answers of the one that is to be compared."""
    home = reverse("courses:course", args=[slug])
    words = {
        _PART.PRE_TEST: (home, "Go on with the course", _COUNTS_FOR_NOTHING + (_BOTH_IN if told else _LATER)),
        _PART.POST_TEST: (f"{home}#gain", "See what you gained", _COUNTS_FOR_NOTHING),
        _PART.WRITTEN_TASK: (home, "Go on with the course", ""),
    }
    address, label, note = words[_PART(part)]
    reveals = told and part != _PART.WRITTEN_TASK
    return replace(_names(edition), next_address=address, next_label=label, reveals=reveals, note=note)


_COUNTS_FOR_NOTHING = "It counts for nothing: neither for your hours nor for your certificate."
_LATER = " Which answers were right, and why, opens here when you have handed in the post-test."
_BOTH_IN = " Your post-test is handed in, so every reason is open below."


@lru_cache(maxsize=512)
def _names(edition: int) -> Names:
    course = Edition.objects.content(edition)
    return Names(
        topics={objective.code: f"{objective.verb} {objective.text}" for objective in course.objectives},
        lessons={lesson.slug: f"{course.numbers[lesson.slug]} {lesson.title}" for lesson in course.lessons},
    )


def _way_on(course, module: str, slug: str) -> str:
    """The first lesson of the next module; after the last module, the course page with what is left to do."""
    number = course.by_code[module][0] if module in course.by_code else len(course.modules)
    following = course.modules[number : number + 1]
    if following and following[0].lessons:
        return reverse("courses:lesson", args=[slug, following[0].lessons[0].slug])
    return reverse("courses:course", args=[slug])
