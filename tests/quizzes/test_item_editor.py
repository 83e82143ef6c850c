"""The page of one item: all of it on one page, looked at and judged while one types, copied, compared, brought back."""

import json
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quizzes.bank import services as bank
from quizzes.bank.authoring import question_of
from quizzes.bank.models import Item, ItemDraft, Kind, Option
from quizzes.delivery import services as delivery
from tests.admin_pages import filled, post, problems, signed_in, staff, url
from tests.courses import factories as make
from tests.factories import ALL_KINDS, make_attempt, make_bank, make_item, make_quiz
from tests.queries import listed

pytestmark = pytest.mark.django_db
MCQ = {
    "code": "N-1",
    "pool": "M1",
    "stem": "Which root serves the thumb?",
    "objective": "O1",
    "teaches_at": "roots/thumb",
    "options-0-text": "C5",
    "options-0-rationale": "The shoulder.",
    "options-1-text": "C6",
    "options-1-rationale": "The thumb.",
    "options-1-correct": "on",
}


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def teacher():
    return staff("instructor")


@pytest.fixture
def client(teacher):
    return signed_in(teacher)


@pytest.fixture
def home(teacher):
    """The teacher's only bank."""
    return make_bank(authors=[teacher])


def add(client, kind: str, **given):
    """The page of a new item of this kind, filled and sent."""
    return post(client, f"{url(Item, 'add')}?kind={kind}", **given)


def look(client, data: dict, kind: str = "single") -> dict:
    answer = client.post(reverse("admin:quizzes_quiz_look", args=[kind]), data, headers={"accept": "application/json"})
    assert answer.status_code == 200
    return answer.json()


def said(answer) -> str:
    return " ".join(str(message) for message in answer.wsgi_request._messages)


# --- a new item ---------------------------------------------------------------------------------------------------------


def test_an_item_with_its_answers_is_written_on_one_page(client, home, teacher):
    answer = add(client, "single", bank=home.pk, **MCQ)

    assert answer.status_code == 302, problems(answer)
    item = Item.objects.get(code="N-1")
    assert (item.kind, bank.problems_of(item)) == ("single", [])
    rows = [(row.position, row.text, row.correct, row.rationale) for row in item.options.all()]
    assert rows == [(1, "C5", False, "The shoulder."), (2, "C6", True, "The thumb.")]
    assert item.drafts.get().saved_by == teacher


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_the_page_of_a_new_item_has_the_fields_of_its_kind_and_leads_to_the_others(kind, client, home):
    page = client.get(f"{url(Item, 'add')}?kind={kind}&pool=M7")

    shown = set(page.context["adminform"].form.fields)
    assert ("answer" in shown, "model_answer" in shown) == (kind == Kind.NUMERIC, kind == Kind.WRITTEN)
    links = re.findall(r'<li><a href="\?([^"]+)"( aria-current="page")?>', page.content.decode())
    assert [query for query, here in links if here] == [f"pool=M7&amp;kind={kind}"]
    assert len(links) == len(Kind)


def test_true_and_false_stand_from_the_start_and_are_both_saved(client, home):
    answer = add(client, "true_false", bank=home.pk, code="N-1", pool="M1", stem="Nerves glide.")

    assert answer.status_code == 302, problems(answer)
    assert [row.text for row in Item.objects.get(code="N-1").options.all()] == ["True", "False"]


def test_an_unknown_kind_is_the_commonest_one(client, home):
    assert client.get(f"{url(Item, 'add')}?kind=essay").context["kind"] == "single"


def test_save_and_add_another_begins_the_next_item_about_the_same(client, home):
    answer = add(client, "single", bank=home.pk, **MCQ, _addanother="1")

    assert answer.status_code == 302, problems(answer)
    page = client.get(answer["Location"])
    first = page.context["adminform"].form.initial
    assert {name: str(first[name]) for name in ("bank", "code", "pool", "objective", "teaches_at", "kind")} == {
        "bank": str(home.pk), "code": "N-2", "pool": "M1", "objective": "O1", "teaches_at": "roots/thumb", "kind": "single",
    }  # fmt: skip
    assert re.search(r"<textarea[^>]*name=\"stem\"[^>]*autofocus", page.content.decode())


def test_a_carried_bank_of_another_teacher_is_not_offered(client, home):
    foreign = make_item(make_bank(authors=[staff("instructor")]), code="F-41", pool="F")

    page = client.get(f"{url(Item, 'add')}?bank={foreign.bank_id}")

    assert "F-42" not in page.content.decode() and str(foreign.bank) not in re.findall(
        r"<option[^>]*>([^<]*)", page.content.decode()
    )


# --- looked at while one types ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_the_preview_shows_what_stands_in_the_form_and_nothing_of_the_key(kind, client, home):
    item = make_item(home, kind=kind, secret="canary", vignette="A <b>case</b>.")
    page = client.get(url(Item, "change", item.pk))
    before = Item.objects.filter(pk=item.pk).values().get()

    shown = look(client, filled(page) | {"stem": "Typed & unsaved"}, kind)

    assert "Typed &amp; unsaved" in shown["html"] and "A &lt;b&gt;case&lt;/b&gt;." in shown["html"]
    assert "canary" not in shown["html"]
    assert shown["stops"] == []
    assert 'name="look-answer' in shown["html"] and 'name="answer' not in shown["html"]
    assert Item.objects.filter(pk=item.pk).values().get() == before


def test_the_preview_asks_the_database_for_nothing_but_who_asks(client, home):
    client.get(url(Item))
    with CaptureQueriesContext(connection) as done:
        look(client, MCQ | {"options-TOTAL_FORMS": "2"})

    assert [statement for statement in listed(done) if "quizzes_" in statement] == []


def test_what_is_typed_is_judged_beside_its_field(client, home):
    data = MCQ | {"options-TOTAL_FORMS": "2", "stem": "Which root is not it?", "options-1-rationale": ""}

    shown = look(client, data)

    assert [(each["severity"], each["field"]) for each in shown["findings"]] == [
        ("must", "options-1-rationale"),
        ("advice", "stem"),
    ]
    assert shown["stops"] == ["The rationale is missing for option 2."]


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_form_that_is_empty_or_full_of_rubbish_is_judged_all_the_same(kind, client, home):
    empty = look(client, {}, kind)
    rubbish = {
        "options-TOTAL_FORMS": "9" * 30,
        "answer": "x",
        "points": "-",
        "min_words": "\x00",
        "stem": "\x00<script>",
    }
    wild = look(client, rubbish | {"options-0-text": "NaN", "options-TOTAL_FORMS": "3", "options-0-share": "-1"}, kind)

    assert empty["stops"] and wild["findings"]
    assert "<script>" not in wild["html"]


def test_rows_are_read_in_the_order_of_their_numbers_and_without_those_that_go(client, home):
    data = {
        "options-TOTAL_FORMS": "4",
        "stem": "Order.",
        "options-0-text": "second", "options-0-position": "2",
        "options-1-text": "first", "options-1-position": "1",
        "options-2-text": "gone", "options-2-DELETE": "on",
    }  # fmt: skip

    html = look(client, data, "single")["html"]

    assert "gone" not in html and {"first", "second"} <= set(re.findall(r"\w+", html))


def test_without_a_script_the_preview_is_a_page_with_the_advice(client, home):
    answer = client.post(reverse("admin:quizzes_quiz_look", args=["single"]), MCQ | {"options-TOTAL_FORMS": "2"})

    page = answer.content.decode()
    assert "Which root serves the thumb?" in page and "Nothing was saved" in page
    assert not Item.objects.exists()


def test_the_list_says_what_is_to_mend_and_asks_the_same_for_ten_times_as_many(client, home):
    good = make_item(home, teaches_at="a/b")
    bad = make_item(home, objective="", status="draft")
    costs = []
    for more in (0, 18):
        for _ in range(more):
            make_item(home)
        client.get(url(Item))
        with CaptureQueriesContext(connection) as done:
            page = client.get(url(Item))
        costs.append(len(listed(done)))

    rows = page.context["cl"].result_list
    model_admin = page.context["cl"].model_admin
    texts = {row.pk: str(model_admin.to_mend(row)) for row in rows}
    assert "It does not say which objective it measures." in texts[bad.pk]
    assert texts[good.pk] == "Nothing"
    assert costs[0] == costs[1] <= 15


# --- versions -----------------------------------------------------------------------------------------------------------


def test_a_saved_draft_is_compared_and_brought_back(client, home, teacher):
    item = make_item(home)
    first = question_of(item)
    answer = post(client, url(Item, "change", item.pk), stem="Which one then?")
    assert answer.status_code == 302, problems(answer)
    earlier = item.drafts.order_by("pk").first()

    page = client.get(url(Item, "versions", item.pk), {"version": f"draft-{earlier.pk}"}).content.decode()
    done = client.post(url(Item, "versions", item.pk), {"version": f"draft-{earlier.pk}"})

    assert "<del> one then</del>" in page
    assert done["Location"] == url(Item, "change", item.pk)
    assert question_of(Item.objects.get(pk=item.pk)) == first
    assert LogEntry.objects.filter(change_message__startswith="Restored: a draft").exists()
    assert [draft.saved_by for draft in item.drafts.order_by("pk")] == [None, teacher, teacher]


def test_a_published_revision_is_brought_back_and_stays_what_it_was(client, home):
    item = make_item(home)
    revision = bank.publish_item(item, by=None)
    Item.objects.filter(pk=item.pk).update(stem="Changed")

    client.post(url(Item, "versions", item.pk), {"version": f"revision-{revision.pk}"})

    assert Item.objects.get(pk=item.pk).stem == "Which?"
    assert bank.publish_item(Item.objects.get(pk=item.pk), by=None) == revision


def test_a_version_of_another_item_is_missing_and_nothing_is_written(client, home):
    item, other = make_item(home), make_item(home)
    foreign = bank.keep(other, by=None)

    for version in (f"draft-{foreign.pk}", "draft-", "", "revision-1"):
        assert client.post(url(Item, "versions", item.pk), {"version": version}).status_code == 404
        if version:
            assert client.get(url(Item, "versions", item.pk), {"version": version}).status_code == 404
    assert ItemDraft.objects.count() == 1


# --- copies, places -----------------------------------------------------------------------------------------------------


def test_a_copy_is_made_on_post_and_opens(client, home):
    item = make_item(home, code="M1-01")

    looked = client.get(url(Item, "duplicate", item.pk))
    answer = client.post(url(Item, "duplicate", item.pk))

    copy = Item.objects.get(code="M1-02")
    assert (looked.status_code, answer["Location"]) == (200, url(Item, "change", copy.pk))
    assert "a copy of M1-01" in said(answer)


def test_an_item_says_in_which_quizzes_courses_and_editions_it_stands(client, teacher):
    course = make.make_course(by=teacher)
    item = Item.objects.filter(bank=course.bank).first()
    edition = make.make_edition(course)
    enrolment = make.make_enrolment(edition=edition)
    make.finish_lessons(enrolment)
    make.take_quiz(enrolment, "M1")

    page = client.get(url(Item, "uses", item.pk)).content.decode()

    quiz = course.modules.get().quiz
    for row in (quiz, quiz.published.get(), course, edition):
        assert url(type(row), "change", row.pk) in page
    assert "asked in 1 attempt" in page


def test_an_item_that_nothing_asks_for_says_so(client, home):
    assert "Nowhere yet" in client.get(url(Item, "uses", make_item(home, pool="Z").pk)).content.decode()


# --- rehearsed ----------------------------------------------------------------------------------------------------------


def rehearsed(page) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(seed|digest)" value="([^"]*)"', page.content.decode()))


def test_a_draft_quiz_is_taken_marked_and_explained_without_a_single_row(client, home):
    quiz = make_quiz(home, kinds=ALL_KINDS[:2])
    for kind in ALL_KINDS[:2]:
        make_item(home, kind=kind, secret="canary")
    tables = [model for model in _all_models() if model.__name__ != "Session"]
    before = [model._base_manager.count() for model in tables]

    page = client.get(url(type(quiz), "rehearse", quiz.pk))
    data = rehearsed(page) | {"q1-answer": "0", "q2-answer": "0"}
    answer = client.post(url(type(quiz), "rehearse", quiz.pk), _form(data), content_type=FORM)

    assert "canary" not in page.content.decode()
    text = answer.content.decode()
    assert re.search(r"This would (not )?pass: \d+%", text) and "canary" in text
    assert [model._base_manager.count() for model in tables] == before


FORM = "application/x-www-form-urlencoded"


def _form(data: dict) -> str:
    from urllib.parse import urlencode

    return urlencode(data)


def _all_models():
    from django.apps import apps

    return [model for model in apps.get_models() if model._meta.managed]


@pytest.mark.parametrize("right", [True, False])
def test_a_rehearsal_is_marked_as_an_attempt_would_be(right, client, home):
    make_item(home, kind="true_false")
    quiz = make_quiz(home, kinds=["true_false"])
    page = client.get(url(type(quiz), "rehearse", quiz.pk))

    data = rehearsed(page) | {"q1-answer": "1" if right else "0"}
    text = client.post(url(type(quiz), "rehearse", quiz.pk), _form(data), content_type=FORM).content.decode()

    published = delivery.publish_quiz(quiz, by=None)
    attempt = make_attempt(
        published=published, entry=delivery.enter(staff("instructor"), published), answers=[right], submit=True
    )
    assert attempt.passed is right
    assert (f"This would pass: {int(attempt.percent)}%" in text) is right
    assert (f"This would not pass: {int(attempt.percent)}%" in text) is not right


def test_answers_to_a_draft_that_has_changed_are_not_marked(client, home):
    quiz = make_quiz(home, kinds=["single"])
    item = make_item(home)
    data = rehearsed(client.get(url(type(quiz), "rehearse", quiz.pk)))
    Option.objects.filter(item=item).update(correct=False)
    Option.objects.filter(item=item, position=1).update(correct=True)

    answer = client.post(url(type(quiz), "rehearse", quiz.pk), _form(data | {"q1-answer": "0"}), content_type=FORM)

    assert "The draft has changed since this paper was drawn" in answer.content.decode()


def test_an_answer_that_cannot_be_read_comes_back_with_the_others_kept(client, home):
    quiz = make_quiz(home, kinds=["ordering", "text"])
    for kind in ("ordering", "text"):
        make_item(home, kind=kind)
    page = client.get(url(type(quiz), "rehearse", quiz.pk))
    order, text = (re.search(rf'name="q(\d)-{name}"', page.content.decode())[1] for name in ("answer-0", "answer"))
    data = rehearsed(page) | {f"q{text}-answer": "ulnar & kept"}
    data |= {f"q{order}-answer-{n}": place for n, place in enumerate("1134")}

    again = client.post(url(type(quiz), "rehearse", quiz.pk), _form(data), content_type=FORM).content.decode()

    assert "Give each step a place of its own." in again and "ulnar &amp; kept" in again
    assert rehearsed(type("Page", (), {"content": again.encode()}))["seed"] == data["seed"]


def test_a_quiz_that_is_not_ready_says_what_stops_it(client, home):
    quiz = make_quiz(home, kinds=["single"])

    assert "holds no ready item" in client.get(url(type(quiz), "rehearse", quiz.pk)).content.decode()


def test_a_written_answer_waits_for_a_person_and_is_in_no_score(client, home):
    make_item(home, kind="written", pool="W", secret="canary")
    quiz = make_quiz(home, kinds=["written"], section={"pool": "W", "mode": "fixed"})
    page = client.get(url(type(quiz), "rehearse", quiz.pk))

    data = rehearsed(page) | {"q1-answer": "It may help."}
    text = client.post(url(type(quiz), "rehearse", quiz.pk), _form(data), content_type=FORM).content.decode()

    assert "1 answer waits for a person in life" in text and "canary model" in text


def test_the_json_of_the_preview_is_plain(client, home):
    answer = client.post(
        reverse("admin:quizzes_quiz_look", args=["single"]),
        {"stem": "</script>"},
        headers={"accept": "application/json"},
    )

    assert answer["Content-Type"] == "application/json" and set(json.loads(answer.content)) == {
        "html", "stops", "findings",
    }  # fmt: skip
