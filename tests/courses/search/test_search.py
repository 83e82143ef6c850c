"""Search: what is found, where it leads, who finds it, and that whatever is typed is answered."""

import html
import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from courses.catalogue import fulltext
from courses.catalogue import services as catalogue
from courses.catalogue.models import Edition, Lesson, LessonSection
from courses.learning import services as learning
from courses.search import engine, pages
from tests.courses import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
ADDRESS = reverse("courses:search")
BODY = (
    '<p>About the median nerve.</p><h2 id="glide">How nerves glide</h2><p>A sliding technique moves the nerve '
    'without much strain<cite>R1</cite>. Between C5/C6 little is known.</p><h2 id="sham">A sham glide</h2>'
    "<p>In the trial a sham glide was given to half of them &amp; &lt;nobody&gt; was told.</p>"
)


def course_with(body: str = BODY, **fields):
    course = make.make_course(**fields)
    Lesson.objects.filter(module__course=course, slug="m1-l1").update(body=body + make.make_body())
    return course


@pytest.fixture
def learner(client):
    user = make.make_learner()
    client.force_login(user)
    return user


@pytest.fixture
def enrolled(learner):
    return make.make_enrolment(learner, make.make_edition(course_with()))


def found(client, **query) -> list[str]:
    """The addresses of sections that a search finds, in the order of the page."""
    text = client.get(ADDRESS, query).text
    return re.findall(r'href="[^"]*/lessons/([^"/]+/(?:#[^"]*)?)"', text)


# --- what is found ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "anchors"),
    [
        ("strain", ["glide"]),
        ("Strains", ["glide"]),
        ("moving nerve", ["glide"]),
        ('"sham glide"', ["sham"]),
        ('"glide sham"', []),
        ("sham or strain", ["glide", "sham"]),
        ("gliding -sham", ["glide"]),
        ("C6", ["glide"]),
        ("C5/C6", ["glide"]),
        ("sham strain", []),
        ("nobody", ["sham"]),
        ("amp", []),
        ("R1", []),
        ("what is a strain", ["glide"]),
    ],
)
def test_a_search_finds_the_sections_that_hold_the_words(client, enrolled, typed, anchors):
    assert [each.partition("#")[2] for each in found(client, q=typed) if "#" in each] == anchors


def test_a_word_of_the_opening_leads_to_the_lesson_itself(client, enrolled):
    assert set(found(client, q="median")) == {"m1-l1/"}


def test_a_word_in_a_heading_counts_for_more(enrolled):
    edition = enrolled.edition
    query = pages.parse("sham or known")

    assert [match.anchor for match in engine.matches({edition.pk: "en"}, query)] == ["sham", "glide"]


def test_matched_words_are_marked_and_all_else_is_text(client, enrolled):
    page = client.get(ADDRESS, {"q": "sham glide"}).text

    assert "<mark>sham glide</mark>" in page
    assert "&amp; &lt;nobody&gt; was told" in page.replace("&lt; ", "&lt;")


def test_results_are_grouped_by_course_and_lesson_and_paged(client, learner):
    for _ in range(2):
        make.make_enrolment(learner, make.make_edition(lessons=7))

    first, second = client.get(ADDRESS, {"q": "start"}), client.get(ADDRESS, {"q": "start", "page": 2})

    assert "14 sections match in 14 lessons." in html.unescape(first.text)
    assert [page.text.count("<li><h3>") for page in (first, second)] == [10, 4]
    assert first.text.count('<section class="stack"') == 2


def test_one_course_alone_can_be_searched(client, enrolled, learner):
    other = make.make_enrolment(learner, make.make_edition(course_with()))

    everywhere, here = (
        client.get(ADDRESS, {"q": "strain", **more}).text for more in ({}, {"course": other.course.slug})
    )

    assert everywhere.count("#glide") == 2
    assert here.count("#glide") == 1 and f"Only in {other.edition.frozen.title}" in here


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "these words in this order"),
        ("x", "at least two letters"),
        ("-sham", "at least two letters"),
        ("zygomatic", "Nothing found for “zygomatic”"),
    ],
)
def test_a_search_that_finds_nothing_helps(client, enrolled, typed, words):
    assert words in client.get(ADDRESS, {"q": typed}).text


HOSTILE = [
    "\x00", "a\x00b", '"', '""" OR', "AND", "NOT NOT", "NEAR(", "*", "a*", "heading:", "-", "()", "{}", "'; DROP TABLE x;--", "%s %d",
    "\\", "²", "½ ²", '"²"', "\ud7ff", "٤٥", "🦴 bone", "e" * 10_000, "w " * 5000, '"' * 999, "<script>alert(1)</script>", "\u202enerve", "the",
    "the and of", "x" * 3000, "-" * 500, "a or or or b", "\ue000nerve\ue001",
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE)
def test_b_whatever_is_typed_is_answered(client, enrolled, typed):
    response = client.get(ADDRESS, {"q": typed, "page": typed[:20], "course": typed})

    assert response.status_code == 200
    assert "<script>alert" not in response.text


@pytest.mark.parametrize(
    "query", ["q=%FF%FE", "q=%ED%A0%80", "q=a&q=b", "q[]=a", "page=0&q=nerve", "page=99999999999999999999&q=nerve"]
)
def test_b_an_address_that_no_form_makes_is_answered(client, enrolled, query):
    assert client.get(f"{ADDRESS}?{query}").status_code == 200


# --- who finds it -------------------------------------------------------------------------------------------------------


def test_nobody_finds_a_lesson_of_a_course_they_are_not_enrolled_in(client, learner):
    theirs = make.make_enrolment(edition=make.make_edition(course_with()))
    own = make.make_enrolment(learner)
    make.make_edition(course_with())

    for course in ("", theirs.course.slug, own.course.slug, "no-such"):
        assert found(client, q="strain", course=course) == []
        assert theirs.edition.frozen.title not in client.get(ADDRESS, {"q": "strain", "course": course}).text


def test_who_left_a_course_finds_nothing_in_it(client, enrolled):
    learning.withdraw(enrolled, now=NOW)

    assert found(client, q="strain") == []
    assert "There is nothing to search yet." in client.get(ADDRESS, {"q": "strain"}).text


def test_a_visitor_is_sent_to_the_catalogue_at_the_cost_of_no_statement(client, max_statements):
    make.make_edition(course_with())

    with max_statements(0):
        page = client.get(ADDRESS, {"q": "strain"}).text

    assert reverse("courses:catalogue") in page and "#glide" not in page


def test_a_learner_searches_the_edition_they_are_on_and_no_other(client, enrolled):
    Lesson.objects.filter(module__course=enrolled.course, slug="m1-l1").update(
        body='<h2 id="new">New</h2><p>Astrocytes.</p>' + make.make_body()
    )
    later = catalogue.publish(enrolled.course, by=None, now=NOW)

    assert (found(client, q="astrocytes"), len(found(client, q="strain")) > 0) == ([], True)
    learning.take_up_edition(enrolled, later, now=NOW)
    assert (len(found(client, q="astrocytes")) > 0, found(client, q="strain")) == (True, [])


def test_s01_the_index_holds_lessons_and_nothing_of_a_quiz(enrolled):
    item = enrolled.course.bank.items.first()
    texts = " ".join(LessonSection.objects.values_list("text", flat=True))

    assert item.stem and item.stem not in texts
    assert not any(option.text in texts for option in item.options.all() if len(option.text) > 9)


# --- what it costs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 12])
def test_a_search_costs_four_statements_for_any_number_of_courses(client, learner, max_statements, count):
    for _ in range(count):
        make.make_enrolment(learner)
    assert found(client, q="nerve or start")

    with max_statements(4):
        client.get(ADDRESS, {"q": "nerve or start"})


# --- the index ----------------------------------------------------------------------------------------------------------


def test_an_edition_published_before_the_search_is_indexed_once_by_the_command(client, learner, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr(fulltext, "index", lambda edition: None)
        edition = make.make_edition(course_with())
    make.make_enrolment(learner, edition)
    assert found(client, q="strain") == []

    call_command("index_editions")
    rows = list(LessonSection.objects.values_list())
    call_command("tick")

    assert len(found(client, q="strain")) > 0
    assert list(LessonSection.objects.values_list()) == rows


def test_publishing_unchanged_content_again_indexes_nothing_again(enrolled):
    before = LessonSection.objects.count()

    catalogue.publish(enrolled.course, by=None, now=NOW)

    assert LessonSection.objects.count() == before > 0
    assert Edition.objects.count() == 1


def test_words_are_stemmed_by_the_language_of_the_course_where_the_database_knows_it(client, learner):
    body = '<h2 id="es">Los nervios</h2><p>Las técnicas para mover los nervios.</p>'
    make.make_enrolment(learner, make.make_edition(course_with(body, language="es-MX")))

    assert "m1-l1/#es" in found(client, q="nervios")
    assert "m1-l1/#es" in found(client, q="tecnicas")
    assert ("m1-l1/#es" in found(client, q="moviendo")) == (connection.vendor == "postgresql")


@pytest.mark.parametrize(
    ("language", "config"),
    [("en", "english"), ("EN-gb", "english"), ("es_MX", "spanish"), ("cy", "simple"), ("", "simple")],
)
def test_a_language_has_its_stemmer(language, config):
    assert fulltext.stemmer(language) == config
