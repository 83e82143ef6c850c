"""Parallel forms: the same objectives with as many items and points, and no item that anything else asks."""

from dataclasses import replace
from decimal import Decimal

import pytest

from courses.catalogue.parallel import Asked, Paper, differences

OBJECTIVES = ("O1", "O2")


def asked(code: str, objective: str = "O1", points: str = "1", kind: str = "single") -> Asked:
    return Asked(code, objective, Decimal(points), kind)


A = Paper("A", (asked("A1"), asked("A2", "O2"), asked("A3", "O2")))
B = Paper("B", (asked("B1"), asked("B2", "O2"), asked("B3", "O2")))
M1 = Paper("M1", (asked("M1-01"), asked("M1-02", "O2")), drawn=True, can_fail=True)


def found(first: Paper = A, second: Paper = B, graded=(M1,)) -> list[tuple[str, str, str | None]]:
    return [(each.code, each.quiz, each.item) for each in differences(OBJECTIVES, (first, second), graded)]


def with_item(paper: Paper, n: int, item: Asked) -> Paper:
    return replace(paper, asked=(*paper.asked[:n], item, *paper.asked[n + 1 :]))


def test_two_forms_that_measure_the_same_differ_in_nothing():
    assert found() == []


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"second": replace(B, asked=B.asked[:2])}, [("form-number", "B", None)]),
        ({"second": with_item(B, 0, asked("B1", points="2"))}, [("form-points", "B", None)]),
        (
            {"second": with_item(B, 0, asked("B1", "O2"))},
            [("form-objective", "B", None), ("form-number", "B", None), ("form-number", "B", None)],
        ),
        ({"first": with_item(A, 0, asked("B1"))}, [("form-shared", "B", "B1")]),
        ({"first": with_item(A, 0, asked("M1-01"))}, [("form-graded", "A", "M1-01")]),
        ({"first": with_item(A, 0, asked("A1", kind="written"))}, [("form-written", "A", "A1")]),
        ({"first": replace(A, drawn=True)}, [("form-drawn", "A", None)]),
        ({"second": replace(B, can_fail=True)}, [("form-safety", "B", None)]),
    ],
)
def test_each_difference_is_named_with_what_to_mend(given, wanted):
    assert found(**given) == wanted


def test_points_are_compared_by_objective_and_not_by_item():
    assert found(second=replace(B, asked=(B.asked[0], asked("B2", "O2", "0.50"), asked("B3", "O2", "1.50")))) == []


def test_the_sentences_say_what_differs_and_what_to_do():
    second = replace(B, asked=(asked("B1", points="2.50"), asked("B2", "O2")))

    told = [each.reason for each in differences(OBJECTIVES, (A, second), ())]

    assert told == [
        "On O1, form A is worth 1 point and form B 2.5 points. Give both the same points.",
        "On O2, form A has 2 items and form B has 1 item. Give both the same number.",
    ]


def test_one_form_alone_is_judged_by_itself():
    assert [each.code for each in differences(("O1", "O3"), (A,), (M1,))] == ["form-objective"]
