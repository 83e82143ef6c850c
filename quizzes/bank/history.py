"""Every version of an item that can be brought back: drafts as they were saved, and revisions as they were published."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.formats import date_format

from quizzes.bank import compare, contents
from quizzes.bank.models import Item, ItemDraft, ItemRevision

MOST_DRAFTS = 100


@dataclass(frozen=True)
class Version:
    """`name` stands for it in addresses: draft-7, revision-3."""

    name: str
    at: datetime
    by: Any
    row: ItemDraft | ItemRevision

    @property
    def published(self) -> bool:
        return isinstance(self.row, ItemRevision)

    @property
    def words(self) -> str:
        when = date_format(timezone.localtime(self.at), "DATETIME_FORMAT")
        done = f"revision {self.row.number}, published" if self.published else "a draft, saved"
        return f"{done} on {when}{f' by {self.by}' if self.by else ''}."

    @property
    def content(self) -> dict[str, Any]:
        return contents.content_published(self.row) if self.published else contents.content_in(self.row)


class Versions:
    """Of one item, the newest first. Two statements for the list, one more for a revision that is chosen."""

    def __init__(self, item: Item) -> None:
        self.item = item

    @cached_property
    def rows(self) -> list[Version]:
        drafts = self.item.drafts.select_related("saved_by")[:MOST_DRAFTS]
        revisions = self.item.revisions.select_related("created_by", "key")
        found = [Version(f"draft-{row.pk}", row.saved_at, row.saved_by, row) for row in drafts]
        found += [Version(f"revision-{row.pk}", row.created_at, row.created_by, row) for row in revisions]
        return sorted(found, key=lambda version: version.at, reverse=True)

    def get(self, name: str) -> Version:
        """Raises Http404 for what is not a version of this item, whosever it is."""
        for version in self.rows:
            if version.name == name:
                return version
        raise Http404("There is no such version of this item.")

    def changes(self, version: Version) -> list[compare.Change]:
        """What bringing it back would change."""
        now = contents.content_of(self.item, self.item.options.all())
        return compare.changes(now, version.content)
