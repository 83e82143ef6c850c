"""PURE. A published quiz as a value: its rules, its sections and every prompt of its pools. It holds no key."""

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from ceu.shared import canonical
from quizzes.delivery.release import SETTLED
from quizzes.questions import BadFormat, codec, prompt_from_dict, prompt_to_dict

FORMAT = 1
DRAWN, FIXED = "drawn", "fixed"
WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Rules:
    """`pass_mark` in per cent; None means as many attempts, or as many minutes, as one likes.

    `reveals` is a rule of `delivery.release`. The usual one is left out of the canonical form, so that quizzes published
    before there was a choice keep their digest.
    """

    pass_mark: Decimal
    attempts_allowed: int | None
    cooldown_after: int
    cooldown_hours: int
    time_limit_minutes: int | None
    safety_must_pass: bool
    reveals: str = SETTLED

    @property
    def measures(self) -> bool:
        """Nothing can be failed here: the quiz shows where one stands, and its result names no pass mark."""
        return self.pass_mark == 0 and not self.safety_must_pass


@dataclass(frozen=True, slots=True)
class SectionRules:
    """`mode` is drawn or fixed; the numbers and objectives are the blueprint of a drawn section."""

    title: str
    pool: str
    mode: str
    count: int
    min_vignettes: int
    max_true_false: int
    min_safety: int
    objectives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PoolItem:
    """One item revision that a paper may hold. `revision` is its primary key."""

    revision: int
    uuid: str
    kind: str
    pool: str
    objective: str
    safety: bool
    has_vignette: bool
    points: Decimal
    teaches_at: str
    prompt: Any


@dataclass(frozen=True)
class QuizContent:
    title: str
    rules: Rules
    sections: tuple[SectionRules, ...]
    items: tuple[PoolItem, ...]

    @cached_property
    def _by_revision(self) -> dict[int, PoolItem]:
        return {item.revision: item for item in self.items}

    @cached_property
    def written(self) -> frozenset[int]:
        """The revisions that a person marks."""
        return frozenset(item.revision for item in self.items if item.kind == WRITTEN)

    def item(self, revision: int) -> PoolItem:
        """The pool item of a revision's primary key. Raises KeyError when this quiz never held it."""
        return self._by_revision[revision]

    def pool(self, section: SectionRules) -> tuple[PoolItem, ...]:
        return tuple(item for item in self.items if item.pool == section.pool)


_USUAL = {"reveals": SETTLED}


def _without_usual(rules: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in rules.items() if name not in _USUAL or _USUAL[name] != value}


def dumps(content: QuizContent) -> str:
    """Canonical JSON: equal contents are equal bytes."""
    items = [
        {**codec.encode(replace(item, prompt=None)), "prompt": prompt_to_dict(item.prompt)} for item in content.items
    ]
    whole = {
        "format": FORMAT,
        "title": content.title,
        "rules": _without_usual(codec.encode(content.rules)),
        "sections": codec.encode(content.sections),
        "items": items,
    }
    return canonical.dumps(whole)


def loads(text: str) -> QuizContent:
    """Raises BadFormat on a format, a key or a type that is not known."""
    whole = json.loads(text)
    if not isinstance(whole, dict) or whole.pop("format", None) != FORMAT:
        raise BadFormat(f"A published quiz of format {FORMAT} was expected.")
    if isinstance(whole.get("rules"), dict):
        whole["rules"] = _USUAL | whole["rules"]
    content = codec.decode(QuizContent, whole)
    items = tuple(replace(item, prompt=prompt_from_dict(item.prompt)) for item in content.items)
    return replace(content, items=items)
