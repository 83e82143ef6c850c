"""What learners' pages say of a written answer: while it is written, while it waits for a marker, and once it is marked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from html import escape
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe

from ceu.templatetags.design import icon
from quizzes.delivery import timing, written_marking
from quizzes.delivery.models import Attempt, PublishedQuiz
from quizzes.delivery.results import Explanation, Result
from quizzes.delivery.written_marking import Answered
from quizzes.questions import written

MET, NOT_MET = "Meets the checklist", "Not met yet"


# --- while it is written --------------------------------------------------------------------------------------------


class Line(NamedTuple):
    """One criterion. `met`: whether the last marks found it in the text; None before there are any."""

    text: str
    met: bool | None


def writing(attempt: int, prompt: written.Prompt, revision: int, held: tuple[str, ...]) -> dict[str, Any]:
    """For the question's page. One statement: the last marks, when this is a revision."""
    marks = written_marking.last_marks(attempt, revision)
    met = None if marks is None else set(marks.met)
    return {
        "words": written.words(held[0]) if held else 0,
        "criteria": [Line(text, None if met is None else n in met) for n, text in enumerate(prompt.criteria)],
        "needed": needed(prompt),
        "marks": marks,
    }


def needed(prompt: written.Prompt) -> str:
    count = len(prompt.criteria)
    if prompt.pass_at == count:
        return "It passes when every criterion is met." if count > 1 else "It passes when the criterion is met."
    return f"It passes with at least {prompt.pass_at} of the {count} criteria."


# --- while it waits ---------------------------------------------------------------------------------------------------


class Waiting(NamedTuple):
    n: int
    prompt: written.Prompt
    text: str
    words: int


def waiting(user, attempt: Attempt, *, now: datetime) -> dict[str, Any]:
    """One statement. Nothing of it rests on a key or a mark: what machines have marked is told with the rest."""
    content = PublishedQuiz.objects.content(attempt.published_quiz_id)
    found = written_marking.answers_of(attempt).items()
    due = timing.marking_due(attempt.submitted_at)
    return {
        "attempt": attempt,
        "title": attempt.entry.title or content.title,
        "home": attempt.entry.home,
        "answers": [Waiting(n, each.prompt, each.text, written.words(each.text)) for n, each in found if each.text],
        "due": _day(user, due),
        "overdue": now > due,
        "others": len(content.items) > len(content.written),
        "contact": settings.PROVIDER_CONTACT,
    }


def _day(user, moment: datetime) -> str:
    return date_format(timezone.localtime(moment, ZoneInfo(user.time_zone)), "j F Y")


# --- once it is marked ------------------------------------------------------------------------------------------------


def result(page: dict[str, Any], result: Result, *, what_now: list[str]) -> dict[str, Any]:
    """What the page of a result says otherwise where answers were written. One statement.

    `page` is what it says of any result; `what_now`: the sentences on the next attempt.
    """
    if page["withheld"]:
        return {}
    answers = written_marking.answers_of(result.attempt)
    lines = [
        _line(line, answers[line.n], found.explanation) if line.n in answers else line
        for line, found in zip(page["questions"], result.questions, strict=True)
    ]
    again = next((each.marks.again for each in answers.values() if each.marks and each.marks.again), None)
    notes = [f"These answers were marked again: see attempt {again}."] if again else []
    said = {"questions": lines, "written": [line.section for line in lines if line.n in answers]}
    if len(answers) == len(result.questions) == 1:
        (answered,) = answers.values()
        revise = [] if result.passed or result.released else ["The next attempt opens with your text, to be revised."]
        means = [needed(answered.prompt), *notes, *what_now, *revise]
        said |= {"heading": _heading(answered, result), "means": means}
    elif notes:
        said["means"] = [*page["means"], *notes]
    return said


def _heading(answered: Answered, result: Result) -> str:
    met, count = len(answered.marks.met) if answered.marks else 0, len(answered.prompt.criteria)
    found = f"{met} of {count} criteria {'is' if met == 1 else 'are'} met"
    return f"You passed: {found}" if result.passed else f"Not passed yet: {found}, {answered.prompt.pass_at} needed"


def _line(line: Any, answered: Answered, explanation: Explanation | None) -> Any:
    """The question's line with words that fit a text, and with its section: text, checklist, comment, and once
    released what the marker looked for and the model answer."""
    verdict, sign = line.verdict, line.icon
    if answered.text is not None:
        verdict, sign = (MET, "check") if line.verdict == "Correct" else (NOT_MET, "half")
    line = replace(line, verdict=verdict, icon=sign)
    return replace(line, section=_section(line, answered, explanation))


def _section(line: Any, answered: Answered, explanation: Explanation | None) -> SafeString:
    prompt, marks = answered.prompt, answered.marks
    done = " status--done" if line.verdict == MET else ""
    parts = [
        f'<section class="marked" aria-labelledby="m{line.n}"><div class="row"><span class="label">Question {line.n}</span>'
        f'<span class="status{done}">{icon(line.icon)}{line.verdict}</span></div>',
        f'<div class="case" dir="auto">{linebreaks(prompt.vignette, autoescape=True)}</div>' if prompt.vignette else "",
        f'<h3 id="m{line.n}" dir="auto">{escape(prompt.stem)}</h3>',
        _text("What you wrote", answered.text),
        f'<p class="label">The checklist</p><p>{needed(prompt)}</p>' if marks else "",
        f'<ul class="reasons" role="list">{"".join(_criteria(answered, explanation))}</ul>' if marks else "",
        _text("The instructor's comment", marks.comment if marks else ""),
        _text("An answer that meets the checklist", explanation.review.note if explanation else ""),
        "</section>",
    ]
    return mark_safe("".join(parts))  # noqa: S308 (every part that a person wrote is escaped)


def _text(label: str, text: str | None) -> str:
    if not text:
        return ""
    return f'<p class="label">{label}</p><div class="words" dir="auto">{linebreaks(text, autoescape=True)}</div>'


def _criteria(answered: Answered, explanation: Explanation | None) -> Iterator[str]:
    met = set(answered.marks.met) if answered.marks else set()
    whys = [reason.rationale for reason in explanation.review.reasons] if explanation else []
    for n, criterion in enumerate(answered.prompt.criteria):
        lead, kind, sign = ("Met.", ' class="key"', "check") if n in met else ("Not met yet.", "", "ring")
        why = f'<p class="why" dir="auto">{escape(whys[n])}</p>' if whys else ""
        yield f'<li{kind}>{icon(sign)}<p dir="auto"><b>{lead}</b> {escape(criterion)}</p>{why}</li>'
