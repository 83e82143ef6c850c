"""A word or a few. An answer is what was typed; it earns the share of the accepted answer it equals."""

import random
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizzes.questions.values import (
    NOTHING,
    Mark,
    Reason,
    Review,
    fold,
    full_or_part,
    is_blank,
    read_line,
    same_width,
    stem_problems,
    text_problems,
)

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Prompt:
    kind: str
    vignette: str
    stem: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """`share`: how many per cent of the points it earns, 1 to 100."""

    text: str
    share: int
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    accepted: tuple[Accepted, ...]
    case_sensitive: bool = False
    work: str = ""


def problems(prompt: Prompt, key: Key) -> list[str]:
    texts = tuple(accepted.text for accepted in key.accepted)
    found = stem_problems(prompt.stem)
    # With case_sensitive "pH" and "PH" are two answers, so only the empty ones are a problem of the list.
    found += text_problems(texts, "accepted answers") if not key.case_sensitive else _exact_problems(texts)
    if any(not 1 <= accepted.share <= 100 for accepted in key.accepted):
        found.append("An accepted answer earns from 1 to 100 per cent.")
    if all(accepted.share != 100 for accepted in key.accepted):
        found.append("No accepted answer earns all of the points.")
    if any(len(text) > LONGEST for text in texts):
        found.append(f"An accepted answer is longer than the {LONGEST} characters a learner may type.")
    return found


def _exact_problems(texts: tuple[str, ...]) -> list[str]:
    found = ["One of the accepted answers is empty."] if any(not text.strip() for text in texts) else []
    same = len({same_width(text) for text in texts}) < len(texts)
    return [*found, "Two of the accepted answers read the same."] if same else found


def parse(prompt: Prompt, raw: Any) -> str | None:
    """Raises BadAnswer."""
    return None if is_blank(raw) else read_line(raw, LONGEST)


def mark(prompt: Prompt, key: Key, answer: str | None) -> Mark:
    found = _accepted(key, answer)
    return NOTHING if found is None else full_or_part(Fraction(found.share, 100))


def _accepted(key: Key, answer: str | None) -> Accepted | None:
    if answer is None:
        return None
    same = same_width if key.case_sensitive else fold
    return next((accepted for accepted in key.accepted if same(accepted.text) == same(answer)), None)


def shuffle(prompt: Prompt, rng: random.Random) -> list[int]:
    return []


def describe(prompt: Prompt, answer: str | None) -> str:
    return answer or ""


def review(prompt: Prompt, key: Key, answer: str | None) -> Review:
    """The accepted answers; correct are those that earn all of the points."""
    found = _accepted(key, answer)
    reasons = (
        Reason(accepted.text, accepted is found, accepted.share == 100, accepted.rationale) for accepted in key.accepted
    )
    return Review(tuple(reasons), key.work)
