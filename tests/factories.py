"""Rows for tests, made by plain functions. Each makes what it needs unless it is given."""

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from django.contrib.auth import get_user_model

from quizzes.bank.authoring import write_question
from quizzes.bank.models import Item, ItemBank
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt, Entry, PublishedQuiz, Quiz, Response
from quizzes.questions import Question, choice, matching, numeric, ordering, text, written

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
_serial = itertools.count(1)


def make_user(**fields):
    return get_user_model().objects.create_user(fields.pop("email", f"person-{uuid4().hex}@example.org"), **fields)


def make_question(kind: str = "single", secret: str = "why", vignette: str = "") -> Question:
    """A valid question. `secret` stands in every text that belongs to the key."""
    return _QUESTIONS[kind](secret, vignette)


def _choice(kind: str, options: tuple[str, ...], correct: tuple[int, ...], choose: int | None = None):
    def make(secret: str, vignette: str) -> Question:
        rationales = tuple(f"{secret} {place}" for place in range(len(options)))
        return Question(choice.Prompt(kind, vignette, "Which?", options, choose), choice.Key(correct, rationales))

    return make


def _matching(secret: str, vignette: str) -> Question:
    pairs = [("one", "uno", f"{secret} 1"), ("two", "due", f"{secret} 2"), ("three", "tre", f"{secret} 3")]
    return matching.arrange("Match.", pairs, [("quattro", f"{secret} 4")], vignette=vignette)


def _ordering(secret: str, vignette: str) -> Question:
    steps = [(step, f"{secret} {step}") for step in ("wash", "rinse", "dry", "fold")]
    return ordering.arrange("Order.", steps, vignette=vignette, common_error=f"{secret} error")


def _numeric(secret: str, vignette: str) -> Question:
    wrong = (numeric.Wrong(Decimal("0.5"), f"{secret} upside down"), numeric.Wrong(Decimal("6.5"), f"{secret} minus"))
    key = numeric.Key(Decimal("2.1"), Decimal("0.05"), wrong, f"{secret} work")
    return Question(numeric.Prompt("numeric", vignette, "How many?", "times"), key)


def _text(secret: str, vignette: str) -> Question:
    accepted = (text.Accepted("Ulnar nerve", 100, f"{secret} a"), text.Accepted("ulnar", 50, f"{secret} b"))
    return Question(text.Prompt("text", vignette, "Which nerve?"), text.Key(accepted, False, f"{secret} work"))


def _written(secret: str, vignette: str) -> Question:
    criteria = ("A true claim", "Doubt is named", "A stop rule", "Within scope", "Plain words")
    prompt = written.Prompt("written", vignette, "Write to a client.", criteria, pass_at=4, min_words=5, max_words=20)
    return Question(prompt, written.Key(tuple(f"{secret} {n}" for n in range(5)), f"{secret} model"))


_QUESTIONS = {
    "single": _choice("single", ("red", "green", "blue", "grey"), (2,)),
    "multiple": _choice("multiple", ("ape", "bee", "cat", "dog", "elk"), (0, 2, 3), 3),
    "true_false": _choice("true_false", ("True", "False"), (1,)),
    "matching": _matching,
    "ordering": _ordering,
    "numeric": _numeric,
    "text": _text,
    "written": _written,
}
ALL_KINDS = list(_QUESTIONS)
KINDS = [kind for kind in ALL_KINDS if kind != "written"]  # those that a submission marks at once
RIGHT = {
    "single": 2,
    "multiple": [0, 2, 3],
    "true_false": 1,
    "matching": list(_matching("", "").key.pairs),
    "ordering": list(_ordering("", "").key.order),
    "numeric": "2.1",
    "text": "ulnar nerve",
    "written": "It may help.\nStop if it tingles.",
}
WRONG = {
    "single": 0,
    "multiple": [1, 4],
    "true_false": 0,
    "matching": [None, None, 0],
    "ordering": RIGHT["ordering"][::-1],
    "numeric": "6.5",
    "text": "median nerve",
    "written": "It heals nerves.",
}


def make_bank(*, title: str = "Bank", authors=()) -> ItemBank:
    bank = ItemBank.objects.create(title=title)
    bank.authors.set(authors)
    return bank


def make_item(
    bank: ItemBank | None = None, *, kind: str = "single", question: Question | None = None, **fields
) -> Item:
    bank = bank or make_bank()
    question = question or make_question(kind, fields.pop("secret", "why"), fields.pop("vignette", ""))
    defaults = {
        "code": f"P-{next(_serial):04}",
        "pool": "P",
        "objective": "O1",
        "teaches_at": "lesson/anchor",
        "status": Item.Status.READY,
    }
    item = Item.objects.create(bank=bank, kind=question.prompt.kind, stem="", **(defaults | fields))
    write_question(item, question)
    return item


def make_quiz(bank: ItemBank | None = None, *, kinds=("single",) * 4, section=None, **fields) -> Quiz:
    """A quiz over the pool P. Without a bank one is made with an item of each of `kinds`; all of them are asked."""
    if bank is None:
        bank = make_bank()
        for kind in kinds:
            make_item(bank, kind=kind)
    quiz = Quiz.objects.create(bank=bank, title="Quiz", **fields)
    blueprint = {"pool": "P", "count": len(kinds), "min_vignettes": 0, "max_true_false": 100}
    quiz.sections.create(**(blueprint | (section or {})))
    return quiz


def make_published(**fields) -> PublishedQuiz:
    return delivery.publish_quiz(make_quiz(**fields), by=None)


def make_written(
    bank: ItemBank | None = None, *, question: Question | None = None, teaches_at: str = "lesson/anchor", **rules
) -> PublishedQuiz:
    """A published quiz of one written question, in a pool of its own."""
    bank = bank or make_bank()
    make_item(bank, question=question or make_question("written"), pool="W", teaches_at=teaches_at)
    section = {"pool": "W", "mode": "fixed"}
    return delivery.publish_quiz(make_quiz(bank, kinds=("written",), section=section, **rules), by=None)


def make_entry(user=None, published: PublishedQuiz | None = None, **fields) -> Entry:
    return delivery.enter(user or make_user(), published or make_published(**fields))


def make_marked(attempt: Attempt, *, passes: bool = True, by=None, now: datetime = NOW) -> Attempt:
    """Each written answer of a waiting attempt marked by `by`, or by a new person."""
    for response in attempt.responses.filter(correct=None).order_by("n"):
        met, comment = ([0, 1, 2, 3], "") if passes else ([0, 1, 2], "Say when to stop.")
        delivery.mark_written(response, met=met, comment=comment, by=by or make_user(), now=now)
    attempt.refresh_from_db()
    return attempt


def make_attempt(
    entry: Entry | None = None, *, answers=(), submit: bool = False, now: datetime = NOW, **fields
) -> Attempt:
    """An attempt with these answers to questions 1, 2, …: True right, False wrong, None blank, else as canonical."""
    attempt = delivery.start(entry or make_entry(**fields), now=now)
    for response, answer in zip(attempt.responses.order_by("n"), answers, strict=False):
        delivery.save_answer(attempt, response.n, _canonical(response, answer), rev=0, now=now)
    return delivery.submit(attempt, now=now) if submit else attempt


def _canonical(response: Response, answer):
    return (RIGHT if answer else WRONG)[response.revision.kind] if isinstance(answer, bool) else answer
