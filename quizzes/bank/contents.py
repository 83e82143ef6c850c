"""All that an author decides of an item as one plain value: what a draft in its history holds. Nothing here is stored."""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ceu.shared import canonical
from quizzes.bank.authoring import rows_from
from quizzes.bank.changes import question_in
from quizzes.bank.models import Item, ItemDraft, ItemRevision, Option
from quizzes.questions.codec import plain

FORMAT = 1
# What a copy takes over and a restoration brings back. Code, bank and status say where an item stands, not what it asks.
FIELDS = (
    "kind", "pool", "vignette", "stem", "objective", "bloom", "safety", "points", "references", "teaches_at", "choose",
    "answer", "tolerance", "unit", "work", "common_error", "case_sensitive", "min_words", "max_words", "pass_at",
    "model_answer",
)  # fmt: skip
COLUMNS = ("text", "match", "correct", "share", "rationale")


def content_of(item: Item, options: Iterable[Option]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "item": {name: _value(getattr(item, name)) for name in FIELDS},
        "options": [{name: getattr(option, name) for name in COLUMNS} for option in options],
    }


def content_in(draft: ItemDraft) -> dict[str, Any]:
    return json.loads(draft.content)


def content_published(revision: ItemRevision) -> dict[str, Any]:
    """A revision in the same form, its key with it: for authors."""
    item = Item(**{name: getattr(revision, name) for name in FIELDS if hasattr(revision, name)})
    return content_of(item, rows_from(question_in(revision), item))


def rows_in(content: dict[str, Any]) -> tuple[dict[str, Any], list[Option]]:
    """Values for an item's columns, and the rows of its answer table. Nothing is stored."""
    fields = {name: Item._meta.get_field(name).to_python(content["item"][name]) for name in FIELDS}
    return fields, [Option(position=n, **row) for n, row in enumerate(content["options"], 1)]


def dumps(content: dict[str, Any]) -> str:
    """Canonical: equal contents are equal bytes."""
    return canonical.dumps(content)


def _value(value: Any) -> Any:
    return plain(value) if isinstance(value, Decimal) else value
