"""The learner's pages: what they cost in SQL statements, who may see them, and that they say the right things.

A signed-in request reads session and user in one statement; that one is counted in every budget below.
"""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.catalogue import services as catalogue
from courses.certificates import services as certificates
from courses.learning import services as learning
from courses.learning.models import Enrolment
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt
from tests.courses import factories as make
from tests.courses.learning.test_services import change_lesson, publish
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def url(name: str, *args) -> str:
    return reverse(f"courses:{name}", args=args)


def text_of(response) -> str:
    """What a person reads, in one line."""
    body = re.sub(r"(?s)<(head|script|svg)\b.*?</\1>", " ", response.text)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


@pytest.fixture
def learner(client):
    user = make.make_learner(display_name="Lea")
    client.force_login(user)
    return user


def enrolled(user, **fields) -> Enrolment:
    return make.make_enrolment(user, now=timezone.now(), **fields)


def slug(enrolment) -> str:
    return enrolment.course.slug


# --- corrected beliefs ------------------------------------------------------------------------------------------------


def test_the_course_page_tells_everyone_which_beliefs_it_corrects_and_links_the_lesson_for_learners(client, learner):
    enrolment = enrolled(learner)
    address, lesson = url("course", slug(enrolment)), url("lesson", slug(enrolment), "m1-l1")

    mine = client.get(address).text
    client.logout()
    visitor = client.get(address).text

    for page in (mine, visitor):
        assert "Nerves never move." in page and "They slide." in page and 'href="https://doi.org/10.1000/1"' in page
    corrected = [page.partition('id="corrected"')[2].partition("</section>")[0] for page in (mine, visitor)]
    assert [lesson in text for text in corrected] == [True, False]


def test_a_course_that_corrects_nothing_says_nothing_of_it(client):
    course = make.make_course()
    course.corrections.all().delete()
    make.make_edition(course, now=timezone.now())

    assert 'id="corrected"' not in client.get(url("course", course.slug)).text


# --- budgets ----------------------------------------------------------------------------------------------------------


def warm_and_count(client, address: str, max_statements, allowed: int) -> None:
    """Once to fill what a process keeps of frozen rows, then counted."""
    assert client.get(address).status_code == 200
    with max_statements(allowed):
        client.get(address)


def approved(edition) -> None:
    make.make_approval(edition.course)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_catalogue_costs_the_same_for_any_number_of_courses(client, max_statements, count):
    for _ in range(count):
        approved(make.make_edition())

    warm_and_count(client, url("catalogue"), max_statements, 2)


def test_the_catalogue_costs_three_for_who_is_signed_in(client, learner, max_statements):
    approved(make.make_edition())

    warm_and_count(client, url("catalogue"), max_statements, 3)


@pytest.mark.parametrize("lessons", [3, 30])
def test_a_course_page_costs_the_same_for_any_number_of_lessons(client, learner, max_statements, lessons):
    enrolment = enrolled(learner, lessons=lessons)
    approved(enrolment.edition)
    for lesson in enrolment.edition.frozen.lessons[1:]:
        learning.finish_lesson(enrolment, lesson.slug, now=timezone.now())

    warm_and_count(client, url("course", slug(enrolment)), max_statements, 4)


def test_a_course_page_of_a_visitor_costs_two(client, max_statements):
    edition = make.make_edition()

    warm_and_count(client, url("course", edition.course.slug), max_statements, 2)


def test_a_course_page_costs_the_same_after_many_attempts(client, learner, max_statements):
    enrolment = enrolled(learner, modules=3, attempts_allowed=None, cooldown_hours=0)
    make.finish_lessons(enrolment, now=timezone.now())
    for _ in range(5):
        make.take_quiz(enrolment, "M1", right=False, now=timezone.now())
    make.pass_quizzes(enrolment, now=timezone.now())

    warm_and_count(client, url("course", slug(enrolment)), max_statements, 4)


@pytest.mark.parametrize("lessons", [3, 30])
def test_a_lesson_page_costs_three(client, learner, max_statements, lessons):
    enrolment = enrolled(learner, lessons=lessons)
    make.finish_lessons(enrolment, now=timezone.now())

    warm_and_count(client, url("lesson", slug(enrolment), "m1-l2"), max_statements, 3)


@pytest.mark.parametrize("count", [1, 20])
def test_the_dashboard_costs_the_same_for_any_number_of_courses(client, learner, max_statements, count):
    for _ in range(count):
        enrolment = enrolled(learner)
        learning.finish_lesson(enrolment, "m1-l1", now=timezone.now())

    warm_and_count(client, url("dashboard"), max_statements, 4)


def test_an_empty_dashboard_costs_no_more(client, learner, max_statements):
    warm_and_count(client, url("dashboard"), max_statements, 4)


def test_a_quiz_door_costs_four(client, learner, max_statements):
    enrolment = enrolled(learner)
    make.finish_lessons(enrolment, now=timezone.now())

    warm_and_count(client, url("quiz", slug(enrolment), "M1"), max_statements, 4)


@pytest.mark.parametrize("name", ["evaluation", "attestation"])
def test_the_last_two_steps_cost_six_at_most(client, learner, max_statements, name):
    enrolment = enrolled(learner)

    warm_and_count(client, url(name, slug(enrolment)), max_statements, 6)


def test_finishing_a_lesson_costs_four_and_reads_no_content(client, learner, max_statements):
    enrolment = enrolled(learner)
    client.get(url("lesson", slug(enrolment), "m1-l1"))

    with max_statements(4) as seen:
        response = client.post(url("read", slug(enrolment), "m1-l1"))

    assert response.status_code == 302
    assert not any('"courses_edition"."content"' in query["sql"] for query in seen.captured_queries)


@pytest.mark.parametrize("name", ["course", "quiz", "evaluation", "attestation"])
def test_no_page_of_a_learner_reads_the_content_of_an_edition_again(client, learner, max_statements, name):
    enrolment = enrolled(learner)
    make.finish_lessons(enrolment, now=timezone.now())
    address = url(name, slug(enrolment), *(["M1"] if name == "quiz" else []))
    client.get(address)

    with max_statements(6) as seen:
        client.get(address)

    assert not any('"courses_edition"."content"' in query["sql"] for query in seen.captured_queries)


# --- access -----------------------------------------------------------------------------------------------------------

OWN = [
    ("edition", ()), ("leave", ()), ("lesson", ("m1-l1",)), ("quiz", ("M1",)), ("evaluation", ()), ("attestation", ()),
    ("course-certificate", ()),
]  # fmt: skip
POSTS = [("read", ("m1-l1",)), ("place", ("m1-l1",)), ("leave", ()), ("edition", ()), ("quiz", ("M1",))]


@pytest.mark.parametrize(("name", "args"), OWN)
def test_a_page_of_a_course_is_404_for_who_is_not_enrolled_and_for_what_is_missing(client, learner, name, args):
    theirs = make.make_enrolment(now=timezone.now())

    foreign = client.get(url(name, slug(theirs), *args))
    missing = client.get(url(name, "no-such-course", *args))

    assert foreign.status_code == missing.status_code == 404
    assert text_of(foreign) == text_of(missing)


@pytest.mark.parametrize(("name", "args"), POSTS)
def test_a_stranger_changes_nothing(client, learner, name, args):
    theirs = make.make_enrolment(now=timezone.now())
    before = Enrolment.objects.values().get()

    assert client.post(url(name, slug(theirs), *args)).status_code == 404
    assert Enrolment.objects.values().get() == before


@pytest.mark.parametrize(("name", "args"), [*OWN, ("enrol", ())])
def test_the_anonymous_are_asked_to_sign_in_and_come_back(client, name, args):
    enrolment = make.make_enrolment()

    response = client.get(url(name, slug(enrolment), *args))

    assert response.status_code == 302
    assert response.headers["Location"].endswith(f"?next={url(name, slug(enrolment), *args)}")


@pytest.mark.parametrize(("name", "args"), OWN)
def test_who_left_a_course_is_a_stranger_to_it(client, learner, name, args):
    enrolment = enrolled(learner)
    learning.withdraw(enrolment, now=timezone.now())

    assert client.get(url(name, slug(enrolment), *args)).status_code == 404


@pytest.mark.parametrize(("name", "args"), [("lesson", ("gone",)), ("quiz", ("M9",)), ("quiz", ("m1-l1",))])
def test_what_the_edition_does_not_have_is_404(client, learner, name, args):
    assert client.get(url(name, slug(enrolled(learner)), *args)).status_code == 404


@pytest.mark.parametrize("name", ["read", "place"])
def test_what_changes_something_is_only_ever_posted(client, learner, name):
    enrolment = enrolled(learner)

    assert client.get(url(name, slug(enrolment), "m1-l1")).status_code == 405


def test_a_retired_course_is_gone_for_visitors_and_stays_for_its_learners(client, learner):
    enrolment, other = enrolled(learner), make.make_learner()
    catalogue.retire(enrolment.course, now=timezone.now())

    assert client.get(url("course", slug(enrolment))).status_code == 200
    assert slug(enrolment) not in client.get(url("catalogue")).text
    client.force_login(other)
    assert client.get(url("course", slug(enrolment))).status_code == 404
    assert client.get(url("enrol", slug(enrolment))).status_code == 404


def test_a_draft_that_was_never_published_is_404(client):
    assert client.get(url("course", make.make_course().slug)).status_code == 404


# --- what they say: catalogue and course --------------------------------------------------------------------------------


def test_an_empty_catalogue_says_so(client):
    assert "No course is on offer yet." in text_of(client.get(url("catalogue")))


@pytest.mark.parametrize(
    ("hours", "shown"), [("10", "10 contact hours"), ("2.50", "2.5 contact hours"), ("1", "1 contact hour ·")]
)
def test_the_approved_hours_are_shown_in_plain_numbers(client, hours, shown):
    edition = make.make_edition()
    make.make_approval(edition.course, hours=Decimal(hours), valid_from=timezone.now().date())

    for address in (url("catalogue"), url("course", edition.course.slug)):
        assert shown in text_of(client.get(address))


def test_an_approval_that_is_over_or_to_come_is_not_shown(client):
    edition, today = make.make_edition(), timezone.now().date()
    make.make_approval(edition.course, number="OVER", valid_from=today - timedelta(9), valid_to=today - timedelta(1))
    make.make_approval(edition.course, number="COMING", valid_from=today + timedelta(1))
    make.make_approval(edition.course, number="LASTDAY", valid_from=today - timedelta(9), valid_to=today)

    said = text_of(client.get(url("course", edition.course.slug)))

    assert "LASTDAY" in said
    assert "OVER" not in said and "COMING" not in said


def test_without_an_approval_no_hours_are_claimed(client):
    edition = make.make_edition()

    assert "The certificate will claim no hours." in text_of(client.get(url("course", edition.course.slug)))


def test_a_visitor_sees_the_outline_and_the_way_in_and_no_lesson(client):
    edition = make.make_edition()

    response = client.get(url("course", edition.course.slug))

    assert "Enrol in this course" in text_of(response)
    assert "Lesson M1.1" in text_of(response)
    assert url("lesson", edition.course.slug, "m1-l1") not in response.text


def test_the_draft_does_not_show_before_it_is_published(client):
    edition = make.make_edition(title="As published")
    type(edition.course).objects.update(title="As drafted")

    for address in (url("catalogue"), url("course", edition.course.slug)):
        said = text_of(client.get(address))
        assert "As published" in said and "As drafted" not in said


def test_a_new_learner_is_told_where_to_start(client, learner):
    enrolment = enrolled(learner)

    response = client.get(url("course", slug(enrolment)))

    assert "Start with 1.1 Lesson M1.1" in text_of(response)
    assert "0 of 2 lessons read. No quiz passed yet." in text_of(response)


def test_a_learner_on_the_way_is_told_where_to_go_on_and_why_a_quiz_is_shut(client, learner):
    enrolment = enrolled(learner)
    learning.finish_lesson(enrolment, "m1-l1", now=timezone.now())

    response = client.get(url("course", slug(enrolment)))

    said = text_of(response)
    assert "Resume 1.2 Lesson M1.2" in said
    assert "Opens when one more lesson of this module is read" in said
    assert "Opens when every lesson is read and every quiz is passed." in said
    assert "Opens when the evaluation is handed in." in said
    assert f'href="{url("quiz", slug(enrolment), "M1")}"' not in response.text


def test_each_step_leads_to_the_next(client, learner):
    enrolment, now = enrolled(learner), timezone.now()
    address = url("course", slug(enrolment))

    make.finish_lessons(enrolment, now=now)
    assert "Go to the quiz of module 1" in text_of(client.get(address))
    make.pass_quizzes(enrolment, now=now)
    assert "Evaluate the course" in text_of(client.get(address))
    make.evaluate(enrolment, now=now)
    assert "Confirm your name and your work" in text_of(client.get(address))
    make.attest(enrolment, now=now)
    assert "Your certificate" in text_of(client.get(address))


def test_when_nothing_is_open_the_page_says_what_is_missing(client, learner):
    enrolment = enrolled(learner, attempts_allowed=1)
    make.finish_lessons(enrolment, now=timezone.now())
    make.take_quiz(enrolment, "M1", right=False, now=timezone.now())

    said = text_of(client.get(url("course", slug(enrolment))))

    assert "1 quiz to pass" in said
    assert "No attempts left. Write to us: a person can open another one" in said


# --- what they say: enrolling, leaving, editions ------------------------------------------------------------------------


GIVEN = {"profession": "massage_therapist", "jurisdiction": "Florida", "confirmed": "on"}


def test_enrolling_by_the_page_leads_to_the_course(client, learner):
    edition = make.make_edition()

    response = client.post(url("enrol", edition.course.slug), GIVEN)

    assert response.headers["Location"] == url("course", edition.course.slug)
    assert Enrolment.objects.get().user == learner


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ("confirmed", "Confirm that you have checked what your licence allows."),
        ("profession", "Choose the profession."),
        ("jurisdiction", "Enter where you practise."),
    ],
)
def test_what_is_left_out_is_asked_for(client, learner, left_out, said):
    edition = make.make_edition()
    given = {name: value for name, value in GIVEN.items() if name != left_out}

    response = client.post(url("enrol", edition.course.slug), given)

    assert response.status_code == 200
    assert response.context["form"].errors == {left_out: [said]}
    assert said in text_of(response)
    assert not Enrolment.objects.exists()


def test_an_instructor_is_told_why_not(client, learner):
    edition = make.make_edition(make.make_course(by=learner))

    said = text_of(client.post(url("enrol", edition.course.slug), GIVEN))

    assert "Instructors cannot earn hours in their own course." in said


@pytest.mark.parametrize("value", ["x" * 61, "a\x00b", "  "])
def test_a_place_that_cannot_be_kept_is_a_message(client, learner, value):
    response = client.post(url("enrol", make.make_edition().course.slug), GIVEN | {"jurisdiction": value})

    assert "jurisdiction" in response.context["form"].errors


def test_leaving_is_asked_and_then_done(client, learner):
    enrolment = enrolled(learner)
    assert client.get(url("leave", slug(enrolment))).status_code == 200
    assert Enrolment.objects.active().exists()

    response = client.post(url("leave", slug(enrolment)), follow=True)

    assert "You have left the course." in text_of(response)
    assert not Enrolment.objects.active().exists()


def test_a_newer_edition_is_offered_with_what_it_changes_and_taken_up_on_demand(client, learner):
    enrolment = enrolled(learner)
    make.finish_lessons(enrolment, now=timezone.now())
    change_lesson(enrolment.course)
    publish(enrolment.course, now=timezone.now())

    assert "There is a newer edition" in text_of(client.get(url("course", slug(enrolment))))
    offer = text_of(client.get(url("edition", slug(enrolment))))
    assert "These lessons have changed since you read them." in offer and "Lesson M1.1" in offer
    assert "Lesson M1.2" not in offer

    after = text_of(client.post(url("edition", slug(enrolment)), follow=True))
    assert "You are now on edition 2." in after
    assert "1 of 2 lessons read." in after
    assert "This lesson has changed since you read it." in text_of(client.get(url("lesson", slug(enrolment), "m1-l1")))


def test_without_a_newer_edition_there_is_nothing_to_offer(client, learner):
    assert client.get(url("edition", slug(enrolled(learner)))).status_code == 404


# --- what they say: lessons ---------------------------------------------------------------------------------------------


def test_a_lesson_shows_its_words_its_sources_and_the_way_on(client, learner):
    enrolment = enrolled(learner)

    response = client.get(url("lesson", slug(enrolment), "m1-l1"))

    assert "Author 1. A study. 2025." in text_of(response)
    assert "Mark as read and continue" in text_of(response)
    assert url("lesson", slug(enrolment), "m1-l2") in response.text


def test_marking_as_read_goes_on_to_the_next_lesson_and_then_to_the_quiz(client, learner):
    enrolment = enrolled(learner)

    first = client.post(url("read", slug(enrolment), "m1-l1"))
    second = client.post(url("read", slug(enrolment), "m1-l2"))

    assert first.headers["Location"] == url("lesson", slug(enrolment), "m1-l2")
    assert second.headers["Location"] == url("quiz", slug(enrolment), "M1")
    assert "You have read this lesson" in text_of(client.get(url("lesson", slug(enrolment), "m1-l1")))


def test_a_place_is_kept_and_offered_again_and_an_unknown_one_is_not_kept(client, learner):
    enrolment = enrolled(learner)
    address = url("place", slug(enrolment), "m1-l1")

    assert client.post(address, {"anchor": "start"}).status_code == 204
    assert "Continue at “Where it starts”" in text_of(client.get(url("lesson", slug(enrolment), "m1-l1")))

    for anchor in ("nowhere", '"><script>', "x" * 5000, "\x00", "٤"):
        assert client.post(address, {"anchor": anchor}).status_code == 204
        assert Enrolment.objects.get().last_anchor == ""
    assert client.post(address).status_code == 204


@pytest.mark.parametrize("slug_", ["..", "%00", "m1-l1%00", "x" * 3000, "-1", "١"])
def test_strange_addresses_are_404(client, learner, slug_):
    enrolment = enrolled(learner)

    assert client.get(f"/courses/{slug(enrolment)}/lessons/{slug_}/").status_code == 404


# --- what they say: the door to a quiz ----------------------------------------------------------------------------------


def quiz_page(client, enrolment) -> str:
    return text_of(client.get(url("quiz", slug(enrolment), "M1")))


def test_the_door_says_why_it_is_shut_and_a_post_starts_nothing(client, learner):
    enrolment = enrolled(learner)

    assert "Opens when 2 more lessons of this module are read." in quiz_page(client, enrolment)
    response = client.post(url("quiz", slug(enrolment), "M1"), follow=True)

    assert "Opens when 2 more lessons of this module are read." in text_of(response)
    assert not Attempt.objects.exists()


def test_the_door_states_the_rules_of_this_quiz(client, learner):
    course = make.make_course(attempts_allowed=4, cooldown_after=3, cooldown_hours=12)
    course.modules.get().quiz.__class__.objects.update(time_limit_minutes=25)
    enrolment = enrolled(learner, edition=make.make_edition(course))

    said = quiz_page(client, enrolment)

    assert "25 minutes from the start of an attempt." in said
    assert "Attempts 4. From attempt 3 on, the next one opens 12 hours later." in said


def test_the_door_without_a_limit_says_so(client, learner):
    enrolment = enrolled(learner, attempts_allowed=None, cooldown_hours=0)

    said = quiz_page(client, enrolment)

    assert "No time limit." in said
    assert "As many as you like" in said
    assert "opens" not in said.partition("As many as you like")[2].partition("Afterwards")[0]


def test_starting_leads_into_the_attempt_and_again_into_the_same(client, learner):
    enrolment = enrolled(learner)
    make.finish_lessons(enrolment, now=timezone.now())

    first = client.post(url("quiz", slug(enrolment), "M1"))
    assert "Go on with attempt 1" in quiz_page(client, enrolment)
    second = client.post(url("quiz", slug(enrolment), "M1"))

    assert first.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert str(Attempt.objects.get().uuid) in first.headers["Location"]


def test_after_a_failed_attempt_the_door_tells_when_the_next_one_opens(client, learner):
    enrolment = enrolled(learner, cooldown_after=1, cooldown_hours=24)
    make.finish_lessons(enrolment, now=timezone.now())
    make.take_quiz(enrolment, "M1", right=False, now=timezone.now())

    said = quiz_page(client, enrolment)

    assert "The next attempt opens on" in said
    assert "Not passed: 0%" in said
    assert "2 left" in said


def test_after_a_pass_the_door_leads_back(client, learner):
    enrolment = enrolled(learner)
    make.finish_lessons(enrolment, now=timezone.now())
    make.pass_quizzes(enrolment, now=timezone.now())

    assert "You have passed this quiz." in quiz_page(client, enrolment)
    client.post(url("quiz", slug(enrolment), "M1"))
    assert Attempt.objects.count() == 1


# --- what they say: the dashboard ---------------------------------------------------------------------------------------


def test_an_empty_dashboard_tells_three_steps(client):
    client.force_login(make_user())

    said = text_of(client.get(url("dashboard")))

    assert "Three steps to your first certificate" in said
    assert "Enter your legal name" in said
    assert "No certificates yet." in said and "No licence entered yet." in said


def test_the_dashboard_leads_back_to_the_course_and_section_last_worked_on(client, learner):
    older, newer = enrolled(learner), enrolled(learner)
    learning.remember_place(newer, "m1-l1", "start", now=timezone.now() - timedelta(days=2))
    learning.finish_lesson(newer, "m1-l1", now=timezone.now() - timedelta(days=2))
    learning.remember_place(older, "m1-l2", "start", now=timezone.now())

    response = client.get(url("dashboard"))

    assert f"{url('lesson', slug(older), 'm1-l2')}#start" in response.text
    assert "1 of 2 lessons" in text_of(response)


def test_a_course_waiting_for_the_registrar_says_so_and_one_that_was_left_is_gone(client, learner):
    done, left = enrolled(learner), enrolled(learner)
    make.complete(done, now=timezone.now())
    learning.withdraw(left, now=timezone.now())

    said = text_of(client.get(url("dashboard")))

    assert "With the registrar" in said
    assert left.edition.frozen.title not in said


def test_the_dashboard_shows_nothing_of_others(client, learner):
    other = make.make_enrolment(now=timezone.now())

    assert other.edition.frozen.title not in text_of(client.get(url("dashboard")))


def test_a_newer_edition_is_noticed_on_the_dashboard(client, learner):
    enrolment = enrolled(learner)
    change_lesson(enrolment.course)
    publish(enrolment.course, now=timezone.now())

    assert "has a newer edition" in text_of(client.get(url("dashboard")))


def test_an_answer_of_another_attempt_is_not_reachable_by_a_stranger(client, learner):
    theirs = make.make_enrolment(now=timezone.now())
    make.finish_lessons(theirs, now=timezone.now())
    attempt = delivery.start(learning.enter_quiz(theirs, "M1", home="/", now=timezone.now()), now=timezone.now())

    assert client.get(reverse("quizzes:attempt", args=[attempt.uuid])).status_code == 404


def test_the_dashboard_says_that_a_certificate_was_revoked(client, learner):
    enrolment = make.make_enrolment(learner)
    make.complete(enrolment)
    certificate = certificates.issue(enrolment, by=None, now=make.NOW)
    certificates.revoke(certificate, category="error", reason="Wrong course.", by=None, now=make.NOW)

    assert "Revoked" in text_of(client.get(url("dashboard")))


def test_the_licence_of_another_cannot_be_attested(client, learner):
    enrolment, now = enrolled(learner), timezone.now()
    licence = make.make_learner().licences.create(jurisdiction="Florida", profession="massage_therapist", number="1")
    make.finish_lessons(enrolment, now=now)
    make.pass_quizzes(enrolment, now=now)
    make.evaluate(enrolment, now=now)

    with pytest.raises(learning.Refusal, match="a licence of your own"):
        make.attest(enrolment, licence=licence, now=now)
