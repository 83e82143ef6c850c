"""What a page shows that does not depend on the learner, made once in each process and kept by edition."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from courses.catalogue import markup
from courses.catalogue import pages as catalogue
from courses.catalogue.content import EditionContent, Lesson, Module
from courses.catalogue.models import Edition
from courses.learning import reading_time


@dataclass(frozen=True)
class Link:
    address: str
    label: str
    title: str


@dataclass(frozen=True)
class LessonPage:
    """A lesson as everybody reads it, its parts rendered. `outline` is (slug, digest) of each lesson of the course;
    `after` is what follows in the course: a lesson, or the quiz of the module. `left`: anchor -> how long from there to
    the end."""

    title: str
    digest: str
    home: str
    outline: tuple[tuple[str, str], ...]
    headings: tuple[markup.Heading, ...]
    left: dict[str, str]
    before: Link | None
    after: Link | None
    rail: SafeString
    opening: SafeString
    body: SafeString
    onward: SafeString


@lru_cache(maxsize=1024)
def lesson_page(edition: int, course_slug: str, slug: str) -> LessonPage:
    """Raises KeyError for a lesson that the edition does not have."""
    course = Edition.objects.content(edition)
    place, module, lesson = course.by_slug[slug]
    survey = markup.survey(lesson.body)
    context = {
        "course": course,
        "lesson": lesson,
        "home": reverse("courses:course", args=[course_slug]),
        "number": course.numbers[slug],
        "module_number": course.by_code[module.code][0],
        "place": place + 1,
        "minutes": reading_time.minutes(survey.words),
        "headings": tuple(heading for heading in survey.headings if heading.level == 2 and heading.anchor),
        "before": _before(course, course_slug, place),
        "after": _after(course, course_slug, place, module),
    }
    return LessonPage(
        title=f"{context['number']} {lesson.title}",
        digest=lesson.digest,
        outline=tuple((row.slug, row.digest) for row in course.lessons),
        left=reading_time.from_sections(lesson),
        # Cleaned on the way in, and made of escaped parts by `render`; the content security policy holds besides.
        body=mark_safe(_with_notes(markup.render(lesson, course), slug)),  # noqa: S308
        **{name: context[name] for name in ("home", "headings", "before", "after")},
        **{name: render_to_string(f"courses/_lesson_{name}.html", context) for name in ("rail", "opening", "onward")},
    )


_HEADING = re.compile(r'<(h[23]) id="([^"]+)">(.*?)</\1>', re.DOTALL)


def _with_notes(body: str, lesson: str) -> str:
    """Under each section's heading, the way to its own note. The script of the page opens the note in place."""

    def after(match: re.Match[str]) -> str:
        anchor, name = match[2], re.sub(r"<[^>]*>", "", match[3])
        return (
            f'{match[0]}<p class="tools"><a href="notes/#note-{lesson}-{anchor}" data-note="{anchor}">Note'
            f'<span class="hidden-visually"> on “{name}”</span></a></p>'
        )

    return _HEADING.sub(after, body)


@lru_cache(maxsize=256)
def corrections(edition: int, course_slug: str, *, linked: bool) -> SafeString:
    """The beliefs that the course corrects. `linked`: for somebody who may open its lessons."""
    rows = catalogue.corrections(edition)
    context = {"corrections": rows, "slug": course_slug, "linked": linked}
    return render_to_string("courses/_corrections.html", context) if rows else mark_safe("")


def lesson_link(course: EditionContent, course_slug: str, lesson: Lesson) -> Link:
    address = reverse("courses:lesson", args=[course_slug, lesson.slug])
    return Link(address, course.numbers[lesson.slug], lesson.title)


def quiz_link(course: EditionContent, course_slug: str, module: Module) -> Link:
    number = course.by_code[module.code][0]
    return Link(
        reverse("courses:quiz", args=[course_slug, module.code]), f"Module {number}", f"Quiz: {module.quiz.title}"
    )


def _before(course: EditionContent, course_slug: str, place: int) -> Link | None:
    return lesson_link(course, course_slug, course.lessons[place - 1]) if place else None


def _after(course: EditionContent, course_slug: str, place: int, module: Module) -> Link | None:
    if module.quiz and course.lessons[place] is module.lessons[-1]:
        return quiz_link(course, course_slug, module)
    following = course.lessons[place + 1 : place + 2]
    return lesson_link(course, course_slug, following[0]) if following else None
