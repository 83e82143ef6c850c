import pytest

from quizzes.delivery import results
from quizzes.delivery import services as delivery
from tests.factories import KINDS, NOW, make_attempt, make_bank, make_entry, make_item, make_quiz

pytestmark = pytest.mark.django_db


def taken(answers, *, secret="canary", **rules):
    shelf = make_bank()
    for place, kind in enumerate(KINDS):
        make_item(shelf, kind=kind, code=f"{place}", secret=secret, safety=kind == "single", objective=f"O{place}")
    quiz = make_quiz(shelf, kinds=KINDS, section={"mode": "fixed"}, **rules)
    return make_attempt(make_entry(published=delivery.publish_quiz(quiz, by=None)), answers=answers, submit=True)


def test_before_release_a_result_says_no_more_than_a_word_for_each_question():
    attempt = taken([False, [0], True, False, None, None, None])

    result = results.result_of(attempt, final=False)

    assert "canary" not in repr(result)
    assert {question.explanation for question in result.questions} == {None}
    assert [(question.n, question.topic, question.verdict) for question in result.questions] == [
        (1, "O0", "Not correct"),
        (2, "O1", "Partly correct"),
        (3, "O2", "Correct"),
        (4, "O3", "Not correct"),
        (5, "O4", "Not answered"),
        (6, "O5", "Not answered"),
        (7, "O6", "Not answered"),
    ]
    assert (result.percent, result.passed, result.missed_safety, result.released) == (19, False, (1,), False)
    assert result.questions[0].teaches_at == "lesson/anchor"


def test_after_release_each_question_is_explained_in_the_order_it_was_shown():
    attempt = taken([True] * 7)

    result = results.result_of(attempt, final=True)

    assert all("canary" in repr(question.explanation.review) for question in result.questions)
    first = result.questions[0].explanation
    shown = [first.prompt.options[index] for index in attempt.responses.get(n=1).order]
    assert [reason.text for reason in first.review.reasons] == shown
    assert first.answer == "blue"
    assert [reason.text for reason in first.review.reasons if reason.chosen and reason.correct] == ["blue"]


def test_a_rationale_is_the_one_the_attempt_was_marked_by():
    attempt = taken([True], secret="old")
    item = attempt.responses.get(n=1).revision.item

    item.options.update(rationale="new")
    delivery.publish_quiz(attempt.published_quiz.quiz, by=None)

    assert "new" not in repr(results.result_of(attempt, final=True).questions[0])


@pytest.mark.parametrize("final", [False, True])
def test_a_result_is_one_statement(final, django_assert_num_queries):
    attempt = taken([True] * 7)

    with django_assert_num_queries(1):
        results.result_of(attempt, final=final)


def test_an_open_attempt_has_no_result():
    with pytest.raises(results.NotSubmitted):
        results.result_of(make_attempt(), final=False)


def test_keys_are_released_after_a_pass_or_when_no_attempt_is_left():
    entry = make_entry(attempts_allowed=2, cooldown_hours=0)
    first = make_attempt(entry, submit=True)
    assert not results.is_final(first)

    second = delivery.start(entry, now=NOW)
    assert not results.is_final(first)

    delivery.submit(second, now=NOW)
    assert results.is_final(first)

    delivery.allow(entry, extra_attempts=1, reason="Again", by=None)
    assert not results.is_final(first)
    assert results.is_final(make_attempt(answers=[True] * 4, submit=True))
