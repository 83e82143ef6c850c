"""PURE. The words a learner signs, versioned: a changed text is a new version, and a signature keeps the text it saw."""

VERSION = 1

_WITH_LICENCE = "I am {legal_name}, licence {number} ({jurisdiction}). "
_WITHOUT_LICENCE = "I am {legal_name}. "
_BODY = (
    "I personally completed every lesson and the final assessment without assistance. "
    "I understand that a false statement may be reported to my licensing board."
)


def text(legal_name: str, licence_number: str = "", jurisdiction: str = "") -> str:
    opening = _WITH_LICENCE if licence_number else _WITHOUT_LICENCE
    return opening.format(legal_name=legal_name, number=licence_number, jurisdiction=jurisdiction) + _BODY


def same_name(typed: str, legal_name: str) -> bool:
    """Whether the typed signature is the legal name; case and spacing do not matter, letters and accents do."""
    return " ".join(typed.split()).casefold() == " ".join(legal_name.split()).casefold()
