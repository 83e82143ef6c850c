from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from quizzes.bank.models import Item
from quizzes.delivery import paper
from quizzes.delivery import services as delivery
from quizzes.delivery.models import PublishedQuiz
from quizzes.questions import BadFormat
from tests.factories import KINDS, make_bank, make_item, make_published, make_quiz, make_user

pytestmark = pytest.mark.django_db


def codes(quiz) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.item_code) for problem in delivery.problems(quiz)]


def test_a_published_paper_comes_back_from_its_frozen_form():
    published = make_published(kinds=KINDS, pass_mark=Decimal("79.50"), time_limit_minutes=30)

    content = PublishedQuiz.objects.content(published.pk)

    assert paper.dumps(content) == published.content
    assert content.rules == paper.Rules(Decimal("79.5"), 3, 2, 24, 30, False)
    assert sorted(item.kind for item in content.items) == sorted(KINDS)


def test_a_paper_says_how_its_reasons_open_only_where_it_is_not_the_usual_rule():
    """Papers published before there was a choice are read as they are, and keep their digest."""
    usual, told = make_published(), make_published(reveals="told")

    assert "reveals" not in usual.content
    assert '"reveals":"told"' in told.content
    assert [PublishedQuiz.objects.content(each.pk).rules.reveals for each in (usual, told)] == ["settled", "told"]
    assert paper.dumps(paper.loads(told.content)) == told.content


@pytest.mark.parametrize(("pass_mark", "safety", "measures"), [(0, False, True), (0, True, False), (50, False, False)])
def test_a_quiz_measures_when_nothing_in_it_can_be_failed(pass_mark, safety, measures):
    published = make_published(pass_mark=pass_mark, safety_must_pass=safety)

    assert PublishedQuiz.objects.content(published.pk).rules.measures is measures


def test_no_text_of_a_key_is_in_a_published_paper():
    bank = make_bank()
    for kind in KINDS:
        make_item(bank, kind=kind, secret="canary", references=["canary-reference"])

    published = delivery.publish_quiz(make_quiz(bank, kinds=KINDS), by=None)

    assert "canary" not in published.content
    assert '"correct"' not in published.content


def test_a_paper_of_an_unknown_form_is_an_error():
    text = make_published().content

    for spoilt in (text.replace('"format":1', '"format":9'), text.replace('"title"', '"titel"'), "[]"):
        with pytest.raises(BadFormat):
            paper.loads(spoilt)


def test_unchanged_content_is_the_same_publication():
    quiz, user = make_quiz(), make_user()

    first = delivery.publish_quiz(quiz, by=user)

    assert delivery.publish_quiz(quiz, by=None) == first
    assert (first.number, first.published_by) == (1, user)


def test_changed_content_is_the_next_publication_and_changing_back_is_the_first():
    quiz = make_quiz()
    first = delivery.publish_quiz(quiz, by=None)

    quiz.pass_mark = 70
    quiz.save()
    second = delivery.publish_quiz(quiz, by=None)
    quiz.pass_mark = 80
    quiz.save()

    assert (second.number, delivery.publish_quiz(quiz, by=None)) == (2, first)


def test_only_ready_items_are_published():
    quiz = make_quiz(kinds=("single", "single"))
    make_item(quiz.bank, status=Item.Status.DRAFT)
    make_item(quiz.bank, status=Item.Status.RETIRED)
    make_item(quiz.bank, pool="elsewhere")

    content = PublishedQuiz.objects.content(delivery.publish_quiz(quiz, by=None).pk)

    assert len(content.items) == 2


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda quiz: quiz.sections.all().delete(), [("no_section", None)]),
        (lambda quiz: quiz.bank.items.update(pool="elsewhere"), [("empty_pool", None)]),
        (lambda quiz: quiz.sections.update(count=9), [("blueprint", None)]),
        (lambda quiz: quiz.sections.update(count=0), [("empty_draw", None)]),
        (lambda quiz: quiz.sections.update(objectives="O1"), [("objectives", None)]),
        (lambda quiz: quiz.bank.items.update(teaches_at=" "), [("no_lesson", "Q1")]),
        (lambda quiz: quiz.bank.items.update(points=0), [("points", "Q1")]),
        (lambda quiz: quiz.bank.items.update(stem=""), [("question", "Q1")]),
        (lambda quiz: quiz.bank.items.get().options.update(rationale=""), [("question", "Q1")]),
    ],
)
def test_a_quiz_with_problems_names_them_and_is_not_published(spoil, found):
    quiz = make_quiz(kinds=("single",))
    quiz.bank.items.update(code="Q1")
    spoil(quiz)

    assert codes(quiz) == found
    with pytest.raises(delivery.NotPublishable) as refused:
        delivery.publish_quiz(quiz, by=None)
    assert [(problem.code, problem.item_code) for problem in refused.value.problems] == found


@pytest.mark.parametrize("verb", ["update", "delete"])
def test_a_publication_never_changes(verb):
    published = make_published()

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        rows = PublishedQuiz.objects.filter(pk=published.pk)
        rows.update(content="{}") if verb == "update" else rows._raw_delete("default")


def test_content_is_read_once(django_assert_num_queries):
    published = make_published()
    PublishedQuiz.objects.content(published.pk)

    with django_assert_num_queries(0):
        PublishedQuiz.objects.content(published.pk)


def test_checking_takes_as_many_statements_for_many_items(django_assert_num_queries):
    few, many = make_quiz(kinds=KINDS[:2]), make_quiz(kinds=KINDS * 5)

    for quiz in (few, many):
        with django_assert_num_queries(3):
            delivery.problems(quiz)
