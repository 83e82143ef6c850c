"""What an item was: kept as it was saved, compared word by word, brought back, and copied."""

import json

import pytest
from django.db import DatabaseError, transaction

from quizzes.bank import compare, contents
from quizzes.bank import services as bank
from quizzes.bank.authoring import question_of
from quizzes.bank.models import Item, ItemDraft
from tests.factories import ALL_KINDS, make_bank, make_item, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_draft_is_brought_back_as_it_was_whatever_the_kind(kind):
    item, author = make_item(kind=kind, vignette="A case.", references=["R1"]), make_user()
    before, kept = question_of(item), bank.keep(item, by=author)
    Item.objects.filter(pk=item.pk).update(stem="Another", points="2.50", references=[])
    item.options.all().delete()

    bank.restore(item, contents.content_in(kept), by=author)

    item = Item.objects.get(pk=item.pk)
    assert question_of(item) == before
    assert (item.points, item.references) == (1, ["R1"])
    assert [draft.saved_by for draft in item.drafts.order_by("pk")] == [author, None, author]


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_revision_reads_as_the_draft_it_was_made_from(kind):
    item = make_item(kind=kind, vignette="A case.")
    revision = bank.publish_item(item, by=None)

    published = contents.content_published(revision)

    assert compare.changes(contents.content_of(item, item.options.all()), published) == []


def test_what_was_saved_unchanged_is_kept_once():
    item = make_item()

    assert bank.keep(item, by=None) == bank.keep(item, by=make_user())
    assert ItemDraft.objects.count() == 1


def test_the_history_of_a_published_item_stays_and_that_of_a_draft_goes_with_it():
    published, draft = make_item(), make_item()
    bank.publish_item(published, by=None)
    for item in (published, draft):
        bank.keep(item, by=None)

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        ItemDraft.objects.filter(item=published).delete()
    draft.delete()

    assert [kept.item for kept in ItemDraft.objects.all()] == [published]


def test_a_comparison_names_the_parts_and_the_words_that_differ():
    item = make_item(question=None)
    before = contents.content_of(item, item.options.all())
    after = json.loads(json.dumps(before))
    after["item"] |= {"stem": "Which one?", "safety": True}
    after["options"][1]["correct"] = True
    after["options"].append({"text": "new", "match": "", "correct": False, "share": 100, "rationale": "why new"})

    found = {change.name: change for change in compare.changes(before, after)}

    assert set(found) == {"Stem", "Safety item", "Line 2", "Line 5", "Line 5, why"}
    assert found["Stem"].pieces == ((compare.SAME, "Which"), (compare.NEW, " one"), (compare.SAME, "?"))
    assert (found["Safety item"].before, found["Safety item"].after) == ("no", "yes")
    assert (found["Line 2"].before, found["Line 2"].after) == ("green", "green (key)")
    assert found["Line 5"].before == ""


@pytest.mark.parametrize(
    ("code", "taken", "made"),
    [
        ("M1-09", set(), "M1-10"),
        ("M1-09", {"M1-10", "M1-11"}, "M1-12"),
        ("M1-99", set(), "M1-100"),
        ("tingling", set(), "tingling-2"),
        ("x" * 40, set(), f"{'x' * 39}2"),
        ("x" * 38 + "99", set(), f"{'x' * 37}100"),
    ],
)
def test_the_next_code_counts_on_and_is_free(code, taken, made):
    assert bank.next_code(code, taken) == made


def test_a_copy_is_a_draft_that_asks_the_same_and_has_no_revision():
    author = make_user()
    item = make_item(make_bank(), code="M1-01", vignette="A case.")
    bank.publish_item(item, by=None)

    copy = bank.duplicate(item, by=author)

    assert (copy.code, copy.status, copy.bank) == ("M1-02", Item.Status.DRAFT, item.bank)
    assert question_of(Item.objects.get(pk=copy.pk)) == question_of(item)
    assert not copy.revisions.exists() and copy.drafts.get().saved_by == author
    assert copy.uuid != item.uuid
