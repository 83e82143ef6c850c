import json
from dataclasses import replace

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from quizzes.bank import services as bank
from quizzes.bank.authoring import question_of, write_question
from quizzes.bank.models import Item, ItemBank, ItemKey, ItemRevision, Kind
from quizzes.questions import QUESTION_KINDS
from tests.factories import ALL_KINDS, make_bank, make_item, make_question, make_user

pytestmark = pytest.mark.django_db


def test_the_table_of_kinds_and_the_choices_of_authors_are_the_same():
    assert set(QUESTION_KINDS) == set(Kind.values) == set(ALL_KINDS)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_question_comes_back_from_its_rows(kind):
    question = make_question(kind, vignette="A case.")
    item = make_item(question=question)

    assert question_of(Item.objects.get(pk=item.pk)) == question


def test_writing_another_kind_leaves_nothing_of_the_first():
    item = make_item(kind="numeric")

    write_question(item, make_question("single"))

    item.refresh_from_db()
    assert (item.kind, item.answer, item.unit, item.work) == ("single", None, "", "")
    assert question_of(item) == make_question("single")


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_published_item_keeps_its_key_apart(kind):
    item = make_item(kind=kind, secret="canary")

    revision = bank.publish_item(item, by=None)

    assert "canary" not in json.dumps(ItemRevision.objects.filter(pk=revision.pk).values()[0], default=str)
    assert "canary" in ItemKey.objects.get(revision=revision).key


def test_unchanged_content_is_the_same_revision():
    item, user = make_item(), make_user()

    first = bank.publish_item(item, by=user)

    assert bank.publish_item(item, by=None) == first
    assert (first.number, first.created_by) == (1, user)


def test_changed_content_is_the_next_revision_and_changing_back_is_the_first():
    item = make_item()
    first = bank.publish_item(item, by=None)
    question = question_of(item)

    write_question(item, replace(question, prompt=replace(question.prompt, stem="Which one?")))
    second = bank.publish_item(Item.objects.get(pk=item.pk), by=None)
    write_question(item, question)
    third = bank.publish_item(Item.objects.get(pk=item.pk), by=None)

    assert (first.number, second.number, third) == (1, 2, first)


def test_a_new_rationale_is_a_new_revision():
    item = make_item()
    first = bank.publish_item(item, by=None)

    item.options.update(rationale="another")

    assert bank.publish_item(item, by=None).number == first.number + 1


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda item: item.options.update(correct=False), "No option is marked as right."),
        (lambda item: item.options.all().delete(), "No option is marked as right."),
    ],
)
def test_an_item_with_problems_is_not_published(spoil, sentence):
    item = make_item()
    spoil(item)

    with pytest.raises(bank.NotPublishable) as refused:
        bank.publish_item(item, by=None)

    assert sentence in refused.value.problems
    assert not ItemRevision.objects.exists()


def test_a_known_wrong_value_that_is_no_number_is_a_problem_and_no_crash():
    item = make_item(kind="numeric")
    item.options.update(text="many")

    assert bank.problems_of(item) == ["The known wrong value “many” is not a number."]


def test_publishing_many_takes_as_many_statements_as_publishing_few():
    shelf = make_bank()
    items = [make_item(shelf, kind=ALL_KINDS[place % len(ALL_KINDS)]) for place in range(40)]

    def statements(some) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            bank.publish_items(some, by=None)
        return len(captured)

    assert statements(items[:3]) == statements(items[3:])


def test_a_retired_item_is_not_ready():
    item = make_item()

    bank.retire(item, by=None)

    assert not Item.objects.ready().exists()


@pytest.mark.parametrize("model", [ItemRevision, ItemKey])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_a_revision_and_its_key_never_change(model, verb):
    revision = bank.publish_item(make_item(), by=None)
    column = "prompt" if model is ItemRevision else "key"

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        if verb == "update":
            model.objects.update(**{column: "{}"})
        else:
            model.objects.filter(pk=revision.pk)._raw_delete("default")

    assert model.objects.count() == 1


def test_a_published_item_cannot_be_deleted():
    item = make_item()
    bank.publish_item(item, by=None)

    with pytest.raises(ProtectedError):
        item.delete()


def test_authors_see_their_banks_and_those_with_the_right_see_all():
    author, stranger, auditor = make_user(), make_user(), make_user()
    auditor.user_permissions.add(Permission.objects.get(codename="view_every_itembank"))
    own, other = make_bank(authors=[author]), make_bank()
    make_item(own), make_item(other)

    assert list(ItemBank.objects.for_user(author)) == [own]
    assert list(ItemBank.objects.for_user(stranger)) == []
    assert set(ItemBank.objects.for_user(auditor)) == {own, other}
    assert set(ItemBank.objects.for_user(make_user(is_superuser=True))) == {own, other}
    assert [item.bank for item in Item.objects.for_user(author)] == [own]
