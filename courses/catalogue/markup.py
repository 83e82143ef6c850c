"""PURE. The HTML a lesson may hold: cleaned on the way in, and made into a page on the way out.

An author writes a small vocabulary: headings with anchors, `<cite>KEY</cite>` for a source, `<dfn>` for a key term,
`<figure data-figure="name">` for a drawing. Rendering numbers the sources, puts each as a note beside its paragraph
and sets the drawings in. Nothing outside the vocabulary survives `clean`.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

from courses.catalogue.content import EditionContent, Figure, Lesson, Reference
from courses.catalogue.figures import is_clean

_ANCHOR = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
_CLASSES = {
    "p": {"lede"},
    "span": {"unconfirmed"},
    "th": {"n"},
    "td": {"n"},
    "section": {"case", "summary", "monday", "checks"},
    "aside": {"callout", "pearl", "caution", "red-flag"},
}
_PLAIN = {
    *(["p", "h2", "h3", "ul", "ol", "li", "strong", "em", "b", "i", "dfn", "cite", "sup", "sub", "span", "br"]),
    *(
        [
            "table",
            "caption",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "figure",
            "figcaption",
            "details",
            "summary",
            "section",
            "aside",
            "a",
        ]
    ),
}
_ATTRIBUTES = {
    "h2": {"id"},
    "h3": {"id"},
    "th": {"scope"},
    "figure": {"data-figure"},
    "details": {"open"},
    "a": {"href"},
}
BLOCK_ENDS = {
    *(["p", "h2", "h3", "ul", "ol", "li", "table", "caption", "thead", "tbody", "tr", "th", "td"]),
    *(["figure", "figcaption", "details", "summary", "section", "aside"]),
}


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if value.startswith("https://") or re.fullmatch(r"#[a-z0-9-]+", value) else None
    if name == "id":
        return value if _ANCHOR.fullmatch(value) else None
    if name == "data-figure":
        return value if all(_ANCHOR.fullmatch(part) for part in value.split()) else None
    if name == "open":
        return ""
    if name == "scope":
        return value if value in {"row", "col"} else None
    return value


_CLEANER = nh3.Cleaner(
    tags=_PLAIN,
    clean_content_tags={"script", "style", "svg", "math", "template", "noscript", "iframe"},
    attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
    allowed_classes=_CLASSES,
    attribute_filter=_attribute,
    url_schemes={"https"},
    strip_comments=True,
    link_rel=None,
)


def clean(body: str) -> str:
    """`body` with everything outside the vocabulary taken out. Cleaning twice changes nothing."""
    for _ in range(_ROUNDS):
        kept = _CLEANER.clean(body).replace("&nbsp;", "\u00a0").replace('<details open="">', "<details open>")
        if kept == body:
            break
        body = kept
    return body


# What is left when a tag is taken out may be nested as HTML never nests: reading it again moves it.
_ROUNDS = 10


@dataclass(frozen=True)
class Heading:
    anchor: str
    level: int
    text: str


@dataclass
class Survey:
    """What a lesson's HTML holds, read in one pass: for readiness, word counts and the page's own contents."""

    headings: list[Heading] = field(default_factory=list)
    citations: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    unconfirmed: list[str] = field(default_factory=list)
    text: str = ""

    @property
    def words(self) -> int:
        return len(self.text.split())


class _Reader(HTMLParser):
    """Words are counted without citations, tables and captions: they are not read as running text (NCBTMB, Mergener)."""

    def __init__(self) -> None:
        super().__init__()
        self.survey = Survey()
        self.open: list[str] = []
        self.parts: list[str] = []
        self.caught: dict[str, list[str]] = {}
        self.spans: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "br":
            self.parts.append(" ")
            return
        self.open.append(tag)
        if anchor := given.get("id"):
            self.survey.anchors.append(anchor)
        if tag in {"h2", "h3"}:
            self.survey.headings.append(Heading(given.get("id") or "", int(tag[1]), ""))
        if tag in {"h2", "h3", "cite", "dfn"}:
            self.caught[tag] = []
        if tag == "span":
            self.spans.append(given.get("class") == "unconfirmed")
            self.caught["span"] = []
        if tag == "figure":
            self.survey.figures += (given.get("data-figure") or "").split()
        if href := given.get("href"):
            self.survey.links.append(href)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass
        caught = "".join(self.caught.pop(tag, [])).strip()
        if tag in {"h2", "h3"} and self.survey.headings:
            last = self.survey.headings[-1]
            self.survey.headings[-1] = Heading(last.anchor, last.level, caught)
        elif tag == "cite":
            self.survey.citations.append(caught)
        elif tag == "dfn":
            self.survey.terms.append(caught)
        elif tag == "span" and self.spans and self.spans.pop():
            self.survey.unconfirmed.append(caught)
        if tag in BLOCK_ENDS:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        for parts in self.caught.values():
            parts.append(data)
        if not {"cite", "table", "figcaption"} & set(self.open):
            self.parts.append(data)


def survey(body: str) -> Survey:
    reader = _Reader()
    reader.feed(body)
    reader.close()
    reader.survey.text = " ".join("".join(reader.parts).split())
    return reader.survey


def count_words(body: str) -> int:
    return survey(body).words


# --- rendering ------------------------------------------------------------------------------------------------------

_CITE = re.compile(r"<cite>([^<]*)</cite>")
_PARAGRAPH = re.compile(r"(?<=</p>)|(?<=</li>)|(?<=</figcaption>)|(?<=</td>)|(?<=</summary>)|(?<=</th>)")
_FIGURE = re.compile(r'<figure data-figure="([^"]*)">')
# The mark as a reader sees it: words, beside the line under the statement. Cleaning left no attribute but the class.
_UNCONFIRMED = re.compile(r'<span class="unconfirmed">(?:(?!</?span\b).)*</span>', re.DOTALL)
_DOUBT = ' <span class="doubt">unconfirmed</span>'
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def render(lesson: Lesson, course: EditionContent) -> str:
    """The lesson's page body: sources numbered in order of first citation, each a note at the end of its paragraph.

    Cleaned once more: a row may have come by another way than its form (S10)."""
    references = {reference.key: reference for reference in course.references}
    figures = {figure.name: figure for figure in course.figures}
    numbers: dict[str, int] = {}
    marked = _UNCONFIRMED.sub(rf"\g<0>{_DOUBT}", clean(lesson.body))
    chunks = [_with_notes(chunk, references, numbers) for chunk in _PARAGRAPH.split(marked)]
    body = _FIGURE.sub(lambda match: _figure(match[1].split(), figures), "".join(chunks))
    return _dress(body)


def cited(lesson: Lesson, course: EditionContent) -> list[Reference]:
    """The lesson's sources in the order of their note numbers; a key without a reference is left out."""
    known = {reference.key: reference for reference in course.references}
    keys = dict.fromkeys(map(html.unescape, _CITE.findall(lesson.body)))
    return [known[key] for key in keys if key in known]


def _with_notes(chunk: str, references: dict[str, Reference], numbers: dict[str, int]) -> str:
    notes: list[str] = []

    def mark(match: re.Match[str]) -> str:
        reference = references.get(html.unescape(match[1]))
        if reference is None:
            return ""
        new = reference.key not in numbers
        n = numbers.setdefault(reference.key, len(numbers) + 1)
        if new:
            notes.append(_note(n, reference))
        own = f' id="r{n}"' if new else ""
        return f'<a class="ref"{own} href="#n{n}" aria-label="Note {n}">{n}</a>'

    marked = _CITE.sub(mark, chunk)
    if not notes:
        return marked
    head, closing, tail = marked.rpartition("</")
    if tail.startswith("a>"):  # words outside any block, at the very end: the last tag closed is the mark's own
        return marked + "".join(notes)
    return f"{head}{''.join(notes)}{closing}{tail}"


def _note(n: int, reference: Reference) -> str:
    escape = html.escape
    link = ""
    if reference.link:
        shown = f"doi:{reference.doi}" if reference.doi else reference.link.removeprefix("https://")
        link = f' <a href="{escape(reference.link)}">{escape(shown)}</a>'
    return (
        f'<span class="note" id="n{n}" role="note"><b>{n}</b> {escape(reference.citation)}{link}'
        f"{_studied(reference)}{_doubted(reference)}</span>"
    )


def _studied(reference: Reference) -> str:
    if not reference.studied:
        return ""
    dots = "●" * (reference.subjects or 0)
    grouped = " ".join(dots[i : i + 5] for i in range(0, len(dots), 5))
    drawn = f'<span class="dots" aria-hidden="true">{grouped}</span>' if dots else ""
    return f'<span class="studied">{drawn}{html.escape(reference.studied)}</span>'


def _doubted(reference: Reference) -> str:
    return '<span class="doubt">Details not re-checked.</span>' if reference.unconfirmed else ""


def _figure(names: Iterable[str], figures: dict[str, Figure]) -> str:
    drawings = "".join(figures[name].svg for name in names if name in figures and is_clean(figures[name].svg))
    return f'<figure class="figure"><div class="figure__panels">{drawings}</div>'


def _dress(body: str) -> str:
    """Class names of the design system where the author's vocabulary has none."""
    body = body.replace("<details>", '<details class="fold">').replace("<details open>", '<details class="fold" open>')
    body = body.replace('<section class="case">', '<section class="case"><p class="label">Case</p>')
    return body.replace(
        "<table>", '<div class="table-scroll" tabindex="0" role="region" aria-label="Table"><table class="table">'
    ).replace("</table>", "</table></div>")
