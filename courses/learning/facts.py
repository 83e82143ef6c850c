"""Reads: the facts of one enrolment or of many, in one statement whatever their number, for completion to judge."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from django.db.models import (
    BooleanField,
    CharField,
    Count,
    DateTimeField,
    DecimalField,
    Field,
    IntegerField,
    Model,
    Q,
    QuerySet,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast
from django.utils import timezone

from ceu.shared.prepared import prepared
from courses.catalogue.models import Edition
from courses.learning import assessments
from courses.learning.assessments import Offer
from courses.learning.completion import Facts, Progress, QuizFacts, Tried, progress
from courses.learning.gain import Gain, gain
from courses.learning.models import (
    AssessmentEntry,
    Attestation,
    Enrolment,
    EvaluationReceipt,
    LessonProgress,
    ModuleEntry,
)
from quizzes.delivery import timing
from quizzes.delivery.models import Attempt, PublishedQuiz, Response


@dataclass
class _Tries:
    """The attempts of one entry, as read."""

    published_quiz: int
    extra: int
    attempts: list[Tried] = field(default_factory=list)


class Enrolled(Protocol):
    """What facts need of an enrolment; a row read for a page will do."""

    pk: int
    edition_id: int
    last_lesson: str


@dataclass(frozen=True)
class Reading:
    """What a lesson page needs to know of its reader. `finished` holds (lesson slug, digest)."""

    edition: int
    last_lesson: str
    last_anchor: str
    finished: frozenset[tuple[str, str]]


_reading = prepared(
    lambda user, slug: (
        Enrolment.objects.filter(user=user, course__slug=slug)
        .active()
        .order_by()
        .values_list("edition", "last_lesson", "last_anchor", "lessons_finished__lesson", "lessons_finished__digest")
    ),
    user=int,
    slug=str,
)


def reading_of(user, course_slug: str) -> Reading | None:
    """One statement: the active enrolment with the lessons finished in it; None for who is not enrolled."""
    rows = _reading(user=user.pk, slug=course_slug)
    if not rows:
        return None
    return Reading(*rows[0][:3], finished=frozenset((slug, digest) for *_, slug, digest in rows if slug))


def progress_of(enrolment: Enrolment, *, now: dt.datetime | None = None) -> Progress:
    return progress(Edition.objects.content(enrolment.edition_id), facts_of([enrolment], now=now)[enrolment.pk])


def progress_of_many(
    enrolments: Sequence[Enrolled], *, user: int | None = None, now: dt.datetime | None = None
) -> dict[int, Progress]:
    """Primary key of the enrolment -> its progress. `user`: as for `facts_of`."""
    facts = facts_of(enrolments, user=user, now=now)
    return {row.pk: progress(Edition.objects.content(row.edition_id), facts[row.pk]) for row in enrolments}


def offer_of(enrolment: Enrolment, code: str, *, now: dt.datetime) -> Offer:
    """How one assessment stands. Raises KeyError for a code that the edition does not have."""
    course, found = Edition.objects.content(enrolment.edition_id), facts_of([enrolment], now=now)[enrolment.pk]
    offers = assessments.offers(course, found, progress(course, found), enrolment.uuid.int)
    return {offer.code: offer for offer in offers.values()}[code]


def facts_of(
    enrolments: Sequence[Enrolled], *, user: int | None = None, now: dt.datetime | None = None
) -> dict[int, Facts]:
    """One statement. Say `user` when all enrolments are one learner's own: the statement is then worded once."""
    now = now or timezone.now()
    finished, tries, beside = _gathered(_rows([row.pk for row in enrolments], user))
    return {
        row.pk: Facts(
            finished=frozenset(finished[row.pk]),
            quizzes=tuple(_quizzes(row, tries[row.pk], now)),
            evaluated=_milestone(row, "evaluated", EvaluationReceipt),
            attested=_milestone(row, "attested", Attestation),
            last_lesson=row.last_lesson,
            assessments=tuple((part, _judged(tried, now)) for part, tried in beside[row.pk].items()),
        )
        for row in enrolments
    }


def _nothing(field: Field) -> Cast:
    return Cast(Value(None), field)


_LESSON, _MODULE, _BESIDE = "lesson", "module", "beside"  # what a row is about
_ATTEMPTS = (
    "entry__published_quiz", "entry__extra_attempts", "entry__attempts__state", "entry__attempts__uuid",
    "entry__attempts__number", "entry__attempts__submitted_at", "entry__attempts__percent", "entry__attempts__passed",
)  # fmt: skip


def _lessons_and_attempts(**which) -> QuerySet:
    """Lessons finished (with the digest of what was read) and quiz attempts, of the same columns."""
    lessons = LessonProgress.objects.filter(**which).values_list(
        Value(_LESSON), "enrolment", "lesson", "digest", _nothing(IntegerField()), _nothing(IntegerField()), _nothing(CharField()),
        _nothing(UUIDField()), _nothing(IntegerField()), _nothing(DateTimeField()),
        _nothing(DecimalField(max_digits=7, decimal_places=4)), _nothing(BooleanField()),
    )  # fmt: skip
    # Void attempts are left out later: .exclude() would drop the whole entry that has one, and a pass with it.
    modules = ModuleEntry.objects.filter(**which).values_list(
        Value(_MODULE), "enrolment", "module_code", Value(""), *_ATTEMPTS
    )
    beside = AssessmentEntry.objects.filter(**which).values_list(
        Value(_BESIDE), "enrolment", "part", Value(""), *_ATTEMPTS
    )
    return lessons.union(modules, beside, all=True)


_of_one = prepared(lambda enrolment: _lessons_and_attempts(enrolment=enrolment), enrolment=int)
_of_user = prepared(lambda user: _lessons_and_attempts(enrolment__user=user), user=int)


def _rows(enrolments: list[int], user: int | None) -> Iterable[tuple]:
    if user is not None:
        return _of_user(user=user)
    return _of_one(enrolment=enrolments[0]) if len(enrolments) == 1 else _lessons_and_attempts(enrolment__in=enrolments)


def _gathered(rows: Iterable[tuple]):
    """Primary key of the enrolment -> lessons finished, -> its tries at each (module code, published quiz), and -> its
    tries at each part beside the modules."""
    finished: dict[int, list[tuple[str, str]]] = defaultdict(list)
    tries: dict[int, dict[tuple[str, int], _Tries]] = defaultdict(dict)
    beside: dict[int, dict[str, _Tries]] = defaultdict(dict)
    for about, enrolment, name, digest, quiz, extra, state, uuid, number, submitted_at, percent, passed in rows:
        if about == _LESSON:
            finished[enrolment].append((name, digest))
            continue
        if about == _MODULE:
            tried = tries[enrolment].setdefault((name, quiz), _Tries(quiz, extra))
        else:
            tried = beside[enrolment].setdefault(name, _Tries(quiz, extra))
        if uuid and state != Attempt.State.VOID:
            whole = None if percent is None else int(percent)
            tried.attempts.append(Tried(str(uuid), number, submitted_at, whole, passed))
            tried.attempts.sort(key=lambda attempt: attempt.number)
    return finished, tries, beside


def finished_lessons(enrolment: int) -> list[tuple[str, str]]:
    """(slug, digest) of each lesson finished, whatever edition it was read in."""
    return _gathered(_of_one(enrolment=enrolment))[0][enrolment]


def _quizzes(enrolment: Enrolled, tries: dict[tuple[str, int], _Tries], now: dt.datetime):
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


def _answered(enrolment: int) -> QuerySet:
    tests = (AssessmentEntry.Part.PRE_TEST, AssessmentEntry.Part.POST_TEST)
    return (
        Response.objects.filter(
            attempt__entry__assessment_entry__enrolment=enrolment,
            attempt__entry__assessment_entry__part__in=tests,
            attempt__state=Attempt.State.SUBMITTED,
        )
        .order_by()
        .values_list("attempt__entry__assessment_entry__part", "revision__objective")
        .annotate(right=Count("pk", filter=Q(correct=True)), asked=Count("pk"))
    )


_answered_by = prepared(_answered, enrolment=int)


def gain_of(enrolment: Enrolled, objectives: Iterable[str]) -> Gain | None:
    """One statement. None before the post-test is handed in."""
    found: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for part, objective, right, asked in _answered_by(enrolment=enrolment.pk):
        found[part][objective] = (right, asked)
    after = found.get(AssessmentEntry.Part.POST_TEST)
    return gain(objectives, found.get(AssessmentEntry.Part.PRE_TEST), after) if after else None


def _milestone(enrolment: Enrolled, annotated: str, model: type[Model]) -> bool:
    """From `with_milestones()` where the row came through it, else asked anew: a reverse accessor remembers a "no"."""
    known = getattr(enrolment, annotated, None)
    return model.objects.filter(enrolment=enrolment.pk).exists() if known is None else known
