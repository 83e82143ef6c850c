"""Items of a package <-> items of a bank: field by field, with the columns of `Option` read as its docstring says."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Model

from courses.catalogue.drafts import plain
from courses.packages.form import (
    PackageAccepted,
    PackageCriterion,
    PackageExtra,
    PackageItem,
    PackageOption,
    PackagePair,
    PackageStep,
    PackageWrong,
)
from quizzes.bank.models import Item, ItemBank, Option

_FIELDS = ("kind", "pool", "objective", "bloom", "safety", "points", "teaches_at", "stem")


class BadValue(ValueError):
    """A value that the draft's rows refuse. `found` holds the pointer in `file` and a sentence, for each."""

    def __init__(self, file: str, found: list[tuple[str, str]]) -> None:
        super().__init__(file)
        self.file = file
        self.found = found


def check(row: Model, file: str, pointer: str = "", *, exclude: Iterable[str] = (), unique: bool = False) -> None:
    """Let the model's own rules judge a row made of `pointer` in `file`. Raises BadValue."""
    try:
        row.full_clean(exclude=exclude, validate_unique=unique, validate_constraints=unique)
    except ValidationError as error:
        found = [(f"{pointer}/{name}", " ".join(said)) for name, said in error.message_dict.items()]
        raise BadValue(file, found) from error


def write(bank: ItemBank, items: Iterable[PackageItem]) -> None:
    """Make the bank's ready items equal `items`; any other item of the bank is retired, never deleted."""
    present = {item.code: item for item in Item.objects.filter(bank=bank)}
    for wanted in items:
        item = present.pop(wanted.code, None) or Item(bank=bank, code=wanted.code)
        _fill(item, wanted)
        file = f"items/{wanted.code}.json"
        check(item, file, exclude=["bank"])
        item.save()
        item.options.all().delete()
        options = []
        for position, (pointer, values) in enumerate(_rows(wanted), start=1):
            options.append(Option(item=item, position=position, **values))
            check(options[-1], file, pointer, exclude=["item"])
        Option.objects.bulk_create(options)
    Item.objects.filter(pk__in=[item.pk for item in present.values()]).update(status=Item.Status.RETIRED)


def _fill(item: Item, wanted: PackageItem) -> None:
    for name in _FIELDS:
        setattr(item, name, getattr(wanted, name))
    item.references = list(wanted.references)
    item.vignette = wanted.vignette or ""
    item.choose = wanted.choose
    item.answer, item.tolerance = wanted.answer, wanted.tolerance
    item.unit, item.work = wanted.unit or "", wanted.work or ""
    item.common_error = wanted.common_error or ""
    item.case_sensitive = bool(wanted.case_sensitive)
    item.min_words, item.max_words, item.pass_at = wanted.min_words, wanted.max_words, wanted.pass_at
    item.model_answer = wanted.model or ""
    item.status = Item.Status.READY


def _rows(wanted: PackageItem) -> Iterator[tuple[str, dict]]:
    """(pointer in the item's file, columns of the option) in order."""
    lists = {
        "options": [{"text": o.text, "correct": o.correct, "rationale": o.rationale} for o in wanted.options or ()],
        "pairs": [{"text": p.left, "match": p.right, "rationale": p.rationale} for p in wanted.pairs or ()],
        "extra": [{"match": e.right, "rationale": e.rationale} for e in wanted.extra or ()],
        "steps": [{"text": s.text, "rationale": s.rationale} for s in wanted.steps or ()],
        "wrong": [{"text": w.value, "rationale": w.why} for w in wanted.wrong or ()],
        "accepted": [{"text": a.text, "share": a.share, "rationale": a.rationale or ""} for a in wanted.accepted or ()],
        "criteria": [{"text": c.text, "rationale": c.why} for c in wanted.criteria or ()],
    }
    for name, rows in lists.items():
        yield from ((f"/{name}/{n}", values) for n, values in enumerate(rows))


def read(bank: ItemBank) -> tuple[PackageItem, ...]:
    """The ready items of a bank, by code."""
    rows = Item.objects.filter(bank=bank, status=Item.Status.READY).prefetch_related("options")
    return tuple(_item(row) for row in sorted(rows, key=lambda row: row.code))


def _item(row: Item) -> PackageItem:
    options = list(row.options.all())
    return PackageItem(
        code=row.code,
        kind=row.kind,
        pool=row.pool,
        objective=row.objective,
        bloom=row.bloom,
        safety=row.safety,
        points=plain(row.points),
        references=tuple(row.references),
        teaches_at=row.teaches_at,
        stem=row.stem,
        vignette=row.vignette or None,
        **_SPECIAL[row.kind](row, options),
    )


def _choice(row: Item, options: list[Option]) -> dict:
    chosen = {"choose": row.choose} if row.kind == "multiple" else {}
    return {"options": tuple(PackageOption(o.text, o.correct, o.rationale) for o in options), **chosen}


def _matching(row: Item, options: list[Option]) -> dict:
    extra = tuple(PackageExtra(o.match, o.rationale) for o in options if not o.text)
    return {
        "pairs": tuple(PackagePair(o.text, o.match, o.rationale) for o in options if o.text),
        "extra": extra or None,
    }


def _ordering(row: Item, options: list[Option]) -> dict:
    return {
        "steps": tuple(PackageStep(o.text, o.rationale) for o in options),
        "common_error": row.common_error or None,
    }


def _numeric(row: Item, options: list[Option]) -> dict:
    return {
        "answer": None if row.answer is None else plain(row.answer),
        "tolerance": plain(row.tolerance or Decimal(0)),
        "unit": row.unit or None,
        "work": row.work or None,
        "wrong": tuple(PackageWrong(o.text, o.rationale) for o in options) or None,
    }


def _text(row: Item, options: list[Option]) -> dict:
    return {
        "accepted": tuple(PackageAccepted(o.text, o.share, o.rationale or None) for o in options),
        "work": row.work or None,
        "case_sensitive": row.case_sensitive or None,
    }


def _written(row: Item, options: list[Option]) -> dict:
    return {
        "criteria": tuple(PackageCriterion(o.text, o.rationale) for o in options),
        "pass_at": row.pass_at,
        "min_words": row.min_words,
        "max_words": row.max_words,
        "model": row.model_answer or None,
    }


_SPECIAL = {
    "single": _choice,
    "multiple": _choice,
    "true_false": _choice,
    "matching": _matching,
    "ordering": _ordering,
    "numeric": _numeric,
    "text": _text,
    "written": _written,
}
