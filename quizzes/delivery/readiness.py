"""What still stops a quiz from being published, each with a sentence."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from quizzes.bank.models import Item, Kind
from quizzes.bank.services import problems_of
from quizzes.delivery import selection
from quizzes.delivery.models import Quiz, Section
from quizzes.delivery.paper import SectionRules


class QuizProblem(NamedTuple):
    """`item_code` names the item to mend; None: mend the quiz or one of its sections."""

    code: str
    sentence: str
    item_code: str | None = None


class _Traits(NamedTuple):
    kind: str
    objective: str
    safety: bool
    has_vignette: bool


def problems(quiz: Quiz) -> list[QuizProblem]:
    """Empty when `publish_quiz` would not refuse. Three statements, whatever the number of items."""
    sections, items = drafts(quiz)
    if not sections:
        return [QuizProblem("no_section", "The quiz has no section.")]
    return [
        *(problem for section in sections for problem in _section_problems(section, items)),
        *(problem for item in items for problem in _item_problems(item)),
    ]


def drafts(quiz: Quiz) -> tuple[list[Section], list[Item]]:
    """The sections in order, and the ready items of their pools in the order of their codes."""
    sections = list(quiz.sections.all())
    pools = [section.pool for section in sections]
    items = Item.objects.ready().filter(bank=quiz.bank_id, pool__in=pools)
    return sections, list(items.order_by("code").prefetch_related("options"))


def length(quiz: Quiz) -> int:
    """How many questions each paper of the draft would have. One statement for each fixed section."""
    ready = Item.objects.ready().filter(bank=quiz.bank_id)
    return sum(
        section.count if section.mode == Section.Mode.DRAWN else ready.filter(pool=section.pool).count()
        for section in quiz.sections.all()
    )


def section_rules(section: Section) -> SectionRules:
    return SectionRules(
        title=section.title,
        pool=section.pool,
        mode=section.mode,
        count=section.count,
        min_vignettes=section.min_vignettes,
        max_true_false=section.max_true_false,
        min_safety=section.min_safety,
        objectives=tuple(section.objectives),
    )


def _section_problems(section: Section, items: Iterable[Item]) -> Iterator[QuizProblem]:
    if not isinstance(section.objectives, list) or not all(isinstance(code, str) for code in section.objectives):
        yield QuizProblem("objectives", f"The objectives of the pool {section.pool} must be a list of codes.")
        return
    if section.mode == Section.Mode.DRAWN and section.count == 0:
        yield QuizProblem("empty_draw", f"No item is to be drawn from the pool {section.pool}.")
    of_pool = [item for item in items if item.pool == section.pool]
    if section.mode == Section.Mode.DRAWN and section.count < len(of_pool) and _any_written(of_pool):
        yield QuizProblem(
            "written_drawn",
            f"The pool {section.pool} holds a written question, so all of it must be asked: the next attempt is a "
            "revision of the same text.",
        )
    pool = [_Traits(item.kind, item.objective, item.safety, bool(item.vignette.strip())) for item in of_pool]
    code = "blueprint" if pool else "empty_pool"
    for sentence in selection.can_satisfy(pool, section_rules(section)):
        yield QuizProblem(code, sentence)


def _any_written(items: Iterable[Item]) -> bool:
    return any(item.kind == Kind.WRITTEN for item in items)


def _item_problems(item: Item) -> Iterator[QuizProblem]:
    for sentence in problems_of(item):
        yield QuizProblem("question", sentence, item.code)
    if item.points <= 0:
        yield QuizProblem("points", "The item must be worth more than no points.", item.code)
    if not item.teaches_at.strip():
        yield QuizProblem("no_lesson", "The item does not say which lesson teaches it.", item.code)
