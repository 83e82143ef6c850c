"""A draft quiz taken by its author: drawn, asked, marked and explained as in life, and not one row of it stored.

Everything is worked out again from the draft and a seed, so there is nothing that a report, a completion or a statistic
could count.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from ceu.shared import canonical
from quizzes import scoring
from quizzes.bank.authoring import question_of
from quizzes.delivery import look, outcome, paper, readiness, selection
from quizzes.delivery.forms import CONTROLS, Fields, Held
from quizzes.delivery.models import Quiz
from quizzes.delivery.publication import rules_of
from quizzes.delivery.results import explained
from quizzes.questions import QUESTION_KINDS, BadAnswer, Question, display_to_canonical, key_to_dict


class Placed(NamedTuple):
    """One question of the rehearsed paper, as shown in `order`."""

    n: int
    item: paper.PoolItem
    question: Question
    order: list[int]

    @property
    def prefix(self) -> str:
        return f"q{self.n}-"


@dataclass(frozen=True)
class Rehearsal:
    """`digest` stands for the draft as it was read: an answer to another draft is not marked."""

    content: paper.QuizContent
    questions: list[Placed]
    digest: str


def draw(quiz: Quiz, seed: str) -> Rehearsal:
    """The paper that a seed gives of the draft. The quiz must have no problem (`readiness.problems`)."""
    sections, rows = readiness.drafts(quiz)
    questions = {row.pk: question_of(row) for row in rows}
    content = paper.QuizContent(
        title=quiz.title,
        rules=rules_of(quiz),
        sections=tuple(readiness.section_rules(section) for section in sections),
        items=tuple(_pool_item(row, questions[row.pk]) for row in rows),
    )
    keys = [key_to_dict(each.prompt.kind, each.key) for each in questions.values()]
    placed = enumerate(selection.paper(content, seed), 1)
    return Rehearsal(
        content=content,
        questions=[Placed(n, item, questions[item.revision], order) for n, (item, order) in placed],
        digest=canonical.digest(canonical.dumps([paper.dumps(content), keys])),
    )


def _pool_item(row, question: Question) -> paper.PoolItem:
    """A draft item where a paper has a revision: its own primary key stands for that."""
    return paper.PoolItem(
        revision=row.pk,
        uuid=str(row.uuid),
        kind=row.kind,
        pool=row.pool,
        objective=row.objective,
        safety=row.safety,
        has_vignette=bool(row.vignette.strip()),
        points=row.points,
        teaches_at=row.teaches_at,
        prompt=question.prompt,
    )


def page(
    rehearsal: Rehearsal, held: dict[int, Held] | None = None, problems: dict[int, str] | None = None
) -> list[Any]:
    """Every question as a learner sees it, with what was answered before."""
    held, problems, count = held or {}, problems or {}, len(rehearsal.questions)
    return [
        look.question(
            each.question.prompt,
            each.order,
            prefix=each.prefix,
            number=f"Question {each.n} of {count}",
            held=held.get(each.n, ()),
            problem=problems.get(each.n, ""),
        )
        for each in rehearsal.questions
    ]


class Answers(NamedTuple):
    """By number of the question: what its fields held, the canonical answer, and what is wrong with it."""

    held: dict[int, Held]
    given: dict[int, Any]
    problems: dict[int, str]


def read(rehearsal: Rehearsal, fields: Fields) -> Answers:
    """Raises Malformed on a field that came twice."""
    answers = Answers({}, {}, {})
    for each in rehearsal.questions:
        own = {name.removeprefix(each.prefix): value for name, value in fields.items() if name.startswith(each.prefix)}
        prompt = each.question.prompt
        control, kind = CONTROLS[prompt.kind], QUESTION_KINDS[prompt.kind]
        answers.held[each.n] = held = control.held(own, prompt)
        try:
            answers.given[each.n] = kind.parse(prompt, display_to_canonical(each.order, control.raw(held)))
        except BadAnswer as problem:
            answers.problems[each.n] = str(problem)
    return answers


class Outcome(NamedTuple):
    """`score` is None when nothing on the paper is marked by a machine. `texts`: how many answers a person would mark."""

    score: scoring.Score | None
    percent: int
    texts: int
    lines: list[outcome.QuestionLine]


def mark(rehearsal: Rehearsal, given: dict[int, Any]) -> Outcome:
    """As `delivery.marking` would; what a person marks is shown with its model answer and counted in no score."""
    marked, lines, texts = [], [], 0
    for each in rehearsal.questions:
        prompt, key = each.question.prompt, each.question.key
        found = QUESTION_KINDS[prompt.kind].mark(prompt, key, given.get(each.n))
        texts += found is None
        if found is not None:
            marked.append((found, each.item.points, each.item.safety))
        lines.append(outcome.line_of(explained(each.n, each.item, key, each.order, given.get(each.n), found)))
    rules = rehearsal.content.rules
    score = (
        scoring.score(marked, pass_mark=rules.pass_mark, safety_must_pass=rules.safety_must_pass) if marked else None
    )
    return Outcome(score, scoring.whole_percent(score.percent) if score else 0, texts, lines)
