"""The formats in one table, which of them a file is, and what each cannot carry.

What a format cannot carry is not listed by hand: every item is written and read back, and what differs is the loss.
"""

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import NamedTuple

from quizzes.interchange import csv_table, gift, moodle_xml, source
from quizzes.interchange.values import ERROR, Carried, Exported, Found, Loss, Reading, Unreadable


class Format(NamedTuple):
    """`obstacles` says in words why an item cannot go at all; most such items have none to tell."""

    title: str
    ending: str
    content_type: str
    most_bytes: int
    read: Callable[[bytes], Reading]
    write: Callable[[Iterable[Carried]], bytes]
    obstacles: Callable[[Carried], list[str]]


FORMATS = {
    "gift": Format("GIFT", ".gift", "text/plain; charset=utf-8", source.MOST_BYTES, gift.read, gift.write, gift.obstacles),
    "moodle_xml": Format(
        "Moodle XML", ".xml", "text/xml; charset=utf-8", moodle_xml.MOST_BYTES, moodle_xml.read, moodle_xml.write,
        moodle_xml.obstacles,
    ),
    "csv": Format("CSV", ".csv", "text/csv; charset=utf-8", source.MOST_BYTES, csv_table.read, csv_table.write, csv_table.obstacles),
}  # fmt: skip
MOST_BYTES = max(each.most_bytes for each in FORMATS.values())
_PARTICULARS = {
    "code": "the code", "pool": "the pool", "objective": "the objective", "bloom": "the level", "safety": "the mark as a safety item",
    "points": "the points", "references": "one of the references", "teaches_at": "the place where it is taught",
    "draft": "that it is a draft", "rev": "its revision",
}  # fmt: skip


def read(data: bytes, format: str = "", name: str = "") -> Reading:
    """Raises Unreadable. Without a format, the file's beginning and its name tell it."""
    if len(data) > MOST_BYTES:
        raise Unreadable("file-large", f"The file is larger than {MOST_BYTES // source.MB} MB. Part it into several.")
    return FORMATS[format or guessed(data, name)].read(data)


def guessed(data: bytes, name: str = "") -> str:
    beginning = data[:2000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if beginning.startswith(b"<"):
        return "moodle_xml"
    first = beginning.partition(b"\n")[0].lower().replace(b'"', b"")
    columns = {column.strip() for column in first.replace(b";", b",").replace(b"\t", b",").split(b",")}
    return "csv" if name.lower().endswith(".csv") or {b"type", b"stem"} <= columns else "gift"


def export(items: Iterable[Carried], format: str) -> Exported:
    """The file, and what of each item it cannot carry. An item whose question would not come back whole is left out."""
    kept: list[Carried] = []
    losses: list[Loss] = []
    for item in items:
        found = _losses(item, FORMATS[format])
        losses += found
        if not any(loss.left_out for loss in found):
            kept.append(item)
    return Exported(FORMATS[format].write(kept), len(kept), tuple(losses))


def _losses(item: Carried, format: Format) -> list[Loss]:
    if reasons := format.obstacles(item):
        return [Loss(item.code, f"It is left out. {' '.join(reasons)}", True)]
    try:
        found = format.read(format.write([item])).found
    except Unreadable as error:
        return [Loss(item.code, f"It is left out. {error}", True)]
    back = found[0].item if len(found) == 1 else None
    if back is None:
        return [Loss(item.code, f"It is left out. {_why(found)}", True)]
    if _without_unit(back) != _without_unit(item):
        return [Loss(item.code, f"It is left out: {format.title} cannot carry this question whole.", True)]
    lost = [
        _PARTICULARS[field.name]
        for field in fields(Carried)
        if field.name in _PARTICULARS and getattr(back, field.name) != getattr(item, field.name)
    ]
    lost += ["the unit"] if back.question != item.question else []
    return [Loss(item.code, f"{format.title} cannot carry {each}.", False) for each in lost]


def _without_unit(item: Carried):
    prompt = item.question.prompt
    return replace(item.question, prompt=replace(prompt, unit="")) if item.kind == "numeric" else item.question


def _why(found: tuple[Found, ...]) -> str:
    said = [problem.text for each in found for problem in each.problems if problem.severity == ERROR]
    return " ".join(said) or "It does not come back as one question."
