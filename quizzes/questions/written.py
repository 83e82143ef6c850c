"""A short text that a person marks by a checklist. An answer is the text as written, with its line breaks.

The checklist is shown from the start: it is what the text is marked by. What a marker looks for under each of its
criteria, and the model answer, belong to the key.
"""

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from quizzes.questions.values import (
    ALL,
    NOTHING,
    BadAnswer,
    Mark,
    Reason,
    Review,
    is_blank,
    rationale_problems,
    stem_problems,
    text_problems,
)

LONGEST = 5000  # characters: in the longest encoding they still fit the 64 KiB that a request for an answer may have
MOST_WORDS = 600
MOST_CRITERIA = 12


@dataclass(frozen=True, slots=True)
class Prompt:
    """`min_words` is an aim that nobody is held to; more than `max_words` is refused. It passes with `pass_at` criteria."""

    kind: str
    vignette: str
    stem: str
    criteria: tuple[str, ...]
    pass_at: int
    min_words: int
    max_words: int


@dataclass(frozen=True, slots=True)
class Key:
    """`notes`: what a marker looks for, one a criterion. `model`: a text that meets them all."""

    notes: tuple[str, ...]
    model: str


def problems(prompt: Prompt, key: Key) -> list[str]:
    return [
        *stem_problems(prompt.stem),
        *(["There must be at least one criterion."] if not prompt.criteria else []),
        *([f"There may be at most {MOST_CRITERIA} criteria."] if len(prompt.criteria) > MOST_CRITERIA else []),
        *text_problems(prompt.criteria, "criteria"),
        *_number_problems(prompt),
        *rationale_problems(key.notes, len(prompt.criteria), "criterion"),
        *_model_problems(prompt, key),
    ]


def _number_problems(prompt: Prompt) -> list[str]:
    found = []
    if prompt.criteria and not 1 <= prompt.pass_at <= len(prompt.criteria):
        found.append(f"To pass, from 1 to {len(prompt.criteria)} of the criteria must be met.")
    if not 1 <= prompt.max_words <= MOST_WORDS:
        found.append(f"The most words must be from 1 to {MOST_WORDS}.")
    elif not 0 <= prompt.min_words <= prompt.max_words:
        found.append("The words to aim for may not be more than the most words.")
    return found


def _model_problems(prompt: Prompt, key: Key) -> list[str]:
    if not key.model.strip():
        return ["The model answer is missing."]
    return ["The model answer is longer than a learner's may be."] if words(key.model) > prompt.max_words else []


def words(text: str) -> int:
    """How many words: whatever stands between spaces and holds a letter or a digit. The page counts in the same way."""
    return sum(any(character.isalnum() for character in part) for part in text.split())


def parse(prompt: Prompt, raw: Any) -> str | None:
    """The text in NFC, with LF line ends and nothing blank around it. Raises BadAnswer."""
    if is_blank(raw):
        return None
    if not isinstance(raw, str):
        raise BadAnswer("Type your answer as text.")
    if len(raw) > 4 * LONGEST:
        raise BadAnswer(f"Your answer is too long. Use at most {LONGEST} characters.")
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if any(unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t" for character in text):
        raise BadAnswer("Your answer holds a character that is not text. Type it again.")
    if len(text) > LONGEST:
        raise BadAnswer(f"Your answer is too long. Use at most {LONGEST} characters.")
    if (count := words(text)) > prompt.max_words:
        raise BadAnswer(
            f"Your answer has {count} words, and the most is {prompt.max_words}. "
            f"Take out {count - prompt.max_words}, then it can be saved."
        )
    return text


def mark(prompt: Prompt, key: Key, answer: str | None) -> Mark | None:
    """None: only a person can mark it, with `judged`. An answer that was not given needs nobody."""
    return NOTHING if answer is None else None


def judged(prompt: Prompt, met: Sequence[int]) -> Mark:
    """What a text earns that meets these criteria: all of the points or none, because the checklist is what passes it.

    A share of the points could fall short of a quiz's pass mark with the promised number of criteria met.
    """
    return ALL if len(set(met)) >= prompt.pass_at else NOTHING


def shuffle(prompt: Prompt, rng: random.Random) -> list[int]:
    return []


def describe(prompt: Prompt, answer: str | None) -> str:
    return answer or ""


def review(prompt: Prompt, key: Key, answer: str | None) -> Review:
    """What is looked for under each criterion, and the model answer. Which of them are met only the marker knows."""
    reasons = (Reason(text, False, True, note) for text, note in zip(prompt.criteria, key.notes, strict=True))
    return Review(tuple(reasons), key.model)
