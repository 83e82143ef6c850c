"""Single best answer, multiple response, true or false. An answer is an option's index, or a sorted list of them."""

import random
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizzes.questions.values import (
    ALL,
    NOTHING,
    Mark,
    Reason,
    Review,
    full_or_part,
    is_blank,
    rationale_problems,
    read_index,
    read_list,
    stem_problems,
    text_problems,
)

Answer = int | list[int] | None


@dataclass(frozen=True, slots=True)
class Prompt:
    """`kind` is single, multiple or true_false; `choose` (multiple only) is how many the stem asks for."""

    kind: str
    vignette: str
    stem: str
    options: tuple[str, ...]
    choose: int | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """`correct`: sorted indexes of the options that are right. `rationales`: one an option."""

    correct: tuple[int, ...]
    rationales: tuple[str, ...]


def problems(prompt: Prompt, key: Key) -> list[str]:
    return [
        *stem_problems(prompt.stem),
        *_option_problems(prompt),
        *_key_problems(prompt, key),
        *rationale_problems(key.rationales, len(prompt.options), "option"),
    ]


def _option_problems(prompt: Prompt) -> list[str]:
    found = text_problems(prompt.options, "options")
    if prompt.kind == "true_false" and len(prompt.options) != 2:
        found.append("A true or false question has two options, True and False.")
    elif len(prompt.options) < 2:
        found.append("There must be at least two options.")
    return found


def _key_problems(prompt: Prompt, key: Key) -> list[str]:
    if not key.correct:
        return ["No option is marked as right."]
    if any(not 0 <= index < len(prompt.options) for index in key.correct):
        return ["The key names an option that does not exist."]
    if prompt.kind != "multiple":
        return ["Only one option may be marked as right."] if len(key.correct) > 1 else []
    if prompt.choose is not None and prompt.choose != len(key.correct):
        return [f"The question asks to choose {prompt.choose}, but {len(key.correct)} options are marked as right."]
    return (
        ["A multiple response question needs an option that is wrong."]
        if len(key.correct) == len(prompt.options)
        else []
    )


def parse(prompt: Prompt, raw: Any) -> Answer:
    """Raises BadAnswer. Fewer or more picks than asked for can be saved; the marking settles it."""
    if is_blank(raw):
        return None
    if prompt.kind != "multiple":
        return read_index(raw, len(prompt.options))
    return sorted({read_index(item, len(prompt.options)) for item in read_list(raw)})


def mark(prompt: Prompt, key: Key, answer: Answer) -> Mark:
    """Multiple response: (right picks - wrong picks) / number of keys, never below 0."""
    if answer is None:
        return NOTHING
    if isinstance(answer, int):
        return ALL if answer in key.correct else NOTHING
    right = len(set(answer) & set(key.correct))
    return full_or_part(Fraction(max(0, 2 * right - len(answer)), len(key.correct)))


def shuffle(prompt: Prompt, rng: random.Random) -> list[int]:
    order = list(range(len(prompt.options)))
    if prompt.kind != "true_false":
        rng.shuffle(order)
    return order


def describe(prompt: Prompt, answer: Answer) -> str:
    return "; ".join(prompt.options[index] for index in _picks(answer))


def review(prompt: Prompt, key: Key, answer: Answer) -> Review:
    picks = _picks(answer)
    reasons = (
        Reason(text, index in picks, index in key.correct, key.rationales[index])
        for index, text in enumerate(prompt.options)
    )
    return Review(tuple(reasons), by_option=True)


def _picks(answer: Answer) -> list[int]:
    if answer is None:
        return []
    return [answer] if isinstance(answer, int) else answer
