"""Match each item on the left with one on the right. An answer lists for each left the index of a right, or None."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizzes.questions.values import (
    NOTHING,
    BadAnswer,
    Mark,
    Question,
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

Answer = list[int | None] | None


@dataclass(frozen=True, slots=True)
class Prompt:
    """The rights stand in the order of the alphabet, so that their order tells nothing about the key."""

    kind: str
    vignette: str
    stem: str
    lefts: tuple[str, ...]
    rights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """`pairs`: for each left the index of its right. `extra`: one rationale a right; empty for a right that is used."""

    pairs: tuple[int, ...]
    rationales: tuple[str, ...]
    extra: tuple[str, ...]


def arrange(
    stem: str, pairs: Iterable[tuple[str, str, str]], extra: Iterable[tuple[str, str]] = (), *, vignette: str = ""
) -> Question:
    """The question from (left, right, rationale) and the distractors (right, rationale)."""
    pairs, extra = list(pairs), list(extra)
    rows = [(right, "") for _, right, _ in pairs] + extra
    places = sorted(range(len(rows)), key=lambda place: (rows[place][0].casefold(), rows[place][0], place))
    lefts, rights = tuple(left for left, _, _ in pairs), tuple(rows[place][0] for place in places)
    key = Key(
        tuple(places.index(place) for place in range(len(pairs))),
        tuple(rationale for _, _, rationale in pairs),
        tuple(rows[place][1] for place in places),
    )
    return Question(Prompt("matching", vignette, stem, lefts, rights), key)


def problems(prompt: Prompt, key: Key) -> list[str]:
    return [
        *stem_problems(prompt.stem),
        *(["There must be at least two pairs."] if len(prompt.lefts) < 2 else []),
        *text_problems(prompt.lefts, "items on the left"),
        *text_problems(prompt.rights, "choices on the right"),
        *_key_problems(prompt, key),
        *rationale_problems(key.rationales, len(prompt.lefts), "pair"),
    ]


def _key_problems(prompt: Prompt, key: Key) -> list[str]:
    if len(key.pairs) != len(prompt.lefts) or len(key.extra) != len(prompt.rights):
        return ["The key does not fit the items and choices."]
    if any(not 0 <= right < len(prompt.rights) for right in key.pairs):
        return ["The key names a choice that does not exist."]
    found = ["Two items share one choice on the right."] if len(set(key.pairs)) < len(key.pairs) else []
    unused = set(range(len(prompt.rights))) - set(key.pairs)
    missing = any(not key.extra[right].strip() for right in unused)
    return [*found, "The rationale is missing for a choice that is not used."] if missing else found


def parse(prompt: Prompt, raw: Any) -> Answer:
    """Raises BadAnswer. A part of the pairs can be saved."""
    if is_blank(raw):
        return None
    if len(items := read_list(raw)) != len(prompt.lefts):
        raise BadAnswer("Give one choice for each item.")
    return [None if is_blank(item) else read_index(item, len(prompt.rights)) for item in items]


def mark(prompt: Prompt, key: Key, answer: Answer) -> Mark:
    """The share of correct pairs."""
    if answer is None:
        return NOTHING
    right = sum(given == wanted for given, wanted in zip(answer, key.pairs, strict=True))
    return full_or_part(Fraction(right, len(key.pairs)))


def shuffle(prompt: Prompt, rng: random.Random) -> list[int]:
    order = list(range(len(prompt.rights)))
    rng.shuffle(order)
    return order


def describe(prompt: Prompt, answer: Answer) -> str:
    return "; ".join(
        f"{left}: {'not answered' if right is None else prompt.rights[right]}"
        for left, right in zip(prompt.lefts, answer or [], strict=False)
    )


def review(prompt: Prompt, key: Key, answer: Answer) -> Review:
    """For each left the right pair, then the learner's pair where it differs; last the choices that nothing needs."""
    given = answer or [None] * len(prompt.lefts)
    reasons = [reason for place in range(len(prompt.lefts)) for reason in _pair(prompt, key, place, given[place])]
    unused = [right for right in range(len(prompt.rights)) if right not in key.pairs]
    reasons += [Reason(f"Not used: {prompt.rights[right]}", False, True, key.extra[right]) for right in unused]
    return Review(tuple(reasons))


def _pair(prompt: Prompt, key: Key, place: int, given: int | None) -> Iterator[Reason]:
    left, wanted = prompt.lefts[place], key.pairs[place]
    yield Reason(f"{left}: {prompt.rights[wanted]}", given == wanted, True, key.rationales[place])
    if given is not None and given != wanted:
        yield Reason(f"{left}: {prompt.rights[given]}", True, False, key.extra[given])
