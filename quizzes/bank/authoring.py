"""Rows <-> Question value, and nothing else. What the option columns mean by kind stands at `Option`."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from django.db import transaction

from quizzes.bank.models import Item, Kind, Option
from quizzes.questions import BadFormat, Question, choice, matching, numeric, ordering, text, written
from quizzes.questions.codec import plain


def question_of(item: Item) -> Question:
    """The question an item's rows make, right or wrong. Raises BadFormat where a row cannot be read at all."""
    return question_from(item, list(item.options.all()))


def question_from(item: Item, options: list[Option]) -> Question:
    """The same of rows that need not be stored. Raises BadFormat."""
    return _READERS[item.kind](item, options)


def rows_from(question: Question, item: Item) -> list[Option]:
    """Put the question into the item's columns and give the rows of its answer table. Nothing is stored."""
    for name, value in _blank().items():
        setattr(item, name, value)
    item.kind, item.vignette, item.stem = question.prompt.kind, question.prompt.vignette, question.prompt.stem
    return _WRITERS[item.kind](item, question.prompt, question.key)


def write_question(item: Item, question: Question) -> None:
    """Put the question into the saved item's columns and option rows, in place of what was there."""
    options = rows_from(question, item)
    for position, option in enumerate(options, 1):
        option.item, option.position = item, position
    with transaction.atomic():
        item.save(update_fields=["kind", "vignette", "stem", *_blank()])
        item.options.all().delete()
        Option.objects.bulk_create(options)


def _blank() -> dict[str, object]:
    return {
        "choose": None,
        "answer": None,
        "tolerance": None,
        "unit": "",
        "work": "",
        "common_error": "",
        "case_sensitive": False,
        "min_words": None,
        "max_words": None,
        "pass_at": None,
        "model_answer": "",
    }


def _read_choice(item: Item, options: list[Option]) -> Question:
    correct = tuple(place for place, option in enumerate(options) if option.correct)
    choose = item.choose if item.kind == Kind.MULTIPLE else None
    prompt = choice.Prompt(item.kind, item.vignette, item.stem, tuple(option.text for option in options), choose)
    return Question(prompt, choice.Key(correct, tuple(option.rationale for option in options)))


def _read_matching(item: Item, options: list[Option]) -> Question:
    pairs = [(option.text, option.match, option.rationale) for option in options if option.text.strip()]
    extra = [(option.match, option.rationale) for option in options if not option.text.strip()]
    return matching.arrange(item.stem, pairs, extra, vignette=item.vignette)


def _read_ordering(item: Item, options: list[Option]) -> Question:
    steps = [(option.text, option.rationale) for option in options]
    return ordering.arrange(item.stem, steps, vignette=item.vignette, common_error=item.common_error)


def _read_numeric(item: Item, options: list[Option]) -> Question:
    wrong = tuple(numeric.Wrong(_number(option.text), option.rationale) for option in options)
    key = numeric.Key(item.answer, item.tolerance or Decimal(0), wrong, item.work)
    return Question(numeric.Prompt(item.kind, item.vignette, item.stem, item.unit), key)


def _number(typed: str) -> Decimal:
    try:
        number = Decimal(typed.strip().replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise BadFormat(f"The known wrong value “{typed}” is not a number.")
    return number


def _read_text(item: Item, options: list[Option]) -> Question:
    accepted = tuple(text.Accepted(option.text, option.share, option.rationale) for option in options)
    key = text.Key(accepted, item.case_sensitive, item.work)
    return Question(text.Prompt(item.kind, item.vignette, item.stem), key)


def _read_written(item: Item, options: list[Option]) -> Question:
    prompt = written.Prompt(
        item.kind, item.vignette, item.stem, tuple(option.text for option in options),
        pass_at=item.pass_at or 0, min_words=item.min_words or 0, max_words=item.max_words or 0,
    )  # fmt: skip
    return Question(prompt, written.Key(tuple(option.rationale for option in options), item.model_answer))


def _write_choice(item: Item, prompt: choice.Prompt, key: choice.Key) -> list[Option]:
    item.choose = prompt.choose
    return [
        Option(text=option, correct=place in key.correct, rationale=key.rationales[place])
        for place, option in enumerate(prompt.options)
    ]


def _write_matching(item: Item, prompt: matching.Prompt, key: matching.Key) -> list[Option]:
    pairs = zip(prompt.lefts, key.pairs, key.rationales, strict=True)
    unused = [right for right in range(len(prompt.rights)) if right not in key.pairs]
    return [
        *(Option(text=left, match=prompt.rights[right], rationale=rationale) for left, right, rationale in pairs),
        *(Option(match=prompt.rights[right], rationale=key.extra[right]) for right in unused),
    ]


def _write_ordering(item: Item, prompt: ordering.Prompt, key: ordering.Key) -> list[Option]:
    item.common_error = key.common_error
    steps = zip(key.order, key.rationales, strict=True)
    return [Option(text=prompt.steps[step], rationale=rationale) for step, rationale in steps]


def _write_numeric(item: Item, prompt: numeric.Prompt, key: numeric.Key) -> list[Option]:
    item.answer, item.tolerance, item.unit, item.work = key.answer, key.tolerance, prompt.unit, key.work
    return [Option(text=plain(wrong.value), rationale=wrong.why) for wrong in key.wrong]


def _write_text(item: Item, prompt: text.Prompt, key: text.Key) -> list[Option]:
    item.case_sensitive, item.work = key.case_sensitive, key.work
    return [Option(text=each.text, share=each.share, rationale=each.rationale) for each in key.accepted]


def _write_written(item: Item, prompt: written.Prompt, key: written.Key) -> list[Option]:
    item.min_words, item.max_words, item.pass_at = prompt.min_words, prompt.max_words, prompt.pass_at
    item.model_answer = key.model
    criteria = zip(prompt.criteria, key.notes, strict=True)
    return [Option(text=criterion, rationale=note) for criterion, note in criteria]


_READERS: dict[str, Callable[[Item, list[Option]], Question]] = {
    Kind.SINGLE: _read_choice,
    Kind.MULTIPLE: _read_choice,
    Kind.TRUE_FALSE: _read_choice,
    Kind.MATCHING: _read_matching,
    Kind.ORDERING: _read_ordering,
    Kind.NUMERIC: _read_numeric,
    Kind.TEXT: _read_text,
    Kind.WRITTEN: _read_written,
}
_WRITERS: dict[str, Callable[..., list[Option]]] = {
    Kind.SINGLE: _write_choice,
    Kind.MULTIPLE: _write_choice,
    Kind.TRUE_FALSE: _write_choice,
    Kind.MATCHING: _write_matching,
    Kind.ORDERING: _write_ordering,
    Kind.NUMERIC: _write_numeric,
    Kind.TEXT: _write_text,
    Kind.WRITTEN: _write_written,
}
