"""Reads: the facts of one enrolment or of many, in two statements whatever their number, for completion to judge."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from courses.catalogue.models import Edition
from courses.learning.completion import Facts, Progress, QuizFacts, Tried, progress
from courses.learning.models import Enrolment, LessonProgress, ModuleEntry
from quizzes.delivery import timing
from quizzes.delivery.models import Attempt, PublishedQuiz


@dataclass
class _Tries:
    """The attempts of one entry, as read."""

    published_quiz: int
    extra: int
    attempts: list[Tried] = field(default_factory=list)


def progress_of(enrolment: Enrolment, *, now: dt.datetime | None = None) -> Progress:
    return progress(enrolment.edition.frozen, facts_of([enrolment], now=now)[enrolment.pk])


def progress_of_many(enrolments: Sequence[Enrolment], *, now: dt.datetime | None = None) -> dict[int, Progress]:
    """Primary key of the enrolment -> its progress."""
    facts = facts_of(enrolments, now=now)
    return {row.pk: progress(Edition.objects.content(row.edition_id), facts[row.pk]) for row in enrolments}


def facts_of(enrolments: Sequence[Enrolment], *, now: dt.datetime | None = None) -> dict[int, Facts]:
    now = now or timezone.now()
    finished = finished_lessons([row.pk for row in enrolments])
    tries = _tries([row.pk for row in enrolments])
    return {
        row.pk: Facts(
            finished=frozenset(finished[row.pk]),
            quizzes=tuple(_quizzes(row, tries[row.pk], now)),
            evaluated=_milestone(row, "evaluated", "evaluation_receipt"),
            attested=_milestone(row, "attested", "attestation"),
            last_lesson=row.last_lesson,
        )
        for row in enrolments
    }


def finished_lessons(enrolments: list[int]) -> dict[int, list[tuple[str, str]]]:
    """Primary key -> (slug, digest) of each lesson finished, whatever edition it was read in."""
    found = defaultdict(list)
    rows = LessonProgress.objects.filter(enrolment__in=enrolments).values_list("enrolment", "lesson", "digest")
    for enrolment, lesson, digest in rows:
        found[enrolment].append((lesson, digest))
    return found


def _tries(enrolments: list[int]) -> dict[int, dict[tuple[str, int], _Tries]]:
    found: dict[int, dict[tuple[str, int], _Tries]] = defaultdict(dict)
    rows = ModuleEntry.objects.filter(enrolment__in=enrolments).exclude(entry__attempts__state=Attempt.State.VOID)
    columns = rows.order_by("entry__attempts__number").values_list(
        "enrolment", "module_code", "entry__published_quiz", "entry__extra_attempts", "entry__attempts__uuid",
        "entry__attempts__number", "entry__attempts__submitted_at", "entry__attempts__percent", "entry__attempts__passed",
    )  # fmt: skip
    for enrolment, module, quiz, extra, uuid, number, submitted_at, percent, passed in columns:
        tries = found[enrolment].setdefault((module, quiz), _Tries(quiz, extra))
        if uuid:
            whole = None if percent is None else int(percent)
            tries.attempts.append(Tried(str(uuid), number, submitted_at, whole, passed))
    return found


def _quizzes(enrolment: Enrolment, tries: dict[tuple[str, int], _Tries], now: dt.datetime):
    for module, pinned in Edition.objects.quizzes(enrolment.edition_id).items():
        tried = tries.get((module, pinned))
        if tried:
            yield module, _judged(tried, now)


def _judged(tried: _Tries, now: dt.datetime) -> QuizFacts:
    rules = PublishedQuiz.objects.content(tried.published_quiz).rules
    submitted = [attempt.submitted_at for attempt in tried.attempts if attempt.submitted_at]
    opens = timing.next_start(submitted, rules.cooldown_after, rules.cooldown_hours, tried.extra)
    return QuizFacts(
        attempts=tuple(tried.attempts),
        attempts_left=timing.attempts_left(rules.attempts_allowed, tried.extra, len(tried.attempts)),
        next_start=opens if opens and opens > now else None,
    )


def _milestone(enrolment: Enrolment, annotated: str, related: str) -> bool:
    """From `with_milestones()` where the row came through it, else from the related row."""
    known = getattr(enrolment, annotated, None)
    return hasattr(enrolment, related) if known is None else known
