"""PURE. Readiness as a checklist: every question that is asked of a course, answered or with what is still wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

# Question -> the beginnings of the codes of problems that speak of it. The first that fits decides.
TOPICS = {
    "Disclosures": ("course-disclosures", "course-commercial_support", "course-scope_notice"),
    "Dates of release and review": ("course-released_on", "course-review_due_on"),
    "Pass mark": ("course-pass-mark",),
    "Description and people": ("course-",),
    "Each objective is measured by an item": ("objective-unmeasured", "item-objective"),
    "Objectives can be observed": ("objective",),
    "Modules, lessons and quizzes": ("no-", "module-", "lesson-twice"),
    "Headings in order, each with an anchor": ("heading-", "anchor-"),
    "Citations, references and their age": ("citation-", "reference", "item-reference", "correction-reference"),
    "Figures with their text alternatives": ("figure-",),
    "Lessons are written": ("lesson-", "link-"),
    "Each item points to where it is taught": ("item-lesson", "quiz-no_lesson"),
    "Items have a key and reasons": ("quiz-question", "quiz-points"),
    "Blueprints of the quizzes can be met": ("quiz-",),
    "Parallel forms and written task": ("assessment-", "form-", "parallel-", "forms-"),
    "Corrections": ("correction-",),
    "Hours and approvals": ("hours-", "approval-"),
}
OTHER = "Anything else"


@dataclass(frozen=True)
class Check:
    """`met`: nothing of it stops a publication. `findings` may hold advice all the same."""

    question: str
    findings: tuple
    met: bool


F = TypeVar("F")


def topic_of(code: str) -> str:
    for question, beginnings in TOPICS.items():
        if code.startswith(beginnings) and not _more_exact(code, question):
            return question
    return OTHER


def _more_exact(code: str, question: str) -> bool:
    """Whether another question names the whole code, where this one names only how it begins."""
    return code not in TOPICS[question] and any(code in each for name, each in TOPICS.items() if name != question)


def checks(findings: Iterable[F]) -> list[Check]:
    """`findings` have a `code`, and `blocks` where they stop a publication. Every question stands in the list."""
    found: dict[str, list[F]] = {question: [] for question in TOPICS}
    for finding in findings:
        found.setdefault(topic_of(finding.code), []).append(finding)
    return [
        Check(question, tuple(each), met=not any(finding.blocks for finding in each))
        for question, each in found.items()
    ]
