"""PURE. Which questions an attempt holds, and in which order they and their options are shown.

All is a function of the published content and a seed. A drawn section is one of all the sets that meet its blueprint,
each as likely as any other: the sets are counted (never listed), and the draw walks down the counts.
"""

import random
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeVar

from quizzes.delivery.paper import FIXED, PoolItem, QuizContent, SectionRules
from quizzes.questions import QUESTION_KINDS


class Drawable(Protocol):
    """What a blueprint asks of an item."""

    @property
    def kind(self) -> str: ...
    @property
    def objective(self) -> str: ...
    @property
    def safety(self) -> bool: ...
    @property
    def has_vignette(self) -> bool: ...


D = TypeVar("D", bound=Drawable)


class Placed(NamedTuple):
    """One question of a paper: the pool item, and the canonical indexes of its options in the order shown."""

    item: PoolItem
    order: list[int]


class _Traits(NamedTuple):
    """`listed`: every paper must cover its objective; `first`, `last`: where it stands among the objective's items."""

    vignette: bool
    true_false: bool
    safety: bool
    listed: bool
    first: bool
    last: bool


class _Need(NamedTuple):
    """What is still to be drawn, and whether an item of the objective in hand was taken."""

    count: int
    vignettes: int
    true_false: int
    safety: int
    covered: bool = False


# One layer before each item and one after all: in how many ways the rest of the pool can fill each need.
_Layers = tuple[dict[_Need, int], ...]


def paper(content: QuizContent, seed: str) -> list[Placed]:
    """The questions of one attempt, in order."""
    rng = random.Random(seed)  # noqa: S311 - the seed comes from `secrets`
    items = [item for section in content.sections for item in _questions(content, section, rng)]
    return [Placed(item, QUESTION_KINDS[item.kind].shuffle(item.prompt, rng)) for item in items]


def _questions(content: QuizContent, section: SectionRules, rng: random.Random) -> Sequence[PoolItem]:
    pool = content.pool(section)
    return pool if section.mode == FIXED else draw(pool, section, rng)


def draw(pool: Sequence[D], section: SectionRules, rng: random.Random) -> list[D]:
    """Items of the pool that meet the section's blueprint, in random order. ValueError when no set of them does."""
    items = sorted(pool, key=lambda item: item.objective)
    traits = _traits(items, section)
    layers = _ways(traits, section)
    need = _first_need(section)
    if need not in layers[0]:
        raise ValueError(f"No set of items meets the blueprint of the pool {section.pool}.")
    drawn = []
    for item, trait, ways, after in zip(items, traits, layers, layers[1:], strict=False):
        taken = rng.randrange(ways[need]) < after.get(_step(need, trait, True), 0)
        if taken:
            drawn.append(item)
        need = _step(need, trait, taken)
    rng.shuffle(drawn)
    return drawn


def can_satisfy(pool: Sequence[Drawable], section: SectionRules) -> list[str]:
    """Why no set of these items meets the blueprint, as sentences; empty when one does. Exact."""
    if not pool:
        return [f"The pool {section.pool} holds no ready item."]
    if section.mode == FIXED:
        return []
    items = sorted(pool, key=lambda item: item.objective)
    if _first_need(section) in _ways(_traits(items, section), section)[0]:
        return []
    return _reasons(pool, section) or [
        f"Each rule of the blueprint of the pool {section.pool} can be met, but no {section.count} items meet all."
    ]


def _reasons(pool: Sequence[Drawable], section: SectionRules) -> list[str]:
    others = sum(item.kind != "true_false" for item in pool)
    usable = others + min(len(pool) - others, section.max_true_false)
    vignettes = sum(item.has_vignette for item in pool)
    safety = sum(item.safety for item in pool)
    missing = sorted(set(section.objectives) - {item.objective for item in pool})
    found = []
    if len(pool) < section.count:
        found.append(f"The pool {section.pool} holds {len(pool)} items, but {section.count} are to be drawn.")
    elif usable < section.count:
        found.append(f"With {section.max_true_false} true or false items at most, only {usable} items can be drawn.")
    if vignettes < section.min_vignettes:
        found.append(
            f"The pool {section.pool} holds {vignettes} case vignettes, but {section.min_vignettes} are needed."
        )
    if safety < section.min_safety:
        found.append(f"The pool {section.pool} holds {safety} safety items, but {section.min_safety} are needed.")
    return found + [f"No item of the pool {section.pool} measures the objective {objective}." for objective in missing]


def _traits(items: Sequence[Drawable], section: SectionRules) -> tuple[_Traits, ...]:
    """`items` stand sorted by objective, so one objective at a time is all that need be remembered."""
    objectives = [None, *(item.objective for item in items), None]
    return tuple(
        _Traits(
            item.has_vignette,
            item.kind == "true_false",
            item.safety,
            item.objective in section.objectives,
            objectives[place - 1] != item.objective,
            objectives[place + 1] != item.objective,
        )
        for place, item in enumerate(items, 1)
    )


def _first_need(section: SectionRules) -> _Need:
    return _Need(section.count, section.min_vignettes, min(section.max_true_false, section.count), section.min_safety)


def _step(need: _Need, item: _Traits, taken: bool) -> _Need | None:
    """What is needed after the item was taken, or left; None when that breaks the blueprint."""
    covered = taken or (need.covered and not item.first)
    if (item.last and item.listed and not covered) or (taken and need.count == 0):
        return None
    if taken and item.true_false and need.true_false == 0:
        return None
    return _Need(
        need.count - taken,
        max(0, need.vignettes - (taken and item.vignette)),
        need.true_false - (taken and item.true_false),
        max(0, need.safety - (taken and item.safety)),
        covered and item.listed and not item.last,
    )


def _ways(items: tuple[_Traits, ...], section: SectionRules) -> _Layers:
    if sum(item.listed and item.first for item in items) < len(set(section.objectives)):
        return tuple({} for _ in range(len(items) + 1))
    return _layers(items, _first_need(section))


@lru_cache(maxsize=64)
def _layers(items: tuple[_Traits, ...], first: _Need) -> _Layers:
    reached = [{first}]
    for item in items:
        steps = {_step(need, item, taken) for need in reached[-1] for taken in (False, True)}
        reached.append({need for need in steps if need is not None})
    layers = [{need: 1 for need in reached[-1] if need.count == need.vignettes == need.safety == 0}]
    for item, needs in zip(reversed(items), reversed(reached[:-1]), strict=True):
        after = layers[-1]
        counts = {need: sum(after.get(_step(need, item, taken), 0) for taken in (False, True)) for need in needs}
        layers.append({need: count for need, count in counts.items() if count})
    return tuple(reversed(layers))
