"""Frozen dataclasses <-> plain JSON values. Strict: a missing key, an unknown key or a wrong type is an error.

A field typed Any passes as it is: its owner decodes it."""

import types
import typing
from dataclasses import fields, is_dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


class BadFormat(ValueError):
    """The data are not what `decode` was told to expect."""


def encode(value: Any) -> Any:
    """Dataclasses become dicts, tuples lists, decimals text. Anything else must be JSON already."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: encode(getattr(value, name)) for name in _hints(type(value))}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if isinstance(value, Decimal):
        return plain(value)
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a frozen form.")


def decode(cls: type[T], data: Any) -> T:
    """The dataclass `cls` from what `encode` made of it."""
    hints = _hints(cls)
    if not isinstance(data, dict) or data.keys() != hints.keys():
        raise BadFormat(f"{cls.__module__}.{cls.__qualname__} has the keys {', '.join(hints)}, and no others.")
    return cls(**{name: _read(hint, data[name]) for name, hint in hints.items()})


def plain(value: Decimal) -> str:
    """A decimal without exponent and without idle zeros, so that equal numbers are equal bytes."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


@cache
def _hints(cls: type) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in fields(cls)}


def _read(hint: Any, value: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin is types.UnionType or origin is typing.Union:
        return None if value is None else _read(_not_none(hint), value)
    if origin is tuple:
        return tuple(_read(typing.get_args(hint)[0], item) for item in _list(value))
    if hint is Any:
        return value
    if hint is Decimal:
        return _decimal(value)
    if is_dataclass(hint):
        return decode(hint, value)
    if type(value) is not hint:
        raise BadFormat(f"{value!r} should be of type {hint.__name__}.")
    return value


def _not_none(hint: Any) -> Any:
    return next(part for part in typing.get_args(hint) if part is not type(None))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadFormat(f"{value!r} should be a list.")
    return value


def _decimal(value: Any) -> Decimal:
    try:
        number = Decimal(value) if isinstance(value, str) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise BadFormat(f"{value!r} should be a decimal number as text.")
    return number
