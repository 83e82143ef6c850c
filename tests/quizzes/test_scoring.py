from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import pytest

from quizzes import scoring
from quizzes.questions import Mark

RIGHT, HALF, NOTHING = Mark(Fraction(1), True), Mark(Fraction(1, 2), False), Mark(Fraction(0), False)
THIRD = Mark(Fraction(1, 3), False)


def scored(marks, *, points=1, safety=(), pass_mark="80", safety_must_pass=False) -> scoring.Score:
    rows = [(mark, Decimal(points), place in safety) for place, mark in enumerate(marks)]
    return scoring.score(rows, pass_mark=Decimal(pass_mark), safety_must_pass=safety_must_pass)


@pytest.mark.parametrize(
    ("earned", "of", "passed"), [(799, 1000, False), (800, 1000, True), (8, 10, True), (7, 10, False), (0, 10, False)]
)
def test_the_pass_mark_is_exact(earned, of, passed):
    score = scored([RIGHT] * earned + [NOTHING] * (of - earned))

    assert score.percent == Fraction(100 * earned, of)
    assert (score.passed, score.reached_pass_mark) == (passed, passed)


def test_thirds_add_up_exactly():
    score = scored([THIRD] * 3, pass_mark="33.34")

    assert (score.earned, score.percent, score.passed) == (1, Fraction(100, 3), False)
    assert scored([THIRD] * 3, pass_mark="33.33").passed


def test_points_weigh():
    rows = [(RIGHT, Decimal("2.50"), False), (HALF, Decimal(1), False)]

    score = scoring.score(rows, pass_mark=Decimal(80), safety_must_pass=False)

    assert (score.earned, score.possible, score.percent) == (3, Fraction(7, 2), Fraction(600, 7))


@pytest.mark.parametrize(("must_pass", "passed"), [(False, True), (True, False)])
def test_a_missed_safety_item_fails_only_where_it_must_pass(must_pass, passed):
    score = scored([RIGHT] * 9 + [HALF], safety=(0, 9), safety_must_pass=must_pass)

    assert (score.passed, score.reached_pass_mark, score.missed_safety) == (passed, True, (9,))


def test_a_paper_without_points_is_not_passed():
    score = scored([], pass_mark="0")

    assert (score.percent, score.passed) == (0, False)


@pytest.mark.parametrize(("percent", "shown"), [(Fraction(799, 10), 79), (Fraction(80), 80), (Decimal("99.9999"), 99)])
def test_a_percentage_is_shown_rounded_down(percent, shown):
    assert scoring.whole_percent(percent) == shown


@pytest.mark.parametrize(
    ("value", "text"), [(Fraction(2, 3), "0.6666"), (Fraction(1), "1.0000"), (Fraction(799999, 10000), "79.9999")]
)
def test_a_column_cuts_and_never_rounds_up(value, text):
    assert str(scoring.cut(value, 4)) == text


@dataclass
class Try:
    number: int
    passed: bool | None
    percent: Decimal | None


@pytest.mark.parametrize(
    ("attempts", "counts"),
    [
        ([], None),
        ([Try(1, None, None)], None),
        ([Try(1, False, Decimal(50)), Try(2, False, Decimal(70)), Try(3, None, None)], 2),
        ([Try(1, True, Decimal(85)), Try(2, False, Decimal(90))], 1),
        ([Try(1, True, Decimal(85)), Try(2, True, Decimal(90))], 2),
        ([Try(1, True, Decimal(90)), Try(2, True, Decimal(90))], 1),
    ],
)
def test_the_best_passed_counts_else_the_best(attempts, counts):
    found = scoring.counting(attempts)

    assert (found and found.number) == counts
