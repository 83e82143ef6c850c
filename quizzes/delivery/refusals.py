"""Why a verb did not happen. `str(refusal)` is a sentence for a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from quizzes.delivery.readiness import QuizProblem


class Refusal(Exception):
    """The base of them all, for an edge that only shows the sentence."""

    sentence = "This cannot be done now."

    def __str__(self) -> str:
        return self.sentence


class NotPublishable(Refusal):
    sentence = "The quiz has problems. Mend them, then publish it."

    def __init__(self, problems: Sequence[QuizProblem]) -> None:
        super().__init__(problems)
        self.problems = list(problems)


class ReasonMissing(Refusal):
    sentence = "Say why, so that the record can be understood later."


class NothingAllowed(Refusal):
    sentence = "Give at least one more attempt, or more time."


class NoAttemptsLeft(Refusal):
    sentence = "You have used all attempts at this quiz."


class AlreadyPassed(Refusal):
    sentence = "You have passed this quiz already."


class AwaitingMarks(Refusal):
    """`due`: the moment by which the marks are promised."""

    sentence = "Your last attempt is still with an instructor. The next can start once it is marked."

    def __init__(self, due: datetime) -> None:
        super().__init__(due)
        self.due = due


class CoolingDown(Refusal):
    """`until`: the first moment at which an attempt may start."""

    sentence = "There is a wait before the next attempt. Read the lessons on the missed topics again in the meantime."

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class AttemptClosed(Refusal):
    sentence = "This attempt is closed. Answers can no longer be changed."


class DeadlinePassed(AttemptClosed):
    sentence = "The time for this attempt is over. The answers saved before the deadline count."


class StaleAnswer(Refusal):
    """`mine` was not stored: in another window `stored` was, and its number is `rev`. Both are canonical answers."""

    sentence = "This question was answered in another window in the meantime. Choose which answer to keep."

    def __init__(self, mine: Any, stored: Any, rev: int) -> None:
        super().__init__(mine, stored, rev)
        self.mine, self.stored, self.rev = mine, stored, rev


class OwnAnswer(Refusal):
    sentence = "This is your own answer. Somebody else has to mark it."


class NothingToMark(Refusal):
    sentence = "This answer does not wait for a marker."


class BadMarks(Refusal):
    sentence = "Tick only criteria that the question has."


class CommentMissing(Refusal):
    sentence = "It does not pass yet, so say in the comment what to change."


class CommentTooLong(Refusal):
    sentence = "The comment is too long. Use at most 2000 characters."


class AlreadyMarked(Refusal):
    """`mark` is what the other person wrote; nothing was stored beside it."""

    sentence = "Somebody else has marked this answer in the meantime. Their marks stand."

    def __init__(self, mark: Any) -> None:
        super().__init__(mark)
        self.mark = mark


class PassStands(Refusal):
    sentence = "This attempt passed, and a pass that was given stands."
