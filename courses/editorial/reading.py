"""PURE. A lesson's HTML read for its editor: each citation with the words it carries, and the line where it stands."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from courses.catalogue.markup import BLOCK_ENDS

_UNREAD = {"cite", "table", "figcaption"}  # as words are counted: courses.catalogue.markup


@dataclass(frozen=True)
class Citation:
    """`marked`: it stands inside a statement marked as unconfirmed, or right behind one."""

    key: str
    line: int
    marked: bool


@dataclass(frozen=True)
class Passage:
    line: int
    text: str


@dataclass
class Reading:
    """`blocks` are the running text; `everything` has captions and tables besides, and no citation keys."""

    citations: list[Citation] = field(default_factory=list)
    unconfirmed: list[Passage] = field(default_factory=list)
    headings: list[tuple[int, int]] = field(default_factory=list)  # line, level
    blocks: list[Passage] = field(default_factory=list)
    everything: list[Passage] = field(default_factory=list)
    figures: list[tuple[int, tuple[str, ...], str]] = field(default_factory=list)  # line, names, caption


def read(body: str, *, first_line: int = 1) -> Reading:
    """`first_line` is the line of its file on which the body begins."""
    reader = _Reader(first_line)
    reader.feed(body)
    reader.close()
    reader.end_block()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self, first_line: int) -> None:
        super().__init__()
        self.found = Reading()
        self.first = first_line
        self.open: list[str] = []
        self.marks: list[bool] = []  # one for each open span
        self.marked = False  # whether the last words belong to a marked statement
        self.block: list[str] = []
        self.read: list[str] = []
        self.key: list[str] = []
        self.statement: list[str] = []
        self.begins = self.statement_begins = first_line

    @property
    def line(self) -> int:
        return self.getpos()[0] + self.first - 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in BLOCK_ENDS:
            self.end_block()
        if tag == "br":
            self.handle_data(" ")
            return
        self.open.append(tag)
        if tag in {"h2", "h3"}:
            self.found.headings.append((self.line, int(tag[1])))
        elif tag == "cite":
            self.key = []
        elif tag == "span":
            self.marks.append(given.get("class") == "unconfirmed")
            if sum(self.marks) == 1 and self.marks[-1]:
                self.statement, self.statement_begins = [], self.line
        elif tag == "figure":
            self.found.figures.append((self.line, tuple((given.get("data-figure") or "").split()), ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCK_ENDS:
            self.end_block()
        if tag in self.open:
            while self.open.pop() != tag:
                pass
        if tag == "cite":
            marked = self.marked or any(self.marks)
            self.found.citations.append(Citation("".join(self.key).strip(), self.line, marked))
        elif tag == "span" and self.marks and self.marks.pop() and not any(self.marks):
            self.found.unconfirmed.append(Passage(self.statement_begins, _words(self.statement)))

    def handle_data(self, data: str) -> None:
        if "cite" in self.open:
            self.key.append(data)
            return
        if not self.block and data.strip():
            self.begins = self.line
        self.block.append(data)
        if not _UNREAD & set(self.open):
            self.read.append(data)
        if any(self.marks):
            self.statement.append(data)
        if re.search(r"\w", data):
            self.marked = any(self.marks)

    def end_block(self) -> None:
        text, read = _words(self.block), _words(self.read)
        if text:
            self.found.everything.append(Passage(self.begins, text))
            if "figcaption" in self.open and self.found.figures:
                line, names, caption = self.found.figures[-1]
                self.found.figures[-1] = (line, names, f"{caption} {text}".strip())
        if read:
            self.found.blocks.append(Passage(self.begins, read))
        self.block, self.read, self.marked = [], [], False


def _words(parts: list[str]) -> str:
    return " ".join("".join(parts).split())
