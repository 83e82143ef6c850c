"""Progress, judged: every state of every step and its explanation, from values alone."""

import datetime as dt
from dataclasses import replace

import pytest

from courses.catalogue.content import Lesson, Module, QuizSummary
from courses.learning.completion import Facts, Kind, QuizFacts, State, Tried, progress
from tests.courses.catalogue.test_content import COURSE

NOW = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
DONE, HERE, OPEN, SHUT = State.DONE, State.HERE, State.OPEN, State.SHUT
QUIZ = QuizSummary("Quiz", "", 10, COURSE.pass_mark, False)


def lessons(*slugs):
    return tuple(Lesson(slug, slug.title(), "", (), f"<p>{slug}</p>") for slug in slugs)


TWO = replace(COURSE, modules=(Module("M1", "", "", lessons("a", "b"), QUIZ), Module("M2", "", "", lessons("c"), QUIZ)))
NO_QUIZ = replace(COURSE, modules=(Module("M1", "", "", lessons("a")),))
DIGEST = {lesson.slug: lesson.digest for lesson in TWO.lessons}

FAILED = QuizFacts((Tried("u1", 1, NOW, 40, False),), attempts_left=2)
STARTED = QuizFacts((Tried("u1", 1),), attempts_left=2)
PASSED = QuizFacts((Tried("u1", 1, NOW, 90, True),), attempts_left=2)
WAITING = replace(FAILED, next_start=NOW)
SPENT = replace(FAILED, attempts_left=0)
UNMARKED = QuizFacts((Tried("u1", 1, NOW),), attempts_left=0)


def facts(read="", quizzes=(), **fields) -> Facts:
    return Facts(finished=frozenset((slug, DIGEST[slug]) for slug in read), quizzes=tuple(quizzes), **fields)


ALL = {"read": "abc", "quizzes": [("M1", PASSED), ("M2", PASSED)]}

# facts -> the states of: lessons a b, quiz M1, lesson c, quiz M2, evaluation, attestation
STATES = {
    "nothing yet": (facts(), [OPEN, OPEN, SHUT, OPEN, SHUT, SHUT, SHUT]),
    "opened but not read": (facts(last_lesson="b"), [OPEN, HERE, SHUT, OPEN, SHUT, SHUT, SHUT]),
    "one read": (facts("a", last_lesson="a"), [DONE, HERE, SHUT, OPEN, SHUT, SHUT, SHUT]),
    "read out of order": (facts("b", last_lesson="b"), [HERE, DONE, SHUT, OPEN, SHUT, SHUT, SHUT]),
    "left in another module": (facts("a", last_lesson="c"), [DONE, OPEN, SHUT, HERE, SHUT, SHUT, SHUT]),
    "a lesson that is no more": (facts("a", last_lesson="z"), [DONE, HERE, SHUT, OPEN, SHUT, SHUT, SHUT]),
    "module read": (facts("ab", last_lesson="b"), [DONE, DONE, HERE, OPEN, SHUT, SHUT, SHUT]),
    "module read, going on": (facts("ab", last_lesson="c"), [DONE, DONE, OPEN, HERE, SHUT, SHUT, SHUT]),
    "attempt open": (facts("ab", [("M1", STARTED)]), [DONE, DONE, HERE, OPEN, SHUT, SHUT, SHUT]),
    "attempt open, lesson changed": (facts("a", [("M1", STARTED)]), [DONE, OPEN, HERE, OPEN, SHUT, SHUT, SHUT]),
    "failed once": (facts("ab", [("M1", FAILED)]), [DONE, DONE, HERE, OPEN, SHUT, SHUT, SHUT]),
    "has to wait": (facts("ab", [("M1", WAITING)]), [DONE, DONE, SHUT, HERE, SHUT, SHUT, SHUT]),
    "no attempts left": (facts("ab", [("M1", SPENT)]), [DONE, DONE, SHUT, HERE, SHUT, SHUT, SHUT]),
    "with a marker": (facts("ab", [("M1", UNMARKED)]), [DONE, DONE, SHUT, HERE, SHUT, SHUT, SHUT]),
    "passed": (facts("ab", [("M1", PASSED)]), [DONE, DONE, DONE, HERE, SHUT, SHUT, SHUT]),
    "passed, lesson changed": (facts("a", [("M1", PASSED)]), [DONE, HERE, DONE, OPEN, SHUT, SHUT, SHUT]),
    "learned": (facts(**ALL), [DONE, DONE, DONE, DONE, DONE, HERE, SHUT]),
    "evaluated": (facts(**ALL, evaluated=True), [DONE, DONE, DONE, DONE, DONE, DONE, HERE]),
    "complete": (facts(**ALL, evaluated=True, attested=True), [DONE] * 7),
    "all left is shut": (facts("abc", [("M1", PASSED), ("M2", SPENT)]), [DONE, DONE, DONE, DONE, SHUT, SHUT, SHUT]),
    "evaluated, then a lesson changed": (
        facts("ab", ALL["quizzes"], evaluated=True), [DONE, DONE, DONE, HERE, DONE, DONE, SHUT],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", STATES)
def test_each_step_has_its_state(case):
    given, states = STATES[case]

    assert [step.state for step in progress(TWO, given).steps] == states


@pytest.mark.parametrize("case", STATES)
def test_what_is_shut_says_why_and_what_is_done_says_nothing(case):
    for step in progress(TWO, STATES[case][0]).steps:
        assert bool(step.reason) >= (step.state is SHUT)
        assert not (step.state is DONE and step.reason)


REASONS = [
    (facts(), "Opens when 2 more lessons of this module are read"),
    (facts("a"), "Opens when one more lesson of this module is read"),
    (facts("ab", [("M1", STARTED)]), "An attempt is open"),
    (facts("ab", [("M1", WAITING)]), "The next attempt has to wait"),
    (facts("ab", [("M1", UNMARKED)]), "An instructor is marking your last attempt"),
    (facts("ab", [("M1", SPENT)]), "No attempts left. Write to us: a person can open another one"),
    (facts("a", [("M1", SPENT)]), "Opens when one more lesson of this module is read"),
    (facts("ab", [("M1", FAILED)]), ""),
    (facts("a", [("M1", PASSED)]), ""),
]


@pytest.mark.parametrize(("given", "reason"), REASONS)
def test_a_quiz_says_why_it_is_shut(given, reason):
    assert progress(TWO, given).step(Kind.QUIZ, "M1").reason == reason


LEARN_FIRST = "Opens when every lesson is read and every quiz is passed."
EVALUATE_FIRST = "Opens when the evaluation is handed in."


@pytest.mark.parametrize(
    ("given", "evaluation", "attestation"),
    [
        (facts(), LEARN_FIRST, EVALUATE_FIRST),
        (facts(**ALL), "", EVALUATE_FIRST),
        (facts(**ALL, evaluated=True), "", ""),
        (facts("ab", ALL["quizzes"], evaluated=True), "", LEARN_FIRST),
        (facts("abc", [("M1", PASSED)], evaluated=True), "", LEARN_FIRST),
    ],
)
def test_the_last_two_steps_say_what_opens_them(given, evaluation, attestation):
    judged = progress(TWO, given)

    assert judged.step(Kind.EVALUATION, "evaluation").reason == evaluation
    assert judged.step(Kind.ATTESTATION, "attestation").reason == attestation


def test_a_lesson_counts_as_read_only_in_its_present_wording():
    old = Facts(finished=frozenset({("a", "another digest")}))

    step = progress(TWO, old).step(Kind.LESSON, "a")

    assert (step.state, step.reason) == (HERE, "Changed since you read it")


SENTENCES = [
    (facts(), "0 of 3 lessons read. No quiz passed yet.", 0),
    (facts("a"), "1 of 3 lessons read. No quiz passed yet.", 14),
    (facts("ab", [("M1", FAILED)]), "2 of 3 lessons read. No quiz passed yet.", 28),
    (facts("ab", [("M1", PASSED)]), "2 of 3 lessons read. 1 of 2 quizzes passed.", 42),
    (facts(**ALL), "3 of 3 lessons read. 2 of 2 quizzes passed.", 71),
    (facts(**ALL, evaluated=True), "3 of 3 lessons read. 2 of 2 quizzes passed.", 85),
    (facts(**ALL, evaluated=True, attested=True), "3 of 3 lessons read. 2 of 2 quizzes passed.", 100),
]


@pytest.mark.parametrize(("given", "sentence", "share"), SENTENCES)
def test_progress_explains_itself_and_its_share_is_rounded_down(given, sentence, share):
    judged = progress(TWO, given)

    assert (judged.explanation, judged.share) == (sentence, share)
    assert judged.complete is (share == 100)


MISSING = [
    (facts(), ("3 lessons to read", "2 quizzes to pass", "the evaluation to hand in", "the attestation to sign")),
    (facts("ab", [("M1", PASSED)]), ("1 lesson to read", "1 quiz to pass", "the evaluation to hand in", "the attestation to sign")),
    (facts(**ALL), ("the evaluation to hand in", "the attestation to sign")),
    (facts(**ALL, evaluated=True), ("the attestation to sign",)),
    (facts(**ALL, evaluated=True, attested=True), ()),
]  # fmt: skip


@pytest.mark.parametrize(("given", "missing"), MISSING)
def test_what_is_missing_is_listed(given, missing):
    assert progress(TWO, given).missing == missing


@pytest.mark.parametrize(
    ("given", "kind", "key"),
    [
        (facts(), Kind.LESSON, "a"),
        (facts("a", last_lesson="c"), Kind.LESSON, "c"),
        (facts("ab"), Kind.QUIZ, "M1"),
        (facts("ab", [("M1", SPENT)]), Kind.LESSON, "c"),
        (facts(**ALL), Kind.EVALUATION, "evaluation"),
        (facts(**ALL, evaluated=True), Kind.ATTESTATION, "attestation"),
    ],
)
def test_the_next_step_is_the_one_in_hand_or_the_first_open_one(given, kind, key):
    step = progress(TWO, given).next

    assert (step.kind, step.key) == (kind, key)


@pytest.mark.parametrize("case", ["complete", "all left is shut"])
def test_there_may_be_no_next_step(case):
    assert progress(TWO, STATES[case][0]).next is None


def test_a_course_without_a_quiz_opens_its_evaluation_after_the_lessons():
    given = Facts(finished=frozenset({("a", NO_QUIZ.lessons[0].digest)}))

    judged = progress(NO_QUIZ, given)

    assert judged.explanation == "1 of 1 lessons read."
    assert judged.step(Kind.EVALUATION, "evaluation").state is HERE


def test_steps_carry_the_numbers_that_are_printed():
    assert [(step.number, step.module) for step in progress(TWO, facts()).steps] == [
        ("1.1", "M1"), ("1.2", "M1"), ("1", "M1"), ("2.1", "M2"), ("2", "M2"), ("", ""), ("", ""),
    ]  # fmt: skip
