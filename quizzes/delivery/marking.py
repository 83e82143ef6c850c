"""An open attempt marked, scored and closed. The caller holds the lock on the attempt's row and the transaction."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db import connection
from django.db.models import F, Q, TextField
from django.db.models.functions import Cast

from ceu.shared.failpoints import failpoint
from ceu.shared.prepared import hot_cursor, prepared, prepared_update
from quizzes import scoring
from quizzes.delivery.keys import keys_of
from quizzes.delivery.models import Attempt, PublishedQuiz, Response
from quizzes.delivery.paper import QuizContent
from quizzes.questions import QUESTION_KINDS, Mark

_TABLE = f'"{Response._meta.db_table}"'
_EARNED = Response._meta.get_field("earned")


class _Answered(NamedTuple):
    """`correct` is None until the mark is written."""

    pk: int
    revision_id: int
    answer: object
    rev: int
    correct: bool | None


def close(attempt: Attempt, *, submitted_at: datetime, late: bool) -> None:
    """Three statements whatever the number of questions (answers, marks, the attempt), and one for keys not yet met.

    With a written answer the attempt then waits for a person, and has no score: one more statement.
    """
    content = PublishedQuiz.objects.content(attempt.published_quiz_id)
    answered, marks = _marked(content, attempt)
    while unmarked := [each for each, mark in zip(answered, marks, strict=True) if mark is None]:
        if _hand_in(unmarked):
            failpoint("submit.responses_written")
            written = {"state": Attempt.State.WAITING, "submitted_at": submitted_at, "late": late}
            return _write(attempt, Attempt.State.OPEN, written)
        answered, marks = _marked(content, attempt)
    failpoint("submit.responses_written")
    return _write_score(attempt, columns_of(_score(content, answered, marks)), submitted_at, late)


def complete(attempt: Attempt, judged: Mapping[int, Mark]) -> None:
    """Score a waiting attempt. `judged`: the mark of each of its written answers, by primary key of the response."""
    _write(attempt, Attempt.State.WAITING, columns_of(score_of(attempt, judged)))


def score_of(attempt: Attempt, judged: Mapping[int, Mark]) -> scoring.Score:
    """The exact score: what machines mark is marked anew, because columns hold cut numbers. Two statements."""
    content = PublishedQuiz.objects.content(attempt.published_quiz_id)
    answered = _read(attempt)
    found = zip(answered, _marks(content, answered), strict=True)
    return _score(content, answered, [judged[each.pk] if mark is None else mark for each, mark in found])


def _hand_in(unmarked: list[_Answered]) -> bool:
    """Whether the texts that wait for a person are still those that were read: one may be taken back at this moment.

    Their number moves on, as a mark would: it tells a saver who comes later that the attempt is closed, see `_unmarked`.
    """
    same = reduce(or_, (Q(pk=each.pk, rev=each.rev) for each in unmarked))
    return Response.objects.filter(same).update(rev=F("rev") + 1) == len(unmarked)


def _marked(content: QuizContent, attempt: Attempt) -> tuple[list[_Answered], list[Mark | None]]:
    """The answers with their marks, written; None where a person marks.

    No answer is locked: locking costs as much as writing the mark. A mark is written where the answer is still the one
    that was read; an answer saved at this very moment is read again and marked, and one saved later is refused, because
    `save_answer` finds the mark. So none is ever stored unmarked.
    """
    while True:
        answered = _read(attempt)
        marks = _marks(content, answered)
        failpoint("submit.marked")
        both = zip(answered, marks, strict=True)
        todo = [(each, mark) for each, mark in both if mark is not None and each.correct is None]
        if _write_marks(todo) == len(todo):
            return answered, marks


_rows = prepared(
    lambda attempt: (
        Response.objects.filter(attempt=attempt)
        .order_by("n")
        .values_list("pk", "revision_id", Cast("answer", TextField()), "rev", "correct")
    ),
    attempt=int,
)


def _read(attempt: Attempt) -> list[_Answered]:
    return [
        _Answered(pk, revision, None if answer is None else json.loads(answer), rev, correct)
        for pk, revision, answer, rev, correct in _rows(attempt=attempt.pk)
    ]


def _marks(content: QuizContent, answered: list[_Answered]) -> list[Mark | None]:
    keys = keys_of(each.revision_id for each in answered)
    return [_mark(content, each, keys[each.revision_id]) for each in answered]


def _mark(content: QuizContent, answered: _Answered, key: object) -> Mark | None:
    item = content.item(answered.revision_id)
    return QUESTION_KINDS[item.kind].mark(item.prompt, key, answered.answer)


def _write_marks(marked: list[tuple[_Answered, Mark]]) -> int:
    """How many were written, in one UPDATE from a list: bulk_update's CASE for each column costs ten times the marking."""
    if not marked:
        return 0
    # Nearly all marks are one of the two constants, all or nothing.
    columns = {key: _columns(mark) for key, mark in {id(mark): mark for _, mark in marked}.items()}
    rows = [(each.pk, each.rev, *columns[id(mark)]) for each, mark in marked]
    if connection.vendor == "postgresql":
        table = "unnest(%s::bigint[], %s::integer[], %s::numeric[], %s::boolean[]) AS marked (pk, rev, earned, correct)"
        # As text: the driver would look at each of the numbers for its type.
        parameters = [f"{{{','.join(map(str, column))}}}" for column in zip(*rows, strict=True)]
    else:
        names = "column1 AS pk, column2 AS rev, column3 AS earned, column4 AS correct"
        table = f"(SELECT {names} FROM (VALUES {', '.join(['(%s, %s, %s, %s)'] * len(rows))})) AS marked"  # noqa: S608
        parameters = [value for row in rows for value in row]
    with hot_cursor(connection) as cursor:
        # It begins with UPDATE, and not with WITH, so that SQLite's driver counts the rows.
        cursor.execute(
            f"UPDATE {_TABLE} SET earned = marked.earned, correct = marked.correct "  # noqa: S608 - only placeholders
            f"FROM {table} WHERE {_TABLE}.id = marked.pk AND {_TABLE}.rev = marked.rev",
            parameters,
        )
        return cursor.rowcount


def _columns(mark: Mark) -> tuple[object, bool]:
    return _EARNED.get_db_prep_save(scoring.cut(mark.earned, _EARNED.decimal_places), connection), mark.correct


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


_SCORE = ("state", "submitted_at", "late", "earned", "possible", "percent", "passed", "missed_safety")
_score_open = prepared_update(
    lambda attempt, **what: (Attempt.objects.open().filter(pk=attempt), what),
    attempt=int,
    **{name: Attempt._meta.get_field(name) for name in _SCORE},
)


def _write_score(attempt: Attempt, columns: dict[str, object], submitted_at: datetime, late: bool) -> None:
    written = columns | {"submitted_at": submitted_at, "late": late}
    _written(attempt, written, _score_open(attempt=attempt.pk, **written))


def _write(attempt: Attempt, state: str, written: dict[str, object]) -> None:
    _written(attempt, written, Attempt.objects.filter(pk=attempt.pk, state=state).update(**written))


def _written(attempt: Attempt, written: dict[str, object], rows: int) -> None:
    if not rows:
        raise RuntimeError("An attempt was closed without its lock.")
    for name, value in written.items():
        setattr(attempt, name, value)
