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
