"""Canonical JSON: one value, one sequence of bytes, one SHA-256. Everything frozen is stored and hashed in this form."""

import hashlib
import json
import unicodedata
from typing import Any


def _nfc(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_nfc(key): _nfc(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_nfc(item) for item in value]
    if isinstance(value, float):
        raise TypeError("No floats in canonical JSON: give a decimal as text.")
    return value


def dumps(value: Any) -> str:
    """The canonical text of `value`: NFC, sorted keys, no spaces. A float is a TypeError; decimals travel as text."""
    return json.dumps(_nfc(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 bytes of `text`, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
