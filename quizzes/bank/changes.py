"""What of a bank's items differs from revisions that were published. It only reads, and it reads keys: for authors."""

import json
from collections.abc import Iterable

from quizzes.bank.authoring import question_of
from quizzes.bank.models import Item, ItemRevision
from quizzes.questions import BadFormat, Question, key_from_dict, prompt_from_dict

_PARTICULARS = ("pool", "objective", "bloom", "safety", "points", "teaches_at", "references")


def changed(items: Iterable[Item], revisions: Iterable[ItemRevision]) -> list[Item]:
    """Those of `items` that differ from their revision among `revisions`; an item that has none is not among them."""
    published = {revision.item_id: revision for revision in revisions}
    return [item for item in items if item.pk in published and differs(item, published[item.pk])]


def differs(item: Item, revision: ItemRevision) -> bool:
    if any(getattr(item, name) != getattr(revision, name) for name in _PARTICULARS):
        return True
    try:
        return question_of(item) != question_in(revision)
    except BadFormat:  # the draft cannot even be read, so it is no longer what was published
        return True


def question_in(revision: ItemRevision) -> Question:
    """The question a revision holds, with its key."""
    return Question(prompt_from_dict(json.loads(revision.prompt)), key_from_dict(json.loads(revision.key.key)))
