"""Keys that a process keeps: asked for once, never mixed up, and not more of them than fit."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quizzes.bank.models import ItemKey
from quizzes.delivery import keys
from tests.factories import make_published

pytestmark = pytest.mark.django_db


def asked(revisions) -> tuple[dict, int]:
    with CaptureQueriesContext(connection) as captured:
        found = keys.keys_of(revisions)
    return found, len(captured)


@pytest.fixture
def revisions():
    make_published(kinds=("single", "numeric", "matching"))
    return list(ItemKey.objects.order_by("pk").values_list("pk", flat=True))


def test_each_key_is_read_once(revisions):
    first, more, again = asked(revisions[:1]), asked(revisions), asked(revisions)

    assert [count for _, count in (first, more, again)] == [1, 1, 0]
    assert more[0] == again[0]
    assert list(again[0]) == sorted(revisions)
    assert len(set(map(type, again[0].values()))) == 3


def test_no_more_are_kept_than_fit(revisions, monkeypatch):
    monkeypatch.setattr(keys, "MOST_KEPT", 2)

    counts = [asked([revision])[1] for revision in [*revisions, revisions[0], revisions[2]]]

    assert counts == [1, 1, 1, 1, 0]
    assert len(keys.keys_of.kept) <= 2


def test_a_revision_without_a_key_is_simply_missing(revisions):
    assert asked([*revisions, 999_999])[0].keys() == set(revisions)
