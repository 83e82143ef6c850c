"""PURE. The package format: what each file holds, its one canonical text, and where a mistake stands in it."""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from courses.catalogue import figures, markup
from courses.catalogue.content import Correction, Objective, Reference, Term, UnknownForm, from_dict, to_dict
from courses.packages import places
from quizzes.questions.codec import plain

FORMAT = 1
T = TypeVar("T")


@dataclass(frozen=True)
class PackageModule:
    code: str
    title: str
    summary: str
    lessons: tuple[str, ...]
    quiz: bool


@dataclass(frozen=True)
class PackageCourse:
    """course.json. `attempts_allowed` absent means no limit; decimals are text; dates are ISO dates.

    `parallel_forms` and `written_task` are codes of quizzes beside those of the modules.
    """

    format: int
    uuid: str
    slug: str
    title: str
    subtitle: str
    summary: str
    audience: str
    level: str
    prerequisites: str
    language: str
    delivery_type: str
    pass_mark: Decimal
    cooldown_after: int
    cooldown_hours: int
    difficulty: int
    disclosures: str
    commercial_support: str
    scope_notice: str
    contraindications: str
    disclaimer: str
    objectives: tuple[Objective, ...]
    modules: tuple[PackageModule, ...]
    attempts_allowed: int | None = None
    released_on: str | None = None
    reviewed_on: str | None = None
    review_due_on: str | None = None
    corrections: tuple[Correction, ...] | None = None
    parallel_forms: tuple[str, ...] | None = None
    written_task: str | None = None

    @property
    def assessments(self) -> dict[str, str]:
        """Pointer -> code of a quiz beside those of the modules."""
        task = {"/written_task": self.written_task} if self.written_task else {}
        return {f"/parallel_forms/{n}": code for n, code in enumerate(self.parallel_forms or ())} | task


@dataclass(frozen=True)
class PackageLesson:
    """lessons/<slug>.html: three header lines, an empty line, then HTML of the lesson vocabulary."""

    slug: str
    title: str
    purpose: str
    objectives: str
    body: str


@dataclass(frozen=True)
class PackageOption:
    text: str
    correct: bool
    rationale: str


@dataclass(frozen=True)
class PackagePair:
    left: str
    right: str
    rationale: str


@dataclass(frozen=True)
class PackageExtra:
    right: str
    rationale: str


@dataclass(frozen=True)
class PackageStep:
    text: str
    rationale: str


@dataclass(frozen=True)
class PackageWrong:
    value: str
    why: str


@dataclass(frozen=True)
class PackageAccepted:
    text: str
    share: int
    rationale: str | None = None


@dataclass(frozen=True)
class PackageCriterion:
    text: str
    why: str


@dataclass(frozen=True)
class PackageItem:
    """items/<CODE>.json. Which of the optional keys belong there depends on the kind: `KEYS_OF_KIND`."""

    code: str
    kind: str
    pool: str
    objective: str
    bloom: str
    safety: bool
    points: Decimal
    references: tuple[str, ...]
    teaches_at: str
    stem: str
    vignette: str | None = None
    options: tuple[PackageOption, ...] | None = None
    choose: int | None = None
    pairs: tuple[PackagePair, ...] | None = None
    extra: tuple[PackageExtra, ...] | None = None
    steps: tuple[PackageStep, ...] | None = None
    common_error: str | None = None
    answer: Decimal | None = None
    tolerance: Decimal | None = None
    unit: str | None = None
    work: str | None = None
    wrong: tuple[PackageWrong, ...] | None = None
    accepted: tuple[PackageAccepted, ...] | None = None
    case_sensitive: bool | None = None
    criteria: tuple[PackageCriterion, ...] | None = None
    pass_at: int | None = None
    min_words: int | None = None
    max_words: int | None = None
    model: str | None = None


KEYS_OF_KIND: dict[str, tuple[set[str], set[str]]] = {  # kind -> (needed, allowed besides)
    "single": ({"options"}, set()),
    "multiple": ({"options", "choose"}, set()),
    "true_false": ({"options"}, set()),
    "matching": ({"pairs"}, {"extra"}),
    "ordering": ({"steps"}, {"common_error"}),
    "numeric": ({"answer", "tolerance"}, {"unit", "work", "wrong"}),
    "text": ({"accepted"}, {"work", "case_sensitive"}),
    "written": ({"criteria", "pass_at", "max_words", "model"}, {"min_words"}),
}
_SPECIAL = set().union(*(needed | more for needed, more in KEYS_OF_KIND.values()))


@dataclass(frozen=True)
class PackageQuiz:
    """quizzes/<CODE>.json: the blueprint of a draw. Pass mark and attempts are the course's.

    A draw is the usual mode: it may be said, and the canonical form leaves it out.
    """

    title: str
    pool: str
    count: int
    min_vignettes: int
    max_true_false: int
    min_safety: int
    objectives: tuple[str, ...]
    safety_must_pass: bool
    time_limit_minutes: int | None = None
    mode: str | None = None


DRAWN, FIXED = "drawn", "fixed"


@dataclass(frozen=True)
class PackageFixedQuiz:
    """quizzes/<CODE>.json whose `mode` is fixed: all items of the pool in the order of their codes, so no blueprint."""

    title: str
    pool: str
    mode: str
    safety_must_pass: bool
    time_limit_minutes: int | None = None


@dataclass(frozen=True)
class Package:
    course: PackageCourse
    lessons: tuple[PackageLesson, ...]
    items: tuple[PackageItem, ...]
    quizzes: tuple[tuple[str, PackageQuiz | PackageFixedQuiz], ...]
    references: tuple[Reference, ...]
    terms: tuple[Term, ...]
    figures: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Mistake:
    """Something wrong in one file; `str()` of it reads file:line: sentence."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class BadPackage(ValueError):
    """The package cannot be loaded. Every mistake found in one pass is in `mistakes`."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


@dataclass(frozen=True)
class _References:
    references: tuple[Reference, ...]


@dataclass(frozen=True)
class _Terms:
    terms: tuple[Term, ...]


# --- reading --------------------------------------------------------------------------------------------------------


class _Reading:
    """One pass over the files, gathering mistakes instead of stopping at the first."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = dict(files)
        self.seen = frozenset(files)
        self.texts: dict[str, str] = {}
        self.mistakes: list[Mistake] = []

    def mistake(self, file: str, text: str, line: int = 1) -> None:
        self.mistakes.append(Mistake(file, line, text))

    def mistake_at(self, file: str, pointer: str, text: str) -> None:
        self.mistake(file, f"{pointer}: {text}", places.line_of(self.texts[file], pointer))

    def text(self, file: str) -> str | None:
        raw = self.files.pop(file, None)
        if raw is None:
            self.mistake(file, "The file is missing.")
            return None
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            self.mistake(file, "Not UTF-8 text.", raw[: error.start].count(b"\n") + 1)
            return None
        if found := places.CONTROL.search(text):
            line = text.count("\n", 0, found.start()) + 1
            self.mistake(file, "Control characters and carriage returns are not allowed.", line)
            return None
        self.texts[file] = unicodedata.normalize("NFC", text)
        return self.texts[file]

    def json(self, file: str, kind: type[T] | Callable[[Any], type[T]]) -> T | None:
        """`kind` is the dataclass to read, or says which one by the data."""
        text = self.text(file)
        if text is None:
            return None
        try:
            data = json.loads(text, object_pairs_hook=_once)
            if pointer := places.unclean(data):
                self.mistake_at(file, pointer, "holds a character that is not text.")
            else:
                return _settled(from_dict(kind if is_dataclass(kind) else kind(data), data))
        except _KeyTwice:
            name, line = places.repeated(text)
            self.mistake(file, f"The key {name!r} stands twice in one object.", line)
        except json.JSONDecodeError as error:
            self.mistake(file, f"Not JSON: {error.msg}.", error.lineno)
        except UnknownForm as error:
            pointer, _, reason = str(error).rpartition(": ")
            self.mistake_at(file, pointer, f"{reason}.")
        except (ValueError, RecursionError) as error:
            self.mistake(file, f"Not JSON of this format: {error}.")
        return None

    def names(self, folder: str, ending: str) -> list[str]:
        place = re.compile(rf"{folder}/[^/]+{re.escape(ending)}")
        return sorted(name for name in self.files if place.fullmatch(name))


class _KeyTwice(Exception):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _KeyTwice
    return result


def _is_empty(value: Any) -> bool:
    return value in ("", ()) or value is False


def _settled(value: Any) -> Any:
    """One form for what means the same: 1.0 is 1, an optional key with nothing in it is absent, text is NFC."""
    if is_dataclass(value) and not isinstance(value, type):
        settled = {field.name: _settled(getattr(value, field.name)) for field in fields(value)}
        optional = [field.name for field in fields(value) if field.default is None]
        return replace(value, **settled | {name: None for name in optional if _is_empty(settled[name])})
    if isinstance(value, tuple):
        return tuple(_settled(item) for item in value)
    if isinstance(value, Decimal):
        return Decimal(plain(value))
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def read(files: dict[str, bytes]) -> Package:
    """The package that `files` hold. Raises BadPackage with every mistake: file, line and reason."""
    reading = _Reading(files)
    course = reading.json("course.json", PackageCourse)
    references = reading.json("references.json", _References)
    terms = reading.json("glossary.json", _Terms)
    lessons = [_lesson(reading, name) for name in reading.names("lessons", ".html")]
    drawings = [_figure(reading, name) for name in reading.names("figures", ".svg")]
    items = [_item(reading, name) for name in reading.names("items", ".json")]
    quizzes = [(_stem(name), _quiz(reading, name)) for name in reading.names("quizzes", ".json")]
    for name in sorted(reading.files):
        reading.mistake(name, "This file has no place in a package.")
    if references:
        _check_once(reading, "references.json", "/references/{}/key", [row.key for row in references.references])
    if terms:
        _check_once(reading, "glossary.json", "/terms/{}/term", [row.term for row in terms.terms])
    if course:
        _check_outline(reading, course, {lesson.slug for lesson in lessons if lesson}, {code for code, _ in quizzes})
    if reading.mistakes or not (course and references and terms):
        raise BadPackage(reading.mistakes)
    return Package(
        course=course,
        lessons=tuple(lesson for lesson in lessons if lesson),
        items=tuple(item for item in items if item),
        quizzes=tuple((code, quiz) for code, quiz in quizzes if quiz),
        references=references.references,
        terms=terms.terms,
        figures=tuple(drawing for drawing in drawings if drawing),
    )


def _quiz(reading: _Reading, name: str) -> PackageQuiz | PackageFixedQuiz | None:
    quiz = reading.json(name, _quiz_kind)
    if not isinstance(quiz, PackageQuiz):
        return quiz
    if quiz.mode not in {None, DRAWN}:
        reading.mistake_at(name, "/mode", f"{quiz.mode!r} is neither {DRAWN} nor {FIXED}.")
    return replace(quiz, mode=None)


def _quiz_kind(data: Any) -> type[PackageQuiz] | type[PackageFixedQuiz]:
    fixed = isinstance(data, dict) and data.get("mode") == FIXED
    return PackageFixedQuiz if fixed else PackageQuiz


def _stem(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0]


_HEADER = ("title", "purpose", "objectives")


def _lesson(reading: _Reading, name: str) -> PackageLesson | None:
    text = reading.text(name)
    if text is None:
        return None
    head, _, body = text.partition("\n\n")
    header: dict[str, str] = {}
    for line, row in enumerate(head.split("\n"), start=1):
        key, colon, value = row.partition(": ")
        if line > len(_HEADER) or key != _HEADER[line - 1] or not colon:
            wanted = f"The header has the lines {', '.join(_HEADER)}, each with a value, then an empty line."
            reading.mistake(name, wanted, line)
            return None
        header[key] = value.strip()
    if len(header) < len(_HEADER):
        reading.mistake(name, f"The header lacks the line {_HEADER[len(header)]}.", len(header) + 1)
        return None
    kept = markup.clean(body)
    if kept != body:
        reading.mistake(name, *_first_difference(body, kept, offset=len(_HEADER) + 1))
        return None
    return PackageLesson(_stem(name), header["title"], header["purpose"], header["objectives"], body)


def _first_difference(body: str, kept: str, *, offset: int) -> tuple[str, int]:
    ours, theirs = body.split("\n"), kept.split("\n")
    for n, line in enumerate(ours):
        other = theirs[n] if n < len(theirs) else ""
        if n >= len(theirs) or line != other:
            at = next((i for i, (a, b) in enumerate(zip(line, other, strict=False)) if a != b), 0)
            shown = line[max(0, at - 20) : at + 40]
            return f"Not the lesson's HTML, near “{shown}”.", offset + n + 1
    return "Not the lesson's HTML.", offset + len(ours)


def _figure(reading: _Reading, name: str) -> tuple[str, str] | None:
    text = reading.text(name)
    if text is None:
        return None
    try:
        return _stem(name), figures.clean(text)
    except figures.BadFigure as error:
        found = re.search(r"line (\d+)", str(error))
        reading.mistake(name, str(error), int(found[1]) if found else 1)
    return None


def _item(reading: _Reading, name: str) -> PackageItem | None:
    item = reading.json(name, PackageItem)
    if item is None:
        return None
    if item.code != _stem(name):
        reading.mistake_at(name, "/code", f"{item.code} differs from the file's name.")
    if item.kind not in KEYS_OF_KIND:
        reading.mistake_at(name, "/kind", f"{item.kind!r} is not a kind of item.")
        return None
    needed, more = KEYS_OF_KIND[item.kind]
    given = {key for key in _SPECIAL if getattr(item, key) is not None}
    for key in sorted(needed - given):
        reading.mistake(name, f"/{key}: an item of kind {item.kind} needs it.")
    for key in sorted(given - needed - more):
        reading.mistake_at(name, f"/{key}", f"has no place in an item of kind {item.kind}.")
    return item


def _check_outline(reading: _Reading, course: PackageCourse, lessons: set[str], quizzes: set[str]) -> None:
    if course.format != FORMAT:
        reading.mistake_at("course.json", "/format", f"{course.format}; this version reads {FORMAT}.")
    if not _UUID.fullmatch(course.uuid):
        reading.mistake_at("course.json", "/uuid", "not a UUID in small letters.")
    for name in ("released_on", "reviewed_on", "review_due_on"):
        if not _is_date(getattr(course, name)):
            reading.mistake_at("course.json", f"/{name}", "not a date such as 2027-01-31.")
    for n, module in enumerate(course.modules):
        _check_module(reading, f"/modules/{n}", module, quizzes)
    listed = {slug for module in course.modules for slug in module.lessons}
    for slug in sorted(lessons - listed):
        reading.mistake(f"lessons/{slug}.html", "No module in course.json lists this lesson.")
    for code in sorted(quizzes - {module.code for module in course.modules} - set(course.assessments.values())):
        reading.mistake(f"quizzes/{code}.json", "No module in course.json has this code, and no form or task.")
    _check_assessments(reading, course, quizzes)
    _check_once(reading, "course.json", "/objectives/{}/code", [objective.code for objective in course.objectives])
    _check_once(reading, "course.json", "/modules/{}/code", [module.code for module in course.modules])
    _check_once(reading, "course.json", "/corrections/{}/belief", [row.belief for row in course.corrections or ()])
    met: set[str] = set()
    for n, module in enumerate(course.modules):
        for i, slug in enumerate(module.lessons):
            if slug in met:
                reading.mistake_at("course.json", f"/modules/{n}/lessons/{i}", f"the lesson {slug} is listed twice.")
            if f"lessons/{slug}.html" not in reading.seen:
                reading.mistake_at("course.json", f"/modules/{n}/lessons/{i}", f"lessons/{slug}.html is missing.")
            met.add(slug)


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _is_date(text: str | None) -> bool:
    try:
        return text is None or dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check_module(reading: _Reading, pointer: str, module: PackageModule, quizzes: set[str]) -> None:
    file = f"quizzes/{module.code}.json"
    if module.quiz and module.code not in quizzes:
        reading.mistake_at("course.json", f"{pointer}/quiz", f"{file} is missing.")
    if not module.quiz and module.code in quizzes:
        reading.mistake_at("course.json", f"{pointer}/quiz", f"{file} is there, and no quiz is announced.")


def _check_assessments(reading: _Reading, course: PackageCourse, quizzes: set[str]) -> None:
    if course.parallel_forms and len(course.parallel_forms) != 2:
        reading.mistake_at("course.json", "/parallel_forms", "two forms are named, or none.")
    met = {module.code for module in course.modules}
    for pointer, code in course.assessments.items():
        if code in met:
            reading.mistake_at("course.json", pointer, f"{code} names another quiz of the course already.")
        elif code not in quizzes:
            reading.mistake_at("course.json", pointer, f"quizzes/{code}.json is missing.")
        met.add(code)


def _check_once(reading: _Reading, file: str, pointer: str, values: list[str]) -> None:
    """`pointer` holds {} for the place in the list."""
    for n, value in enumerate(values):
        if value in values[:n]:
            reading.mistake_at(file, pointer.format(n), f"{value} is used twice.")


# --- writing --------------------------------------------------------------------------------------------------------


def write(package: Package) -> dict[str, bytes]:
    """The canonical files of a package: relative path -> bytes."""
    files = {
        "course.json": _json(package.course),
        "references.json": _json(_References(tuple(sorted(package.references, key=lambda row: row.key)))),
        "glossary.json": _json(_Terms(tuple(sorted(package.terms, key=lambda row: (row.term.casefold(), row.term))))),
    }
    for lesson in package.lessons:
        head = f"title: {lesson.title}\npurpose: {lesson.purpose}\nobjectives: {lesson.objectives}\n\n"
        files[f"lessons/{lesson.slug}.html"] = (head + lesson.body.rstrip("\n") + "\n").encode()
    for item in package.items:
        files[f"items/{item.code}.json"] = _json(item)
    for code, quiz in package.quizzes:
        files[f"quizzes/{code}.json"] = _json(quiz)
    for name, svg in package.figures:
        files[f"figures/{name}.svg"] = (svg.rstrip("\n") + "\n").encode()
    return files


def _json(value: Any) -> bytes:
    return (json.dumps(to_dict(value), ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()
