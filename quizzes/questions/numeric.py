"""A number, with or without its unit. An answer is what was typed."""

import random
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from quizzes.questions.codec import plain
from quizzes.questions.values import (
    ALL,
    NOTHING,
    BadAnswer,
    Mark,
    Reason,
    Review,
    fold,
    is_blank,
    read_line,
    stem_problems,
)

LONGEST = 40
# One decimal point or comma; no thousands separator, because "1,000" would then be two numbers.
_NUMBER = re.compile(r"([+\-\u2212]?)\s?([0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(.*)\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Prompt:
    kind: str
    vignette: str
    stem: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value that a known mistake leads to, and the mistake."""

    value: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class Key:
    """Right is every value from `answer` - `tolerance` to `answer` + `tolerance`, both ends included."""

    answer: Decimal | None
    tolerance: Decimal
    wrong: tuple[Wrong, ...] = ()
    work: str = ""


def problems(prompt: Prompt, key: Key) -> list[str]:
    if key.answer is None:
        return [*stem_problems(prompt.stem), "There is no answer."]
    found = stem_problems(prompt.stem)
    if key.tolerance < 0:
        found.append("The tolerance may not be negative.")
    if not key.work.strip():
        found.append("The working is missing.")
    if any(not wrong.why.strip() for wrong in key.wrong):
        found.append("A known wrong value has no explanation.")
    if any(_within(key, Fraction(wrong.value)) for wrong in key.wrong):
        found.append("A known wrong value lies within the tolerance of the answer.")
    if len({wrong.value for wrong in key.wrong}) < len(key.wrong):
        found.append("Two known wrong values are the same.")
    return found


def read(prompt: Prompt, typed: str) -> Fraction:
    """The exact value of what was typed. Raises BadAnswer when it is not one number, with the unit or without."""
    found = _NUMBER.match(typed)
    if found is None or fold(found[3]) not in {"", fold(prompt.unit)}:
        unit = f", with the unit {prompt.unit} or without it" if prompt.unit else ""
        raise BadAnswer(f"Type one number, such as 2.5{unit}.")
    digits = found[2].replace(",", ".")
    return Fraction(Decimal(f"{'-' if found[1] in {'-', chr(0x2212)} else ''}{digits}"))


def parse(prompt: Prompt, raw: Any) -> str | None:
    """Raises BadAnswer. A whole number may come as an int; a float never does, it has lost what was typed."""
    if is_blank(raw):
        return None
    if type(raw) is int and abs(raw) < 10**LONGEST:
        raw = str(raw)
    typed = read_line(raw, LONGEST)
    read(prompt, typed)
    return typed


def mark(prompt: Prompt, key: Key, answer: str | None) -> Mark:
    return ALL if answer is not None and _within(key, read(prompt, answer)) else NOTHING


def _within(key: Key, value: Fraction) -> bool:
    return abs(value - Fraction(key.answer or 0)) <= Fraction(key.tolerance)


def shuffle(prompt: Prompt, rng: random.Random) -> list[int]:
    return []


def describe(prompt: Prompt, answer: str | None) -> str:
    return answer or ""


def review(prompt: Prompt, key: Key, answer: str | None) -> Review:
    given = None if answer is None else read(prompt, answer)
    right = given is not None and _within(key, given)
    reasons = [Reason(_with_unit(prompt, key.answer or Decimal(0)), right, True, key.work)]
    reasons += [
        Reason(_with_unit(prompt, wrong.value), given == Fraction(wrong.value), False, wrong.why) for wrong in key.wrong
    ]
    return Review(tuple(reasons))


def _with_unit(prompt: Prompt, value: Decimal) -> str:
    space = "" if prompt.unit in {"", "%", "°"} else " "
    return f"{plain(value)}{space}{prompt.unit}"
