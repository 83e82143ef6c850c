"""PURE. What the evaluation asks, in neutral words (ce-rules 3.8). A new wording is a new version."""

from dataclasses import dataclass

from courses.catalogue.content import EditionContent

VERSION = 1
SCALE = (
    (5, "Strongly agree"),
    (4, "Agree"),
    (3, "Neither agree nor disagree"),
    (2, "Disagree"),
    (1, "Strongly disagree"),
)
MAX_MINUTES = 6000
MAX_COMMENT = 4000


@dataclass(frozen=True)
class Statement:
    key: str
    text: str


GENERAL = (
    Statement("current", "The content was current and based on evidence."),
    Statement("relevant", "The content was relevant to my practice."),
    Statement("unbiased", "The course was free of commercial bias."),
    Statement("instruction", "The teaching was clear and effective."),
    Statement("assessment", "The quizzes tested fairly what was taught."),
    Statement("access", "The site was easy to use and accessible to me."),
)


def statements(course: EditionContent) -> tuple[Statement, ...]:
    """One statement for each learning objective, then the general ones."""
    objectives = tuple(
        Statement(f"objective-{n}", f"I can now {objective.verb.lower()} {objective.text}")
        for n, objective in enumerate(course.objectives, start=1)
    )
    return objectives + GENERAL
