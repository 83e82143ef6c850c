"""An open attempt marked, scored and closed. The caller holds the lock on the attempt's row and the transaction."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F

from ceu.shared.failpoints import failpoint
from quizzes import scoring
from quizzes.bank.models import ItemKey
from quizzes.delivery.models import Attempt, PublishedQuiz, Response
from quizzes.delivery.paper import QuizContent
from quizzes.questions import QUESTION_KINDS, Mark, key_from_dict

_TABLE = f'"{Response._meta.db_table}"'
_EARNED = Response._meta.get_field("earned")


class _Answered(NamedTuple):
    pk: int
    revision_id: int
    answer: object


def close(attempt: Attempt, *, submitted_at: datetime, late: bool) -> None:
    """Four statements, whatever the number of questions: answers, keys, marks, the attempt.

    With a written answer the attempt then waits for a person, and has no score: one more statement.
    """
    content = PublishedQuiz.objects.content(attempt.published_quiz_id)
    # The answers are locked too: an answer saved at this moment is either marked or refused, never stored unmarked.
    answered = [_Answered(*row) for row in _rows(attempt)]
    marks = _marks(content, answered)
    failpoint("submit.marked")
    marked = [(each, mark) for each, mark in zip(answered, marks, strict=True) if mark is not None]
    _write_marks(marked)
    failpoint("submit.responses_written")
    if len(marked) < len(answered):
        unmarked = [each.pk for each, mark in zip(answered, marks, strict=True) if mark is None]
        return _leave_waiting(attempt, unmarked, submitted_at, late)
    score = columns_of(_score(content, answered, [mark for _, mark in marked]))
    return _write(attempt, Attempt.State.OPEN, score | {"submitted_at": submitted_at, "late": late})


def complete(attempt: Attempt, judged: Mapping[int, Mark]) -> None:
    """Score a waiting attempt. `judged`: the mark of each of its written answers, by primary key of the response."""
    _write(attempt, Attempt.State.WAITING, columns_of(score_of(attempt, judged)))


def score_of(attempt: Attempt, judged: Mapping[int, Mark]) -> scoring.Score:
    """The exact score: what machines mark is marked anew, because columns hold cut numbers. Two statements."""
    content = PublishedQuiz.objects.content(attempt.published_quiz_id)
    answered = [_Answered(*row) for row in _rows(attempt)]
    found = zip(answered, _marks(content, answered), strict=True)
    return _score(content, answered, [judged[each.pk] if mark is None else mark for each, mark in found])


def _leave_waiting(attempt: Attempt, unmarked: list[int], submitted_at: datetime, late: bool) -> None:
    # The number moves on, which tells a saver who waited for the lock that the answer was handed in: see `_unmarked`.
    Response.objects.filter(pk__in=unmarked).update(rev=F("rev") + 1)
    written = {"state": Attempt.State.WAITING, "submitted_at": submitted_at, "late": late}
    _write(attempt, Attempt.State.OPEN, written)


def _rows(attempt: Attempt) -> Iterable[tuple]:
    responses = Response.objects.select_for_update().filter(attempt=attempt.pk).order_by("n")
    return responses.values_list("pk", "revision_id", "answer")


def _marks(content: QuizContent, answered: list[_Answered]) -> list[Mark | None]:
    found = ItemKey.objects.filter(pk__in=[each.revision_id for each in answered]).values_list("pk", "key")
    keys = dict(found)
    return [_mark(content, each, keys[each.revision_id]) for each in answered]


def _mark(content: QuizContent, answered: _Answered, key: str) -> Mark | None:
    item = content.item(answered.revision_id)
    return QUESTION_KINDS[item.kind].mark(item.prompt, _key(key), answered.answer)


@lru_cache(maxsize=2048)
def _key(text: str) -> Any:
    """Decoding a key costs more than marking by it, and many attempts are marked by the same one."""
    return key_from_dict(json.loads(text))


def _write_marks(marked: Iterable[tuple[_Answered, Mark]]) -> None:
    # One UPDATE from a list of values: bulk_update's CASE for each column costs ten times the whole marking.
    rows = [(each.pk, *_columns(mark)) for each, mark in marked]
    if not rows:
        return
    values = ", ".join(["(%s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH marked (pk, earned, correct) AS (VALUES {values}) "  # noqa: S608 - only placeholders are put in
            f"UPDATE {_TABLE} SET earned = marked.earned, correct = marked.correct "
            f"FROM marked WHERE {_TABLE}.id = marked.pk",
            [value for row in rows for value in row],
        )


def _columns(mark: Mark) -> tuple[object, bool]:
    earned = scoring.cut(mark.earned, _EARNED.decimal_places)
    return _EARNED.get_db_prep_save(earned, connection), mark.correct


def _score(content: QuizContent, answered: list[_Answered], marks: list[Mark]) -> scoring.Score:
    items = [content.item(each.revision_id) for each in answered]
    rules = content.rules
    return scoring.score(
        [(mark, item.points, item.safety) for mark, item in zip(marks, items, strict=True)],
        pass_mark=rules.pass_mark,
        safety_must_pass=rules.safety_must_pass,
    )


def columns_of(score: scoring.Score) -> dict[str, object]:
    return {
        "state": Attempt.State.SUBMITTED,
        "earned": scoring.cut(score.earned, 4),
        "possible": scoring.cut(score.possible, 4),
        "percent": scoring.cut(score.percent, 4),
        "passed": score.passed,
        "missed_safety": len(score.missed_safety),
    }


def _write(attempt: Attempt, state: str, written: dict[str, object]) -> None:
    if not Attempt.objects.filter(pk=attempt.pk, state=state).update(**written):
        raise RuntimeError("An attempt was closed without its lock.")
    for name, value in written.items():
        setattr(attempt, name, value)
