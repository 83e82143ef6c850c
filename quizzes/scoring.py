"""PURE. Marks times points make a score; the pass mark and the safety items make it a pass. All of it exact."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Protocol, TypeVar

from quizzes.questions import Mark


@dataclass(frozen=True, slots=True)
class Score:
    """`percent` is 0 to 100; `missed_safety` holds the places, from 0, of the safety items not right in full."""

    earned: Fraction
    possible: Fraction
    percent: Fraction
    passed: bool
    reached_pass_mark: bool
    missed_safety: tuple[int, ...]


def score(marks: Sequence[tuple[Mark, Decimal, bool]], *, pass_mark: Decimal, safety_must_pass: bool) -> Score:
    """The score of (mark, points, is a safety item). 79.9 per cent does not reach a pass mark of 80; 80 does."""
    earned = _sum((mark.earned, points) for mark, points, _ in marks)
    possible = _sum((1, points) for _, points, _ in marks)
    percent = 100 * earned / possible if possible else Fraction(0)
    missed = tuple(place for place, (mark, _, safety) in enumerate(marks) if safety and not mark.correct)
    reached = bool(possible) and percent >= Fraction(pass_mark)
    return Score(earned, possible, percent, reached and not (safety_must_pass and missed), reached, missed)


def _sum(products: Iterable[tuple[Fraction | int, Decimal]]) -> Fraction:
    """The exact sum of share x points. Nearly all shares are whole, and adding fractions costs fifty times as much."""
    whole, part = Decimal(0), Fraction(0)
    for share, points in products:
        if share.denominator == 1:
            whole += points * share.numerator
        else:
            part += share * Fraction(points)
    return part + Fraction(whole)


def whole_percent(percent: Fraction | Decimal) -> int:
    """The only rounding of a percentage that a person sees: down, so that 79.9 never reads as 80."""
    return math.floor(percent)


def cut(value: Fraction, places: int) -> Decimal:
    """`value` (not negative) with so many decimal places for a column, cut off and never rounded up."""
    if value.denominator == 1:
        return Decimal(value.numerator).quantize(Decimal(1).scaleb(-places))
    return Decimal(math.floor(value * 10**places)).scaleb(-places).quantize(Decimal(1).scaleb(-places), ROUND_FLOOR)


class Counted(Protocol):
    """What `counting` asks of an attempt."""

    number: int
    passed: bool | None
    percent: Decimal | None


C = TypeVar("C", bound=Counted)


def counting(attempts: Iterable[C]) -> C | None:
    """The attempt that counts: the best that passed, else the best, else none; of equals the earliest.

    Attempts without a percentage (open or void) never count.
    """
    scored = [attempt for attempt in attempts if attempt.percent is not None]
    return max(scored, key=lambda each: (bool(each.passed), each.percent, -each.number), default=None)
