"""What a learner's result page says: the score in words, what follows from it, and each question as far as released."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from html import escape
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID

from django.http import Http404
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe

from ceu.shared.prepared import prepared
from ceu.templatetags.design import icon, nerve
from quizzes.delivery import pages, release, results, written_pages
from quizzes.delivery import services as delivery
from quizzes.delivery.forms import letter
from quizzes.delivery.models import Attempt, Entry, PublishedQuiz
from quizzes.delivery.paper import Rules
from quizzes.delivery.results import Explanation, QuestionResult, Result
from quizzes.delivery.services import Standing
from quizzes.delivery.surroundings import Names, names
from quizzes.questions import Reason

ICONS = {
    "Correct": "check",
    "Partly correct": "half",
    "Not correct": "cross",
    "Not answered": "ring",
    "Not marked by a machine": "ring",
}
_HUNDREDTH = Decimal("0.01")


class ReasonLine(NamedTuple):
    """`mark` is its class; `lead` is said before the text; `key` stands for the letter it was shown with."""

    mark: str
    key: str
    lead: str
    text: str
    why: str


@dataclass(slots=True)
class QuestionLine:
    """One question of the result. `section`, the question with every reason, is empty before release."""

    n: int
    verdict: str
    icon: str
    topic: str
    lesson: str
    address: str
    safety: bool
    section: SafeString = SafeString()


_ATTEMPT = [field.attname for field in Attempt._meta.concrete_fields]
_ENTRY = [field.attname for field in Entry._meta.concrete_fields]
_family = prepared(
    lambda user, uuid: (
        Attempt.objects.filter(entry__user=user, entry__attempts__uuid=uuid)
        .order_by("number")
        .values_list(*_ATTEMPT, *(f"entry__{name}" for name in _ENTRY))
    ),
    user=int,
    uuid=UUID,
)


class Read(SimpleNamespace):
    """A row with the names of its model's columns: it serves as an Attempt or an Entry wherever those are only read, at
    a tenth of the price of one."""


class Sat(NamedTuple):
    """One attempt of a learner's own, its entry, and every attempt of that entry by number."""

    attempt: Attempt | Read
    entry: Entry | Read
    attempts: list[Attempt | Read]


def sat(user, uuid: UUID) -> Sat:
    """One statement. A stranger's attempt and none at all are the same 404."""
    rows = _family(user=user.pk, uuid=uuid)
    if not rows:
        raise Http404("No such attempt of this user.")
    entry = _read(_ENTRY, rows[0][len(_ATTEMPT) :])
    attempts = [_read(_ATTEMPT, row[: len(_ATTEMPT)], entry=entry) for row in rows]
    return Sat(next(each for each in attempts if each.uuid == uuid), entry, attempts)


def _read(names: list[str], row: tuple, **more: Any) -> Read:
    return Read(pk=row[0], **dict(zip(names, row, strict=True)), **more)


def page(user, sat: Sat, *, now: datetime) -> dict[str, Any]:
    """One statement and that of the layer above, whatever the number of questions; one more where something was written.

    Raises NotSubmitted.
    """
    attempt, entry = sat.attempt, sat.entry
    standing = delivery.standing_of(entry, sat.attempts, now)
    words, rules = names(entry), PublishedQuiz.objects.content(entry.published_quiz_id).rules
    result = results.result_of(attempt, final=released(standing, rules, told=words.reveals))
    withheld = rules.reveals == release.TOLD and not result.released
    questions = [_question(each, entry.home, words) for each in result.questions]
    right = [each.verdict == "Correct" for each in questions]
    said = {
        "attempt": attempt,
        "title": entry.title or _title(attempt),
        "submitted": pages.day_and_clock(user, attempt.submitted_at),
        "heading": heading(result, standing),
        "means": [*_means(user, attempt, result, standing), *filter(None, [words.note])],
        # Withheld, nothing may tell which question was right: neither a verdict nor its place in the line.
        "nerve": _nerve(sorted(right, reverse=True) if withheld else right),
        "topics": _topics(questions, sort=withheld),
        "questions": [] if withheld else questions,
        "withheld": withheld,
        "released": result.released,
        "passed": result.passed and not result.measures,
        "onward": _onward(standing, words, entry.home),
        "home": entry.home,
    }
    if PublishedQuiz.objects.content(entry.published_quiz_id).written:
        what_now = [*([] if result.passed else _what_now(user, standing)), *filter(None, [words.note])]
        said |= written_pages.result(said, result, what_now=what_now)
    sections = "\n".join(each.section for each in said["questions"])
    return said | {"sections": mark_safe(sections)}  # noqa: S308 (joined of safe parts)


def released(standing: Standing, rules: Rules, *, told: bool = False) -> bool:
    """May the keys be shown? The rule of `results.is_final`, from what is read here anyway; a test holds them equal."""
    return release.may_reveal(
        rules.reveals,
        open_=bool(standing.open or standing.waiting),
        passed=standing.passed,
        attempts_left=standing.attempts_left,
        told=told,
    )


def _title(attempt: Attempt) -> str:
    return PublishedQuiz.objects.content(attempt.published_quiz_id).title


# --- the score ------------------------------------------------------------------------------------------------------


def heading(result: Result, standing: Standing) -> str:
    attempt = result.attempt
    not_passed = "Not passed" if standing.attempts_left == 0 else "Not passed yet"
    score = f"{points(attempt.earned)} of {points(attempt.possible)}"
    if result.measures:
        return f"Your result: {score} ({result.percent}%)"
    if result.passed:
        return f"You passed: {score} ({result.percent}%)"
    if result.reached_pass_mark:
        return f"{not_passed}: {score}, with a safety question to read again"
    return f"{not_passed}: {score}, {needed(result)} needed"


def points(number: Decimal) -> str:
    """At most two decimals, cut off: 7.999 never reads as 8."""
    return _plain(number.quantize(_HUNDREDTH, ROUND_FLOOR))


def needed(result: Result) -> str:
    return _plain((result.attempt.possible * result.pass_mark / 100).quantize(_HUNDREDTH, ROUND_CEILING))


def _plain(number: Decimal) -> str:
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"


def _means(user, attempt: Attempt, result: Result, standing: Standing) -> Iterator[str]:
    """Sentences below the heading, in the order of reading."""
    if attempt.deadline and attempt.submitted_at >= attempt.deadline:
        count = sum(question.verdict != "Not answered" for question in result.questions)
        yield f"Time is up. Your {count} saved answer{'s were' if count != 1 else ' was'} submitted."
    if result.reached_pass_mark and not result.passed:
        yield _safety(result.missed_safety)
    if not result.measures:
        yield f"The pass mark is {needed(result)} of {points(attempt.possible)}."
    if not result.passed:
        yield from _what_now(user, standing)


def _safety(missed: tuple[int, ...]) -> str:
    if len(missed) == 1:
        return (
            f"You reached the pass mark, but question {missed[0]} is a safety question, and those must be right. "
            "Read its section again, then try again."
        )
    listed = f"{', '.join(map(str, missed[:-1]))} and {missed[-1]}"
    return (
        f"You reached the pass mark, but questions {listed} are safety questions, and those must be right. "
        "Read their sections again, then try again."
    )


def _what_now(user, standing: Standing) -> Iterator[str]:
    if standing.passed:
        yield "You passed this quiz in another attempt, so every reason is open below."
    elif standing.waiting:
        yield f"Attempt {standing.waiting.number} is with an instructor."
    elif standing.open:
        yield f"Attempt {standing.open.number} is open, with your saved answers."
    elif standing.attempts_left == 0:
        yield "No attempt is left, so every reason is open below."
    elif standing.next_start:
        yield f"The next try opens on {pages.day_and_clock(user, standing.next_start)}.{_tries(standing.attempts_left)}"
    else:
        yield f"You may try again whenever you are ready.{_tries(standing.attempts_left)}"


def _tries(left: int | None) -> str:
    return "" if left is None else " One attempt is left." if left == 1 else f" {left} attempts are left."


def _onward(standing: Standing, words: Names, home: str) -> tuple[str, str] | None:
    """The one next step: address and words."""
    if standing.open:
        return pages.address(standing.open.uuid), f"Go on with attempt {standing.open.number}"
    if standing.passed and words.next_address:
        return words.next_address, words.next_label or "Go on"
    return (home, "Back to the overview") if home else None


# --- questions and topics ---------------------------------------------------------------------------------------------


def _nerve(right: list[bool]) -> list[str]:
    steps = ["done" if each else "miss" for each in right]
    if len(steps) <= pages.MOST_SEGMENTS:
        return steps
    done = sum(right) * pages.MOST_SEGMENTS // len(right)
    return ["done"] * done + ["miss"] * (pages.MOST_SEGMENTS - done)


def _topics(questions: list[QuestionLine], *, sort: bool = False) -> SafeString:
    """How many were right, topic by topic. `sort`: the right ones first, so that a place in the line names no question."""
    found: dict[str, list[bool]] = {}
    for question in questions:
        found.setdefault(question.topic, []).append(question.verdict == "Correct")
    lines = (
        f'<div class="nerve-line"><p>{escape(text)}: <b>{sum(right)} of {len(right)}</b></p>'
        f"{nerve(_nerve(sorted(right, reverse=True) if sort else right), 'few')}</div>"
        for text, right in found.items()
    )
    return mark_safe("".join(lines))  # noqa: S308 (the topic is escaped, the rest are numbers and our own)


def line_of(question: QuestionResult) -> QuestionLine:
    """Of a question outside of any course: its objective goes by its code, and its lesson has no address."""
    return _question(question, "", Names())


def _question(question: QuestionResult, home: str, words: Names) -> QuestionLine:
    slug, _, anchor = question.teaches_at.partition("/")
    topic = question.topic and words.topics.get(question.topic, f"Objective {question.topic}")
    line = QuestionLine(
        n=question.n,
        verdict=question.verdict,
        icon=ICONS[question.verdict],
        topic=topic or "Other questions",
        lesson=words.lessons.get(slug, ""),
        address=_lesson_address(home, slug, anchor),
        safety=question.safety,
    )
    if question.explanation is not None:
        line.section = _section(line, question.explanation)
    return line


@lru_cache(maxsize=2048)
def _lesson_address(home: str, slug: str, anchor: str) -> str:
    if not home or not slug:
        return ""
    place = f"#{quote(anchor, safe='')}" if anchor else ""
    return f"{home}lessons/{quote(slug, safe='')}/{place}"


def _section(line: QuestionLine, explanation: Explanation) -> SafeString:
    """One question with every reason. Put together here: in a template it costs more than all statements together."""
    done = " status--done" if line.verdict == "Correct" else ""
    safety = '<span class="meta">Safety question</span>' if line.safety else ""
    note = explanation.review.note
    parts = [
        f'<section class="marked" aria-labelledby="m{line.n}"><div class="row"><span class="label">Question {line.n}</span>'
        f'<span class="status{done}">{icon(line.icon)}{line.verdict}</span>{safety}</div>',
        _case(explanation.prompt.vignette),
        f'<h3 id="m{line.n}" dir="auto">{escape(explanation.prompt.stem)}</h3><ul class="reasons" role="list">',
        *map(_item, _reasons(explanation)),
        "</ul>",
        f'<p class="meta" dir="auto">{escape(note)}</p>' if note else "",
        _reread(line),
        "</section>",
    ]
    return mark_safe("".join(parts))  # noqa: S308 (every part that an author or a learner wrote is escaped)


@lru_cache(maxsize=512)
def _case(vignette: str) -> str:
    return f'<div class="case" dir="auto">{linebreaks(vignette, autoescape=True)}</div>' if vignette else ""


def _reread(line: QuestionLine) -> str:
    if not line.address:
        return ""
    words = f"Reread {escape(line.lesson)}" if line.lesson else "Read its section again"
    hidden = f'<span class="hidden-visually"> for question {line.n}</span>'
    return f'<p class="meta row"><a href="{escape(line.address)}">{words}{hidden}</a></p>'


def _reasons(explanation: Explanation) -> list[ReasonLine]:
    prompt, review = explanation.prompt, explanation.review
    lines = [_reason(prompt.kind, review.by_option, place, reason) for place, reason in enumerate(review.reasons)]
    chosen = [reason.chosen for reason in review.reasons]
    if explanation.answer and not (all(chosen) if prompt.kind == "ordering" else any(chosen)):
        lines.insert(0, ReasonLine("mine", "", "Your answer.", pages.with_unit(prompt, explanation.answer), ""))
    return lines


@lru_cache(maxsize=8192)
def _item(line: ReasonLine) -> str:
    """Kept: a text, its letter and its verdict come again with every learner who was shown the question."""
    mark = f' class="{line.mark}"' if line.mark else ""
    key = f'<span class="label" aria-hidden="true">{escape(line.key)}</span>' if line.key else ""
    lead = f"<b>{escape(line.lead)}</b> " if line.lead else ""
    why = f'<p class="why" dir="auto">{escape(line.why)}</p>' if line.why else ""
    return f'<li{mark}>{key}<p dir="auto">{lead}{escape(line.text)}</p>{why}</li>'


def _reason(kind: str, by_option: bool, place: int, reason: Reason) -> ReasonLine:
    if kind == "ordering":
        return ReasonLine(
            "key", str(place + 1), "In its place." if reason.chosen else "", reason.text, reason.rationale
        )
    key = letter(place) if by_option else ""
    mark = "key" if reason.correct else "mine" if reason.chosen else ""
    return ReasonLine(mark, key, _lead(reason), reason.text, reason.rationale)


def _lead(reason: Reason) -> str:
    if reason.text.startswith("Not used:"):
        return ""
    if reason.correct:
        return "Your answer, correct." if reason.chosen else "Correct answer."
    return "Your answer." if reason.chosen else ""
