"""Put the steps in order. An answer lists the canonical indexes of the steps in the learner's order."""

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ceu.shared import canonical
from quizzes.questions.values import (
    ALL,
    NOTHING,
    BadAnswer,
    Mark,
    Question,
    Reason,
    Review,
    is_blank,
    rationale_problems,
    read_index,
    read_list,
    stem_problems,
    text_problems,
)

Answer = list[int] | None
MOST_DISPLAYS = 12


@dataclass(frozen=True, slots=True)
class Prompt:
    """The steps stand in the order of the alphabet. `displays` are the orders they may be shown in.

    None of the displays is the correct order; they are few among many, so that what they leave out does not tell it.
    """

    kind: str
    vignette: str
    stem: str
    steps: tuple[str, ...]
    displays: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Key:
    """`order`: the steps' indexes in the correct order. `rationales`: one a step, in the correct order too."""

    order: tuple[int, ...]
    rationales: tuple[str, ...]
    common_error: str = ""


def arrange(stem: str, steps: Iterable[tuple[str, str]], *, vignette: str = "", common_error: str = "") -> Question:
    """The question from (step, rationale) in the correct order. The same input gives the same question."""
    steps = list(steps)
    places = sorted(range(len(steps)), key=lambda place: (steps[place][0].casefold(), steps[place][0], place))
    key = Key(
        tuple(places.index(place) for place in range(len(steps))),
        tuple(rationale for _, rationale in steps),
        common_error,
    )
    # Seeded with the rationales, which a reader of the prompt does not have.
    rng = random.Random(canonical.digest(canonical.dumps([stem, steps])))  # noqa: S311 - it draws, it hides nothing
    displays = _displays(key.order, rng)
    return Question(Prompt("ordering", vignette, stem, tuple(steps[place][0] for place in places), displays), key)


def _displays(correct: tuple[int, ...], rng: random.Random) -> tuple[tuple[int, ...], ...]:
    wanted = min(MOST_DISPLAYS, math.factorial(len(correct)) // 2)
    found: list[tuple[int, ...]] = []
    while len(found) < wanted:
        order = tuple(rng.sample(range(len(correct)), len(correct)))
        if order != correct and order not in found:
            found.append(order)
    return tuple(found)


def problems(prompt: Prompt, key: Key) -> list[str]:
    return [
        *stem_problems(prompt.stem),
        *(["There must be at least two steps."] if len(prompt.steps) < 2 else []),
        *text_problems(prompt.steps, "steps"),
        *_key_problems(prompt, key),
        *rationale_problems(key.rationales, len(prompt.steps), "step"),
    ]


def _key_problems(prompt: Prompt, key: Key) -> list[str]:
    all_steps = list(range(len(prompt.steps)))
    if sorted(key.order) != all_steps:
        return ["The key must name each step once."]
    if len(all_steps) >= 2 and not prompt.displays:
        return ["There is no order to show the steps in."]
    if any(sorted(order) != all_steps for order in prompt.displays):
        return ["An order to show must name each step once."]
    return ["The steps may not be shown in the correct order."] if key.order in prompt.displays else []


def parse(prompt: Prompt, raw: Any) -> Answer:
    """Raises BadAnswer unless each step stands in it once."""
    if is_blank(raw):
        return None
    order = [read_index(item, len(prompt.steps)) for item in read_list(raw)]
    if sorted(order) != list(range(len(prompt.steps))):
        raise BadAnswer("Give each step a place of its own.")
    return order


def mark(prompt: Prompt, key: Key, answer: Answer) -> Mark:
    """1 for the exact order, 1/2 if one adjacent pair is swapped, else 0."""
    if answer is None:
        return NOTHING
    wrong = [place for place, step in enumerate(key.order) if answer[place] != step]
    if not wrong:
        return ALL
    # Two places wrong in a permutation can only hold each other's step.
    neighbours = len(wrong) == 2 and wrong[1] == wrong[0] + 1
    return Mark(Fraction(1, 2), False) if neighbours else NOTHING


def shuffle(prompt: Prompt, rng: random.Random) -> list[int]:
    return list(rng.choice(prompt.displays))


def describe(prompt: Prompt, answer: Answer) -> str:
    return "; ".join(f"{place}. {prompt.steps[step]}" for place, step in enumerate(answer or [], 1))


def review(prompt: Prompt, key: Key, answer: Answer) -> Review:
    """The steps in the correct order; chosen where the learner had that step in that place."""
    given = answer or [None] * len(key.order)
    reasons = (
        Reason(prompt.steps[step], given[place] == step, True, key.rationales[place])
        for place, step in enumerate(key.order)
    )
    return Review(tuple(reasons), key.common_error)
