"""How long the reading takes that is left, and where a learner is told."""

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.catalogue.content import Lesson
from courses.catalogue.models import Lesson as Draft
from courses.learning import reading_time
from courses.learning import services as learning
from tests.courses import factories as make


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (0, ""), (1, "about 1 minute"), (299, "about 1 minute"), (301, "about 2 minutes"), (12_000, "about 1 hour"),
        (12_200, "about 1 hour 1 minute"), (25_000, "about 2 hours 5 minutes"),
    ],
)  # fmt: skip
def test_time_is_said_in_words(words, said):
    assert reading_time.in_words(words) == said


def test_from_each_section_it_is_said_how_long_the_rest_takes():
    body = f'<p>{"w " * 400}</p><h2 id="a">A</h2><p>{"w " * 600}</p><h2 id="b">B</h2><p>{"w " * 200}</p>'

    left = reading_time.from_sections(Lesson("l", "A lesson", "", (), body))

    assert left == {"": "about 6 minutes", "a": "about 4 minutes", "b": "about 1 minute"}


@pytest.mark.django_db
def test_a_learner_is_told_what_is_left_of_lesson_and_course(client):
    course = make.make_course(lessons=3)
    Draft.objects.filter(module__course=course).update(
        body=f'<h2 id="start">Start</h2><p>{"word " * 1000}<cite>R1</cite></p>'
    )
    enrolment = make.make_enrolment(make.make_learner(), make.make_edition(course), now=timezone.now())
    client.force_login(enrolment.user)
    learning.finish_lesson(enrolment, "m1-l1", now=timezone.now())
    learning.remember_place(enrolment, "m1-l2", "start", now=timezone.now())

    home, lesson, record = (
        client.get(address).text
        for address in (
            reverse("courses:course", args=[course.slug]),
            reverse("courses:lesson", args=[course.slug, "m1-l2"]),
            reverse("courses:dashboard"),
        )
    )

    assert "About 10 minutes of reading left." in home
    assert "About 10 minutes of reading left." in record
    assert "about 5 minutes left in this lesson" in lesson
    assert "About 5 minutes of reading left in this course" in lesson


@pytest.mark.django_db
def test_when_all_is_read_nothing_is_said(client):
    enrolment = make.make_enrolment(make.make_learner(), now=timezone.now())
    client.force_login(enrolment.user)
    make.finish_lessons(enrolment, now=timezone.now())

    for name, args in (("course", ()), ("lesson", ("m1-l1",))):
        page = client.get(reverse(f"courses:{name}", args=[enrolment.course.slug, *args])).text
        assert "of reading left" not in page
