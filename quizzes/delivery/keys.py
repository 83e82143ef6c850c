"""Keys by revision. Their rows are frozen, so a process keeps what it decoded; only marking and results ask."""

import json
from collections.abc import Iterable
from typing import Any

from quizzes.bank.models import ItemKey
from quizzes.questions import key_from_dict

MOST_KEPT = 4096


class _Keys:
    """Decoding a key costs more than marking by it, and many attempts are marked by the same ones."""

    def __init__(self) -> None:
        self.kept: dict[int, Any] = {}

    def __call__(self, revisions: Iterable[int]) -> dict[int, Any]:
        """Primary key of each revision -> its key. One statement for those this process has not met, else none."""
        wanted = list(revisions)
        kept = self.kept
        found = {revision: kept[revision] for revision in wanted if revision in kept}
        if len(found) < len(wanted):
            missing = [revision for revision in wanted if revision not in found]
            rows = ItemKey.objects.filter(pk__in=missing).values_list("pk", "key")
            new = {revision: key_from_dict(json.loads(text)) for revision, text in rows}
            found |= new
            # A new dictionary, and not one that changes: other threads may be reading it.
            self.kept = new if len(kept) + len(new) > MOST_KEPT else kept | new
        return found

    def cache_clear(self) -> None:
        self.kept = {}


keys_of = _Keys()
