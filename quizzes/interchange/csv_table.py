"""Items as a table: one row an item, comma, quotes doubled inside quotes, UTF-8. Section 6 of the formats' rules."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from quizzes.interchange import assemble, source, tags, weights
from quizzes.interchange.assemble import Raw, Row, Text
from quizzes.interchange.markup import FORMATS
from quizzes.interchange.values import (
    BLANKS,
    ERROR,
    MOST_ITEMS,
    MOST_OPTIONS,
    MOST_TAGS,
    MOST_TEXT,
    Carried,
    Found,
    Place,
    Problem,
    Reading,
    Unreadable,
)
from quizzes.questions.codec import plain

FIRST = ["id", "type", "category", "name", "format", "vignette", "stem", "general_feedback", "mark", "tags"]
NUMBERED = "oawtf"
_COLUMN = re.compile(r"([oawtf])([1-9][0-9]?)\Z", re.ASCII)
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "'")
_WEIGHT = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,10})?\Z", re.ASCII)
TYPES = {
    "single": "choice", "multiple": "choice", "true_false": "true_false", "matching": "matching",
    "ordering": "ordering", "numeric": "numeric", "text": "text", "written": "written",
    "truefalse": "true_false", "numerical": "numeric", "shortanswer": "text", "essay": "written",
}  # fmt: skip


# --- reading ------------------------------------------------------------------------------------------------------------


def read(data: bytes) -> Reading:
    """Raises Unreadable. The row in a message is the row of the sheet: the header is row 1."""
    rows = _rows(source.text_of(data))
    names = _header(next(rows, []))
    found: list[Found] = []
    problems: list[Problem] = []
    told: set[str] = set()
    for n, row in enumerate(rows, 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(found) == MOST_ITEMS:
            raise Unreadable("items-many", f"The table has more than {MOST_ITEMS} items. Part it.", Place(n))
        found.append(_item(n, row, names, problems, told))
    return Reading(tuple(found), tuple(problems))


def _rows(text: str) -> Iterator[list[str]]:
    # The module's own bound is one for the whole process, so a cell that is too long is found before it is parsed.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            long = "field limit" in str(error)
            said = (
                f"A cell may have at most {MOST_TEXT} characters."
                if long
                else "A quotation mark is not closed or not doubled."
            )
            raise Unreadable("field-long" if long else "csv-quotes", said, Place(reader.line_num)) from error


def _header(row: list[str]) -> list[str]:
    names = [name.strip().lower() for name in row]
    if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
        raise Unreadable(
            "csv-comma", "The columns are not parted by commas. Save the table as CSV with commas.", Place(1)
        )
    while names and not names[-1]:
        names.pop()
    for n, name in enumerate(names):
        known = name in FIRST or ((found := _COLUMN.match(name)) and int(found[2]) <= MOST_OPTIONS)
        if not known:
            raise Unreadable("column-unknown", f"There is no column “{name[:40]}”.", Place(1, n + 1))
        if name in names[:n]:
            raise Unreadable("column-twice", f"The column “{name}” stands twice.", Place(1, n + 1))
    for name in ("type", "stem"):
        if name not in names:
            raise Unreadable("column-missing", f"The column “{name}” is missing from the first row.", Place(1))
    return names


def _item(n: int, row: list[str], names: list[str], problems: list[Problem], told: set[str]) -> Found:
    cells = {name: _unguarded(cell) for name, cell in zip(names, row, strict=False)}
    at = {name: Place(n, column, name) for column, name in enumerate(names, 1)}
    kind, layout = cells.get("type", "").strip().lower(), cells.get("format", "").strip().lower() or "plain"

    def text(name: str) -> Text:
        return Text(cells.get(name, ""), at.get(name, Place(n)), layout)

    raw = Raw(TYPES.get(kind, ""), Place(n), text("stem"), code=cells.get("id", "").strip(), name=cells.get("name", ""))
    if any(cell.strip() for cell in row[len(names) :]):
        _error(raw, "cells-many", "The row has more cells than the first row has columns.", Place(n))
    if not raw.type:
        _error(raw, "type-unsupported", f"There is no type “{kind[:40]}”.", at["type"])
    if layout not in FORMATS:
        _error(raw, "format-unknown", f"There is no format “{layout[:40]}”.", at["format"])
    raw.tags = [(tag.strip(), at["tags"]) for tag in cells.get("tags", "").split(";") if tag.strip()]
    if len(raw.tags) > MOST_TAGS:
        _error(raw, "tags-many", f"An item may have at most {MOST_TAGS} tags.", at["tags"])
    if raw.problems:
        return assemble.refused(raw)
    raw.single, raw.vignette, raw.general = kind != "multiple", text("vignette"), text("general_feedback")
    raw.pool = _pool(cells.get("category", ""), at.get("category", Place(n)), problems, told)
    raw.mark = (cells["mark"].strip(), at["mark"]) if cells.get("mark", "").strip() else None
    raw.rows = [found for k in range(1, MOST_OPTIONS + 1) if (found := _row(k, cells, text, raw))]
    return assemble.refused(raw) if raw.problems else assemble.assemble(raw)


def _error(raw: Raw, code: str, told: str, place: Place) -> None:
    raw.problems.append(Problem(ERROR, code, told, place, raw.code[:60]))


def _pool(written: str, place: Place, problems: list[Problem], told: set[str]) -> str:
    """Told once for each category."""
    heard: list[Problem] = []
    pool = source.pool_of(written, place, heard)
    if written not in told:
        told.add(written)
        problems += heard
    return pool


def _row(k: int, cells: dict[str, str], text, raw: Raw) -> Row | None:
    if not any(cells.get(f"{letter}{k}", "").strip(BLANKS) for letter in NUMBERED):
        return None
    row = Row(text(f"o{k}"), tolerance=cells.get(f"t{k}", ""), feedback=text(f"f{k}"))
    if raw.type == "matching":
        row.match = text(f"a{k}")
    if weight := cells.get(f"w{k}", "").strip():
        if _WEIGHT.match(weight):
            row.weight = Decimal(weight)
        else:
            _error(raw, "weight-list", f"“{weight[:20]}” is not a weight in per cent.", text(f"w{k}").place)
    return row


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_GUARDED) else cell


# --- writing ------------------------------------------------------------------------------------------------------------


def write(items: Iterable[Carried]) -> bytes:
    """LF, the columns in one order, no more numbered ones than are needed."""
    cells = [_cells(item) for item in items]
    used = {name for row in cells for name, value in row.items() if value}
    numbered = [f"{letter}{k}" for k in range(1, 100) for letter in "oawtf"]
    names = [name for name in [*FIRST, *numbered] if name in FIRST or name in used]
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(names)
    table.writerows([_guarded(row.get(name, "")) for name in names] for row in cells)
    return out.getvalue().encode()


def obstacles(item: Carried) -> list[str]:
    prompt = item.question.prompt
    listed = [getattr(prompt, name, ()) for name in ("options", "lefts", "steps", "criteria")]
    return (
        [f"The table holds at most {MOST_OPTIONS} answers."] if any(len(each) > MOST_OPTIONS for each in listed) else []
    )


def _guarded(cell: str) -> str:
    """A spreadsheet must not take a text for a formula."""
    return f"'{cell}" if cell.startswith(_GUARDED) else cell


def _cells(item: Carried) -> dict[str, str]:
    prompt, key = item.question.prompt, item.question.key
    rows, general = _WRITERS[item.kind](prompt, key)
    found = {
        "id": item.code, "type": item.kind, "category": source.category_of(item.pool), "format": "plain",
        "vignette": prompt.vignette, "stem": prompt.stem, "general_feedback": general,
        "mark": plain(item.points), "tags": ";".join(_tags(item)),
    }  # fmt: skip
    return found | {f"{letter}{n}": value for n, row in enumerate(rows, 1) for letter, value in row.items()}


def _tags(item: Carried) -> list[str]:
    return [tag for tag in tags.written(item, mark=False, unit=True, case=True, splits=iter(())) if tag != "as:order"]


def _write_choice(prompt, key) -> tuple[list[dict[str, str]], str]:
    from_weight = {True: "100", False: "0"}
    if prompt.kind == "multiple":
        each = weights.OF_KEYS.get(len(key.correct), Decimal(0))
        from_weight = {True: plain(each), False: plain(-each)}
    return [
        {"o": text, "w": from_weight[n in key.correct], "f": key.rationales[n]} for n, text in enumerate(prompt.options)
    ], ""


def _write_matching(prompt, key) -> tuple[list[dict[str, str]], str]:
    pairs = zip(prompt.lefts, key.pairs, key.rationales, strict=True)
    extra = [{"a": prompt.rights[n], "f": key.extra[n]} for n in range(len(prompt.rights)) if n not in key.pairs]
    return [*({"o": left, "a": prompt.rights[right], "f": reason} for left, right, reason in pairs), *extra], ""


def _write_ordering(prompt, key) -> tuple[list[dict[str, str]], str]:
    steps = zip(key.order, key.rationales, strict=True)
    return [{"o": prompt.steps[step], "f": reason} for step, reason in steps], key.common_error


def _write_numeric(prompt, key) -> tuple[list[dict[str, str]], str]:
    right = [] if key.answer is None else [{"o": plain(key.answer), "w": "100", "t": plain(key.tolerance)}]
    return [*right, *({"o": plain(each.value), "w": "0", "f": each.why} for each in key.wrong)], key.work


def _write_text(prompt, key) -> tuple[list[dict[str, str]], str]:
    return [
        {
            "o": assemble.starred(each.text),
            "w": plain(weights.OF_SHARE.get(each.share, Decimal(each.share))),
            "f": each.rationale,
        }
        for each in key.accepted
    ], key.work


def _write_written(prompt, key) -> tuple[list[dict[str, str]], str]:
    pairs = zip(prompt.criteria, key.notes, strict=True)
    return [{"o": criterion, "f": note} for criterion, note in pairs], key.model


_WRITERS = {
    "single": _write_choice,
    "multiple": _write_choice,
    "true_false": _write_choice,
    "matching": _write_matching,
    "ordering": _write_ordering,
    "numeric": _write_numeric,
    "text": _write_text,
    "written": _write_written,
}
