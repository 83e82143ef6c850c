"""PURE. The frozen form of a whole course, and its codec. A learner's page is made from this and from nothing else."""

import json
import re
import types
import typing
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from ceu.shared import canonical

FORMAT = 1
T = TypeVar("T")


class UnknownForm(ValueError):
    """The data is not of the expected shape: an unknown key, a missing one, or another type. The text says where."""


@dataclass(frozen=True)
class Objective:
    code: str
    verb: str
    bloom: str
    text: str


@dataclass(frozen=True)
class Reference:
    """A source. `studied` says in a few words who was studied; `subjects` (1-24) is drawn as that many dots.

    `unconfirmed`: its findings were not re-checked at the source itself, so nothing that rests on it is stated plainly.
    """

    key: str
    citation: str
    year: int | None = None
    doi: str | None = None
    url: str | None = None
    studied: str | None = None
    subjects: int | None = None
    species: str | None = None
    unconfirmed: bool | None = None

    @property
    def address(self) -> str | None:
        return f"https://doi.org/{self.doi}" if self.doi else self.url

    @property
    def link(self) -> str | None:
        """The address, if a page may point to it: an author's `javascript:` is none."""
        return self.address if (self.address or "").startswith(("https://", "http://")) else None

    @property
    def short(self) -> str:
        """As a reader names a source: “Costello M et al., 2016”."""
        first, *others = re.split(r" \(|(?<=[a-z]{3})\. |(?<=\d\d)\. |: ", self.citation, maxsplit=1)[0].split(", ")
        several = " et al." if others and re.search(r" [A-Z]{1,4}$|^et al", others[0]) else ""
        return f"{first.rstrip('.')}{several}, {self.year}" if self.year else first.rstrip(".")


@dataclass(frozen=True)
class Term:
    term: str
    meaning: str


@dataclass(frozen=True)
class Correction:
    """A belief that clinicians were taught, what the evidence says of it now, and the lesson (its slug) that says more."""

    belief: str
    finding: str
    references: tuple[str, ...]
    lesson: str


@dataclass(frozen=True)
class Figure:
    """A drawing as SVG source that passed `figures.clean`. Its title and desc elements are the text alternative."""

    name: str
    svg: str


@dataclass(frozen=True)
class Lesson:
    slug: str
    title: str
    purpose: str
    objectives: tuple[str, ...]
    body: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 over what the learner reads. A lesson finished under this digest stays finished in a later edition."""
        return canonical.digest(canonical.dumps(to_dict(self)))

    @cached_property
    def words(self) -> int:
        from courses.catalogue import markup

        return markup.count_words(self.body)


@dataclass(frozen=True)
class QuizSummary:
    """What the course says about a module's quiz; the paper itself is a PublishedQuiz, named by its digest."""

    title: str
    digest: str
    questions: int
    pass_mark: Decimal
    safety_must_pass: bool
    attempts_allowed: int | None = None


@dataclass(frozen=True)
class Module:
    code: str
    title: str
    summary: str
    lessons: tuple[Lesson, ...]
    quiz: QuizSummary | None = None


@dataclass(frozen=True)
class Assessment:
    """A quiz beside those of the modules, under its code. It is never a requirement, and its time is never counted."""

    code: str
    quiz: QuizSummary


@dataclass(frozen=True)
class EditionContent:
    """One course as published. `pass_mark` is in percent; `difficulty` is Mergener's scale of 1 to 5.

    `parallel_forms` are two, A and B, for a test before and one after; `written_task` is read and marked by a person.
    """

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
    difficulty: int
    disclosures: str
    commercial_support: str
    scope_notice: str
    contraindications: str
    disclaimer: str
    instructors: tuple[str, ...]
    objectives: tuple[Objective, ...]
    modules: tuple[Module, ...]
    references: tuple[Reference, ...]
    terms: tuple[Term, ...]
    figures: tuple[Figure, ...]
    released_on: str | None = None
    reviewed_on: str | None = None
    review_due_on: str | None = None
    corrections: tuple[Correction, ...] | None = None
    parallel_forms: tuple[Assessment, ...] | None = None
    written_task: Assessment | None = None

    @cached_property
    def lessons(self) -> tuple[Lesson, ...]:
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    @cached_property
    def numbers(self) -> dict[str, str]:
        """Lesson slug -> its number as printed, such as 1.4."""
        return {
            lesson.slug: f"{m}.{n}"
            for m, module in enumerate(self.modules, start=1)
            for n, lesson in enumerate(module.lessons, start=1)
        }

    @cached_property
    def by_slug(self) -> dict[str, tuple[int, Module, Lesson]]:
        """Lesson slug -> (its place in the course from 0, its module, the lesson)."""
        pairs = [(module, lesson) for module in self.modules for lesson in module.lessons]
        return {lesson.slug: (place, module, lesson) for place, (module, lesson) in enumerate(pairs)}

    @cached_property
    def by_code(self) -> dict[str, tuple[int, Module]]:
        """Module code -> (its number from 1, the module)."""
        return {module.code: (n, module) for n, module in enumerate(self.modules, start=1)}

    @cached_property
    def assessments(self) -> dict[str, Assessment]:
        """Code -> what is offered beside the modules."""
        task = (self.written_task,) if self.written_task else ()
        return {row.code: row for row in (*(self.parallel_forms or ()), *task)}

    @cached_property
    def words(self) -> int:
        return sum(lesson.words for lesson in self.lessons)

    @cached_property
    def questions(self) -> int:
        """Of the quizzes that hours are counted for: a pre-test, a post-test and a written task are not among them."""
        return sum(module.quiz.questions for module in self.modules if module.quiz)


def dumps(content: EditionContent) -> str:
    """Canonical JSON of an edition, with its format version. Equal content gives equal text, and so an equal SHA-256."""
    return canonical.dumps({"format": FORMAT, "course": to_dict(content)})


def loads(text: str) -> EditionContent:
    data = json.loads(text)
    if not isinstance(data, dict) or data.keys() != {"format", "course"} or data["format"] != FORMAT:
        raise UnknownForm(f"Edition content of format {FORMAT} was expected.")
    return from_dict(EditionContent, data["course"])


# --- codec: frozen dataclasses <-> plain data; an absent value leaves its key out ------------------------------------


def to_dict(value: Any) -> Any:
    if is_dataclass(value):
        pairs = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: to_dict(item) for name, item in pairs if item is not None}
    if isinstance(value, tuple):
        return [to_dict(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value


def from_dict(kind: type[T], data: Any, where: str = "") -> T:
    """Build `kind` from plain data. An unknown or missing key, or a wrong type, is an UnknownForm that says where."""
    if not isinstance(data, dict):
        raise UnknownForm(f"{where or '/'}: an object was expected")
    hints = typing.get_type_hints(kind)
    for name in sorted(data.keys() - hints.keys()):
        raise UnknownForm(f"{where}/{name}: this key is not known")
    needed = {field.name for field in fields(kind) if field.default is not None}  # type: ignore[arg-type]
    for name in sorted(needed - data.keys()):
        raise UnknownForm(f"{where}/{name}: this key is missing")
    return kind(**{name: _value(hints[name], item, f"{where}/{name}") for name, item in data.items()})


def _value(hint: Any, data: Any, where: str) -> Any:
    if isinstance(hint, types.UnionType):
        hint = next(option for option in typing.get_args(hint) if option is not types.NoneType)
    if typing.get_origin(hint) is tuple:
        if not isinstance(data, list):
            raise UnknownForm(f"{where}: a list was expected")
        inner = typing.get_args(hint)[0]
        return tuple(_value(inner, item, f"{where}/{n}") for n, item in enumerate(data))
    if is_dataclass(hint):
        return from_dict(hint, data, where)  # type: ignore[arg-type]
    if hint is Decimal:
        return _decimal(data, where)
    if type(data) is not hint:
        raise UnknownForm(f"{where}: {hint.__name__} was expected, not {type(data).__name__}")
    return data


def _decimal(data: Any, where: str) -> Decimal:
    try:
        value = Decimal(data) if isinstance(data, str) else None
    except ArithmeticError:
        value = None
    if value is None or not value.is_finite():
        raise UnknownForm(f"{where}: a decimal number in quotation marks was expected")
    return value
