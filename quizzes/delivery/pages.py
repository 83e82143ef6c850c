"""What a learner's question and check pages show: read in a fixed number of statements, and put into words.

The rows are plain tuples and the map is one string: a page of 100 questions should cost little more than one of 10.
"""

import json
from datetime import date, datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from ceu.shared.prepared import prepared
from ceu.templatetags.design import icon
from quizzes.delivery import timing, written_pages
from quizzes.delivery.forms import CONTROLS, Held
from quizzes.delivery.models import Attempt, PublishedQuiz, Response
from quizzes.delivery.paper import FIXED, WRITTEN, QuizContent
from quizzes.questions import QUESTION_KINDS

MOST_SEGMENTS = 24
MOST_QUESTIONS = 9999


class Sitting(NamedTuple):
    """A learner's own attempt as its pages need it. It serves as the `attempt` of the services: they go by `pk`."""

    pk: int
    uuid: UUID
    state: str
    deadline: datetime | None
    published_quiz_id: int
    title: str
    home: str

    @property
    def content(self) -> QuizContent:
        return PublishedQuiz.objects.content(self.published_quiz_id)

    @property
    def name(self) -> str:
        return self.title or self.content.title

    def over(self, now: datetime) -> bool:
        """Nothing can be answered any more."""
        return self.state != Attempt.State.OPEN or timing.is_late(now, self.deadline)


_SITTING = ("pk", "uuid", "state", "deadline", "published_quiz_id", "entry__title", "entry__home")


def _only(rows: list[tuple]) -> tuple:
    if not rows:
        raise Http404("No such attempt of this user.")
    return rows[0]


def _own(user: int, uuid: UUID) -> QuerySet[Attempt]:
    """Access is the fetch. The services go by a user, and here there is only the key of one."""
    return Attempt.objects.of(SimpleNamespace(pk=user)).filter(uuid=uuid).order_by()


_sitting = prepared(lambda user, uuid: _own(user, uuid).values_list(*_SITTING), user=int, uuid=UUID)


def sitting(user, uuid: UUID) -> Sitting:
    """One statement. A stranger's attempt and none at all are the same 404."""
    return Sitting(*_only(_sitting(user=user.pk, uuid=uuid)))


class Slot(NamedTuple):
    """One question of a learner's own attempt: what saving an answer to it needs."""

    sitting: Sitting
    n: int
    revision_id: int
    order: list[int]

    @property
    def prompt(self) -> Any:
        return self.sitting.content.item(self.revision_id).prompt


def _own_slot(user: int, uuid: UUID, n: int) -> QuerySet[Attempt]:
    columns = (*_SITTING, "responses__revision_id", "responses__order")
    return _own(user, uuid).filter(responses__n=n).values_list(*columns)


_slot = prepared(_own_slot, user=int, uuid=UUID, n=int)


def slot(user, uuid: UUID, n: int) -> Slot:
    """One statement. 404 as `sitting`, and for a question that the attempt does not have."""
    row = _only(_slot(user=user.pk, uuid=uuid, n=n) if n <= MOST_QUESTIONS else [])
    return Slot(Sitting(*row[:-2]), n, *row[-2:])


# --- time, as the learner's clock shows it --------------------------------------------------------------------------


def clock(user, moment: datetime) -> str:
    return f"{timezone.localtime(moment, ZoneInfo(user.time_zone)):%H:%M}"


def day_and_clock(user, moment: datetime) -> str:
    local = timezone.localtime(moment, ZoneInfo(user.time_zone))
    return f"{_day(local.date(), get_language())} at {local:%H:%M %Z}"


@lru_cache(maxsize=1024)
def _day(day: date, language: str | None) -> str:
    """Kept, because one page says it many times and all learners say it in the same few ways."""
    return date_format(day, "l, j F Y")


def left(sitting: Sitting, now: datetime) -> int | None:
    """Milliseconds to the deadline. A duration and not an hour, because the browser's clock may be wrong."""
    return None if sitting.deadline is None else max(0, int((sitting.deadline - now).total_seconds() * 1000))


# --- a question -----------------------------------------------------------------------------------------------------


class _Row(NamedTuple):
    """JSON is left as text here: of all the rows only one is read."""

    n: int
    revision_id: int
    order: str
    answer: str | None
    rev: int
    flagged: bool
    answered_at: datetime | None


def _with_responses(user: int, uuid: UUID) -> QuerySet[Attempt]:
    of_row = ("n", "revision_id", _text("order"), _text("answer"), "rev", "flagged", "answered_at")
    columns = [column if isinstance(column, Cast) else f"responses__{column}" for column in of_row]
    return _own(user, uuid).order_by("responses__n").values_list(*_SITTING, *columns)


def _text(column: str) -> Cast:
    return Cast(f"responses__{column}", TextField())


_rows_of = prepared(_with_responses, user=int, uuid=UUID)


def paper(user, uuid: UUID) -> tuple[Sitting, list[_Row]]:
    """One statement: the attempt and all its questions. 404 as `sitting`."""
    found = _rows_of(user=user.pk, uuid=uuid)
    width = len(_SITTING)
    return Sitting(*_only(found)[:width]), [_Row(*row[width:]) for row in found]


def question(
    user,
    sitting: Sitting,
    rows: list[_Row],
    n: int,
    *,
    now: datetime,
    back: bool = False,
    held: Held | None = None,
    rev: int | None = None,
    problem: str = "",
) -> dict[str, Any]:
    """`held` and `rev` are what a form holds that was not stored. 404 for an unknown n."""
    if not 1 <= n <= len(rows):
        raise Http404("No such question in this attempt.")
    row, home = rows[n - 1], address(sitting.uuid)
    prompt, order = sitting.content.item(row.revision_id).prompt, json.loads(row.order)
    control = CONTROLS[prompt.kind]
    stored = control.filled(order, None if row.answer is None else json.loads(row.answer))
    shown = stored if held is None else held
    lines = control.rows(prompt, order, shown)
    times = [each.answered_at for each in rows if each.answered_at]
    return {
        "sitting": sitting,
        "n": n,
        "count": len(rows),
        "prompt": prompt,
        "control": control,
        "rows": lines,
        "drawn": control.drawn(lines),
        "choices": control.choices(prompt, order) if hasattr(control, "choices") else (),
        "typed": shown[0] if control.labels_itself and shown else "",
        "rev": row.rev if rev is None else rev,
        "stored": row.answer is not None,
        "unsaved": held is not None,
        "flagged": row.flagged,
        "problem": problem,
        "hint": control.hint(prompt),
        "home": home,
        "back": back,
        "before": f"{home}{n - 1}/" if n > 1 else "",
        "next": f"{home}check/" if back or n == len(rows) else f"{home}{n + 1}/",
        "nerve": _nerve([each.answer is not None for each in rows], n),
        "map": _map(rows, n, home),
        "saved_at": clock(user, max(times)) if times else "",
        "left": left(sitting, now),
        "ends": clock(user, sitting.deadline) if sitting.deadline else "",
        **(written_pages.writing(sitting.pk, prompt, row.revision_id, shown) if prompt.kind == WRITTEN else {}),
    }


def address(uuid: UUID) -> str:
    """What the addresses of an attempt begin with: asked once a page, instead of a `reverse` for each question."""
    return reverse("quizzes:attempt", args=[uuid])


def after(sitting: Sitting, n: int, back: bool) -> str:
    """Where Continue leads to."""
    home = address(sitting.uuid)
    return f"{home}check/" if back or n >= length(sitting.content) else f"{home}{n + 1}/"


def length(content: QuizContent) -> int:
    """How many questions every paper of this quiz has."""
    return sum(len(content.pool(each)) if each.mode == FIXED else each.count for each in content.sections)


def _nerve(answered: list[bool], here: int = 0) -> list[str]:
    """One segment a question; on a long paper, as many segments as the share that is answered."""
    if len(answered) > MOST_SEGMENTS:
        done = sum(answered) * MOST_SEGMENTS // len(answered)
        return ["done"] * done + [""] * (MOST_SEGMENTS - done)
    return ["here" if n == here else "done" if done else "" for n, done in enumerate(answered, 1)]


def _map(rows: list[_Row], here: int, home: str) -> SafeString:
    answered, flagged = sum(row.answer is not None for row in rows), sum(row.flagged for row in rows)
    states = _states()
    items = "".join(
        f'<li><a href="{home}{row.n}/"{" aria-current=step" if row.n == here else ""}><span>Question {row.n}</span>'
        f"{states[row.answer is not None, row.flagged]}</a></li>"
        for row in rows
    )
    return format_html(
        '<details class="fold"><summary>{}</summary><ol class="map">{}</ol></details>',
        f"All questions: {answered} of {len(rows)} answered{f', {flagged} flagged' if flagged else ''}",
        mark_safe(items),  # noqa: S308 - numbers, our own address and constants
    )


def _states() -> dict[tuple[bool, bool], str]:
    """(answered, flagged) -> its words in the map."""
    return {
        (True, False): f'<span class="status status--done">{icon("check")}Answered</span>',
        (False, False): f'<span class="status status--quiet">{icon("ring")}Not answered</span>',
        (True, True): f'<span class="status">{icon("flag")}Answered, flagged</span>',
        (False, True): f'<span class="status">{icon("flag")}Not answered, flagged</span>',
    }


def first_unanswered(sitting: Sitting) -> int | None:
    """One statement."""
    blank = Response.objects.filter(attempt=sitting.pk, answer__isnull=True).order_by("n")
    return blank.values_list("n", flat=True).first()


def in_words(prompt: Any, answer: Any) -> str:
    """A canonical answer as a person would say it; "" for none."""
    return "" if answer is None else with_unit(prompt, QUESTION_KINDS[prompt.kind].describe(prompt, answer))


def with_unit(prompt: Any, words: str) -> str:
    unit = getattr(prompt, "unit", "")
    if not words or not unit or words.endswith(unit):
        return words
    return f"{words}{'' if unit in {'%', '°'} else ' '}{unit}"


# --- check your answers ---------------------------------------------------------------------------------------------


class Line(NamedTuple):
    """One question on the check page. `answer`: in words, empty when there is none."""

    n: int
    stem: str
    answer: str
    flagged: bool


def check(user, sitting: Sitting, rows: list[_Row], *, now: datetime, problem: str = "") -> dict[str, Any]:
    """Questions without an answer come first."""
    lines = [_line(sitting.content, row) for row in rows]
    blank = [line.n for line in lines if not line.answer]
    times = [row.answered_at for row in rows if row.answered_at]
    return {
        "sitting": sitting,
        "count": len(lines),
        "answered": len(lines) - len(blank),
        "blank": blank,
        "blank_words": _without_answer(blank),
        "lines": sorted(lines, key=lambda line: (bool(line.answer), line.n)),
        "nerve": ["done" if step else "miss" for step in _nerve([bool(line.answer) for line in lines])],
        "home": address(sitting.uuid),
        "problem": problem,
        "saved_at": clock(user, max(times)) if times else "",
        "left": left(sitting, now),
        "ends": clock(user, sitting.deadline) if sitting.deadline else "",
    }


def _line(content: QuizContent, row: _Row) -> Line:
    prompt, answer = content.item(row.revision_id).prompt, None if row.answer is None else json.loads(row.answer)
    return Line(row.n, prompt.stem, in_words(prompt, answer), row.flagged)


def _without_answer(blank: list[int]) -> str:
    if len(blank) < 2:
        return f"Question {blank[0]} has no answer" if blank else ""
    if len(blank) > 5:
        return f"{len(blank)} questions have no answer"
    return f"Questions {', '.join(map(str, blank[:-1]))} and {blank[-1]} have no answer"


_closing = prepared(
    lambda user, uuid: _own(user, uuid).values_list(
        *_SITTING, Exists(Response.objects.filter(attempt=OuterRef("pk"), answer__isnull=False))
    ),
    user=int,
    uuid=UUID,
)


def closing(user, uuid: UUID) -> tuple[Sitting, bool]:
    """One statement: the attempt that is to be submitted, and whether anything of it is answered. 404 as `sitting`."""
    *columns, answered = _only(_closing(user=user.pk, uuid=uuid))
    return Sitting(*columns), bool(answered)
