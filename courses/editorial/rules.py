"""PURE. What an editor would send a course package back for: each finding with its file, line and reason."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ceu.shared import grade
from courses.catalogue import figures
from courses.catalogue.content import to_dict
from courses.catalogue.markup import count_words
from courses.editorial import grams, reading
from courses.packages import places
from courses.packages.form import Package, PackageItem, PackageLesson

SHORTEST, LONGEST = 700, 1400  # words of a lesson
_HEADER_LINES = 4  # of a lesson's file: three lines and an empty one
# How a text without room for a mark, such as an item, says that what it teaches is not confirmed.
HEDGES = re.compile(
    r"not confirmed|unconfirmed|not re-checked|usual(ly)? (teaching|taught)|commonly taught|general practice|"
    r"common practice|common usage|one (web page|source|summary|clinic)|a (web |guideline |secondary )?(summary|source)|"
    r"as reported|reports? of|is reported|was reported|is quoted|was quoted|are quoted",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Finding:
    """`rule` is one word for the rule; `str()` reads file:line: sentence."""

    rule: str
    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(frozen=True)
class LessonFacts:
    slug: str
    words: int
    grade: float
    unconfirmed: tuple[reading.Passage, ...]


@dataclass(frozen=True)
class Sheet:
    """A package on the editor's desk: `texts` are its files as they were read, for the lines in them."""

    package: Package
    texts: dict[str, str]

    @cached_property
    def readings(self) -> dict[str, reading.Reading]:
        return {row.slug: reading.read(row.body, first_line=_HEADER_LINES + 1) for row in self.package.lessons}

    @cached_property
    def anchors(self) -> set[str]:
        found = (
            (row.slug, anchor) for row in self.package.lessons for anchor in re.findall(r' id="([^"]+)"', row.body)
        )
        return {f"{slug}/{anchor}" for slug, anchor in found}

    @cached_property
    def keys(self) -> dict[str, bool]:
        """Key of each reference -> whether what it found was re-checked at the source."""
        return {row.key: not row.unconfirmed for row in self.package.references}

    def at(self, rule: str, file: str, pointer: str, reason: str) -> Finding:
        return Finding(rule, file, places.line_of(self.texts[file], pointer), reason)


def findings(sheet: Sheet, known: frozenset[str]) -> list[Finding]:
    """All there is to say, by file and line. `known`: the fingerprints of what no text here may repeat."""
    found = [
        *(finding for lesson in sheet.package.lessons for finding in _lesson(sheet, lesson)),
        *(finding for item in sheet.package.items for finding in _item(sheet, item)),
        *_objectives(sheet),
        *_references(sheet),
        *_figures(sheet),
        *_corrections(sheet),
        *_repeated(sheet, known),
    ]
    return sorted(found, key=lambda finding: (finding.file, finding.line, finding.reason))


def facts(sheet: Sheet) -> list[LessonFacts]:
    """Of each lesson in the order of the course."""
    lessons = {row.slug: row for row in sheet.package.lessons}
    order = [lessons[slug] for module in sheet.package.course.modules for slug in module.lessons]
    return [_facts(sheet, row) for row in order]


def _facts(sheet: Sheet, lesson: PackageLesson) -> LessonFacts:
    found = sheet.readings[lesson.slug]
    level = grade.flesch_kincaid(block.text for block in found.blocks)
    return LessonFacts(lesson.slug, count_words(lesson.body), level, tuple(found.unconfirmed))


# --- lessons --------------------------------------------------------------------------------------------------------


def _lesson(sheet: Sheet, lesson: PackageLesson) -> Iterator[Finding]:
    file, found = f"lessons/{lesson.slug}.html", sheet.readings[lesson.slug]
    words = count_words(lesson.body)
    if not SHORTEST <= words <= LONGEST:
        yield Finding(
            "words", file, 1, f"The lesson has {words} words; {SHORTEST} to {LONGEST} are read in one sitting."
        )
    level = 1
    for line, next_level in found.headings:
        if next_level > level + 1:
            yield Finding("headings", file, line, f"A heading h{next_level} follows h{level}: a level is skipped.")
        level = next_level
    for statement in found.unconfirmed:
        if not statement.text:
            yield Finding("unconfirmed", file, statement.line, "A mark of doubt has no words in it.")
    for citation in found.citations:
        if citation.key not in sheet.keys:
            yield Finding("citation", file, citation.line, f"{citation.key} is not in the reference list.")
        elif not (sheet.keys[citation.key] or citation.marked):
            yield Finding(
                "unconfirmed", file, citation.line,
                f"{citation.key} was not re-checked, and carries a statement that is not marked as unconfirmed.",
            )  # fmt: skip


# --- items ----------------------------------------------------------------------------------------------------------


def _item(sheet: Sheet, item: PackageItem) -> Iterator[Finding]:
    file = f"items/{item.code}.json"
    if item.teaches_at not in sheet.anchors:
        yield sheet.at("anchor", file, "/teaches_at", f"“{item.teaches_at}” is no section of a lesson.")
    for n, key in enumerate(item.references):
        if key not in sheet.keys:
            yield sheet.at("citation", file, f"/references/{n}", f"{key} is not in the reference list.")
    yield from _rationales(sheet, item, file)
    # A safety item wants the cautious action; what of its reason is not confirmed is marked in the lesson it points to.
    if not item.safety and not _sourced(sheet, item.references) and not HEDGES.search(_said(item)):
        yield sheet.at(
            "unconfirmed", file, "/references",
            "No source of it was re-checked, and no word of it says so: “by usual teaching”, “one source says”.",
        )  # fmt: skip


def _sourced(sheet: Sheet, references: tuple[str, ...]) -> bool:
    """Whether one of them at least was re-checked."""
    return any(sheet.keys.get(key) for key in references)


def _said(item: PackageItem) -> str:
    return " ".join(text for _, text in _strings(to_dict(item)))


def _rationales(sheet: Sheet, item: PackageItem, file: str) -> Iterator[Finding]:
    rows = {name: getattr(item, name) or () for name in ("options", "pairs", "extra", "steps")}
    for name, listed in rows.items():
        for n, row in enumerate(listed):
            if not row.rationale.strip():
                yield sheet.at("rationale", file, f"/{name}/{n}", "There is no rationale.")
    for name, listed in {"wrong": item.wrong or (), "criteria": item.criteria or ()}.items():
        for n, row in enumerate(listed):
            if not row.why.strip():
                yield sheet.at("rationale", file, f"/{name}/{n}", "It does not say why.")
    for name in _EXPLAINED.get(item.kind, ()):
        if not getattr(item, name):
            yield sheet.at("rationale", file, "/kind", f"An item of kind {item.kind} needs {name!r}, for its feedback.")
    if item.kind == "text" and not (item.work or all(row.rationale for row in item.accepted or ())):
        yield sheet.at("rationale", file, "/accepted", "Nothing says why the answer is right.")


_EXPLAINED = {"ordering": ("common_error",), "numeric": ("work", "wrong"), "written": ("model", "criteria")}


# --- the course -----------------------------------------------------------------------------------------------------


def _objectives(sheet: Sheet) -> Iterator[Finding]:
    measured = {item.objective for item in sheet.package.items}
    taught = {code.strip() for lesson in sheet.package.lessons for code in lesson.objectives.split(",")}
    for n, row in enumerate(sheet.package.course.objectives):
        if row.code not in measured:
            yield sheet.at("objective", "course.json", f"/objectives/{n}", f"No item assesses {row.code}.")
        if row.code not in taught:
            yield sheet.at("objective", "course.json", f"/objectives/{n}", f"No lesson names {row.code}.")


def _references(sheet: Sheet) -> Iterator[Finding]:
    used = {citation.key for found in sheet.readings.values() for citation in found.citations}
    used |= {key for item in sheet.package.items for key in item.references}
    used |= {key for row in sheet.package.course.corrections or () for key in row.references}
    for key in sorted(set(sheet.keys) - used):
        place = [row.key for row in sheet.package.references].index(key)
        yield sheet.at("reference", "references.json", f"/references/{place}", f"{key} is cited nowhere.")


def _figures(sheet: Sheet) -> Iterator[Finding]:
    drawn = {name for name, _ in sheet.package.figures}
    shown: set[str] = set()
    for slug, found in sheet.readings.items():
        for line, names, caption in found.figures:
            shown |= set(names)
            if not caption:
                yield Finding("figure", f"lessons/{slug}.html", line, "The figure has no caption.")
            for name in names:
                if name not in drawn:
                    yield Finding("figure", f"lessons/{slug}.html", line, f"The figure “{name}” does not exist.")
    for name, svg in sheet.package.figures:
        title, described = figures.alternative(svg)
        if len(described.split()) < _ALT_WORDS or described == title:
            yield Finding("figure", f"figures/{name}.svg", 1, "Its desc does not say what the drawing shows.")
        if name not in shown:
            yield Finding("figure", f"figures/{name}.svg", 1, "No lesson shows this figure.")


_ALT_WORDS = 6


def _corrections(sheet: Sheet) -> Iterator[Finding]:
    lessons = {row.slug for row in sheet.package.lessons}
    for n, row in enumerate(sheet.package.course.corrections or ()):
        place = f"/corrections/{n}"
        if row.lesson not in lessons:
            yield sheet.at("correction", "course.json", f"{place}/lesson", f"There is no lesson “{row.lesson}”.")
        for i, key in enumerate(row.references):
            if key not in sheet.keys:
                yield sheet.at(
                    "citation", "course.json", f"{place}/references/{i}", f"{key} is not in the reference list."
                )
        if not _sourced(sheet, row.references) and not HEDGES.search(row.finding):
            yield sheet.at("unconfirmed", "course.json", place, "No source of this correction was re-checked.")


# --- own words ------------------------------------------------------------------------------------------------------


def _repeated(sheet: Sheet, known: frozenset[str]) -> Iterator[Finding]:
    for file, line, text in _prose(sheet):
        if run := grams.shared(text, known):
            yield Finding("repeated", file, line, f"These eight words stand in the source document: “{run}”.")


def _prose(sheet: Sheet) -> Iterator[tuple[str, int, str]]:
    """(file, line, text) of all that a reader reads. Titles of papers are facts, so citations are left out."""
    for lesson in sheet.package.lessons:
        head = f"{lesson.title} {lesson.purpose}"
        yield f"lessons/{lesson.slug}.html", 1, head
        for passage in sheet.readings[lesson.slug].everything:
            yield f"lessons/{lesson.slug}.html", passage.line, passage.text
    for name, svg in sheet.package.figures:
        yield f"figures/{name}.svg", 1, html.unescape(re.sub(r"<[^>]*>", " ", svg))
    data: dict[str, Any] = {f"items/{item.code}.json": to_dict(item) for item in sheet.package.items}
    data |= {f"quizzes/{code}.json": to_dict(quiz) for code, quiz in sheet.package.quizzes}
    data |= {"course.json": to_dict(sheet.package.course), "glossary.json": {"terms": to_dict(sheet.package.terms)}}
    for file, value in data.items():
        for pointer, text in _strings(value):
            if len(text.split()) >= grams.LENGTH:
                yield file, places.line_of(sheet.texts[file], pointer), text


def _strings(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
        return
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from _strings(child, f"{pointer}/{key}")
