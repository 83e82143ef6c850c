"""A file beside a bank: which of its items are new, changed, the same, or in somebody's way. It only reads."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Max

from ceu.shared import canonical
from quizzes.bank import compare, contents
from quizzes.bank.authoring import question_from, rows_from
from quizzes.bank.models import Item, ItemBank, Option
from quizzes.bank.services import next_code
from quizzes.interchange.values import ERROR, NOTE, Carried, Found, Problem, Reading, tidied, tidy
from quizzes.questions import BadFormat

NEW, CHANGED, SAME, DUPLICATE, CONFLICT, REJECTED = "new", "changed", "same", "duplicate", "conflict", "rejected"
STATES = (NEW, CHANGED, SAME, DUPLICATE, CONFLICT, REJECTED)
POOL = "IMPORT"
_TEXTS = ("vignette", "stem", "unit", "work", "common_error", "model_answer")


@dataclass(slots=True)
class Row:
    """One question of the file and what becomes of it. `code` is the one it has or gets; `old` is the bank's row."""

    found: Found
    state: str
    code: str = ""
    old: Item | None = None
    item: Carried | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def changes(self) -> list[compare.Change]:
        if self.old is None or self.state != CHANGED:
            return []
        return compare.changes(contents.content_of(self.old, self.old.options.all()), content_of(self.item))

    @property
    def draft(self) -> bool:
        return self.found.draft


@dataclass(slots=True)
class Plan:
    rows: list[Row]
    problems: list[Problem] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        found = dict.fromkeys(STATES, 0)
        for row in self.rows:
            found[row.state] += 1
        return found

    @property
    def all_problems(self) -> list[Problem]:
        everything = [*self.problems, *(problem for row in self.rows for problem in row.problems)]
        return sorted(everything, key=lambda problem: (problem.place.line, problem.place.column))

    @property
    def has_errors(self) -> bool:
        return any(problem.severity == ERROR for problem in self.all_problems)

    @property
    def writes(self) -> list[Row]:
        return [row for row in self.rows if row.state in (NEW, CHANGED)]

    @property
    def digest(self) -> str:
        """Changes when a bank does in a way that matters to what was shown."""
        return canonical.digest(canonical.dumps([[row.state, row.code, _seen(row)] for row in self.rows]))


def _seen(row: Row) -> str:
    if row.state != CHANGED:
        return ""
    return canonical.digest(contents.dumps(contents.content_of(row.old, row.old.options.all())))


def content_of(item: Carried) -> dict[str, Any]:
    return contents.content_of(*rows_of(item))


def rows_of(carried: Carried, into: Item | None = None) -> tuple[Item, list[Option]]:
    """The columns and the answer table of an item. Nothing is stored."""
    item = into or Item(code=carried.code)
    options = rows_from(carried.question, item)
    item.pool, item.objective, item.bloom = carried.pool, carried.objective, carried.bloom
    item.safety, item.points, item.teaches_at = carried.safety, carried.points, carried.teaches_at
    item.references = list(carried.references)
    for position, option in enumerate(options, 1):
        option.position = position
    return item, options


def carried(item: Item, *, rev: int | None = None) -> Carried:
    """A bank's item as it travels, its texts tidy. Raises BadFormat where a row cannot be read."""
    still = Item(kind=item.kind, choose=item.choose, answer=item.answer, tolerance=item.tolerance)
    for name in ("case_sensitive", "min_words", "max_words", "pass_at"):
        setattr(still, name, getattr(item, name))
    for name in _TEXTS:
        setattr(still, name, tidy(getattr(item, name)))
    options = [
        Option(
            text=tidy(each.text), match=tidy(each.match), correct=each.correct, share=each.share,
            rationale=tidy(each.rationale),
        )
        for each in item.options.all()
    ]  # fmt: skip
    return Carried(
        code=tidy(item.code),
        question=question_from(still, options),
        pool=tidy(item.pool),
        objective=tidy(item.objective),
        bloom=item.bloom,
        safety=item.safety,
        points=item.points,
        references=tidied(tuple(item.references)),
        teaches_at=tidy(item.teaches_at),
        draft=item.status == Item.Status.DRAFT,
        rev=rev,
    )


def items_of(bank: ItemBank):
    """With the number of the newest revision, and the answers."""
    rows = Item.objects.filter(bank=bank).annotate(rev=Max("revisions__number"))
    return rows.prefetch_related("options").order_by("pool", "code")


def plan(bank: ItemBank, reading: Reading, *, pool: str = POOL) -> Plan:
    """`pool` is for items whose file names none. The number of statements does not depend on the file."""
    return _Comparison(bank, pool).of(reading)


class _Comparison:
    def __init__(self, bank: ItemBank, pool: str) -> None:
        self.pool = pool
        self.rows = {item.code: item for item in items_of(bank)}
        self.stored = {code: found for code, item in self.rows.items() if (found := _readable(item))}
        self.asked = {found.question: code for code, found in reversed(self.stored.items())}

    def of(self, reading: Reading) -> Plan:
        self.taken = set(self.rows) | {item.code for item in reading.items if item.code}
        self.met: set[str] = set()
        return Plan([self.row(found) for found in reading.found], list(reading.problems))

    def row(self, found: Found) -> Row:
        if found.item is None:
            return Row(found, REJECTED, problems=found.problems)
        item = found.item
        code = item.code or self.asked.get(item.question, "") or self.new_code(found)
        known = self.stored.get(code)
        item = replace(item, code=code, pool=item.pool or (known.pool if known else "") or self.pool)
        row = Row(found, NEW, code, self.rows.get(code), item, found.problems)
        self.judge(row, known)
        self.met.add(code)
        return row

    def judge(self, row: Row, known: Carried | None) -> None:
        if row.code in self.met:
            self.stop(row, "id-twice", "Another question of this file has the same id, or asks the same.")
        elif row.old is None and row.item.question in self.asked:
            row.state = DUPLICATE
            other = self.asked[row.item.question]
            self.tell(row, NOTE, "duplicate", f"The bank asks the same as {other}, so it is not brought in once more.")
        elif row.old is not None:
            row.state = SAME if known and _same(known, row.item) else CHANGED
            if row.state == CHANGED and row.old.kind != row.item.kind:
                kind = row.old.get_kind_display().lower()
                self.stop(row, "kind-other", f"The bank's item of this code is of another kind: {kind}.")
            elif row.state == CHANGED and row.item.rev and (row.old.rev or 0) > row.item.rev:
                told = f"The bank has published revision {row.old.rev} of it since this file was written from {row.item.rev}."
                self.stop(row, "rev-older", told)

    def stop(self, row: Row, code: str, told: str) -> None:
        row.state = CONFLICT
        self.tell(row, ERROR, code, told)

    def tell(self, row: Row, severity: str, code: str, told: str) -> None:
        row.problems = (*row.problems, Problem(severity, code, told, row.found.place, row.code))

    def new_code(self, found: Found) -> str:
        """The question's name where it can be a code, else the next number of its pool."""
        name = tidy(found.name)
        short = name if 0 < len(name) <= 40 and len(name.split()) <= 4 and name not in self.taken else ""
        code = short or next_code(f"{(found.item.pool or self.pool)[:34]}-000", self.taken)
        self.taken.add(code)
        return code


def _readable(item: Item) -> Carried | None:
    try:
        return carried(item, rev=item.rev)
    except BadFormat:
        return None


def _same(stored: Carried, item: Carried) -> bool:
    return replace(stored, draft=False, rev=None) == replace(item, draft=False, rev=None)


def exportable(items: Iterable[Item]) -> tuple[list[Carried], list[str]]:
    """The items as they travel, and the codes of those that cannot be read."""
    found = [(item, _readable(item)) for item in items]
    return [each for _, each in found if each], [item.code for item, each in found if each is None]
