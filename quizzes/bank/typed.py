"""What stands in the form of an item while somebody types, read as far as it can be read. Nothing is checked or stored."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, CharField, TextField
from django.http import QueryDict

from quizzes.bank.contents import COLUMNS, FIELDS
from quizzes.bank.lint import Draft, Finding, Line, findings
from quizzes.bank.models import Item, Kind, Option

MOST_LINES = 60
_AT_THE_END = 32767
_NOT_TYPED = {"kind", "references"}


class Typed:
    """An item and its answer table in memory. `lines` names the place of each row in the form, such as options-0."""

    def __init__(self, data: QueryDict, kind: str) -> None:
        self.item = Item(kind=kind, **{name: _value(name, data) for name in FIELDS if name not in _NOT_TYPED})
        found = sorted(_rows(data, kind), key=lambda row: row[0])
        self.lines = [at for _, at, _ in found]
        self.options = [option for _, _, option in found]

    @property
    def findings(self) -> list[Finding]:
        return findings(draft_of(self.item, self.options, self.lines))


def draft_of(item: Item, options: list[Option], names: list[str] | None = None) -> Draft:
    """The rows as the rules of the editor read them. A wrong value of a number is told by its reason alone."""
    named = names or [f"options-{n}" for n in range(len(options))]
    return Draft(
        kind=item.kind,
        stem=item.stem,
        vignette=item.vignette,
        objective=item.objective,
        teaches_at=item.teaches_at,
        lines=tuple(
            Line(at, option.text, option.match, option.correct, option.rationale)
            for at, option in zip(named, options, strict=True)
        ),
    )


def _value(name: str, data: QueryDict) -> Any:
    field = Item._meta.get_field(name)
    if isinstance(field, BooleanField):
        return name in data
    typed = data.get(name, "").strip()
    if isinstance(field, CharField | TextField):
        return typed
    try:
        return field.to_python(typed or None)
    except ValidationError:
        return None


def _rows(data: QueryDict, kind: str):
    """(place in the order, name, row) of every line that says anything and is not to be deleted."""
    for n in range(min(_number(data.get("options-TOTAL_FORMS")), MOST_LINES)):
        at = f"options-{n}"
        given = {name: data.get(f"{at}-{name}", "").strip() for name in COLUMNS}
        begun = any(given[name] for name in ("text", "match", "rationale")) or f"{at}-correct" in data
        if f"{at}-DELETE" in data or not (begun or data.get(f"{at}-id")):
            continue
        if kind == Kind.TRUE_FALSE and not given["text"]:
            continue
        share = _number(given["share"], default=100)
        option = Option(**given | {"correct": f"{at}-correct" in data, "share": share, "position": n + 1})
        yield _number(data.get(f"{at}-position"), default=_AT_THE_END), at, option


def _number(typed: str | None, default: int = 0) -> int:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 6 else default
