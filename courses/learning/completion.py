"""PURE. Requirements and facts in, progress with its own explanation out. Every screen uses this one explanation."""

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from courses.catalogue.content import EditionContent


class State(Enum):
    DONE = "done"
    HERE = "here"
    OPEN = "open"
    SHUT = "shut"


class Kind(Enum):
    LESSON = "lesson"
    QUIZ = "quiz"
    EVALUATION = "evaluation"
    ATTESTATION = "attestation"


@dataclass(frozen=True)
class Tried:
    """One attempt as the course sees it. `percent` is cut off to a whole number; None while it is open or waiting."""

    uuid: str
    number: int
    submitted_at: dt.datetime | None = None
    percent: int | None = None
    passed: bool | None = None

    @property
    def waiting(self) -> bool:
        """Handed in, and not marked yet: a person marks it."""
        return self.submitted_at is not None and self.passed is None


@dataclass(frozen=True)
class QuizFacts:
    """What happened at one quiz. `attempts_left` None means no limit; `next_start` is set while one waits."""

    attempts: tuple[Tried, ...] = ()
    attempts_left: int | None = None
    next_start: dt.datetime | None = None

    @property
    def passed(self) -> bool:
        return any(tried.passed for tried in self.attempts)

    @property
    def open_attempt(self) -> str | None:
        return next((tried.uuid for tried in self.attempts if tried.submitted_at is None), None)

    @property
    def waits(self) -> bool:
        return any(tried.waiting for tried in self.attempts)


@dataclass(frozen=True)
class Facts:
    """`finished` holds (lesson slug, digest of what was read); `quizzes` is by module code. `assessments`, by the name
    of their part, are no requirement: `progress` does not look at them."""

    finished: frozenset[tuple[str, str]] = frozenset()
    quizzes: tuple[tuple[str, QuizFacts], ...] = ()
    evaluated: bool = False
    attested: bool = False
    last_lesson: str = ""
    assessments: tuple[tuple[str, QuizFacts], ...] = ()


@dataclass(frozen=True)
class Step:
    """One thing to do. `key` is a lesson slug or a module code; `reason` says why it is shut, or what is special."""

    kind: Kind
    key: str
    title: str
    number: str
    state: State
    reason: str = ""
    module: str = ""

    @property
    def done(self) -> bool:
        return self.state is State.DONE


@dataclass(frozen=True)
class Progress:
    steps: tuple[Step, ...]

    def of(self, kind: Kind) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.kind is kind)

    @cached_property
    def lessons(self) -> tuple[Step, ...]:
        return self.of(Kind.LESSON)

    @cached_property
    def quizzes(self) -> tuple[Step, ...]:
        return self.of(Kind.QUIZ)

    @property
    def lessons_read(self) -> int:
        return sum(step.done for step in self.lessons)

    @property
    def quizzes_passed(self) -> int:
        return sum(step.done for step in self.quizzes)

    @property
    def complete(self) -> bool:
        return all(step.done for step in self.steps)

    @property
    def share(self) -> int:
        """Steps done, in whole percent, rounded down: 100 means complete and nothing less does."""
        return 100 * sum(step.done for step in self.steps) // len(self.steps) if self.steps else 0

    @cached_property
    def next(self) -> Step | None:
        """Where to go on: the step in hand, else the first open one."""
        here = [step for step in self.steps if step.state is State.HERE]
        return next(iter(here), None) or next((step for step in self.steps if step.state is State.OPEN), None)

    @property
    def explanation(self) -> str:
        """What is done in a sentence: "3 of 16 lessons read. No quiz passed yet.\""""
        read, total = self.lessons_read, len(self.lessons)
        parts = [f"{read} of {total} lessons read."]
        if self.quizzes:
            passed = self.quizzes_passed
            parts.append(f"{passed} of {len(self.quizzes)} quizzes passed." if passed else "No quiz passed yet.")
        return " ".join(parts)

    @property
    def missing(self) -> tuple[str, ...]:
        """What is still to do, each a sentence."""
        return tuple(_missing(self))

    def step(self, kind: Kind, key: str) -> Step:
        return next(step for step in self.steps if step.kind is kind and step.key == key)


_LEARN_FIRST = "Opens when every lesson is read and every quiz is passed."


def progress(course: EditionContent, facts: Facts) -> Progress:
    """Judge `facts` against what `course` asks: every lesson, every quiz, the evaluation, then the attestation.

    A quiz opens when the lessons of its module are read. The evaluation opens when lessons and quizzes are done, and
    the attestation when the evaluation is in: so the attestation is always the last requirement met.
    """
    quizzes = dict(facts.quizzes)
    steps: list[Step] = []
    for module in course.modules:
        lessons = [_lesson(lesson, course, facts, module.code) for lesson in module.lessons]
        steps += lessons
        if module.quiz:
            unread = sum(not step.done for step in lessons)
            steps.append(_quiz(module, quizzes.get(module.code, QuizFacts()), unread, course))
    learned = all(step.done for step in steps)
    steps.append(_gate(Kind.EVALUATION, "Evaluate the course", facts.evaluated, learned, _LEARN_FIRST))
    # After a later edition was taken up, the evaluation may be in while lessons are to be read again.
    waits = "Opens when the evaluation is handed in." if learned or not facts.evaluated else _LEARN_FIRST
    steps.append(
        _gate(Kind.ATTESTATION, "Confirm your name and your work", facts.attested, learned and facts.evaluated, waits)
    )
    return Progress(tuple(_with_here(steps, facts)))


def _lesson(lesson, course: EditionContent, facts: Facts, module: str) -> Step:
    done = (lesson.slug, lesson.digest) in facts.finished
    changed = not done and any(slug == lesson.slug for slug, _ in facts.finished)
    reason = "Changed since you read it" if changed else ""
    state = State.DONE if done else State.OPEN
    return Step(Kind.LESSON, lesson.slug, lesson.title, course.numbers[lesson.slug], state, reason, module)


def _quiz(module, facts: QuizFacts, unread: int, course: EditionContent) -> Step:
    number = str(course.by_code[module.code][0])
    if facts.passed:
        state, reason = State.DONE, ""
    elif facts.open_attempt:
        state, reason = State.HERE, "An attempt is open"
    elif facts.waits:
        state, reason = State.SHUT, "An instructor is marking your last attempt"
    elif unread:
        state, reason = (
            State.SHUT,
            f"Opens when {_lessons_left(unread)} of this module {'is' if unread == 1 else 'are'} read",
        )
    elif facts.attempts_left == 0:
        state, reason = State.SHUT, "No attempts left. Write to us: a person can open another one"
    elif facts.next_start:
        state, reason = State.SHUT, "The next attempt has to wait"
    else:
        state, reason = State.OPEN, ""
    return Step(Kind.QUIZ, module.code, module.quiz.title, number, state, reason, module.code)


def _gate(kind: Kind, title: str, done: bool, open_: bool, reason: str) -> Step:
    state = State.DONE if done else State.OPEN if open_ else State.SHUT
    return Step(kind, kind.value, title, "", state, reason if state is State.SHUT else "")


def _with_here(steps: list[Step], facts: Facts) -> list[Step]:
    """Mark the one step in hand: an open attempt, else the lesson last opened if unread, else the first open step."""
    if any(step.state is State.HERE for step in steps):
        return steps
    candidates = [n for n, step in enumerate(steps) if step.state is State.OPEN]
    last = [n for n in candidates if steps[n].kind is Kind.LESSON and steps[n].key == facts.last_lesson]
    if not candidates or not (facts.finished or facts.last_lesson):
        return steps
    n = (last or candidates)[0]
    step = steps[n]
    steps[n] = Step(step.kind, step.key, step.title, step.number, State.HERE, step.reason, step.module)
    return steps


def _lessons_left(n: int) -> str:
    return "one more lesson" if n == 1 else f"{n} more lessons"


def _missing(progress: Progress):
    unread = len(progress.lessons) - progress.lessons_read
    if unread:
        yield f"{unread} lesson{'s' if unread > 1 else ''} to read"
    left = len(progress.quizzes) - progress.quizzes_passed
    if left:
        yield f"{left} quiz{'zes' if left > 1 else ''} to pass"
    for kind, words in ((Kind.EVALUATION, "the evaluation to hand in"), (Kind.ATTESTATION, "the attestation to sign")):
        if not all(step.done for step in progress.of(kind)):
            yield words
