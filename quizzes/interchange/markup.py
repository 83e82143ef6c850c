"""Texts of other systems as plain text, which is all that our questions hold: HTML and Markdown are read and laid off.

Every step is linear in the length of the text, whatever it holds.
"""

import html
import re

FORMATS = {"moodle", "html", "plain", "markdown"}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>")
_MARKED = re.compile(r"<[a-zA-Z/!]")
_ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre", "table", "tr"}
_SILENT = {"p", "div", "br", "hr", "span", "html", "body", "head", "tbody", "thead"}
_EMPHASIS = {
    "b",
    "strong",
    "i",
    "em",
    "u",
    "small",
    "font",
    "a",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "code",
}
_UNSEEN = {"script", "style", "iframe", "object", "template", "noscript"}
_MARKDOWN = [
    (re.compile(r"\*\*([^*\n]+)\*\*"), r"\1"),
    (re.compile(r"(?<![\w_])__([^_\n]+)__(?![\w_])"), r"\1"),
    (re.compile(r"(?<![\w*])\*([^*\s][^*\n]*)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w_])_([^_\s][^_\n]*)_(?![\w_])"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
    (re.compile(r"^#{1,6} +", re.MULTILINE), ""),
]
_PICTURE = re.compile(r"!\[([^\[\]\n]*)\]\([^()\s]*\)")
_LINK = re.compile(r"\[([^\[\]\n]+)\]\(([^()\s]*)\)")


def to_plain(text: str, kind: str) -> tuple[str, set[str], set[str]]:
    """(plain text, marks laid off that only adorned it, parts lost that may have meant something)."""
    if kind == "plain":
        return text, set(), set()
    if kind == "markdown":
        return _from_markdown(text)
    if kind == "html" or _MARKED.search(text) or _ENTITY.search(text):
        return _from_html(text)
    return text, set(), set()


def _from_markdown(text: str) -> tuple[str, set[str], set[str]]:
    lost = {"a picture"} if _PICTURE.search(text) else set()
    text = _PICTURE.sub(r"\1", text)
    plain = _LINK.sub(r"\1 (\2)", text)
    for pattern, instead in _MARKDOWN:
        plain = pattern.sub(instead, plain)
    return plain, {"Markdown"} if plain != text else set(), lost


def _from_html(text: str) -> tuple[str, set[str], set[str]]:
    adorned: set[str] = set()
    lost: set[str] = set()
    out: list[str] = []
    unseen, place = "", 0
    text = _without_comments(text)
    for tag in _TAG.finditer(text):
        name = tag[2].lower()
        if not unseen:
            out.append(_said(text[place : tag.start()]))
        place = tag.end()
        if unseen:
            unseen = "" if tag[1] and name == unseen else unseen
            continue
        (adorned if name in _EMPHASIS else set() if name in _SILENT else lost).add(
            "a picture" if name == "img" else f"<{name}>"
        )
        if name in _UNSEEN and not tag[1]:
            unseen = name
        out.append(_instead(name, bool(tag[1]), tag[3]))
    if not unseen:
        out.append(_said(text[place:]))
    return _lines("".join(out)), adorned, lost


def _without_comments(text: str) -> str:
    parts, place = [], 0
    while (start := text.find("<!--", place)) >= 0:
        parts.append(text[place:start])
        end = text.find("-->", start + 4)
        if end < 0:
            return "".join(parts)
        place = end + 3
    return "".join([*parts, text[place:]])


def _said(text: str) -> str:
    """Runs of blanks are one; entities are the characters they stand for. A no-break space stays."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), re.sub(r"[ \t\n\r\f]+", " ", text))


def _instead(name: str, closes: bool, attributes: str) -> str:
    if name == "br":
        return "\n"
    if name == "hr":
        return "\n---\n"
    if name == "li":
        return "" if closes else "\n- "
    if name in _BLOCKS:
        return "\n\n" if name in {"p", "blockquote"} else "\n"
    if name in {"td", "th"} and closes:
        return " "
    alt = _ALT.search(attributes) if name == "img" else None
    return f"[{alt[1] or alt[2]}]" if alt and (alt[1] or alt[2]) else ""


def _lines(text: str) -> str:
    """Lines without blanks around them, and at most one empty line between two."""
    found: list[str] = []
    for line in (each.strip(" ") for each in text.split("\n")):
        if line or (found and found[-1]):
            found.append(line)
    return "\n".join(found).strip("\n")
