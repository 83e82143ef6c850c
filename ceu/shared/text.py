"""Text from people, cleaned at the edge: what one database accepts and the other refuses never reaches either."""

import unicodedata

from django.core.exceptions import ValidationError

# Zero-width and direction-override characters make two different names look the same on a certificate.
_INVISIBLE = {
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2065),
    *range(0x2066, 0x206A),
    0xFEFF,
    0x00AD,
}


def clean(value: str) -> str:
    """NFC, LF line ends. Raises ValidationError on NUL and on lone surrogates (PostgreSQL and UTF-8 refuse them)."""
    if "\x00" in value:
        raise ValidationError("Remove the null character.", code="null")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValidationError("Remove the character that is not valid text.", code="surrogate") from error
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))


def clean_name(value: str) -> str:
    """A person's name: one line, single spaces, no invisible or control characters, not begun by a combining mark."""
    value = " ".join(clean(value).split())
    for character in value:
        if ord(character) in _INVISIBLE or unicodedata.category(character) in {"Cc", "Cs", "Co"}:
            raise ValidationError("The name holds a character that cannot be seen. Type it again.", code="invisible")
    if value and unicodedata.category(value[0]).startswith("M"):
        raise ValidationError("The name cannot begin with a combining mark.", code="combining")
    return value
