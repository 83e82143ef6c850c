"""Moodle XML. Read as a stream, a question at a time, with no DTD, no entity and no address ever followed (B03).

Section 4 of the formats' rules. The writer leaves nothing to a reader's defaults and writes one form for each content.
"""

import base64
import binascii
import io
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.saxutils import escape, quoteattr

from defusedxml import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from quizzes.interchange import assemble, gift, source, tags, weights
from quizzes.interchange.assemble import Raw, Row, Text
from quizzes.interchange.values import (
    ERROR,
    MOST_ITEMS,
    MOST_TAGS,
    MOST_TOLD,
    NOTE,
    WARNING,
    Carried,
    Found,
    Place,
    Problem,
    Reading,
    Unreadable,
)
from quizzes.questions.codec import plain

MOST_BYTES = 30 * source.MB
MOST_MEDIA = 5 * source.MB
DEEPEST = 50
MOST_ELEMENTS = 2000  # of one question
_DECLARED = re.compile(r"<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([^\"']{1,40})[\"']")
_FORMATS = {
    "html": "html",
    "moodle_auto_format": "moodle",
    "plain_text": "plain",
    "markdown": "markdown",
    "wiki_like": "moodle",
}
_FILE = re.compile(r"@@PLUGINFILE@@/([^\s\"'<>?)]{1,255})")
_WEIGHT = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,10})?\Z", re.ASCII)
_BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"GIF87a": "gif", b"GIF89a": "gif", b"ID3": "mp3",
    b"\xff\xfb": "mp3", b"\xff\xf3": "mp3",
}  # fmt: skip
_ENDINGS = {"png": "png", "jpg": "jpg", "jpeg": "jpg", "gif": "gif", "webp": "webp", "mp3": "mp3", "mp4": "mp4"}
_COMBINED = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback", "correctresponsesfeedback")
_NOT_TEXT = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


# --- reading ------------------------------------------------------------------------------------------------------------


class Node:
    """One element inside a question."""

    __slots__ = ("attributes", "children", "name", "place", "said")

    def __init__(self, name: str, attributes: dict[str, str], place: Place) -> None:
        self.name, self.attributes, self.place = name, attributes, place
        self.children: list[Node] = []
        self.said: list[str] = []

    def all(self, name: str) -> list["Node"]:
        return [child for child in self.children if child.name == name]

    def one(self, name: str) -> "Node | None":
        return next((child for child in self.children if child.name == name), None)

    def value(self, name: str = "") -> str:
        node = self.one(name) if name else self
        return "".join(node.said).strip() if node else ""

    def text(self) -> str:
        """Moodle puts words into <text>; where somebody left it away, they stand in the element."""
        inner = self.one("text")
        return "".join((inner or self).said)

    def formatted(self) -> Text:
        kind = _FORMATS.get(self.attributes.get("format", ""), "html")
        return Text(self.text(), self.place, kind)


class _Handler(ContentHandler):
    """Collects one question at a time. What it keeps is bounded by one question."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Found] = []
        self.problems: list[Problem] = []
        self.pool, self.count, self.open, self.path = "", 0, [], []
        self.depth = self.elements = 0

    def setDocumentLocator(self, locator: Any) -> None:  # noqa: N802 - the parser's name
        self.locator = locator

    def here(self, path: str = "") -> Place:
        return Place(self.locator.getLineNumber() or 1, (self.locator.getColumnNumber() or 0) + 1, path)

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable("xml-deep", f"The elements are more than {DEEPEST} deep.", self.here())
        if self.depth == 1 and name != "quiz":
            raise Unreadable("xml-root", "This is no file of questions: it does not begin with <quiz>.", self.here())
        if self.depth == 2:
            self.count, self.elements = self.count + 1, 0
            if self.count > 2 * MOST_ITEMS:
                raise Unreadable("items-many", f"The file has more than {MOST_ITEMS} questions. Part it.", self.here())
            self.path = [f"/quiz/{name[:40]}[{self.count}]"]
            node = Node(name, dict(attrs), self.here(self.path[0]))
            self.open = [node]
        elif self.depth > 2:
            parent, self.elements = self.open[-1], self.elements + 1
            if self.elements > MOST_ELEMENTS:
                raise Unreadable("xml-many", f"A question has more than {MOST_ELEMENTS} elements.", self.here())
            place = 1 + sum(child.name == name for child in parent.children[:100]) if name == "answer" else 0
            path = f"{self.path[-1]}/{name[:40]}{f'[{place}]' if place else ''}"
            self.path.append(path)
            node = Node(name, dict(attrs), self.here(path))
            parent.children.append(node)
            self.open.append(node)

    def characters(self, content: str) -> None:
        if self.open:
            self.open[-1].said.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        self.depth -= 1
        if self.depth == 1:
            self.finish(self.open[0])
            self.open = []
        elif self.depth > 1:
            self.open.pop()
            self.path.pop()

    def finish(self, node: Node) -> None:
        if node.name != "question" and len(self.problems) > MOST_TOLD:
            return
        if node.name != "question":
            told = f"The element <{node.name[:40]}> is no question and is passed over."
            self.problems.append(Problem(WARNING, "xml-element", told, node.place))
        elif node.attributes.get("type") == "category":
            category = node.one("category")
            self.pool = source.pool_of(category.text() if category else "", node.place, self.problems)
        elif len(self.found) == MOST_ITEMS:
            raise Unreadable("items-many", f"The file has more than {MOST_ITEMS} questions. Part it.", node.place)
        else:
            self.found.append(_question(node, self.pool))


def read(data: bytes) -> Reading:
    """Raises Unreadable."""
    text = source.text_of(data, MOST_BYTES)
    declared = _DECLARED.match(text.lstrip()[:300])
    if declared and declared[1].lower() not in {"utf-8", "utf8"}:
        raise Unreadable("file-encoding", f"The file says that it is {declared[1]}. Save it in UTF-8.", Place(1))
    handler = _Handler()
    try:
        # In one piece: a long tag would be read anew with each further piece.
        parser = DefusedExpatParser(bufsize=len(data) + 1, forbid_dtd=True)
        parser.setContentHandler(handler)
        parser.parse(io.BytesIO(text.encode()))
    except DefusedXmlException as error:
        told = "The file has a document type or defines entities. Neither is needed, and both are refused."
        raise Unreadable("xml-doctype", told, handler.here()) from error
    except SAXParseException as error:
        place = Place(error.getLineNumber() or 1, (error.getColumnNumber() or 0) + 1)
        raise Unreadable("xml-broken", f"This is not well-formed XML: {error.getMessage()}.", place) from error
    return Reading(tuple(handler.found), tuple(handler.problems))


def _question(node: Node, pool: str) -> Found:
    kind = node.attributes.get("type", "")
    name, stem = node.one("name"), node.one("questiontext")
    raw = Raw("", node.place, stem.formatted() if stem else Text("", node.place), pool=pool)
    raw.code, raw.name = node.value("idnumber"), name.text().strip() if name else ""
    if kind not in _READERS:
        told = f"Questions of the type “{kind[:40]}” do not exist here."
        return _refuse(raw, "type-unsupported", told, node.place)
    general = node.one("generalfeedback")
    raw.general = general.formatted() if general else None
    if mark := node.value("defaultgrade"):
        raw.mark = (mark, node.one("defaultgrade").place)
    raw.tags = [(each.text().strip(), each.place) for parent in node.all("tags") for each in parent.all("tag")]
    if len(raw.tags) > MOST_TAGS:
        return _refuse(raw, "tags-many", f"A question may have at most {MOST_TAGS} tags.", node.place)
    _READERS[kind](node, raw)
    _told(node, raw)
    _media(node, raw)
    return assemble.assemble(raw)


def _refuse(raw: Raw, code: str, told: str, place: Place) -> Found:
    raw.problems.append(Problem(ERROR, code, told, place, (raw.code or raw.name)[:60]))
    return assemble.refused(raw)


def _say(raw: Raw, severity: str, code: str, told: str, place: Place) -> None:
    raw.problems.append(Problem(severity, code, told, place))


def _told(node: Node, raw: Raw) -> None:
    """Parts that have no place here."""
    named = [name for name in (*_COMBINED, "hintcontent") if any(each.text().strip() for each in node.all(name))]
    if named or any(each.text().strip() for each in node.all("hint")):
        what = ", ".join(f"<{name}>" for name in [*named, *(["hint"] if node.all("hint") else [])])
        _say(raw, NOTE, "feedback-dropped", f"There is no place here for {what}.", node.place)


def _row(answer: Node, raw: Raw) -> Row:
    weight = answer.attributes.get("fraction") or answer.value("fraction")
    text = answer.formatted()
    if "format" not in answer.attributes:
        text.format = "moodle"
    feedback = answer.one("feedback")
    row = Row(text, feedback=feedback.formatted() if feedback else None)
    row.tolerance = answer.value("tolerance")
    if not _WEIGHT.match(weight.strip() or "0"):
        place = Place(answer.place.line, answer.place.column, f"{answer.place.path}/@fraction")
        _say(raw, ERROR, "weight-list", f"“{weight[:20]}” is not a weight in per cent.", place)
        weight = "0"
    row.weight = Decimal(weight.strip() or "0")
    text.place = Place(answer.place.line, answer.place.column, f"{answer.place.path}/@fraction")
    return row


def _choice(node: Node, raw: Raw) -> None:
    raw.type, raw.single = "choice", node.value("single") not in {"false", "0"}
    raw.rows = [_row(answer, raw) for answer in node.all("answer")]
    if raw.single and sum(row.weight == 100 for row in raw.rows) > 1:
        _say(raw, WARNING, "many-right", "Two options are right in a single best answer.", node.place)


def _true_false(node: Node, raw: Raw) -> None:
    raw.type = "true_false"
    raw.rows = [_row(answer, raw) for answer in node.all("answer")]


def _short(node: Node, raw: Raw) -> None:
    raw.type, raw.case_sensitive = "text", node.value("usecase") == "1"
    raw.rows = [_row(answer, raw) for answer in node.all("answer")]
    for row in raw.rows:
        row.text.format = "plain"


def _numeric(node: Node, raw: Raw) -> None:
    raw.type = "numeric"
    raw.rows = [_row(answer, raw) for answer in node.all("answer")]
    for row in raw.rows:
        row.text.format = "plain"
        if ".." in row.text.text:
            row.text.text = f"“{row.text.text[:40]}”"
    units = [unit for parent in node.all("units") for unit in parent.all("unit")]
    if units:
        raw.unit = units[0].value("unit_name")
    if len(units) > 1:
        _say(raw, WARNING, "units-many", f"A number has one unit here: {raw.unit[:40]}.", units[1].place)


def _matching(node: Node, raw: Raw) -> None:
    raw.type = "matching"
    for pair in node.all("subquestion"):
        answer = pair.one("answer")
        right = Text(answer.text(), answer.place) if answer else Text("", pair.place)
        raw.rows.append(Row(pair.formatted(), match=right))


def _essay(node: Node, raw: Raw) -> None:
    raw.type = "written"
    raw.words = (node.value("minwordlimit"), node.value("maxwordlimit"))
    info = node.one("graderinfo")
    raw.checklist = info.formatted() if info else Text("", node.place)


_READERS = {
    "multichoice": _choice, "truefalse": _true_false, "shortanswer": _short, "numerical": _numeric,
    "matching": _matching, "match": _matching, "essay": _essay,
}  # fmt: skip


# --- media: looked at, and not kept, because questions have none ----------------------------------------------------------


def _media(node: Node, raw: Raw) -> None:
    given, named = set(), set()
    for each in _below(node):
        if each.name in {"file", "image_base64"}:
            name = re.split(r"[/\\]", each.attributes.get("name", "") or node.value("image") or "picture.png")[-1]
            given.add(name)
            _check(each, name, raw)
        elif each.name == "text":
            named.update(found[1] for part in each.said if "@@PLUGINFILE@@" in part for found in _FILE.finditer(part))
    for name in sorted(given)[:20]:
        unused = "" if name in named else " Nothing in the question names it."
        _say(raw, WARNING, "media-dropped", f"Questions hold no media: {name[:80]} is not kept.{unused}", node.place)
    for name in sorted(named - given)[:20]:
        _say(
            raw, WARNING, "media-missing", f"The question names {name[:80]}, which the file does not hold.", node.place
        )


def _below(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += each.children


def _check(node: Node, name: str, raw: Raw) -> None:
    """Strict base64, bounded, and what the first bytes say must be what the name says."""
    joined = "".join("".join(node.said).split())
    if len(joined) > MOST_MEDIA * 4 // 3 + 4:
        return _say(raw, ERROR, "media-large", f"{name[:80]} is larger than {MOST_MEDIA // source.MB} MB.", node.place)
    try:
        content = base64.b64decode(joined, validate=True)
    except (binascii.Error, ValueError):
        return _say(raw, ERROR, "media-base64", f"{name[:80]} is not base64.", node.place)
    ending = _ENDINGS.get(name.rpartition(".")[2].lower())
    if ending is None or _kind_of(content) != ending:
        return _say(raw, ERROR, "media-type", f"{name[:80]} does not hold what its name says.", node.place)
    return None


def _kind_of(content: bytes) -> str:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:8] == b"ftyp":
        return "mp4"
    return next((kind for beginning, kind in _BEGINNINGS.items() if content.startswith(beginning)), "")


# --- writing ------------------------------------------------------------------------------------------------------------


def write(items: Iterable[Carried]) -> bytes:
    out = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    pool = None
    for item in items:
        if item.pool != pool:
            pool = item.pool
            out += ['  <question type="category">', f"    <category>{_text(source.category_of(pool))}</category>"]
            out += [f'    <info format="plain_text">{_text("")}</info>', "    <idnumber></idnumber>", "  </question>"]
        out += _written(item)
    return "\n".join([*out, "</quiz>", ""]).encode()


def obstacles(item: Carried) -> list[str]:
    texts = [item.code, item.pool, *_texts(item.question.prompt), *_texts(item.question.key)]
    found = ["XML cannot hold one of its control characters."] if any(map(_NOT_TEXT.search, texts)) else []
    return [*found, *gift.shares(item)]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _texts(getattr(value, name))


def _text(text: str) -> str:
    return f"<text>{escape(_NOT_TEXT.sub('', text))}</text>"


def _formatted(name: str, text: str) -> str:
    return f'<{name} format="plain_text">{_text(text)}</{name}>'


def _written(item: Carried) -> list[str]:
    prompt, key = item.question.prompt, item.question.key
    kind, lines, general, splits = _WRITERS[item.kind](prompt, key)
    if prompt.vignette:
        splits = [tags.SPLIT_VIGNETTE, *splits]
    stem = assemble.join([prompt.vignette, prompt.stem]) if prompt.vignette else prompt.stem
    said = tags.written(item, mark=False, unit=False, case=False, splits=iter(splits))
    body = [
        f"<name>{_text(item.code)}</name>",
        _formatted("questiontext", stem),
        _formatted("generalfeedback", general),
        f"<defaultgrade>{plain(item.points)}</defaultgrade>",
        f"<penalty>{'1' if kind == 'truefalse' else '0.3333333'}</penalty>",
        "<hidden>0</hidden>",
        f"<idnumber>{escape(_NOT_TEXT.sub('', item.code))}</idnumber>",
        *lines,
        "<tags>",
        *(f"  <tag>{_text(tag)}</tag>" for tag in said),
        "</tags>",
    ]
    return [f"  <question type={quoteattr(kind)}>", *(f"    {line}" for line in body), "  </question>"]


def _answer(weight: Decimal, text: str, feedback: str, *inside: str, layout: str = "plain_text") -> list[str]:
    lines = [_text(text), _formatted("feedback", feedback), *inside]
    opened = f'<answer fraction="{plain(weight)}" format="{layout}">'
    return [opened, *(f"  {line}" for line in lines), "</answer>"]


_Body = tuple[str, list[str], str, list[str]]
_SAYS = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")


def _write_choice(prompt, key) -> _Body:
    single = prompt.kind == "single"
    each = Decimal(100) if single else weights.OF_KEYS.get(len(key.correct), Decimal(0))
    worth = {True: each, False: Decimal(0) if single else -each}
    lines = [
        f"<single>{'true' if single else 'false'}</single>", "<shuffleanswers>true</shuffleanswers>",
        "<answernumbering>abc</answernumbering>", "<showstandardinstruction>0</showstandardinstruction>",
        *(_formatted(name, "") for name in _SAYS),
    ]  # fmt: skip
    for n, text in enumerate(prompt.options):
        lines += _answer(worth[n in key.correct], text, key.rationales[n])
    return "multichoice", lines, "", []


def _write_true_false(prompt, key) -> _Body:
    lines: list[str] = []
    for n, text in enumerate(("true", "false")):
        lines += _answer(Decimal(100 if n in key.correct else 0), text, key.rationales[n], layout="moodle_auto_format")
    return "truefalse", lines, "", []


def _write_text(prompt, key) -> _Body:
    lines = [f"<usecase>{'1' if key.case_sensitive else '0'}</usecase>"]
    for each in key.accepted:
        worth = weights.OF_SHARE.get(each.share, Decimal(0))
        lines += _answer(worth, assemble.starred(each.text), each.rationale)
    return "shortanswer", lines, key.work, []


def _write_numeric(prompt, key) -> _Body:
    right = [(100, key.answer, key.tolerance, "")] if key.answer is not None else []
    lines: list[str] = []
    for worth, value, tolerance, why in [*right, *((0, each.value, Decimal(0), each.why) for each in key.wrong)]:
        lines += _answer(Decimal(worth), plain(value), why, f"<tolerance>{plain(tolerance)}</tolerance>")
    if prompt.unit:
        name = f"<unit_name>{escape(prompt.unit)}</unit_name>"
        lines += ["<units>", "  <unit>", "    <multiplier>1</multiplier>", f"    {name}", "  </unit>", "</units>"]
    graded = ("<unitgradingtype>0</unitgradingtype>", "<unitpenalty>0.1</unitpenalty>", "<showunits>3</showunits>")
    return "numerical", [*lines, *graded, "<unitsleft>0</unitsleft>"], key.work, []


def _write_pairs(rows: list[tuple[str, str]]) -> list[str]:
    lines = ["<shuffleanswers>true</shuffleanswers>", *(_formatted(name, "") for name in _SAYS)]
    for left, right in rows:
        lines += [
            '<subquestion format="plain_text">',
            f"  {_text(left)}",
            f"  <answer>{_text(right)}</answer>",
            "</subquestion>",
        ]
    return lines


def _write_matching(prompt, key) -> _Body:
    spare = [n for n in range(len(prompt.rights)) if n not in key.pairs]
    rows = [(left, prompt.rights[right]) for left, right in zip(prompt.lefts, key.pairs, strict=True)]
    rows += [("", prompt.rights[n]) for n in spare]
    return "matching", _write_pairs(rows), *gift.reasons([*key.rationales, *(key.extra[n] for n in spare)])


def _write_ordering(prompt, key) -> _Body:
    rows = [(prompt.steps[step], str(n)) for n, step in enumerate(key.order, 1)]
    return "matching", _write_pairs(rows), *gift.reasons(key.rationales, key.common_error)


def _write_written(prompt, key) -> _Body:
    pairs = [each for pair in zip(prompt.criteria, key.notes, strict=True) for each in pair]
    lines = [
        "<responseformat>plain</responseformat>", "<responserequired>1</responserequired>",
        "<responsefieldlines>15</responsefieldlines>",
        f"<minwordlimit>{prompt.min_words or ''}</minwordlimit>",
        f"<maxwordlimit>{prompt.max_words or ''}</maxwordlimit>",
        "<attachments>0</attachments>", "<attachmentsrequired>0</attachmentsrequired>", "<maxbytes>0</maxbytes>",
        "<filetypeslist></filetypeslist>", _formatted("graderinfo", assemble.join(pairs)),
        _formatted("responsetemplate", ""),
    ]  # fmt: skip
    return "essay", lines, key.model, [tags.SPLIT_CHECKLIST] if pairs else []


_WRITERS = {
    "single": _write_choice, "multiple": _write_choice, "true_false": _write_true_false, "text": _write_text,
    "numeric": _write_numeric, "matching": _write_matching, "ordering": _write_ordering, "written": _write_written,
}  # fmt: skip
