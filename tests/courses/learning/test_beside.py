"""Pre-test, post-test and written task as learners meet them: entered once, shown at their time, secret until due."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from courses.catalogue import services as catalogue
from courses.learning import assessments, facts
from courses.learning import services as learning
from courses.learning.assessments import Part
from courses.learning.models import AssessmentEntry, Enrolment, ModuleEntry
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt, Entry
from tests.courses import factories as make
from tests.courses.learning.test_pages import text_of, url, warm_and_count
from tests.courses.learning.test_services import at_once
from tests.factories import NOW, make_marked

pytestmark = pytest.mark.django_db

PRE, POST, TASK = Part.PRE_TEST, Part.POST_TEST, Part.WRITTEN_TASK
LATER = NOW + timedelta(hours=1)


def make_edition(**fields):
    return make.make_edition(make.make_task(make.make_forms(make.make_course(**fields))))


@pytest.fixture
def enrolment(client) -> Enrolment:
    """In a course with everything; its learner is signed in."""
    learner = make.make_learner()
    client.force_login(learner)
    return make.make_enrolment(learner, make_edition(), now=timezone.now())


def code_of(enrolment: Enrolment, part: Part) -> str:
    return assessments.codes(enrolment.edition.frozen, enrolment.uuid.int)[part]


def door(enrolment: Enrolment, part: Part) -> str:
    return url("quiz", enrolment.course.slug, code_of(enrolment, part))


def page(client, enrolment: Enrolment) -> str:
    return text_of(client.get(url("course", enrolment.course.slug)))


def pass_all(enrolment: Enrolment) -> None:
    make.finish_lessons(enrolment)
    make.pass_quizzes(enrolment)


def result(attempt: Attempt) -> str:
    return reverse("quizzes:result", args=[attempt.uuid])


# --- the verbs ---------------------------------------------------------------------------------------------------------


def test_a_pre_test_is_entered_on_the_form_of_the_enrolment_and_never_as_a_module(enrolment):
    attempt = make.start_assessment(enrolment, PRE)

    tie = AssessmentEntry.objects.get()
    assert (tie.part, tie.entry, tie.entry.title) == ("pre_test", attempt.entry, "Pre-test")
    assert {row.revision.pool for row in attempt.responses.all()} == {f"F{code_of(enrolment, PRE)}"}
    assert not ModuleEntry.objects.exists()


def test_the_post_test_asks_the_other_form(enrolment):
    before = make.take_test(enrolment, PRE)
    pass_all(enrolment)

    after = make.take_test(enrolment, POST)

    asked = [{row.revision.item.code for row in attempt.responses.all()} for attempt in (before, after)]
    assert asked[0] & asked[1] == set()
    assert AssessmentEntry.objects.count() == 2


def test_a_test_is_taken_once(enrolment):
    make.take_test(enrolment, PRE, right=0)

    with pytest.raises(learning.NotOpenYet, match="Handed in."):
        make.start_assessment(enrolment, PRE)


def test_an_open_test_is_gone_on_with(enrolment):
    first = make.start_assessment(enrolment, PRE)

    assert make.start_assessment(enrolment, PRE) == first


def test_a_void_test_may_be_taken_again_on_the_same_entry(enrolment):
    first = make.start_assessment(enrolment, PRE)
    delivery.void(first, reason="Power cut", by=None)

    again = make.start_assessment(enrolment, PRE)

    assert (again.number, again.entry) == (2, first.entry)


def test_a_pre_test_is_shut_once_a_quiz_is_passed_and_a_post_test_until_all_are(enrolment):
    with pytest.raises(learning.NotOpenYet, match="opens when every module quiz is passed"):
        make.start_assessment(enrolment, POST)
    pass_all(enrolment)

    with pytest.raises(learning.NotOpenYet, match="before the first quiz is passed"):
        make.start_assessment(enrolment, PRE)
    assert make.start_assessment(enrolment, POST).state == Attempt.State.OPEN


def test_a_learner_has_one_entry_for_each_part(enrolment):
    entry = make.start_assessment(enrolment, PRE).entry
    other = delivery.enter(enrolment.user, entry.published_quiz)

    with pytest.raises(IntegrityError), transaction.atomic():
        AssessmentEntry.objects.create(enrolment=enrolment, part="pre_test", entry=other)


def test_a_later_edition_gives_no_second_try_and_keeps_what_was_taken(enrolment):
    before = make.take_test(enrolment, PRE)
    enrolment.course.bank.items.filter(pool__in=["FA", "FB"]).update(stem="Which one, please?")
    second = catalogue.publish(enrolment.course, by=None, now=LATER)

    enrolment = learning.take_up_edition(enrolment, second, now=LATER)

    found = facts.offer_of(enrolment, code_of(enrolment, PRE), now=LATER)
    assert (found.done, found.result) == (True, str(before.uuid))


def test_an_open_test_blocks_a_later_edition(enrolment):
    make.start_assessment(enrolment, PRE)
    enrolment.course.__class__.objects.update(subtitle="Newer")
    second = catalogue.publish(enrolment.course, by=None, now=LATER)

    with pytest.raises(learning.NotOpenYet, match="open quiz attempt"):
        learning.take_up_edition(enrolment, second, now=LATER)


def test_nothing_beside_the_modules_is_asked_for_completion(enrolment):
    make.complete(enrolment)

    assert facts.progress_of(Enrolment.objects.get()).complete
    assert not AssessmentEntry.objects.exists()


def test_what_is_taken_beside_the_modules_moves_no_progress(enrolment):
    before = facts.progress_of(enrolment)

    make.take_test(enrolment, PRE)

    assert facts.progress_of(enrolment) == before


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_make_one_pre_test():
    enrolment = make.make_enrolment(edition=make_edition())

    assert len(set(at_once(8, lambda n: make.start_assessment(enrolment, PRE).pk))) == 1
    assert (AssessmentEntry.objects.count(), Entry.objects.count()) == (1, 1)


# --- the gain -----------------------------------------------------------------------------------------------------------


def test_the_gain_is_counted_by_objective_over_both_tests(enrolment):
    annulled = make.start_assessment(enrolment, PRE)
    make.answer_right(annulled)
    delivery.void(annulled, reason="Power cut", by=None)
    make.take_test(enrolment, PRE, right=1)
    pass_all(enrolment)
    assert facts.gain_of(enrolment, ["O1", "O2", "O3"]) is None
    make.take_test(enrolment, POST, right=2)

    found = facts.gain_of(enrolment, ["O1", "O2", "O3"])

    assert [(line.objective, str(line.before), str(line.after)) for line in found.lines] == [
        ("O1", "1 of 1", "1 of 1"), ("O2", "0 of 1", "1 of 1"), ("O3", "0 of 1", "0 of 1"),
    ]  # fmt: skip
    assert (str(found.before), str(found.after)) == ("1 of 3", "2 of 3")


def test_anothers_tests_and_quizzes_of_modules_are_no_part_of_a_gain(enrolment):
    other = make.make_enrolment(edition=enrolment.edition)
    for each in (enrolment, other):
        pass_all(each)
    make.take_test(other, POST)

    assert facts.gain_of(enrolment, ["O1"]) is None
    assert facts.gain_of(other, ["O1", "O2", "O3"]).before is None


# --- the course page ------------------------------------------------------------------------------------------------


def test_the_course_page_offers_the_pre_test_before_a_quiz_is_passed(client, enrolment):
    text = page(client, enrolment)

    assert "See where you stand before you start" in text
    assert "A pre-test of 3 questions, about 5 minutes. It is optional and counts for nothing" in text
    assert "See what you have gained" not in text
    pass_all(enrolment)
    assert "See where you stand" not in page(client, enrolment)


def test_a_visitor_and_a_course_without_forms_are_offered_nothing(client, enrolment):
    plain = make.make_enrolment(enrolment.user, make.make_edition(), now=timezone.now())

    texts = [page(client, plain)]
    client.logout()
    texts.append(page(client, enrolment))

    for text in texts:
        assert [words for words in ("Pre-test", "pre-test", "gained", "Written task") if words in text] == []


def test_after_the_pre_test_the_course_page_names_its_result(client, enrolment):
    attempt = make.take_test(enrolment, PRE, right=2)

    response = client.get(url("course", enrolment.course.slug))

    assert "Pre-test taken: 66% right" in text_of(response)
    assert result(attempt) in response.text
    assert "See where you stand" not in response.text


def test_when_every_quiz_is_passed_the_post_test_is_offered_and_then_the_gain_shown(client, enrolment):
    make.take_test(enrolment, PRE, right=1)
    pass_all(enrolment)
    assert "It asks about the same objectives as your pre-test, with other questions." in page(client, enrolment)
    make.take_test(enrolment, POST)

    text = page(client, enrolment)

    assert "1 of 3 right before the course, 3 of 3 after it: 2 more." in text
    assert "Identify the point of O1. 1 of 1 1 of 1 Explain the point of O2. 0 of 1 1 of 1" in text


def test_without_a_pre_test_the_post_test_is_shown_alone(client, enrolment):
    pass_all(enrolment)
    assert "You took no pre-test, so it shows where you stand now." in page(client, enrolment)
    make.take_test(enrolment, POST)

    text = page(client, enrolment)

    assert "3 of 3 right. You took no pre-test" in text
    assert "Before" not in text


def test_a_course_page_costs_four_with_tests_and_one_more_once_there_is_a_gain(client, enrolment, max_statements):
    make.take_test(enrolment, PRE)
    pass_all(enrolment)
    warm_and_count(client, url("course", enrolment.course.slug), max_statements, 4)
    make.take_test(enrolment, POST)

    warm_and_count(client, url("course", enrolment.course.slug), max_statements, 5)


def test_the_dashboard_costs_no_more_for_who_took_tests(client, enrolment, max_statements):
    make.take_test(enrolment, PRE)

    warm_and_count(client, url("dashboard"), max_statements, 4)


# --- the door ---------------------------------------------------------------------------------------------------------


def test_the_door_of_the_pre_test_says_that_it_counts_for_nothing_and_starts_it(client, enrolment):
    text = text_of(client.get(door(enrolment, PRE)))
    assert "Pre-test, optional See where you stand before you start" in text
    assert "Nothing. It is not needed for your hours or your certificate" in text

    started = client.post(door(enrolment, PRE))

    attempt = Attempt.objects.get()
    assert started.url == reverse("quizzes:attempt", args=[attempt.uuid])
    assert "Go on where you stopped" in text_of(client.get(door(enrolment, PRE)))


def test_the_door_of_the_post_test_is_shut_until_every_quiz_is_passed(client, enrolment):
    assert "The post-test opens when every module quiz is passed." in text_of(client.get(door(enrolment, POST)))

    refused = client.post(door(enrolment, POST), follow=True)

    assert "The post-test opens when every module quiz is passed." in text_of(refused)
    assert not Attempt.objects.exists()


def test_a_stranger_finds_no_door(client, enrolment):
    client.force_login(make.make_learner())

    assert client.get(door(enrolment, PRE)).status_code == 404
    assert client.post(door(enrolment, PRE)).status_code == 404


def test_the_door_of_the_task_names_its_words_and_its_marker(client, enrolment):
    make.finish_lessons(enrolment)

    text = text_of(client.get(door(enrolment, TASK)))

    assert "At most 20 words. There is no time limit." in text
    assert "An instructor marks it within two weeks" in text


def test_the_task_stands_on_the_course_page_in_words(client, enrolment):
    assert "Task Opens when every lesson is read Locked" in page(client, enrolment)
    make.finish_lessons(enrolment)
    assert "Task Write it when you are ready Not started" in page(client, enrolment)
    attempt = make.start_assessment(enrolment, TASK)
    assert "Task Begun, and not handed in yet In progress" in page(client, enrolment)
    delivery.save_answer(attempt, 1, "It may help.", rev=0, now=timezone.now())

    delivery.submit(attempt, now=timezone.now())

    assert "Task Handed in. An instructor marks it within two weeks Handed in" in page(client, enrolment)
    assert "Waiting to be marked" in text_of(client.get(door(enrolment, TASK)))


def test_a_task_that_did_not_pass_is_revised_and_then_passed(client, enrolment):
    make.finish_lessons(enrolment)
    make_marked(hand_in_text(enrolment), passes=False, now=timezone.now())
    assert "Task Not passed yet. Read the marker's comments and revise it To revise" in unescape(
        page(client, enrolment)
    )
    assert "Revise it" in text_of(client.get(door(enrolment, TASK)))

    make_marked(hand_in_text(enrolment), now=timezone.now())

    assert "Task Passed Passed" in page(client, enrolment)
    text = text_of(client.get(door(enrolment, TASK)))
    assert "UTC Not passed yet 2" in text and "UTC Passed Knowledge" in text
    assert AssessmentEntry.objects.count() == 1


def hand_in_text(enrolment: Enrolment) -> Attempt:
    attempt = make.start_assessment(enrolment, TASK, now=timezone.now())
    delivery.save_answer(attempt, 1, f"It may help, {attempt.number}.", rev=0, now=timezone.now())
    return delivery.submit(attempt, now=timezone.now())


# --- results --------------------------------------------------------------------------------------------------------


def test_the_result_of_the_pre_test_shows_objectives_and_no_reason_until_the_post_test_is_handed_in(client, enrolment):
    attempt = make.take_test(enrolment, PRE, right=2)

    text = text_of(client.get(result(attempt)))

    assert "Your result: 2 of 3 (66%)" in text
    assert "It counts for nothing: neither for your hours nor for your certificate." in text
    assert "opens here when you have handed in the post-test." in text
    assert [words for words in ("why 0", "why 2", "Question by question", "Correct") if words in text] == []

    pass_all(enrolment)
    post = make.start_assessment(enrolment, POST)
    assert "Question by question" not in text_of(client.get(result(attempt)))
    delivery.submit(post, now=timezone.now())

    for each in (attempt, post):
        text = text_of(client.get(result(each)))
        assert "Question by question" in text and "why 2" in text
    assert "See what you gained" in text


def test_the_post_test_of_one_enrolment_opens_no_reason_of_another(client, enrolment):
    attempt = make.take_test(enrolment, PRE)
    other = make.make_enrolment(edition=enrolment.edition)
    pass_all(other)
    make.take_test(other, POST)

    assert "Question by question" not in text_of(client.get(result(attempt)))


def test_a_result_costs_as_many_statements_as_that_of_a_module(client, enrolment, max_statements):
    attempt = make.take_test(enrolment, PRE)

    warm_and_count(client, result(attempt), max_statements, 4)
