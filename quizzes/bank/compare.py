"""PURE. Two versions of an item side by side: which parts differ, and in which words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

NAMES = {
    "kind": "Kind",
    "pool": "Pool",
    "vignette": "Case",
    "stem": "Stem",
    "objective": "Objective",
    "bloom": "Level",
    "safety": "Safety item",
    "points": "Points",
    "references": "References",
    "teaches_at": "Taught at",
    "choose": "How many to choose",
    "answer": "Answer",
    "tolerance": "Tolerance",
    "unit": "Unit",
    "work": "Working",
    "common_error": "Usual mistake",
    "case_sensitive": "Capitals count",
    "min_words": "Words to aim for",
    "max_words": "Most words",
    "pass_at": "Criteria to pass",
    "model_answer": "Model answer",
}
SAME, GONE, NEW = "same", "gone", "new"


@dataclass(frozen=True, slots=True)
class Change:
    """One part that differs. `pieces`: (same, gone or new, text), which together give both versions."""

    name: str
    pieces: tuple[tuple[str, str], ...]

    @property
    def before(self) -> str:
        return "".join(text for how, text in self.pieces if how != NEW)

    @property
    def after(self) -> str:
        return "".join(text for how, text in self.pieces if how != GONE)


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Between two contents of `quizzes.bank.contents`, in the order of the page."""
    old, new = dict(_parts(before)), dict(_parts(after))
    names = [*new, *(name for name in old if name not in new)]
    return [
        Change(name, _pieces(old.get(name, ""), new.get(name, "")))
        for name in names
        if old.get(name, "") != new.get(name, "")
    ]


def _parts(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, words in NAMES.items():
        yield words, _said(content["item"].get(name))
    for n, row in enumerate(content["options"], 1):
        sides = " goes with ".join(filter(None, [row["text"], row["match"]]))
        share = f" ({row['share']} per cent)" if row["share"] != 100 else ""
        yield f"Line {n}", f"{sides}{share}{' (key)' if row['correct'] else ''}"
        yield f"Line {n}, why", row["rationale"]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _pieces(before: str, after: str) -> tuple[tuple[str, str], ...]:
    old, new = _words(before), _words(after)
    found: list[tuple[str, str]] = []
    for how, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            found.append((SAME, "".join(old[a:b])))
            continue
        found += [(GONE, "".join(old[a:b]))] if b > a else []
        found += [(NEW, "".join(new[c:d]))] if d > c else []
    return tuple(found)


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\w+|[^\w\s]", text)
