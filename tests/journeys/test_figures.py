"""The drawings of the courses as a reader meets them: by day, by night, on a phone and on paper."""

import html
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from ceu.accounts.models import User
from courses.packages import services as packages
from tests.courses.factories import make_enrolment, make_learner
from tests.journeys.seeing import WAYS, look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FIXTURES = Path(settings.BASE_DIR) / "fixtures"
SHEET = (Path(settings.BASE_DIR) / "ceu/static/ceu/site.css").read_text()
COURSES = sorted(path.parent.name for path in FIXTURES.glob("*/course.json"))


@pytest.mark.parametrize("course", COURSES)
def test_every_drawing_of_every_lesson_can_be_seen_by_day_by_night_and_on_paper(browser, live_site, course):
    page = reader(browser, live_site, course)
    lessons = sorted(path.stem for path in (FIXTURES / course / "lessons").glob("*.html"))

    for lesson in lessons:
        page.goto(f"{live_site.url}/courses/{course}/lessons/{lesson}/")
        names = drawn(course, lesson)
        titles = {html.unescape(re.search("<title>(.*)</title>", drawing(course, name))[1]) for name in names}

        assert (lesson, look(page)) == (lesson, dict.fromkeys(WAYS, (len(names), [])))
        assert all(page.get_by_role("img", name=title, exact=True).count() for title in titles)


@pytest.mark.parametrize(
    ("spoiled", "ways", "said"),
    [
        (
            "@media (prefers-color-scheme: dark) { .fig-t { fill: #555 } }",
            ("wide, dark", "phone, dark"),
            "a contrast of",
        ),
        (
            "@media (prefers-color-scheme: dark) { .fig-a { fill: #332; stroke: #332 } }",
            ("wide, dark",),
            "rect.fig-a has",
        ),
        ("@media print { .fig-axis { stroke: #ddd } }", ("print",), "path.fig-axis has a contrast of"),
        ("@media (width < 400px) { .figure svg { min-inline-size: 500px } }", ("phone, light",), "wider than the page"),
        (
            "@media (width < 400px) { .fig-t { font-size: 30px } }",
            ("phone, light", "phone, dark"),
            "leaves its drawing",
        ),
        (
            ".figure { inline-size: 200px; overflow: hidden } .figure svg { inline-size: 300px }",
            ("print",),
            "is clipped",
        ),
    ],
)
def test_the_look_notices_what_is_spoiled(browser, spoiled, ways, said):
    page = browser.page()
    page.set_content(sheet_of([drawing("soft-tissue", "1-4-risk")], f"<style>{spoiled}</style>"))

    seen = look(page)

    for way in ways:
        assert any(said in problem for problem in seen[way][1]), (way, seen[way])


def reader(browser, live_site, course: str):
    """A page of a learner who is enrolled in the course."""
    author = User.objects.create_user("author@ce.example.org", display_name="Test Author")
    edition = packages.load(FIXTURES / course, by=author, publish=True).edition
    learner = make_learner()
    make_enrolment(learner, edition)
    client = Client()
    client.force_login(learner)
    page = browser.page()
    page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_site.url}])
    return page


def drawn(course: str, lesson: str) -> list[str]:
    """The drawings that the lesson names, in order."""
    text = (FIXTURES / course / "lessons" / f"{lesson}.html").read_text()
    return " ".join(re.findall('data-figure="([^"]*)"', text)).split()


def drawing(course: str, name: str) -> str:
    return (FIXTURES / course / "figures" / f"{name}.svg").read_text()


def sheet_of(drawings: list[str], more: str = "") -> str:
    """A page with these drawings and the site's style sheet, two beside each other where there is room."""
    pairs = [drawings[n : n + 2] for n in range(0, len(drawings), 2)]
    figures = "".join(
        f'<figure class="figure"><div class="figure__panels">{"".join(pair)}</div></figure>' for pair in pairs
    )
    return (
        f'<!doctype html><html lang="en"><title>Drawings</title><style>{SHEET}</style>{more}'
        f'<body><main class="frame"><article class="prose">{figures}</article></main>'
    )
