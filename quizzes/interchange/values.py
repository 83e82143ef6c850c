"""What travels: an item as a value, where in a file it stood, and what is wrong with it."""

import unicodedata
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from quizzes.questions import Question

ERROR, WARNING, NOTE = "error", "warning", "note"

MOST_ITEMS = 10_000
MOST_OPTIONS = 20
MOST_TEXT = 100_000  # characters a field
MOST_TAGS = 60
MOST_LINES = 400_000
MOST_TOLD = 100  # of one kind of problem that belongs to no question
LONGEST_CODE = LONGEST_POOL = 40
LONGEST_NAME = 255
LONGEST_OPTION = 1000
BLANKS = " \t\n\r\0\x0b"  # what Moodle trims; a no-break space is text


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column count from 1; 0 where there is none. `path` names an XML element or a column of a table."""

    line: int = 0
    column: int = 0
    path: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error keeps its item out; a warning brings it in as a draft; a note only tells. `text` is whole sentences."""

    severity: str
    code: str
    text: str
    place: Place = Place()
    label: str = ""

    def __str__(self) -> str:
        column = f":{self.place.column}" if self.place.column else ""
        path = f" {self.place.path}" if self.place.path else ""
        label = f" {self.label}:" if self.label else ""
        return f"{self.place.line}{column}{path} {self.severity} {self.code}{label} {self.text}"


class Unreadable(ValueError):
    """Nothing of the file can be imported. `problem` says why, and where."""

    def __init__(self, code: str, text: str, place: Place = Place()) -> None:  # noqa: B008 - it never changes
        super().__init__(text)
        self.problem = Problem(ERROR, code, text, place)


@dataclass(frozen=True, slots=True)
class Carried:
    """One item. `code` and `pool` may be empty in what was read; `rev` is the newest published revision, if known.

    Texts are tidy: NFC, LF line ends, no blanks around them.
    """

    code: str
    question: Question
    pool: str = ""
    objective: str = ""
    bloom: str = "Understand"
    safety: bool = False
    points: Decimal = Decimal(1)
    references: tuple[str, ...] = ()
    teaches_at: str = ""
    draft: bool = False
    rev: int | None = None

    @property
    def kind(self) -> str:
        return self.question.prompt.kind


@dataclass(frozen=True, slots=True)
class Found:
    """One question of a file, in its order. `item` is None when an error keeps it out."""

    item: Carried | None
    place: Place
    name: str
    problems: tuple[Problem, ...]

    @property
    def label(self) -> str:
        if self.item is None:
            return self.name
        return self.item.code or self.name or self.item.question.prompt.stem[:40]

    @property
    def draft(self) -> bool:
        return self.item is not None and (
            self.item.draft or any(problem.severity == WARNING for problem in self.problems)
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds. `problems` are those that belong to no single question."""

    found: tuple[Found, ...]
    problems: tuple[Problem, ...]

    @property
    def items(self) -> list[Carried]:
        return [found.item for found in self.found if found.item]

    @property
    def all_problems(self) -> list[Problem]:
        everything = [*self.problems, *(problem for found in self.found for problem in found.problems)]
        return sorted(everything, key=lambda problem: (problem.place.line, problem.place.column))

    @property
    def has_errors(self) -> bool:
        return any(problem.severity == ERROR for problem in self.all_problems)


@dataclass(frozen=True, slots=True)
class Loss:
    """What a format cannot carry of one item. `left_out`: the item does not go at all."""

    code: str
    text: str
    left_out: bool


@dataclass(frozen=True, slots=True)
class Exported:
    """The bytes of a file, how many items went into it, and what could not."""

    data: bytes
    count: int
    losses: tuple[Loss, ...]


def tidy(text: str) -> str:
    """NFC, LF line ends, no blanks around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip(BLANKS)


def tidied(value: Any) -> Any:
    """The same of every text in a dataclass."""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, tuple):
        return tuple(map(tidied, value))
    if hasattr(value, "__dataclass_fields__"):
        return type(value)(**{field.name: tidied(getattr(value, field.name)) for field in fields(value)})
    return value
