"""Letters about courses: the one of an enrolment, and the reminder of a course that lies still."""

import datetime as dt

import pytest
import time_machine
from django.core import mail

from ceu.accounts import choices
from courses.learning import reminders
from courses.learning import services as learning
from tests.courses import factories as make
from tests.factories import NOW

DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def remind(django_capture_on_commit_callbacks):
    def on(day: int) -> int:
        """So many days after NOW."""
        now = NOW + day * DAY
        with time_machine.travel(now, tick=False), django_capture_on_commit_callbacks(execute=True):
            return reminders.remind_of_stalled(now)

    return on


def asking(**fields):
    enrolment = make.make_enrolment(**fields)
    choices.choose(enrolment.user, {"stalled": True})
    return enrolment


# --- enrolled -----------------------------------------------------------------------------------------------------------


def test_an_enrolment_is_confirmed_by_mail_once(django_capture_on_commit_callbacks, settings):
    edition = make.make_edition(title="Nerves & hands")
    make.make_approval(edition.course)
    learner = make.make_learner()

    with time_machine.travel(NOW), django_capture_on_commit_callbacks(execute=True):
        make.make_enrolment(learner, edition)
        make.make_enrolment(learner, edition)

    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([learner.email], "You are enrolled: Nerves & hands")
    assert f"{settings.SITE_URL}/courses/{edition.course.slug}/" in letter.body
    assert "- read 2 lessons,\n- pass 1 quiz, with at least 80% in each," in letter.body
    assert "2.5 contact hours" in letter.body


def test_a_course_without_an_approval_promises_no_hours(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        make.make_enrolment()

    assert "awards" not in mail.outbox[0].body


# --- stalled ------------------------------------------------------------------------------------------------------------


def test_nobody_is_reminded_who_did_not_ask(remind):
    make.make_enrolment()

    assert remind(20) == 0


def test_a_reminder_comes_after_two_weeks_and_then_at_most_every_two_weeks(remind):
    asking()

    assert [day for day in range(60) if remind(day) + remind(day)] == [14, 28, 42, 56]


def test_it_ends_after_half_a_year(remind):
    asking()

    assert [day for day in range(150, 260, 14) if remind(day)] == [150, 164, 178]


def test_a_reminder_says_where_to_go_on_and_how_to_stop_it(remind, settings):
    enrolment = asking(title="Nerves")
    learning.finish_lesson(enrolment, "m1-l1", now=NOW)

    remind(20)

    (letter,) = mail.outbox
    assert letter.subject == "“Nerves” is where you left it"
    assert "Next is: 1.2 Lesson M1.2." in letter.body
    assert choices.stop_address(enrolment.user, "stalled") in letter.extra_headers["List-Unsubscribe"]


def test_of_several_courses_the_one_last_opened_is_named(remind):
    first = asking(title="First")
    make.make_enrolment(first.user, make.make_edition(title="Second"), now=NOW + DAY)

    remind(30)

    assert [letter.subject for letter in mail.outbox] == ["“Second” is where you left it"]


@pytest.mark.parametrize("busy", [
    lambda enrolment: make.complete(enrolment),
    lambda enrolment: learning.withdraw(enrolment, now=NOW),
    lambda enrolment: learning.finish_lesson(enrolment, "m1-l1", now=NOW + 10 * DAY),
    lambda enrolment: choices.choose(enrolment.user, {"stalled": False}),
    lambda enrolment: type(enrolment.user).objects.filter(pk=enrolment.user_id).update(is_active=False),
], ids=["complete", "left", "reads", "stopped", "closed"])  # fmt: skip
def test_nobody_is_reminded_who_is_done_or_gone_or_at_it(remind, busy):
    busy(asking())

    assert remind(20) == 0


def test_a_quiz_begun_is_no_standstill(remind):
    enrolment = asking()
    make.finish_lessons(enrolment)
    make.take_quiz(enrolment, "M1", right=False, now=NOW + 10 * DAY)

    assert (remind(20), remind(25)) == (0, 1)


@pytest.mark.parametrize("change", [
    lambda enrolment: make.complete(enrolment),
    lambda enrolment: learning.withdraw(enrolment, now=NOW),
    lambda enrolment: choices.choose(enrolment.user, {"stalled": False}),
])  # fmt: skip
def test_a_reminder_that_became_wrong_in_the_queue_is_not_sent(change, django_capture_on_commit_callbacks):
    enrolment = asking()
    with django_capture_on_commit_callbacks() as callbacks:
        reminders.remind_of_stalled(NOW + 20 * DAY)
    change(enrolment)

    for callback in callbacks:
        callback()

    assert (len(callbacks), mail.outbox) == (1, [])
