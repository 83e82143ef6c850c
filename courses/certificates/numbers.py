"""The human number of a certificate: `MT-000123-N`, a series, a gapless serial, a check character.

The check is the ISO 7064 pure-system recursion with the modulus 31 and the radix 3. ISO names 11-2, 37-2 and others;
31 is ours, because it is the largest prime that leaves out I, L, O, S and U, which are misread when a number is typed
from paper. 31 is prime and 3 a primitive root of it, so every wrong character and every exchange of two unequal
characters, adjacent or not, is caught (tested exhaustively). The serial itself comes from a locked counter row.
"""

import re
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRTVWXYZ"
WIDTH = 6

_MODULUS, _RADIX = len(ALPHABET), 3
_LONGEST = 40
_READ_ALIKE = str.maketrans("OILSU", "0115V")
_SERIES = re.compile(r"[A-HJKMNP-RTV-Z]{2,4}")
_NUMBER = re.compile(rf"([A-HJKMNP-RTV-Z]{{2,4}})([0-9]{{{WIDTH},12}})([{ALPHABET}])")


class BadNumber(ValueError):
    """Typed text that is no certificate number. The message is a sentence for the person who typed it."""


def format_number(series: str, serial: int) -> str:
    """The canonical number. `series` is two to four capitals without I, L, O, S and U; `serial` counts from 1."""
    if not _SERIES.fullmatch(series):
        raise ValueError(f"A series is two to four capital letters without I, L, O, S and U, not {series!r}.")
    if not 1 <= serial < 10**12:
        raise ValueError(f"A serial counts from 1 and has at most twelve digits, not {serial}.")
    digits = f"{serial:0{WIDTH}}"
    return f"{series}-{digits}-{_check_character(series + digits)}"


def normalise(text: str) -> str:
    """The canonical number a person meant: spaces, dashes and case do not matter; O is 0, I and L are 1."""
    if len(text) > _LONGEST:
        raise BadNumber("A certificate number is shorter than that. Copy only the number itself.")
    kept = (c for c in unicodedata.normalize("NFKC", text).upper() if not c.isspace() and not _is_dash(c))
    match = _NUMBER.fullmatch("".join(kept).translate(_READ_ALIKE))
    if not match:
        raise BadNumber("A certificate number is letters, at least six digits and one last character: MT-000123-N.")
    series, digits, check = match.groups()
    if digits != f"{int(digits):0{WIDTH}}" or int(digits) == 0:
        raise BadNumber("No certificate has this number. Count the zeros once more.")
    if check != _check_character(series + digits):
        raise BadNumber("One character of this number is not right. Compare it with the certificate once more.")
    return f"{series}-{digits}-{check}"


def _is_dash(character: str) -> bool:
    return unicodedata.category(character) == "Pd" or character in "\u2212\u00ad\u200b"


def _check_character(body: str) -> str:
    total = 0
    for character in body:
        total = (total + ALPHABET.index(character)) * _RADIX % _MODULUS
    return ALPHABET[(1 - total) % _MODULUS]
