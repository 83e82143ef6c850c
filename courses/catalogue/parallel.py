"""PURE. Whether two forms of a test measure the same things with different questions, so that a gain can be read off them.

Parallel here means: each objective of the course is asked in both forms, with as many items and as many points in the
one as in the other; no item is in both; and none is in the quiz of a module, where its reasons would have been read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

PERSON_MARKS = {"written"}


@dataclass(frozen=True)
class Asked:
    """An item as a paper asks it."""

    code: str
    objective: str
    points: Decimal
    kind: str = ""


@dataclass(frozen=True)
class Paper:
    """A quiz and the items that its papers may hold. `drawn`: each attempt asks only some of them."""

    code: str
    asked: tuple[Asked, ...]
    drawn: bool = False
    can_fail: bool = False


@dataclass(frozen=True)
class Difference:
    """`quiz` or `item` is the code of what to mend."""

    code: str
    reason: str
    quiz: str
    item: str | None = None


def differences(objectives: Sequence[str], forms: Sequence[Paper], graded: Iterable[Paper]) -> Iterator[Difference]:
    """All that keeps the forms from being parallel. `graded` are the quizzes of the modules."""
    for form in forms:
        yield from _of_one(objectives, form)
    for first, second in pairwise(forms):
        yield from _of_both(first, second)
    asked = {item.code: quiz.code for quiz in graded for item in quiz.asked}
    for form in forms:
        for item in form.asked:
            if item.code in asked:
                yield Difference(
                    "form-graded",
                    f"Item {item.code} of form {form.code} is asked in the quiz of module {asked[item.code]} too. "
                    "Give it the pool of one of them only.",
                    form.code,
                    item.code,
                )


def _of_one(objectives: Sequence[str], form: Paper) -> Iterator[Difference]:
    if form.drawn:
        yield Difference(
            "form-drawn",
            f"Form {form.code} draws its questions anew for each attempt. Choose “all items of the pool” in its section.",
            form.code,
        )
    if form.can_fail:
        yield Difference(
            "form-safety",
            f"Form {form.code} counts for nothing, so no safety item can fail it. Untick that rule of its quiz.",
            form.code,
        )
    for item in form.asked:
        if item.kind in PERSON_MARKS:
            yield Difference(
                "form-written",
                f"Item {item.code} of form {form.code} waits for a person to mark it. Ask it in the written task.",
                form.code,
                item.code,
            )
    measured = {item.objective for item in form.asked}
    for objective in objectives:
        if objective not in measured:
            yield Difference("form-objective", f"Form {form.code} has no item on {objective}. Add one.", form.code)


def _of_both(first: Paper, second: Paper) -> Iterator[Difference]:
    for item in sorted({item.code for item in first.asked} & {item.code for item in second.asked}):
        yield Difference(
            "form-shared",
            f"Item {item} is in form {first.code} and in form {second.code}. Give it the pool of one of them only.",
            second.code,
            item,
        )
    for objective in sorted({item.objective for paper in (first, second) for item in paper.asked}):
        ours, theirs = (
            [item.points for item in paper.asked if item.objective == objective] for paper in (first, second)
        )
        if len(ours) != len(theirs):
            yield Difference(
                "form-number",
                f"On {objective}, form {first.code} has {_items(len(ours))} and form {second.code} has "
                f"{_items(len(theirs))}. Give both the same number.",
                second.code,
            )
        elif sum(ours) != sum(theirs):
            yield Difference(
                "form-points",
                f"On {objective}, form {first.code} is worth {_points(ours)} and form {second.code} "
                f"{_points(theirs)}. Give both the same points.",
                second.code,
            )


def _items(n: int) -> str:
    return "no item" if n == 0 else "1 item" if n == 1 else f"{n} items"


def _points(points: Iterable[Decimal]) -> str:
    text = f"{sum(points, Decimal(0)):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "1 point" if text == "1" else f"{text} points"
