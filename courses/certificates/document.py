"""Snapshot -> PDF bytes, by typst: PDF/A-2a and PDF/UA-1, tagged, every font embedded, one page.

Fonts. None is in the repository and the machine's own are ignored, so the same snapshot gives the same bytes on every
machine. typst brings Libertinus Serif and New Computer Modern; by experiment, in regular, bold and italic, the two
together cover all of Latin (with Vietnamese stacked marks and the ʻokina), IPA, Greek with polytonic, Cyrillic
U+0400-04FF, Armenian, Georgian, Hebrew and Cherokee. They do not cover Arabic, Devanagari, Thai, Chinese, Japanese,
Korean or emoji: such a name is refused with MissingGlyphs, never printed as boxes. `font_dirs` (the setting
CERT_FONT_DIRS) adds folders, for example Noto; their families are tried after the two, Serif ones first.

Known: a letter whose mark has no composed form (Yoruba ọ̀) and reordered scripts (Devanagari) print rightly, but many
readers copy such a cluster twice: typst maps each of its glyphs to the whole cluster (github.com/typst/typst #8767).

Hazards. A typst compiler serves one thread only ("Already borrowed"), so each thread keeps its own. After the first
compile a *forked* child hangs for ever: start workers first, render after. typst reads the template folder and the
font folders, nothing else: data comes as one JSON string and the template imports no package.
"""

import functools
import json
import re
import threading
import unicodedata
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import segno
import typst

from courses.certificates.snapshot import Fact, Particulars, Snapshot, printed_facts, require_complete

Paper = Literal["us-letter", "a4"]

TEMPLATES = Path(__file__).parent / "templates_typst"
EMBEDDED = ("Libertinus Serif", "New Computer Modern")
STANDARDS = ["a-2a", "ua-1"]
WORDS = {
    "completed": "has completed",
    "signed": "Signed for the provider and issued on",
    "number": "Number",
    "check": "Anyone can compare this certificate with the register at",
}

# What the template sets by hand; every other fact is a line of its list, in the order of printed_facts.
SMALL = {"Edition fingerprint", "Register fingerprint"}
PLACED = {"Document", "Name", "Course", "Notice", "Signed by", "Issued", "Number", "Check at"} | SMALL

_REFUSED = re.compile(r"(?:the text|codepoint) `\"(.*?)\"`", re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
_PROBE = b"""#set document(title: "Probe")
#let data = json(bytes(sys.inputs.data))
#set text(font: data.fonts, fallback: false)
#data.text #text(weight: 700, data.text) #text(style: "italic", data.text)
"""
_local = threading.local()


class MissingGlyphs(ValueError):
    """Text that no font at hand can show. `characters` are the ones at fault."""

    def __init__(self, characters: list[str]) -> None:
        self.characters = characters
        super().__init__(f"No font at hand can print: {', '.join(map(_named, characters))}.")


class TooLong(ValueError):
    """Even at the smallest legible size the certificate does not fit on one page."""


def render(
    snapshot: Snapshot,
    particulars: Particulars,
    *,
    paper: Paper = "us-letter",
    font_dirs: Sequence[str | Path] = (),
    lang: str = "en",
) -> bytes:
    """The PDF. Equal input gives equal bytes. Raises MissingField, BadSnapshot, MissingGlyphs or TooLong."""
    require_complete(snapshot, particulars)
    facts = printed_facts(snapshot, particulars)
    if unseen := [c for fact in facts for c in _unseen(fact.text)]:
        raise MissingGlyphs(list(dict.fromkeys(unseen)))
    directories = _directories(font_dirs)
    data = _data(facts, snapshot) | {"paper": paper, "lang": lang, "fonts": _families(directories)}
    return _compile(TEMPLATES / "certificate.typ", data, directories)


def missing_glyphs(text: str, *, font_dirs: Sequence[str | Path] = ()) -> list[str]:
    """The characters of `text` that could not be printed, upright, bold or italic. Ask before a name is confirmed."""
    text = unicodedata.normalize("NFC", text)
    directories = _directories(font_dirs)
    unseen = _unseen(text)
    visible = "".join(c for c in text if c not in unseen)
    try:
        _compile(_PROBE, {"text": visible, "fonts": _families(directories)}, directories)
    except MissingGlyphs as error:
        unseen += error.characters
    return sorted(dict.fromkeys(unseen), key=text.find)


def _data(facts: list[Fact], snapshot: Snapshot) -> dict[str, Any]:
    one = dict(facts)
    issued = date.fromisoformat(snapshot.issued_on)
    return {
        "title": f"{one['Document']}, number {one['Number']}",
        "author": snapshot.provider_name,
        "issued_on": {"year": issued.year, "month": issued.month, "day": issued.day},
        "words": WORDS,
        "document": one["Document"],
        "name": one["Name"],
        "course": one["Course"],
        "facts": [fact for fact in facts if fact.term not in PLACED],
        "notices": [fact.text for fact in facts if fact.term == "Notice"],
        "signatory": one["Signed by"],
        "issued": one["Issued"],
        "number": one["Number"],
        "check": one["Check at"],
        "qr": qr_svg(one["Check at"]),
        "qr_alt": f"QR code of the address where this certificate can be checked: {one['Check at']}",
        "small": [fact for fact in facts if fact.term in SMALL],
    }


def qr_svg(address: str) -> str:
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=0, xmldecl=False, omitsize=True)
    return out.getvalue().decode()


def _compile(source: Path | bytes, data: dict[str, Any], directories: tuple[str, ...]) -> bytes:
    sys_inputs = {"data": json.dumps(data, ensure_ascii=False)}
    try:
        return _compiler(directories).compile(source, format="pdf", sys_inputs=sys_inputs, pdf_standards=STANDARDS)
    except typst.TypstError as error:
        if characters := [_unescaped(found) for found in _REFUSED.findall(error.diagnostic)]:
            raise MissingGlyphs(list(dict.fromkeys(characters))) from error
        if "does not fit on one page" in error.message:
            raise TooLong("The certificate does not fit on one page: shorten its texts.") from error
        raise


def _compiler(directories: tuple[str, ...]) -> typst.Compiler:
    """This thread's compiler for these folders."""
    kept = _local.__dict__.setdefault("compilers", {})
    if directories not in kept:
        kept[directories] = typst.Compiler(root=TEMPLATES, font_paths=list(directories), ignore_system_fonts=True)
    return kept[directories]


def _directories(font_dirs: Sequence[str | Path]) -> tuple[str, ...]:
    return tuple(str(directory) for directory in font_dirs)


@functools.cache
def _families(directories: tuple[str, ...]) -> tuple[str, ...]:
    added: list[str] = []
    if directories:
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(directories))
        added = sorted(set(fonts.families()) - set(EMBEDDED), key=lambda family: ("Serif" not in family, family))
    return (*EMBEDDED, *added)


def _unseen(text: str) -> list[str]:
    """Control, format, private and unassigned characters: they print as nothing and make two texts look the same."""
    return [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Co", "Cn", "Cs"}]


def _unescaped(found: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], found)


def _named(characters: str) -> str:
    names = " ".join(f"U+{ord(c):04X} {unicodedata.name(c, 'unnamed')}" for c in characters)
    return f"{characters} ({names})" if characters.isprintable() else names
