"""What every kind speaks of: questions, marks, reviews, and reading what came from a browser."""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

_INDEX = re.compile(r"(0|[1-9][0-9]{0,3})\Z", re.ASCII)


class BadAnswer(ValueError):
    """The answer cannot be read. `str(error)` is a sentence for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt (what may be shown) and its key (what never is, before it is due), both of one kind's module."""

    prompt: Any
    key: Any


@dataclass(frozen=True, slots=True)
class Mark:
    """What an answer earned: a share of the points from 0 to 1, and whether it was right in full."""

    earned: Fraction
    correct: bool


NOTHING = Mark(Fraction(0), False)
ALL = Mark(Fraction(1), True)


@dataclass(frozen=True, slots=True)
class Reason:
    """One statement of a review: did the learner choose it, is it right, and why."""

    text: str
    chosen: bool
    correct: bool
    rationale: str


@dataclass(frozen=True, slots=True)
class Review:
    """The released result of one question. With `by_option` there is one reason an option, in canonical order."""

    reasons: tuple[Reason, ...]
    note: str = ""
    by_option: bool = False


def full_or_part(earned: Fraction) -> Mark:
    return Mark(earned, earned == 1)


def is_blank(raw: Any) -> bool:
    """None, nothing but space, or a list of nothing else."""
    if isinstance(raw, list | tuple):
        return all(is_blank(item) for item in raw)
    return raw is None or (isinstance(raw, str) and not raw.strip())


def read_index(raw: Any, size: int) -> int:
    """An int, or the text a form sends for one. True is not 1, "０１" is not 1, and 1.0 is not 1."""
    if isinstance(raw, str) and _INDEX.match(raw):
        raw = int(raw)
    if type(raw) is not int or not 0 <= raw < size:
        raise BadAnswer("Choose one of the answers that are offered.")
    return raw


def read_list(raw: Any) -> list[Any]:
    if not isinstance(raw, list | tuple):
        raise BadAnswer("Choose from the answers that are offered.")
    return list(raw)


def read_line(raw: Any, longest: int) -> str:
    """One line of text in NFC, trimmed. Raises BadAnswer on anything else and on what a database refuses."""
    if not isinstance(raw, str):
        raise BadAnswer("Type your answer as text.")
    if len(raw) > 10 * longest:
        raise BadAnswer(f"Your answer is too long. Use at most {longest} characters.")
    line = unicodedata.normalize("NFC", " ".join(raw.split()))
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in line):
        raise BadAnswer("Your answer holds a character that is not text. Type it again.")
    if len(line) > longest:
        raise BadAnswer(f"Your answer is too long. Use at most {longest} characters.")
    return line


def fold(text: str) -> str:
    """For comparing: NFKC, single spaces, no difference between capital and small letters."""
    return same_width(unicodedata.normalize("NFKC", same_width(text)).casefold())


def same_width(text: str) -> str:
    """For comparing: NFKC and single spaces; capital and small letters differ."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def twice(texts: tuple[str, ...]) -> bool:
    """Do two of them read the same? Blank ones are another problem."""
    read = [fold(text) for text in texts if text.strip()]
    return len(set(read)) < len(read)


def stem_problems(stem: str) -> list[str]:
    return [] if stem.strip() else ["The stem is empty."]


def text_problems(texts: tuple[str, ...], what: str) -> list[str]:
    """Problems of a list that learners choose from. `what` is a plural, such as "options"."""
    found = []
    if any(not text.strip() for text in texts):
        found.append(f"One of the {what} is empty.")
    if twice(texts):
        found.append(f"Two of the {what} read the same.")
    return found


def rationale_problems(rationales: tuple[str, ...], count: int, what: str) -> list[str]:
    missing = [str(place) for place, text in enumerate(rationales, 1) if not text.strip()]
    if len(rationales) != count:
        return [f"There must be one rationale for each {what}."]
    return [f"The rationale is missing for {what} {', '.join(missing)}."] if missing else []
