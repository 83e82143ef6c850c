"""What is done with files of questions: keep one for a second look, import it, take an import back."""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction

from ceu.shared import canonical
from quizzes.bank import contents
from quizzes.bank import services as bank_services
from quizzes.bank.models import Item, ItemBank, ItemDraft, Option
from quizzes.interchange import comparison, formats
from quizzes.interchange.comparison import NEW, POOL, Plan, Row
from quizzes.interchange.models import ImportBatch, ImportedItem, ImportUpload
from quizzes.interchange.values import Problem, Reading

log = logging.getLogger(__name__)
AT_ONCE = 400
MOST_PROBLEMS = 1000


class Refusal(Exception):
    """`str(refusal)` is a sentence for the person."""


class HasErrors(Refusal):
    def __init__(self, plan: Plan) -> None:
        super().__init__("The file has errors, so nothing was imported.")
        self.plan = plan


class BankChanged(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "The bank was changed since you looked at this import. Nothing was imported; look at it again."
        )


class NothingToImport(Refusal):
    def __init__(self) -> None:
        super().__init__("The bank holds all of this already. Nothing was imported.")


class AlreadyUndone(Refusal):
    def __init__(self) -> None:
        super().__init__("This import was taken back before.")


# --- the file between the two steps -------------------------------------------------------------------------------------


@transaction.atomic
def keep_upload(bank: ItemBank, name: str, data: bytes, format: str, *, by, now: datetime) -> ImportUpload:
    """In place of what this person had uploaded before. Raises Unreadable: what cannot be read is not kept."""
    format = format or formats.guessed(data, name)
    formats.read(data, format)
    ImportUpload.objects.expired(now).delete()
    ImportUpload.objects.filter(user=by).delete()
    return ImportUpload.objects.create(
        bank=bank, user=by, file_name=file_name(name), format=format, sha256=hashlib.sha256(data).hexdigest(),
        content=data, created_at=now,
    )  # fmt: skip


def sweep_uploads(now: datetime) -> int:
    return ImportUpload.objects.expired(now).delete()[0]


def file_name(name: str) -> str:
    """One safe segment of a path, for showing."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable())[:200] or "file"


# --- importing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """Where the questions come from, for the record."""

    file_name: str
    format: str
    sha256: str


def run(
    bank: ItemBank, reading: Reading, source: Source, *, mode: str, by, now: datetime, pool: str = POOL, seen: str = ""
) -> ImportBatch:
    """Bring in all or nothing, or what has no error, as drafts. `seen`: the digest of the plan that was shown.

    Raises HasErrors, BankChanged, NothingToImport; then nothing was written.
    """
    with transaction.atomic():
        ItemBank.objects.select_for_update().get(pk=bank.pk)
        plan = comparison.plan(bank, reading, pool=pool)
        if seen and plan.digest != seen:
            raise BankChanged
        if mode == ImportBatch.Mode.ALL and plan.has_errors:
            raise HasErrors(plan)
        if not plan.writes:
            raise NothingToImport
        batch = ImportBatch.objects.create(
            bank=bank, by=by, at=now, file_name=source.file_name, format=source.format, sha256=source.sha256,
            mode=mode, report={"counts": plan.counts, "problems": _told(plan.all_problems)},
        )  # fmt: skip
        for rows in _some(plan.writes):
            _write([row for row in rows if row.state == NEW], batch, new=True)
            _write([row for row in rows if row.state != NEW], batch, new=False)
    log.info("import %s into bank %s: %s", batch.pk, bank.pk, plan.counts)
    return batch


def _told(problems: list[Problem]) -> list[str]:
    return [str(problem) for problem in problems[:MOST_PROBLEMS]]


def _some(rows: Iterable) -> Iterator[list]:
    rows = iter(rows)
    while found := list(islice(rows, AT_ONCE)):
        yield found


def _write(rows: list[Row], batch: ImportBatch, *, new: bool) -> None:
    """A handful of statements for some hundred items."""
    before = {} if new else _kept([row.old for row in rows], by=None)
    statuses = [row.old.status if row.old else "" for row in rows]
    made = [comparison.rows_of(row.item, row.old) for row in rows]
    for row, (item, _) in zip(rows, made, strict=True):
        item.bank, item.code, item.status = batch.bank, row.code, _status(row, batch.mode)
    items = [item for item, _ in made]
    if new:
        Item.objects.bulk_create(items)
    else:
        Item.objects.bulk_update(items, [*contents.FIELDS, "status"], batch_size=AT_ONCE // 4)
        Option.objects.filter(item__in=items).delete()
    for item, options in made:
        for option in options:
            option.item = item
    Option.objects.bulk_create([option for _, options in made for option in options])
    after = [contents.dumps(contents.content_of(item, options)) for item, options in made]
    digests = [canonical.digest(text) for text in after]
    ItemDraft.objects.bulk_create(
        ItemDraft(item=item, content=text, digest=digest, saved_by=batch.by)
        for item, text, digest in zip(items, after, digests, strict=True)
    )
    ImportedItem.objects.bulk_create(
        ImportedItem(
            batch=batch, item=item, code=item.code, what="new" if new else "changed", before=before.get(item.pk),
            status_before=status, status_after=item.status, digest_after=digest,
        )
        for item, status, digest in zip(items, statuses, digests, strict=True)
    )  # fmt: skip


def _status(row: Row, mode: str) -> str:
    if row.old is not None and row.old.status == Item.Status.RETIRED:
        return Item.Status.RETIRED
    return Item.Status.DRAFT if mode == ImportBatch.Mode.VALID or row.draft else Item.Status.READY


def _kept(items: list[Item], by) -> dict[int, ItemDraft]:
    """What stands in the items now, in their histories: item pk -> its draft. Made only where the newest differs."""
    newest = {draft.item_id: draft for draft in ItemDraft.objects.filter(item__in=items).order_by("pk")}
    missing = []
    for item in items:
        text = contents.dumps(contents.content_of(item, item.options.all()))
        if item.pk not in newest or newest[item.pk].digest != canonical.digest(text):
            missing.append(ItemDraft(item=item, content=text, digest=canonical.digest(text), saved_by=by))
    return newest | {draft.item_id: draft for draft in ItemDraft.objects.bulk_create(missing)}


# --- undoing ------------------------------------------------------------------------------------------------------------


def undo_plan(batch: ImportBatch) -> tuple[list[ImportedItem], list[tuple[ImportedItem, str]]]:
    """What an undo takes back, and what it leaves alone with the reason."""
    touched = batch.items.select_related("item", "before").prefetch_related("item__options", "item__revisions")
    judged = [(each, _left(each, batch)) for each in touched]
    return [each for each, reason in judged if not reason], [(each, reason) for each, reason in judged if reason]


def _left(touched: ImportedItem, batch: ImportBatch) -> str:
    item = touched.item
    if item is None:
        return "It was deleted since."
    new = touched.what == ImportedItem.What.NEW
    if any(new or revision.created_at >= batch.at for revision in item.revisions.all()):
        return "It was published since."
    text = contents.dumps(contents.content_of(item, item.options.all()))
    if canonical.digest(text) != touched.digest_after or item.status != touched.status_after:
        return "It was edited since."
    if not new and touched.before is None:
        return "What stood there before is not known any more."
    return ""


@transaction.atomic
def undo(batch: ImportBatch, *, by, now: datetime) -> ImportBatch:
    """Take an import back: what was new goes, what was changed gets its earlier content. Raises AlreadyUndone.

    What was edited or published since stays as it is; `undo_report` names it.
    """
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.undone_at:
        raise AlreadyUndone
    list(Item.objects.select_for_update().filter(imports__batch=batch).order_by("pk").values_list("pk", flat=True))
    back, left = undo_plan(batch)
    new = [each.item_id for each in back if each.what == ImportedItem.What.NEW]
    for some in _some(new):
        Item.objects.filter(pk__in=some).delete()
    for each in back:
        if each.what == ImportedItem.What.CHANGED:
            bank_services.restore(each.item, contents.content_in(each.before), by=by)
            Item.objects.filter(pk=each.item_id).update(status=each.status_before)
    batch.undone_at, batch.undone_by = now, by
    batch.undo_report = {
        "removed": len(new), "restored": len(back) - len(new), "left": [[each.code, reason] for each, reason in left],
    }  # fmt: skip
    batch.save(update_fields=["undone_at", "undone_by", "undo_report"])
    return batch
