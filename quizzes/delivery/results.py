"""What a learner may be shown of a submitted attempt. Besides marking, the only place that reads keys."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast

from ceu.shared.prepared import prepared
from quizzes import scoring
from quizzes.delivery import release, timing
from quizzes.delivery.keys import keys_of
from quizzes.delivery.models import Attempt, PublishedQuiz, Response
from quizzes.delivery.paper import PoolItem, Rules
from quizzes.delivery.refusals import Refusal
from quizzes.questions import QUESTION_KINDS, Mark, Review


class NotSubmitted(Refusal):
    sentence = "This attempt has not been submitted yet, so it has no result."


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is released at the end: the question, the learner's answer in words, and why."""

    prompt: Any
    answer: str
    review: Review


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """`verdict`: Correct, Partly correct, Not correct, Not answered. `explanation` is None until release."""

    n: int
    topic: str
    teaches_at: str
    safety: bool
    verdict: str
    explanation: Explanation | None


@dataclass(frozen=True, slots=True)
class Result:
    """`percent` is a whole number, rounded down. `released`: each question has its explanation. `measures`: there is
    nothing to pass."""

    attempt: Attempt
    percent: int
    pass_mark: Decimal
    passed: bool
    reached_pass_mark: bool
    missed_safety: tuple[int, ...]
    released: bool
    measures: bool
    questions: tuple[QuestionResult, ...]


class _Row(NamedTuple):
    n: int
    revision_id: int
    order: list[int]
    answer: Any
    earned: Decimal
    correct: bool


def is_final(attempt: Attempt, *, told: bool = False) -> bool:
    """May the keys be shown? By the quiz's own rule; `told` is for a quiz whose reasons open when its owner says so."""
    rules = PublishedQuiz.objects.content(attempt.published_quiz_id).rules
    rows = list(
        Attempt.objects.filter(entry=attempt.entry_id)
        .exclude(state=Attempt.State.VOID)
        .values_list("state", "passed", "entry__extra_attempts")
    )
    return _is_final(rules, rows, told)


def _is_final(rules: Rules, rows: list[tuple[str, bool | None, int]], told: bool) -> bool:
    states, passes, extras = zip(*rows, strict=True) if rows else ((), (), (0,))
    return release.may_reveal(
        rules.reveals,
        open_=Attempt.State.OPEN in states or Attempt.State.WAITING in states,
        passed=any(passes),
        attempts_left=timing.attempts_left(rules.attempts_allowed, extras[0], len(rows)),
        told=told,
    )


def result_of(attempt: Attempt, *, final: bool) -> Result:
    """One statement, and one for keys not yet met. Without `final` no key is asked for, and nothing is said but topic,
    lesson and a verdict in a word.

    Raises NotSubmitted.
    """
    if attempt.state != Attempt.State.SUBMITTED:
        raise NotSubmitted
    content = PublishedQuiz.objects.content(attempt.published_quiz_id)
    rows = _rows(attempt)
    keys = keys_of(row.revision_id for row in rows) if final else {}
    missed = tuple(row.n for row in rows if content.item(row.revision_id).safety and not row.correct)
    passed = bool(attempt.passed)
    pass_mark = content.rules.pass_mark
    return Result(
        attempt=attempt,
        percent=scoring.whole_percent(attempt.percent),
        pass_mark=pass_mark,
        passed=passed,
        reached_pass_mark=attempt.percent >= pass_mark,
        missed_safety=missed,
        released=final,
        measures=content.rules.measures,
        questions=tuple(_question(row, content.item(row.revision_id), keys) for row in rows),
    )


def _responses(attempt: int):
    columns = ("n", "revision_id", Cast("order", TextField()), Cast("answer", TextField()), "earned", "correct")
    return Response.objects.filter(attempt=attempt).order_by("n").values_list(*columns)


_found = prepared(_responses, attempt=int)


def _rows(attempt: Attempt) -> list[_Row]:
    return [
        _Row(n, revision, json.loads(order), None if answer is None else json.loads(answer), *rest)
        for n, revision, order, answer, *rest in _found(attempt=attempt.pk)
    ]


def _question(row: _Row, item: PoolItem, keys: dict[int, Any]) -> QuestionResult:
    explanation = _explanation(row, item, keys[row.revision_id]) if keys else None
    return QuestionResult(row.n, item.objective, item.teaches_at, item.safety, _verdict(row), explanation)


def _verdict(row: _Row) -> str:
    if row.answer is None:
        return "Not answered"
    if row.correct:
        return "Correct"
    return "Partly correct" if row.earned else "Not correct"


def explained(n: int, item: PoolItem, key: Any, order: list[int], answer: Any, mark: Mark | None) -> QuestionResult:
    """One question with every reason, of an answer that is stored nowhere. `mark` None: a person would mark it."""
    earned, correct = (Decimal(0), False) if mark is None else (scoring.cut(mark.earned, 4), mark.correct)
    row = _Row(n, item.revision, order, answer, earned, correct)
    verdict = "Not marked by a machine" if mark is None else _verdict(row)
    return QuestionResult(n, item.objective, item.teaches_at, item.safety, verdict, _explanation(row, item, key))


def _explanation(row: _Row, item: PoolItem, key: Any) -> Explanation:
    kind = QUESTION_KINDS[item.kind]
    review = kind.review(item.prompt, key, row.answer)
    if review.by_option:
        # In the order the learner saw, so that "the second answer" is the same one.
        review = Review(tuple(review.reasons[index] for index in row.order), review.note, by_option=True)
    return Explanation(item.prompt, kind.describe(item.prompt, row.answer), review)
