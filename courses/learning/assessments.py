"""PURE. What a course offers beside its modules, and to whom when: a pre-test, a post-test, a written task.

None of them is a requirement: completion, hours and certificates never ask here. The two forms of the test are parallel;
which of them comes first is decided by the parity of the enrolment's number, so that over many learners each form is
taken before as often as after, and a form that happens to be easier does not pass for a gain.
"""

from dataclasses import dataclass
from enum import Enum

from courses.catalogue.content import EditionContent, QuizSummary
from courses.learning.completion import Facts, Progress, QuizFacts, State

MINUTES_A_QUESTION = 1


class Part(Enum):
    """The values stand in rows."""

    PRE_TEST = "pre_test"
    POST_TEST = "post_test"
    WRITTEN_TASK = "written_task"


@dataclass(frozen=True)
class Offer:
    """One assessment of one learner. `reason` says why it is shut, or how it stands, as the words after a title."""

    part: Part
    code: str
    quiz: QuizSummary
    state: State
    reason: str
    tried: QuizFacts

    @property
    def is_open(self) -> bool:
        return self.state in {State.OPEN, State.HERE}

    @property
    def done(self) -> bool:
        return self.state is State.DONE

    @property
    def minutes(self) -> int:
        """How long it takes, roughly: to the nearest five minutes."""
        return max(5, 5 * round(self.quiz.questions * MINUTES_A_QUESTION / 5))

    @property
    def result(self) -> str | None:
        """The uuid of the attempt last handed in."""
        return next((tried.uuid for tried in reversed(self.tried.attempts) if tried.submitted_at), None)

    @property
    def percent(self) -> int | None:
        return next((tried.percent for tried in self.tried.attempts if tried.percent is not None), None)


def codes(course: EditionContent, enrolment: int) -> dict[Part, str]:
    """Which quiz is which part for this learner. `enrolment` is the enrolment's UUID as a whole number.

    The forms are taken in the order of their codes: a later edition that names them the other way round does not give a
    learner the same form twice.
    """
    found = {}
    forms = sorted(form.code for form in course.parallel_forms or ())
    if len(forms) == 2:
        found = {Part.PRE_TEST: forms[enrolment % 2], Part.POST_TEST: forms[1 - enrolment % 2]}
    return found | ({Part.WRITTEN_TASK: course.written_task.code} if course.written_task else {})


def offers(course: EditionContent, facts: Facts, progress: Progress, enrolment: int) -> dict[Part, Offer]:
    """Every part that the course has, with how it stands for this learner."""
    tried = {Part(name): quiz for name, quiz in facts.assessments}
    found = {}
    for part, code in codes(course, enrolment).items():
        mine = tried.get(part, QuizFacts())
        state, reason = _STATES[part](mine, tried, progress)
        found[part] = Offer(part, code, course.assessments[code].quiz, state, reason, mine)
    return found


def _pre_test(mine: QuizFacts, tried: dict[Part, QuizFacts], progress: Progress) -> tuple[State, str]:
    if over := _once(mine):
        return over
    if progress.quizzes_passed or Part.POST_TEST in tried:
        return State.SHUT, "The pre-test is for before the first quiz is passed"
    return State.OPEN, ""


def _post_test(mine: QuizFacts, tried: dict[Part, QuizFacts], progress: Progress) -> tuple[State, str]:
    if over := _once(mine):
        return over
    if not all(step.done for step in progress.quizzes):
        return State.SHUT, "The post-test opens when every module quiz is passed"
    return State.OPEN, ""


def _once(mine: QuizFacts) -> tuple[State, str] | None:
    """A test is taken once. A void attempt is not among the attempts, so it may be taken again."""
    if mine.open_attempt:
        return State.HERE, "Begun, and not handed in yet"
    return (State.DONE, "Handed in") if mine.attempts else None


def _written_task(mine: QuizFacts, tried: dict[Part, QuizFacts], progress: Progress) -> tuple[State, str]:
    if mine.passed:
        return State.DONE, "Passed"
    if mine.open_attempt:
        return State.HERE, "Begun, and not handed in yet"
    if mine.waits:
        return State.SHUT, "Handed in. An instructor marks it within two weeks"
    if mine.attempts:
        if mine.attempts_left == 0:
            return State.SHUT, "Not passed, and no revision is left"
        return State.OPEN, "Not passed yet. Read the marker's comments and revise it"
    if progress.lessons_read < len(progress.lessons):
        return State.SHUT, "Opens when every lesson is read"
    return State.OPEN, ""


_STATES = {Part.PRE_TEST: _pre_test, Part.POST_TEST: _post_test, Part.WRITTEN_TASK: _written_task}
