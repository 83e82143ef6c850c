"""PURE. What a learner gained between a pre-test and a post-test, in questions that were right, objective by objective."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """`right` of `asked` questions, fully right ones only."""

    right: int
    asked: int

    def __str__(self) -> str:
        return f"{self.right} of {self.asked}"


@dataclass(frozen=True)
class Line:
    """One objective. A share is None where that test did not ask about it, or was not taken."""

    objective: str
    before: Share | None
    after: Share | None


@dataclass(frozen=True)
class Gain:
    """`before` None: no pre-test was taken, and the post-test stands alone."""

    lines: tuple[Line, ...]
    before: Share | None
    after: Share

    @property
    def sentence(self) -> str:
        if self.before is None:
            return f"{self.after} right. You took no pre-test, so there is nothing to compare it with."
        return f"{self.before} right before the course, {self.after} after it: {self._change(self.before)}."

    def _change(self, before: Share) -> str:
        if before.asked != self.after.asked:  # the forms of different editions
            return "the two tests were of different length"
        more = self.after.right - before.right
        return f"{more} more" if more > 0 else f"{-more} fewer" if more < 0 else "as many as before"


def gain(
    objectives: Iterable[str], before: Mapping[str, tuple[int, int]] | None, after: Mapping[str, tuple[int, int]]
) -> Gain:
    """`before`, `after`: objective -> (right, asked). The lines keep the order of `objectives`; others are only counted
    in the totals."""
    lines = (Line(code, _share(before, code), _share(after, code)) for code in objectives)
    return Gain(
        lines=tuple(line for line in lines if line.before or line.after),
        before=None if before is None else _total(before),
        after=_total(after),
    )


def _share(found: Mapping[str, tuple[int, int]] | None, code: str) -> Share | None:
    return Share(*found[code]) if found and code in found else None


def _total(found: Mapping[str, tuple[int, int]]) -> Share:
    return Share(sum(right for right, _ in found.values()), sum(asked for _, asked in found.values()))
