"""PURE. Where something stands in a JSON text: the parser of the standard library does not tell."""

import json
import re
from collections.abc import Iterator
from json.scanner import py_make_scanner
from typing import Any

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # tab and line feed may stand
_NOT_TEXT = re.compile(rf"{CONTROL.pattern}|[\ud800-\udfff]")


def unclean(data: Any, pointer: str = "") -> str | None:
    """Where a string holds what a database refuses: an escape such as \\u0000 brings it past the check of the text."""
    if isinstance(data, str):
        return pointer or "/" if _NOT_TEXT.search(data) else None
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, child in children:
        if found := unclean(key, pointer) or unclean(child, f"{pointer}/{key}"):
            return found
    return None


def line_of(text: str, pointer: str) -> int:
    """The line on which the value at `pointer` (/a/0/b) begins; the nearest parent's when it is not there."""
    position = _skip(text, 0)
    try:
        for step in pointer.strip("/").split("/"):
            found = next((at for name, _, at in _members(text, position) if name == step), None)
            if found is None:
                break
            position = found
    except RecursionError:  # deeper than anything that belongs in a package: the line of what was found so far
        pass
    return text.count("\n", 0, position) + 1


def repeated(text: str) -> tuple[str, int]:
    """The first key that stands twice in one object, and the line of its second place."""
    try:
        return _twice(text, _skip(text, 0)) or ("", 1)
    except RecursionError:
        return "", 1


def _twice(text: str, position: int) -> tuple[str, int] | None:
    seen: set[str] = set()
    for name, key, value in _members(text, position):
        if text[position] == "{" and name in seen:
            return name, text.count("\n", 0, key) + 1
        seen.add(name)
        if found := _twice(text, value):
            return found
    return None


def _members(text: str, position: int) -> Iterator[tuple[str, int, int]]:
    """(name, where the name stands, where the value begins) of each member of the object or list at `position`."""
    if text[position : position + 1] not in ("{", "["):
        return
    closing, n, at = ("}" if text[position] == "{" else "]"), 0, _skip(text, position + 1)
    while at < len(text) and text[at] != closing:
        name, key = str(n), at
        if closing == "}":
            name, at = _SCAN(text, at)
            at = _skip(text, _skip(text, at) + 1)
        yield name, key, at
        _, at = _SCAN(text, at)
        at, n = _skip(text, at), n + 1
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)


_SCAN = py_make_scanner(json.JSONDecoder())


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\n":
        at += 1
    return at
