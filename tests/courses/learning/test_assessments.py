"""What is offered beside the modules: every state of every part, from values alone."""

from dataclasses import replace

import pytest

from courses.catalogue.content import Assessment, QuizSummary
from courses.learning.assessments import Offer, Part, codes, offers
from courses.learning.completion import QuizFacts, State, Tried, progress
from tests.courses.learning.test_completion import ALL, FAILED, NO_QUIZ, NOW, PASSED, SPENT, STARTED, TWO, facts

PRE, POST, TASK = Part.PRE_TEST, Part.POST_TEST, Part.WRITTEN_TASK
DONE, HERE, OPEN, SHUT = State.DONE, State.HERE, State.OPEN, State.SHUT
QUIZ = QuizSummary("Form", "", 12, TWO.pass_mark, False)
A, B, T = (Assessment(code, QUIZ) for code in "ABT")
COURSE = replace(TWO, parallel_forms=(A, B), written_task=T)
WAITING = QuizFacts((Tried("u1", 1, NOW),), attempts_left=2)
VOID = QuizFacts((), attempts_left=1)


def offered(course=COURSE, enrolment: int = 0, beside=(), **done) -> dict[Part, Offer]:
    found = facts(**done, assessments=tuple((part.value, quiz) for part, quiz in beside))
    return offers(course, found, progress(course, found), enrolment)


# --- which form comes first -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("enrolment", "first", "second"), [(6, "A", "B"), (7, "B", "A")])
def test_the_parity_of_the_enrolment_decides_which_form_comes_first_and_the_other_comes_last(enrolment, first, second):
    assert codes(COURSE, enrolment) == {PRE: first, POST: second, TASK: "T"}


def test_an_edition_that_names_the_forms_the_other_way_round_gives_nobody_the_same_form_twice():
    swapped = replace(COURSE, parallel_forms=(B, A))

    assert codes(swapped, 6) == codes(COURSE, 6)


@pytest.mark.parametrize(
    ("course", "parts"),
    [(TWO, []), (replace(TWO, parallel_forms=(A, B)), [PRE, POST]), (replace(TWO, written_task=T), [TASK])],
)
def test_a_course_offers_what_it_has(course, parts):
    assert list(offered(course)) == parts


# --- when ----------------------------------------------------------------------------------------------------------

ONE_PASSED = {"read": "ab", "quizzes": [("M1", PASSED)]}
TESTS = {  # what was done -> the states of pre-test and post-test
    "nothing yet": ({}, [OPEN, SHUT]),
    "lessons read": ({"read": "abc"}, [OPEN, SHUT]),
    "a quiz failed": ({"read": "ab", "quizzes": [("M1", FAILED)]}, [OPEN, SHUT]),
    "a quiz passed": (ONE_PASSED, [SHUT, SHUT]),
    "every quiz passed": (ALL, [SHUT, OPEN]),
    "complete": ({**ALL, "evaluated": True, "attested": True}, [SHUT, OPEN]),
    "pre-test begun": ({"beside": [(PRE, STARTED)]}, [HERE, SHUT]),
    "pre-test begun, a quiz passed": ({**ONE_PASSED, "beside": [(PRE, STARTED)]}, [HERE, SHUT]),
    "pre-test void": ({"beside": [(PRE, VOID)]}, [OPEN, SHUT]),
    "pre-test taken": ({"beside": [(PRE, PASSED)]}, [DONE, SHUT]),
    "pre-test taken, every quiz passed": ({**ALL, "beside": [(PRE, PASSED)]}, [DONE, OPEN]),
    "post-test begun": ({**ALL, "beside": [(POST, STARTED)]}, [SHUT, HERE]),
    "both taken": ({**ALL, "beside": [(PRE, PASSED), (POST, PASSED)]}, [DONE, DONE]),
    "a later edition asks the quizzes anew": ({"beside": [(POST, PASSED)]}, [SHUT, DONE]),
}


@pytest.mark.parametrize("case", TESTS)
def test_a_test_before_and_one_after_are_open_at_their_time_and_once(case):
    done, wanted = TESTS[case]

    found = offered(**done)

    assert [found[part].state for part in (PRE, POST)] == wanted
    assert [bool(found[part].reason) for part in (PRE, POST)] == [state is not OPEN for state in wanted]


REVISED = QuizFacts((*FAILED.attempts, Tried("u2", 2, NOW, 80, True)), attempts_left=1)
TASKS = {
    "lessons left": ({"read": "ab"}, SHUT, "Opens when every lesson is read"),
    "lessons read": ({"read": "abc"}, OPEN, ""),
    "begun": ({"read": "abc", "beside": [(TASK, STARTED)]}, HERE, "Begun, and not handed in yet"),
    "handed in": (
        {"read": "abc", "beside": [(TASK, WAITING)]}, SHUT, "Handed in. An instructor marks it within two weeks",
    ),
    "not passed": (
        {"read": "abc", "beside": [(TASK, FAILED)]}, OPEN, "Not passed yet. Read the marker's comments and revise it",
    ),
    "not passed, a lesson changed since": (
        {"read": "ab", "beside": [(TASK, FAILED)]}, OPEN, "Not passed yet. Read the marker's comments and revise it",
    ),
    "no revision left": ({"read": "abc", "beside": [(TASK, SPENT)]}, SHUT, "Not passed, and no revision is left"),
    "revised and passed": ({"read": "abc", "beside": [(TASK, REVISED)]}, DONE, "Passed"),
}  # fmt: skip


@pytest.mark.parametrize("case", TASKS)
def test_the_written_task_says_how_it_stands(case):
    done, state, reason = TASKS[case]

    found = offered(**done)[TASK]

    assert (found.state, found.reason) == (state, reason)


def test_the_written_task_does_not_wait_for_a_quiz():
    assert offered(read="abc", quizzes=[("M1", FAILED)])[TASK].is_open


@pytest.mark.parametrize("beside", [[], [(PRE, PASSED), (POST, FAILED), (TASK, SPENT)]])
def test_nothing_beside_the_modules_changes_what_is_required(beside):
    found = facts(**ALL, assessments=tuple((part.value, quiz) for part, quiz in beside))

    judged = progress(COURSE, found)

    assert judged == progress(TWO, found) == progress(TWO, facts(**ALL))


def test_a_course_without_quizzes_has_its_post_test_at_once():
    assert offered(replace(NO_QUIZ, parallel_forms=(A, B)))[POST].state is OPEN


@pytest.mark.parametrize(("questions", "minutes"), [(1, 5), (7, 5), (8, 10), (10, 10), (12, 10), (14, 15)])
def test_how_long_a_test_takes_is_said_to_five_minutes(questions, minutes):
    course = replace(COURSE, parallel_forms=(A, Assessment("B", replace(QUIZ, questions=questions))))

    assert offered(course, enrolment=1)[PRE].minutes == minutes


def test_the_result_is_that_of_the_attempt_last_handed_in():
    begun = QuizFacts((*FAILED.attempts, Tried("u2", 2)))

    offer = offered(beside=[(TASK, begun)])[TASK]

    assert (offer.result, offer.percent) == ("u1", 40)
    assert (offered()[TASK].result, offered()[TASK].percent) == (None, None)
