"""Reads for the page of results: three statements beside the login session, whatever is found."""

from dataclasses import dataclass, field
from itertools import groupby

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from ceu.shared.prepared import prepared
from courses.catalogue.models import Edition
from courses.learning.models import Enrolment
from courses.search import engine, results
from courses.search.query import Query, parse

LESSONS_A_PAGE = 10


@dataclass(frozen=True)
class Hit:
    """A section that matches. `heading` and `excerpt` are HTML with marks; the heading of an opening is empty."""

    address: str
    heading: SafeString
    excerpt: SafeString


@dataclass(frozen=True)
class Lesson:
    number: str
    title: str
    address: str
    hits: list[Hit]
    more: int


@dataclass(frozen=True)
class Course:
    title: str
    address: str
    lessons: list[Lesson]


@dataclass(frozen=True)
class Found:
    """`courses` are those of this page; `sections` is how many match in all, at most engine.MOST_MATCHES."""

    query: Query = field(default_factory=Query)
    readable: bool = False
    within: str = ""
    page: Page | None = None
    sections: int = 0
    courses: tuple[Course, ...] = ()

    @property
    def at_most(self) -> bool:
        return self.sections >= engine.MOST_MATCHES


_readable = prepared(
    lambda user: Enrolment.objects.filter(user=user).active().order_by().values_list("edition", "course__slug"),
    user=int,
)


def search(user, typed: str, *, course: str = "", page: str | None = None) -> Found:
    """In the editions that `user` is enrolled in, or in that of one course. Somebody else's courses do not exist."""
    slugs = dict(_readable(user=user.pk)) if user.is_authenticated else {}
    chosen = {pk: slug for pk, slug in slugs.items() if slug == course} or slugs
    within = (
        Edition.objects.content(next(iter(chosen))).title if course and len(chosen) == 1 and chosen != slugs else ""
    )
    query = parse(typed)
    languages = {pk: Edition.objects.content(pk).language for pk in chosen}
    matches = engine.matches(languages, query)
    shown = Paginator(results.by_lesson(matches), LESSONS_A_PAGE).get_page(page)
    sections = [section for lesson in shown for section in lesson.sections]
    excerpts = engine.excerpts(sections, languages, query)
    return Found(query, bool(slugs), within, shown, len(matches), tuple(_courses(shown, chosen, excerpts)))


def _courses(shown: Page, slugs: dict[int, str], excerpts: dict):
    for edition, lessons in groupby(shown, key=lambda lesson: lesson.edition):
        content, slug = Edition.objects.content(edition), slugs[edition]
        rows = [_lesson(lesson, content, slug, excerpts) for lesson in lessons]
        yield Course(content.title, reverse("courses:course", args=[slug]), rows)


def _lesson(found: results.Lesson, content, slug: str, excerpts: dict) -> Lesson:
    address = reverse("courses:lesson", args=[slug, found.slug])
    hits = [_hit(section, address, excerpts[section.pk]) for section in found.sections]
    return Lesson(content.numbers[found.slug], content.by_slug[found.slug][2].title, address, hits, found.more)


def _hit(section: results.Match, address: str, excerpt: engine.Excerpt) -> Hit:
    """Marked text is escaped first (`results.marked`), so it is safe."""
    heading = mark_safe(results.marked(excerpt.heading)) if section.anchor else mark_safe("")  # noqa: S308
    to = f"{address}#{section.anchor}" if section.anchor else address
    return Hit(to, heading, mark_safe(results.marked(excerpt.text)))  # noqa: S308
