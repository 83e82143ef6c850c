"""What is done with items: publish them as revisions, keep what was saved, restore, copy, retire them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from ceu.shared import canonical
from quizzes.bank import contents
from quizzes.bank.authoring import question_of
from quizzes.bank.models import Item, ItemBank, ItemDraft, ItemKey, ItemRevision, Option
from quizzes.questions import QUESTION_KINDS, BadFormat, Question, key_to_dict, prompt_to_dict
from quizzes.questions.codec import plain


class NotPublishable(Exception):
    """`problems` lists, as sentences, what still stops the item with the code `item_code`."""

    def __init__(self, item_code: str, problems: list[str]) -> None:
        super().__init__(f"{item_code} cannot be published. {' '.join(problems)}")
        self.item_code = item_code
        self.problems = problems


@dataclass(frozen=True, slots=True)
class _Draft:
    item: Item
    prompt: str
    key: str
    digest: str


def problems_of(item: Item) -> list[str]:
    """What is wrong with the question an item's rows make, as sentences."""
    try:
        question = question_of(item)
    except BadFormat as error:
        return [str(error)]
    return QUESTION_KINDS[item.kind].problems(question.prompt, question.key)


def publish_item(item: Item, *, by) -> ItemRevision:
    """The revision that holds the item as it is now; made only if there is none. Raises NotPublishable."""
    return publish_items([item], by=by)[item.pk]


@transaction.atomic
def publish_items(items: Iterable[Item], *, by) -> dict[int, ItemRevision]:
    """Item pk -> its revision. The number of statements does not grow with the number of items.

    Content that was published before is that earlier revision, even when another was published in between.
    """
    locked = Item.objects.select_for_update().filter(pk__in=[item.pk for item in items]).order_by("pk")
    drafts = [_draft(item) for item in locked.prefetch_related("options")]
    known = _known(drafts)
    new = [draft for draft in drafts if draft.item.pk not in known]
    return known | _insert(new, by)


def retire(item: Item, *, by) -> None:
    """Keep the item out of every later publication. Papers that hold a revision of it keep it."""
    Item.objects.filter(pk=item.pk).update(status=Item.Status.RETIRED)
    item.status = Item.Status.RETIRED


# --- the history of a draft -------------------------------------------------------------------------------------------


@transaction.atomic
def keep(item: Item, *, by) -> ItemDraft:
    """The draft in the item's history that holds it as it is stored now; made only if the newest one differs."""
    item = Item.objects.select_for_update().get(pk=item.pk)
    text = contents.dumps(contents.content_of(item, item.options.all()))
    newest, digest = item.drafts.first(), canonical.digest(text)
    if newest and newest.digest == digest:
        return newest
    return item.drafts.create(content=text, digest=digest, saved_by=by)


@transaction.atomic
def restore(item: Item, content: dict, *, by) -> ItemDraft:
    """Write an earlier content into the item. What stood there is kept in its history first."""
    keep(item, by=None)
    fields, options = contents.rows_in(content)
    Item.objects.filter(pk=item.pk).update(**fields)
    item.options.all().delete()
    _give(item, options)
    return keep(item, by=by)


@transaction.atomic
def duplicate(item: Item, *, by) -> Item:
    """A new draft in the same bank that asks the same, under the next free code."""
    ItemBank.objects.select_for_update().get(pk=item.bank_id)
    taken = set(Item.objects.filter(bank=item.bank_id).values_list("code", flat=True))
    copy = copy_into(item, item.bank, code=next_code(item.code, taken), status=Item.Status.DRAFT)
    keep(copy, by=by)
    return copy


def copy_into(item: Item, bank: ItemBank, *, code: str, status: str) -> Item:
    """The item once more, in a bank, with its answers and without its revisions."""
    fields, options = contents.rows_in(contents.content_of(item, item.options.all()))
    copy = Item.objects.create(bank=bank, code=code, status=status, **fields)
    _give(copy, options)
    return copy


def next_code(code: str, taken: set[str]) -> str:
    """M1-09 -> M1-10, or the next number that is free; a code without a number begins to count. At most 40 characters."""
    head, number = re.fullmatch(r"(.*?)(\d{0,6})", code, re.DOTALL).groups()
    head, width, n = (head, len(number), int(number)) if number else (f"{head}-", 1, 1)
    while True:
        n += 1
        made = head[: 40 - len(f"{n:0{width}}")] + f"{n:0{width}}"
        if made not in taken:
            return made


def _give(item: Item, options: list[Option]) -> None:
    for option in options:
        option.item = item
    Option.objects.bulk_create(options)


# --- publishing ---------------------------------------------------------------------------------------------------------


def _draft(item: Item) -> _Draft:
    if found := problems_of(item):
        raise NotPublishable(item.code, found)
    question = question_of(item)
    prompt, key = _frozen(item, question)
    whole = canonical.dumps([prompt, key, _particulars(item)])
    return _Draft(item, canonical.dumps(prompt), canonical.dumps(key), canonical.digest(whole))


def _frozen(item: Item, question: Question) -> tuple[dict, dict]:
    return prompt_to_dict(question.prompt), key_to_dict(item.kind, question.key)


def _particulars(item: Item) -> dict[str, object]:
    return {
        "pool": item.pool,
        "objective": item.objective,
        "bloom": item.bloom,
        "safety": item.safety,
        "points": plain(item.points),
        "teaches_at": item.teaches_at,
        "references": item.references,
    }


def _known(drafts: list[_Draft]) -> dict[int, ItemRevision]:
    digests = {draft.item.pk: draft.digest for draft in drafts}
    found = ItemRevision.objects.filter(item__in=list(digests), digest__in=list(digests.values()))
    return {revision.item_id: revision for revision in found if digests[revision.item_id] == revision.digest}


def _insert(drafts: list[_Draft], by) -> dict[int, ItemRevision]:
    if not drafts:
        return {}
    latest = ItemRevision.objects.filter(item__in=[draft.item.pk for draft in drafts]).order_by()
    numbers = dict(latest.values("item").annotate(last=Max("number")).values_list("item", "last"))
    made = ItemRevision.objects.bulk_create(_revision(draft, numbers.get(draft.item.pk, 0) + 1, by) for draft in drafts)
    ItemKey.objects.bulk_create(
        ItemKey(revision=revision, key=draft.key) for revision, draft in zip(made, drafts, strict=True)
    )
    return {revision.item_id: revision for revision in made}


def _revision(draft: _Draft, number: int, by) -> ItemRevision:
    item = draft.item
    return ItemRevision(
        item=item,
        number=number,
        digest=draft.digest,
        prompt=draft.prompt,
        kind=item.kind,
        pool=item.pool,
        objective=item.objective,
        bloom=item.bloom,
        safety=item.safety,
        has_vignette=bool(item.vignette.strip()),
        points=item.points,
        teaches_at=item.teaches_at,
        references=item.references,
        created_by=by,
    )
