"""An answer as a form holds it: names and positions as shown. Nothing here is canonical, and nothing knows a key."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from quizzes.questions import BadAnswer, canonical_to_display, written

MOST_BYTES = 64 * 1024
MOST_FIELDS = 1000
LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
# What else our own forms send; any other name is not read, and is told to the log.
OUR_NAMES = {"csrfmiddlewaretoken", "rev", "clear", "flag", "back", "to", "choosing", "keep", "answer"}
STORED = "stored"
ANSWER_NAME = re.compile(r"answer(-[0-9]{1,3})?\Z", re.ASCII)
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,8})\Z", re.ASCII)

Held = tuple[str, ...]
Fields = Mapping[str, list[str]]


class Malformed(Exception):
    """The request is not one that our pages send. `status` is what it is answered with."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def fields_of(request: HttpRequest) -> dict[str, list[str]]:
    """Each name with its values. Stricter than `request.POST`, which mends bad text and hides doubled names."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise Malformed(415, "Send the answer as a form does.")
    if len(request.body) > MOST_BYTES:
        raise Malformed(413, "That is too much text for an answer.")
    try:
        pairs = parse_qsl(request.body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Malformed(400, "The answer holds characters that are not text.") from error
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def strangers(fields: Fields) -> list[str]:
    """Names that no form of ours has: `score`, `correct`, `deadline` …"""
    return sorted(name for name in fields if name not in OUR_NAMES and not ANSWER_NAME.match(name))


def one(fields: Fields, name: str) -> str:
    """The value of a name that may stand only once; "" when it is missing. Raises Malformed."""
    values = fields.get(name, [""])
    if len(values) > 1:
        raise Malformed(400, f"The field {name} came more than once.")
    return values[0]


def number(fields: Fields, name: str) -> int:
    """Raises Malformed: a missing number never counts as 0, or a guard that reads it would stand open."""
    if not _NUMBER.match(text := one(fields, name)):
        raise Malformed(400, f"The field {name} is not a number.")
    return int(text)


@dataclass(frozen=True, slots=True)
class Given:
    """One POST to a question. `held` is what the controls held, as typed.

    `choosing`: it comes from the page that shows two answers; `keep` is then "stored", or the number at which one's own
    may take its place. Without a choice `rev` is stale still, so the page comes again.
    `back`: the learner came from the check page; `to_check`: they go there next.
    """

    held: Held
    rev: int
    clear: bool
    flag: bool | None
    choosing: bool
    keep: str
    back: bool
    to_check: bool

    @property
    def current_rev(self) -> int:
        return int(self.keep) if self.keep else self.rev


def given(fields: Fields, prompt: Any) -> Given:
    """Raises Malformed."""
    flag = one(fields, "flag")
    return Given(
        held=CONTROLS[prompt.kind].held(fields, prompt),
        rev=number(fields, "rev"),
        clear=bool(one(fields, "clear")),
        flag=flag == "1" if flag else None,
        choosing=bool(one(fields, "choosing")),
        keep=_keep(fields),
        back=one(fields, "back") == "check",
        to_check=one(fields, "to") == "check",
    )


def _keep(fields: Fields) -> str:
    keep = one(fields, "keep")
    return keep if keep in {"", STORED} else str(number(fields, "keep"))


# --- one control for each way of answering --------------------------------------------------------------------------


class Row(NamedTuple):
    """One line to choose or to fill. `value` is its position as shown."""

    value: str
    letter: str
    text: str
    held: str | bool


class Control:
    """How a kind is answered: the names of its fields, what they hold, and what that means in positions as shown."""

    template = "quizzes/_line.html"
    labels_itself = False

    def names(self, prompt: Any) -> Iterable[str]:
        return ("answer",)

    def held(self, fields: Fields, prompt: Any) -> Held:
        return tuple(one(fields, name) for name in self.names(prompt))

    def pairs(self, prompt: Any, held: Held) -> list[tuple[str, str]]:
        """The fields that would send the same again."""
        return list(zip(self.names(prompt), held, strict=False))

    def raw(self, held: Held) -> Any:
        """Raises BadAnswer."""
        return held[0]

    def filled(self, order: list[int], answer: Any) -> Held:
        shown = canonical_to_display(order, answer)
        return ("",) if shown is None else (str(shown),)

    def rows(self, prompt: Any, order: list[int], held: Held) -> list[Row]:
        return []

    def drawn(self, rows: list[Row]) -> str:
        """The rows as HTML where no template does it: the commonest control is put together here, for its speed."""
        return ""

    def hint(self, prompt: Any) -> str:
        raise NotImplementedError


class OneOf(Control):
    input_type = "radio"

    def rows(self, prompt: Any, order: list[int], held: Held) -> list[Row]:
        return [Row(str(n), letter(n), prompt.options[index], str(n) in held) for n, index in enumerate(order)]

    def drawn(self, rows: list[Row]) -> SafeString:
        return mark_safe(f'<div class="answers">{"".join(map(self._option, rows))}</div>')  # noqa: S308 - escaped below

    def _option(self, row: Row) -> str:
        first = ' id="answer"' if row.value == "0" else ""
        return (
            f'<label class="answer"><input type="{self.input_type}" name="answer" value="{row.value}"{first}'
            f'{" checked" if row.held else ""}><span class="answer__key" aria-hidden="true">{row.letter}</span>'
            f'<span dir="auto">{escape(row.text)}</span></label>'
        )

    def hint(self, prompt: Any) -> str:
        return "Select True or False." if prompt.kind == "true_false" else "Select one option."


class SomeOf(OneOf):
    input_type = "checkbox"

    def held(self, fields: Fields, prompt: Any) -> Held:
        return tuple(fields.get("answer", ()))

    def pairs(self, prompt: Any, held: Held) -> list[tuple[str, str]]:
        return [("answer", value) for value in held]

    def raw(self, held: Held) -> Any:
        return list(held)

    def filled(self, order: list[int], answer: Any) -> Held:
        return tuple(str(position) for position in canonical_to_display(order, answer) or ())

    def hint(self, prompt: Any) -> str:
        if prompt.choose is None:
            return "Select every option that applies."
        return f"Select {in_words(prompt.choose)} option{'' if prompt.choose == 1 else 's'}."


class Pairs(Control):
    template = "quizzes/_matching.html"

    def names(self, prompt: Any) -> Iterable[str]:
        return [f"answer-{n}" for n in range(len(prompt.lefts))]

    def raw(self, held: Held) -> Any:
        return list(held)

    def filled(self, order: list[int], answer: Any) -> Held:
        return tuple("" if shown is None else str(shown) for shown in canonical_to_display(order, answer) or ())

    def rows(self, prompt: Any, order: list[int], held: Held) -> list[Row]:
        held = held or ("",) * len(prompt.lefts)
        return [Row(f"answer-{n}", "", left, held[n]) for n, left in enumerate(prompt.lefts)]

    def choices(self, prompt: Any, order: list[int]) -> list[tuple[str, str, str]]:
        """Letter, position and text: the list that all the lines choose from."""
        return [(letter(n), str(n), prompt.rights[index]) for n, index in enumerate(order)]

    def hint(self, prompt: Any) -> str:
        spare = len(prompt.rights) - len(prompt.lefts)
        unused = f" {in_words(spare).capitalize()} {'is' if spare == 1 else 'are'} not used." if spare > 0 else ""
        return f"Choose one description for each term.{unused}"


class Places(Control):
    """Each step, in the order shown, holds the place it should have, from 1."""

    template = "quizzes/_ordering.html"

    def names(self, prompt: Any) -> Iterable[str]:
        return [f"answer-{n}" for n in range(len(prompt.steps))]

    def raw(self, held: Held) -> Any:
        if not any(place.strip() for place in held):
            return None
        wanted = [str(n) for n in range(1, len(held) + 1)]
        if sorted(held, key=lambda place: (len(place), place)) != wanted:
            raise BadAnswer("Give each step a place of its own.")
        return [held.index(place) for place in wanted]

    def filled(self, order: list[int], answer: Any) -> Held:
        if (shown := canonical_to_display(order, answer)) is None:
            return ()
        return tuple(str(shown.index(n) + 1) for n in range(len(order)))

    def rows(self, prompt: Any, order: list[int], held: Held) -> list[Row]:
        held = held or ("",) * len(order)
        return [Row(f"answer-{n}", "", prompt.steps[index], held[n]) for n, index in enumerate(order)]

    def choices(self, prompt: Any, order: list[int]) -> list[str]:
        return [str(n) for n in range(1, len(order) + 1)]

    def hint(self, prompt: Any) -> str:
        return f"Give each step its place, from 1 to {len(prompt.steps)}."


class Number(Control):
    labels_itself, inputmode, longest = True, "decimal", 40

    def hint(self, prompt: Any) -> str:
        return "Type one number, such as 2.5."


class Words(Control):
    labels_itself, inputmode, longest = True, "text", 200

    def hint(self, prompt: Any) -> str:
        return "Type a word or a few words."


class Essay(Control):
    template, labels_itself, longest = "quizzes/_written.html", True, written.LONGEST

    def hint(self, prompt: Any) -> str:
        aim = f"Aim for {prompt.min_words} words or more" if prompt.min_words else "Write as much as it needs"
        return f"{aim}. The most is {prompt.max_words} words. An instructor marks it by the checklist below the field."


CONTROLS: dict[str, Control] = {
    "single": OneOf(),
    "true_false": OneOf(),
    "multiple": SomeOf(),
    "matching": Pairs(),
    "ordering": Places(),
    "numeric": Number(),
    "text": Words(),
    "written": Essay(),
}


def letter(n: int) -> str:
    """a to z, then numbers."""
    return LETTERS[n] if n < len(LETTERS) else str(n + 1)


def in_words(count: int) -> str:
    return WORDS[count] if count < len(WORDS) else str(count)
