"""What happens to quizzes as taken: publish, enter, start, answer, submit. Each verb is one transaction."""

import secrets
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from ceu.shared.failpoints import failpoint
from ceu.shared.prepared import Json, prepared, prepared_update
from quizzes import scoring
from quizzes.delivery import marking, selection, timing
from quizzes.delivery.models import Attempt, Entry, EntryGrant, PublishedQuiz, Response
from quizzes.delivery.paper import QuizContent
from quizzes.delivery.publication import publish_quiz
from quizzes.delivery.readiness import QuizProblem, length, problems
from quizzes.delivery.refusals import (
    AlreadyMarked,
    AlreadyPassed,
    AttemptClosed,
    AwaitingMarks,
    BadMarks,
    CommentMissing,
    CommentTooLong,
    CoolingDown,
    DeadlinePassed,
    NoAttemptsLeft,
    NothingAllowed,
    NothingToMark,
    NotPublishable,
    OwnAnswer,
    PassStands,
    ReasonMissing,
    Refusal,
    StaleAnswer,
)
from quizzes.delivery.written_marking import earlier_texts, mark_again, mark_written
from quizzes.questions import QUESTION_KINDS, BadAnswer, display_to_canonical

__all__ = [
    "AlreadyMarked",
    "AlreadyPassed",
    "AttemptClosed",
    "AwaitingMarks",
    "BadAnswer",
    "BadMarks",
    "CommentMissing",
    "CommentTooLong",
    "CoolingDown",
    "DeadlinePassed",
    "NoAttemptsLeft",
    "NotPublishable",
    "NothingAllowed",
    "NothingToMark",
    "OwnAnswer",
    "PassStands",
    "QuizProblem",
    "ReasonMissing",
    "Refusal",
    "Saved",
    "StaleAnswer",
    "Standing",
    "allow",
    "close_overdue",
    "display_to_canonical",
    "enter",
    "flag",
    "length",
    "mark_again",
    "mark_written",
    "problems",
    "publish_quiz",
    "replace",
    "save_answer",
    "standing",
    "standing_of",
    "start",
    "submit",
    "void",
]
TRIES_FOR_A_NEW_PAPER = 16


class Saved(NamedTuple):
    """The answer is stored; `rev` is what the next save must say."""

    rev: int


class Standing(NamedTuple):
    """Where a learner stands with an entry. `refusal` is why no attempt can start now; None: one can, or is open.

    `waiting`: handed in, and not marked by a person yet.
    """

    open: Attempt | None
    counting: Attempt | None
    passed: bool
    attempts_used: int
    attempts_left: int | None
    next_start: datetime | None
    refusal: Refusal | None
    waiting: Attempt | None = None


def enter(user, published_quiz: PublishedQuiz, *, title: str = "", home: str = "", place: str = "") -> Entry:
    """A new entry each time it is asked: whoever ties entries to something keeps one for each tie.

    `title` and `home` are what its pages are called and where they lead back to, in the words of whoever asks. `place`
    is a note of theirs, which comes back with the entry when they are asked for names.
    """
    return Entry.objects.create(user=user, published_quiz=published_quiz, title=title, home=home, place=place)


def replace(entry: Entry, *, place: str) -> None:
    """Change the note of whoever made the entry."""
    Entry.objects.filter(pk=entry.pk).update(place=place)


@transaction.atomic
def allow(entry: Entry, *, extra_attempts: int = 0, time_multiplier: Decimal | None = None, reason: str, by) -> Entry:
    """Give more attempts, or more time in later attempts, and log it. Raises ReasonMissing, NothingAllowed."""
    if not reason.strip():
        raise ReasonMissing
    less_time = time_multiplier is not None and time_multiplier < 1
    if extra_attempts < 0 or less_time or not (extra_attempts or time_multiplier):
        raise NothingAllowed
    entry = Entry.objects.select_for_update().get(pk=entry.pk)
    entry.extra_attempts += extra_attempts
    entry.time_multiplier = entry.time_multiplier if time_multiplier is None else time_multiplier
    entry.save(update_fields=["extra_attempts", "time_multiplier"])
    EntryGrant.objects.create(
        entry=entry, extra_attempts=extra_attempts, time_multiplier=time_multiplier, reason=reason.strip(), by=by
    )
    return entry


def standing(entry: Entry, *, now: datetime) -> Standing:
    """One statement."""
    return standing_of(entry, list(entry.attempts.order_by("number")), now)


def standing_of(entry: Entry, attempts: list[Attempt], now: datetime) -> Standing:
    """For a caller that has read all attempts of the entry, by number."""
    rules = PublishedQuiz.objects.content(entry.published_quiz_id).rules
    used = sum(attempt.state != Attempt.State.VOID for attempt in attempts)
    submitted = [attempt.submitted_at for attempt in attempts if attempt.state == Attempt.State.SUBMITTED]
    left = timing.attempts_left(rules.attempts_allowed, entry.extra_attempts, used)
    until = timing.next_start(submitted, rules.cooldown_after, rules.cooldown_hours, entry.extra_attempts)
    until = until if until is not None and now < until else None
    unfinished = next((attempt for attempt in attempts if attempt.state == Attempt.State.OPEN), None)
    counting = scoring.counting(attempts)
    passed = counting is not None and bool(counting.passed)
    waiting = next((attempt for attempt in attempts if attempt.state == Attempt.State.WAITING), None)
    refusal = None if unfinished else _refusal(passed, waiting, left, until)
    return Standing(unfinished, counting, passed, used, left, until, refusal, waiting)


def _refusal(passed: bool, waiting: Attempt | None, left: int | None, until: datetime | None) -> Refusal | None:
    if passed:
        return AlreadyPassed()
    if waiting and waiting.submitted_at:
        return AwaitingMarks(timing.marking_due(waiting.submitted_at))
    if left == 0:
        return NoAttemptsLeft()
    return CoolingDown(until) if until else None


@transaction.atomic
def start(entry: Entry, *, now: datetime) -> Attempt:
    """The open attempt, or a new one; a text from an earlier one stands in it, to be revised.

    Raises AlreadyPassed, AwaitingMarks, NoAttemptsLeft, CoolingDown.
    """
    entry = Entry.objects.select_for_update().get(pk=entry.pk)
    attempts = list(entry.attempts.order_by("number"))
    found = standing_of(entry, attempts, now)
    if found.open:
        return found.open
    if found.refusal:
        raise found.refusal
    content = PublishedQuiz.objects.content(entry.published_quiz_id)
    seed = _new_seed(content, [attempt.seed for attempt in attempts])
    attempt = Attempt.objects.create(
        entry=entry,
        published_quiz_id=entry.published_quiz_id,
        number=len(attempts) + 1,
        seed=seed,
        started_at=now,
        deadline=timing.deadline(now, content.rules.time_limit_minutes, entry.time_multiplier),
    )
    _lay_out(attempt, content, earlier_texts(entry, content) if attempts else {})
    return attempt


def _new_seed(content: QuizContent, earlier: list[str]) -> str:
    """A seed whose questions are not those of an earlier attempt, unless the pool leaves little else."""
    had = {_questions(content, seed) for seed in earlier}
    for _ in range(TRIES_FOR_A_NEW_PAPER):
        seed = secrets.token_hex(16)
        if not had or _questions(content, seed) not in had:
            break
    return seed


def _questions(content: QuizContent, seed: str) -> frozenset[int]:
    return frozenset(placed.item.revision for placed in selection.paper(content, seed))


def _lay_out(attempt: Attempt, content: QuizContent, texts: dict[int, str]) -> None:
    """`texts`: what was written before, by revision."""
    laid_out = [
        Response(attempt=attempt, n=n, revision_id=placed.item.revision, order=placed.order)
        for n, placed in enumerate(selection.paper(content, attempt.seed), 1)
    ]
    for response in laid_out:
        if response.revision_id in texts:
            response.answer, response.answered_at = texts[response.revision_id], attempt.started_at
    Response.objects.bulk_create(laid_out)


def save_answer(
    attempt: Attempt, n: int, raw: Any, *, rev: int, now: datetime, clear: bool = False, revision_id: int | None = None
) -> Saved:
    """Store an answer in canonical indexes. One statement when the caller gives the question's `revision_id`.

    A blank stores nothing, unless `clear` says that the answer is to be taken back. `rev` is the number the learner's
    page was made with; the same answer once more is no conflict, so a request may be repeated.
    Raises BadAnswer, StaleAnswer, AttemptClosed, DeadlinePassed; Response.DoesNotExist for an unknown n.
    """
    if revision_id is None:
        revision_id = Response.objects.values_list("revision_id", flat=True).get(attempt=attempt.pk, n=n)
    prompt = PublishedQuiz.objects.content(attempt.published_quiz_id).item(revision_id).prompt
    answer = QUESTION_KINDS[prompt.kind].parse(prompt, raw)
    if answer is None and not clear:
        return Saved(rev)
    latest = now - timing.GRACE
    if _store(attempt=attempt.pk, n=n, rev=rev, latest=latest, answer=answer, answered_at=now):
        return Saved(rev + 1)
    return _why_not_saved(attempt, n, answer, now)


def flag(attempt: Attempt, n: int, on: bool, *, now: datetime) -> None:
    """Mark a question to come back to. Raises AttemptClosed, DeadlinePassed; Response.DoesNotExist."""
    if not _unmarked(attempt.pk, n, now - timing.GRACE).update(flagged=on):
        raise _closed(Response.objects.select_related("attempt").get(attempt=attempt.pk, n=n), now)


def _unmarked(attempt: int, n: int, latest: datetime) -> QuerySet[Response]:
    """`latest`: the earliest deadline that still takes an answer."""
    # Exists and not a join: PostgreSQL checks the row's own columns (rev, correct) once more after waiting for a lock,
    # but not what stands in another table. `correct` is what tells a saver who waited that the attempt was submitted.
    in_time = Q(deadline=None) | Q(deadline__gte=latest)
    writable = Attempt.objects.open().filter(in_time, pk=OuterRef("attempt_id"))
    return Response.objects.filter(Exists(writable), attempt=attempt, n=n, correct=None)


def _stored(attempt: int, n: int, rev: int, latest: datetime, answer: Any, answered_at: datetime):
    what = {"answer": answer, "rev": F("rev") + 1, "answered_at": answered_at}
    return _unmarked(attempt, n, latest).filter(rev=rev), what


_store = prepared_update(_stored, attempt=int, n=int, rev=int, latest=datetime, answer=Json, answered_at=datetime)


def _why_not_saved(attempt: Attempt, n: int, answer: Any, now: datetime) -> Saved:
    response = Response.objects.select_related("attempt").get(attempt=attempt.pk, n=n)
    if response.attempt.state != Attempt.State.OPEN or timing.is_late(now, response.attempt.deadline):
        raise _closed(response, now)
    if response.answer == answer:
        return Saved(response.rev)
    raise StaleAnswer(answer, response.answer, response.rev)


def _closed(response: Response, now: datetime) -> AttemptClosed:
    attempt = response.attempt
    if attempt.state != Attempt.State.OPEN or not timing.is_late(now, attempt.deadline):
        return AttemptClosed()
    Attempt.objects.open().filter(pk=attempt.pk, late=False).update(late=True)
    return DeadlinePassed()


def submit(attempt: Attempt, *, now: datetime) -> Attempt:
    """Mark and close the attempt; one that is submitted already comes back as it is. Raises AttemptClosed if void."""
    with transaction.atomic():
        attempt = _locked(attempt.pk)
        failpoint("submit.locked")
        if attempt.state == Attempt.State.VOID:
            raise AttemptClosed
        if attempt.state == Attempt.State.OPEN:
            late = attempt.late or timing.is_late(now, attempt.deadline)
            marking.close(attempt, submitted_at=now, late=late)
        failpoint("submit.before_commit")
    failpoint("submit.after_commit")
    return attempt


_ATTEMPT = [field.attname for field in Attempt._meta.concrete_fields]
_for_update = prepared(
    lambda pk: Attempt.objects.select_for_update().filter(pk=pk).order_by().values_list(*_ATTEMPT), pk=int
)


def _locked(pk: int) -> Attempt:
    return Attempt.from_db("default", _ATTEMPT, _for_update(pk=pk)[0])


def close_overdue(now: datetime) -> int:
    """Submit every open attempt whose deadline and grace are over, as of its deadline. How many this call closed."""
    overdue = Attempt.objects.open().filter(deadline__lt=now - timing.GRACE).order_by("deadline")
    return sum(_close_overdue(pk) for pk in list(overdue.values_list("pk", flat=True)))


@transaction.atomic
def _close_overdue(pk: int) -> bool:
    skip = connection.features.has_select_for_update_skip_locked
    attempt = Attempt.objects.open().select_for_update(skip_locked=skip).filter(pk=pk).first()
    if attempt is None:
        return False
    marking.close(attempt, submitted_at=attempt.deadline, late=attempt.late)
    return True


@transaction.atomic
def void(attempt: Attempt, *, reason: str, by) -> Attempt:
    """Annul an open attempt that went wrong through no fault of the learner; it is not counted as used.

    Raises ReasonMissing, AttemptClosed.
    """
    if not reason.strip():
        raise ReasonMissing
    attempt = Attempt.objects.select_for_update().get(pk=attempt.pk)
    if attempt.state != Attempt.State.OPEN:
        raise AttemptClosed
    attempt.state = Attempt.State.VOID
    attempt.save(update_fields=["state"])
    EntryGrant.objects.create(
        entry_id=attempt.entry_id, reason=f"Attempt {attempt.number} void: {reason.strip()}", by=by
    )
    return attempt
