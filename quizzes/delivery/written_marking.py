"""Written answers marked by a person: the marks, the score that follows from them, and the letter. And the reads of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Max

from ceu.shared import outbox
from quizzes import scoring
from quizzes.delivery import marking, written_mail
from quizzes.delivery.models import Attempt, Entry, EntryGrant, PublishedQuiz, Response
from quizzes.delivery.paper import WRITTEN, QuizContent
from quizzes.delivery.refusals import (
    AlreadyMarked,
    BadMarks,
    CommentMissing,
    CommentTooLong,
    NothingToMark,
    OwnAnswer,
    PassStands,
    ReasonMissing,
)
from quizzes.delivery.written_models import MOST_COMMENT, WrittenMark
from quizzes.questions import Mark, written

# --- marking --------------------------------------------------------------------------------------------------------


@transaction.atomic
def mark_written(response: Response, *, met: Sequence[int], comment: str, by, now: datetime) -> WrittenMark:
    """Store a person's marks of one written answer. The last one of an attempt gives it its score and its learner a letter.

    `met`: canonical indexes of the criteria that the answer meets. The same marks by the same person once more are no
    conflict. Raises OwnAnswer, AlreadyMarked, NothingToMark, BadMarks, CommentMissing, CommentTooLong.
    """
    attempt = Attempt.objects.select_for_update().get(pk=response.attempt_id)
    _refuse_own(attempt, by)
    response = Response.objects.get(pk=response.pk)
    prompt = _prompt(attempt, response)
    found = _checked(prompt, met, comment)
    if earlier := WrittenMark.objects.filter(response=response).select_related("marked_by").first():
        if (earlier.marked_by_id, earlier.met, earlier.comment) == (by.pk, *found):
            return earlier
        raise AlreadyMarked(earlier)
    if attempt.state != Attempt.State.WAITING or response.correct is not None:
        raise NothingToMark
    mark = WrittenMark.objects.create(response=response, met=found[0], comment=found[1], marked_by=by, marked_at=now)
    verdict = written.judged(prompt, found[0])
    Response.objects.filter(pk=response.pk, correct=None).update(**_columns(verdict))
    if not Response.objects.filter(attempt=attempt, correct=None).exists():
        marking.complete(attempt, _judged(attempt))
        outbox.after_commit(written_mail.tell_marked, attempt=attempt.pk)
    return mark


@transaction.atomic
def mark_again(mark: WrittenMark, *, met: Sequence[int], comment: str, reason: str, by, now: datetime) -> WrittenMark:
    """Correct marks that were given. What was submitted never changes, so the same answers stand in a further attempt,
    which is allowed beside the others, with the marks corrected. The better of the two counts, as always.

    Raises ReasonMissing, OwnAnswer, AlreadyMarked, NothingToMark, PassStands, and what `mark_written` says of marks.
    """
    if not reason.strip():
        raise ReasonMissing
    old = Attempt.objects.get(responses__written_mark=mark.pk)
    entry = Entry.objects.select_for_update().get(pk=old.entry_id)
    old = Attempt.objects.select_for_update().get(pk=old.pk)
    _refuse_own(old, by)
    if later := WrittenMark.objects.filter(supersedes__response__attempt=old).select_related("marked_by").first():
        raise AlreadyMarked(later)
    if old.state != Attempt.State.SUBMITTED:
        raise NothingToMark
    if old.passed:
        raise PassStands
    response = Response.objects.get(pk=mark.response_id)
    met, comment = _checked(_prompt(old, response), met, comment)
    reason = f"Attempt {old.number} marked again: {reason.strip()}"[:500]
    again = _again(old, mark, met)
    _copy_responses(old, again, mark, met)
    made = _copy_marks(
        old, again, mark, WrittenMark(met=met, comment=comment, reason=reason, marked_by=by, marked_at=now)
    )
    Entry.objects.filter(pk=entry.pk).update(extra_attempts=F("extra_attempts") + 1)
    EntryGrant.objects.create(entry=entry, extra_attempts=1, reason=reason, by=by, at=now)
    outbox.after_commit(written_mail.tell_marked, attempt=again.pk)
    return made


def _refuse_own(attempt: Attempt, by) -> None:
    if Entry.objects.filter(pk=attempt.entry_id, user=by.pk).exists():
        raise OwnAnswer


def _prompt(attempt: Attempt, response: Response) -> written.Prompt:
    item = PublishedQuiz.objects.content(attempt.published_quiz_id).item(response.revision_id)
    if item.kind != WRITTEN or response.answer is None:
        raise NothingToMark
    return item.prompt


def _checked(prompt: written.Prompt, met: Sequence[int], comment: str) -> tuple[list[int], str]:
    """The criteria in order, each once, and the comment, trimmed."""
    if any(type(each) is not int or not 0 <= each < len(prompt.criteria) for each in met):
        raise BadMarks
    comment = comment.strip()
    if len(comment) > MOST_COMMENT:
        raise CommentTooLong
    if not comment and not written.judged(prompt, met).correct:
        raise CommentMissing
    return sorted(set(met)), comment


def _columns(verdict: Mark) -> dict[str, object]:
    return {"earned": scoring.cut(verdict.earned, 6), "correct": verdict.correct}


def _judged(attempt: Attempt) -> dict[int, Mark]:
    """Primary key of the response -> what its marks earn it."""
    content = PublishedQuiz.objects.content(attempt.published_quiz_id)
    rows = WrittenMark.objects.filter(response__attempt=attempt.pk).order_by()
    return {
        response: written.judged(content.item(revision).prompt, met)
        for response, revision, met in rows.values_list("response", "response__revision", "met")
    }


def _again(old: Attempt, mark: WrittenMark, met: list[int]) -> Attempt:
    response = Response.objects.get(pk=mark.response_id)
    judged = _judged(old) | {response.pk: written.judged(_prompt(old, response), met)}
    last = Attempt.objects.filter(entry=old.entry_id).aggregate(last=Max("number"))["last"]
    same = {name: getattr(old, name) for name in ("entry_id", "published_quiz_id", "seed", "deadline", "late")}
    times = {"started_at": old.started_at, "submitted_at": old.submitted_at}
    return Attempt.objects.create(**same, **times, number=last + 1, **marking.columns_of(marking.score_of(old, judged)))


def _copy_responses(old: Attempt, again: Attempt, mark: WrittenMark, met: list[int]) -> None:
    copies = list(Response.objects.filter(attempt=old).order_by("n"))
    for copy in copies:
        if copy.pk == mark.response_id:
            for name, value in _columns(written.judged(_prompt(old, copy), met)).items():
                setattr(copy, name, value)
        copy.pk, copy.attempt = None, again
    Response.objects.bulk_create(copies)


def _copy_marks(old: Attempt, again: Attempt, corrected: WrittenMark, new: WrittenMark) -> WrittenMark:
    """The new marks, and for the other written answers those they had: each supersedes its earlier self."""
    responses = {row.n: row for row in Response.objects.filter(attempt=again)}
    for mark in list(WrittenMark.objects.filter(response__attempt=old).select_related("response")):
        made = new if mark.pk == corrected.pk else WrittenMark(
            met=mark.met, comment=mark.comment, marked_by_id=mark.marked_by_id, marked_at=mark.marked_at
        )  # fmt: skip
        made.response, made.supersedes = responses[mark.response.n], mark
        made.save()
    return new


# --- reads ------------------------------------------------------------------------------------------------------------


class Marks(NamedTuple):
    """What a learner may know of the marks of one answer. Not who gave them: a marker does not learn the name either."""

    met: list[int]
    comment: str
    attempt: int  # its number
    again: int | None = None  # the number of the attempt where they were corrected


class Answered(NamedTuple):
    """One written question of an attempt. `marks` is None while it waits, and where nothing was written."""

    prompt: written.Prompt
    text: str | None
    marks: Marks | None


def answers_of(attempt: Attempt) -> dict[int, Answered]:
    """Question -> what was written for it. One statement."""
    content = PublishedQuiz.objects.content(attempt.published_quiz_id)
    rows = Response.objects.filter(attempt=attempt.pk, revision__in=content.written).order_by("n")
    columns = ("met", "comment", "superseded_by__response__attempt__number")
    found = rows.values_list("n", "revision", "answer", *(f"written_mark__{name}" for name in columns))
    return {
        n: Answered(
            content.item(revision).prompt, text, None if met is None else Marks(met, comment, attempt.number, again)
        )
        for n, revision, text, met, comment, again in found
    }


def last_marks(attempt: int, revision: int) -> Marks | None:
    """The marks that this question got last in the attempts of the same entry. One statement."""
    rows = WrittenMark.objects.filter(response__attempt__entry__attempts=attempt, response__revision=revision)
    columns = ("met", "comment", "response__attempt__number")
    row = rows.order_by("-response__attempt__number").values_list(*columns).first()
    return Marks(*row) if row else None


def earlier_texts(entry: Entry, content: QuizContent) -> dict[int, str]:
    """Revision -> what was last handed in for it. No statement where nothing is written."""
    if not content.written:
        return {}
    handed_in = Response.objects.filter(
        attempt__entry=entry, attempt__state=Attempt.State.SUBMITTED, revision__in=content.written, answer__isnull=False
    )
    return dict(handed_in.order_by("attempt__number").values_list("revision", "answer"))
