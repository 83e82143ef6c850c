"""What a question shows, what its key is, and what an answer earns: values and functions, no database.

It refuses to know who answers, when, how often, and on which paper. A further kind is one file and one line below.
"""

from types import ModuleType
from typing import Any

from quizzes.questions import choice, codec, matching, numeric, ordering, text, written
from quizzes.questions.codec import BadFormat
from quizzes.questions.values import BadAnswer, Mark, Question, Reason, Review, is_blank, read_index

__all__ = [
    "QUESTION_KINDS",
    "BadAnswer",
    "BadFormat",
    "Mark",
    "Question",
    "Reason",
    "Review",
    "canonical_to_display",
    "display_to_canonical",
    "key_from_dict",
    "key_to_dict",
    "prompt_from_dict",
    "prompt_to_dict",
]

QUESTION_KINDS: dict[str, ModuleType] = {
    "single": choice,
    "multiple": choice,
    "true_false": choice,
    "matching": matching,
    "ordering": ordering,
    "numeric": numeric,
    "text": text,
    "written": written,
}
FORMAT = 1


def prompt_to_dict(prompt: Any) -> dict[str, Any]:
    return {"format": FORMAT, **codec.encode(prompt)}


def prompt_from_dict(data: dict[str, Any]) -> Any:
    """Raises BadFormat on an unknown kind, format, key or type."""
    fields = _of_this_format(data)
    return codec.decode(_kind(fields.get("kind")).Prompt, fields)


def key_to_dict(kind: str, key: Any) -> dict[str, Any]:
    return {"format": FORMAT, "kind": kind, **codec.encode(key)}


def key_from_dict(data: dict[str, Any]) -> Any:
    """Raises BadFormat on an unknown kind, format, key or type."""
    fields = _of_this_format(data)
    return codec.decode(_kind(fields.pop("kind", None)).Key, fields)


def _of_this_format(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict) or type(data.get("format")) is not int or data["format"] != FORMAT:
        raise BadFormat(f"A question of format {FORMAT} was expected.")
    return {name: value for name, value in data.items() if name != "format"}


def _kind(name: Any) -> ModuleType:
    if not isinstance(name, str) or name not in QUESTION_KINDS:
        raise BadFormat(f"{name!r} is not a kind of question.")
    return QUESTION_KINDS[name]


def display_to_canonical(order: list[int], raw: Any) -> Any:
    """What a form sent, in positions as shown, in canonical indexes; text of a question without order stays as it is.

    Raises BadAnswer on a position that was not shown. The result still goes through the kind's `parse`.
    """
    if not order or is_blank(raw):
        return raw
    if isinstance(raw, list | tuple):
        return [None if is_blank(item) else order[read_index(item, len(order))] for item in raw]
    return order[read_index(raw, len(order))]


def canonical_to_display(order: list[int], answer: Any) -> Any:
    """The positions, as shown, of a stored answer: what a form is filled with."""
    if not order or answer is None:
        return answer
    if isinstance(answer, list):
        return [None if index is None else order.index(index) for index in answer]
    return order.index(answer)
