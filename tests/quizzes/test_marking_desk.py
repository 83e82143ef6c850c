"""The marking desk: who comes to it, what they see there and what not, and what a click does."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from ceu.accounts import roles
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt
from quizzes.delivery.written_models import AnswerToMark, WrittenMark
from tests.admin_pages import boss, signed_in, staff, url
from tests.factories import (
    NOW,
    RIGHT,
    make_attempt,
    make_bank,
    make_entry,
    make_marked,
    make_question,
    make_user,
    make_written,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TEXT = RIGHT["written"]
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def teacher():
    return staff(roles.INSTRUCTOR)


@pytest.fixture
def bank(teacher):
    return make_bank(authors=[teacher])


@pytest.fixture
def quiz(bank):
    return make_written(bank, question=make_question("written", "canary"))


def handed_in(quiz, *, user=None, now=NOW, answer=TEXT) -> Attempt:
    return make_attempt(
        make_entry(user or make_user(legal_name="Wilma Writer"), quiz), answers=[answer], submit=True, now=now
    )


def desk(attempt: Attempt) -> str:
    return url(AnswerToMark, "mark", attempt.responses.get().pk)


def read(page) -> str:
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", page.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("&#x27;", "'").split())


# --- the list -------------------------------------------------------------------------------------------------------


def test_the_oldest_stands_first_with_the_days_that_are_left_and_what_is_marked_is_gone(teacher, quiz):
    young, old, late, done = (handed_in(quiz, now=NOW - days * DAY) for days in (1, 13.5, 20, 30))
    make_marked(done, by=teacher)

    with time_machine.travel(NOW, tick=False):
        page = signed_in(teacher).get(url(AnswerToMark))

    assert [row.attempt for row in page.context["cl"].result_list] == [late, old, young]
    words = read(page)
    assert "Overdue since 23 February 2027" in words
    assert "By 2 March 2027: Less than a day left" in words
    assert "By 14 March 2027: 13 days left" in words


def test_no_page_of_the_desk_names_the_learner(teacher, quiz):
    attempt, marked = handed_in(quiz), make_marked(handed_in(quiz), by=staff(roles.INSTRUCTOR), passes=False)
    client, row = signed_in(teacher), attempt.responses.get()
    mark = marked.responses.get().written_mark

    pages = [
        url(AnswerToMark), desk(attempt), desk(marked), url(AnswerToMark, "change", row.pk), url(WrittenMark),
        url(WrittenMark, "change", mark.pk), url(WrittenMark, "again", mark.pk), f"{url(AnswerToMark)}?q=Wilma",
    ]  # fmt: skip

    for page in pages:
        shown = client.get(page)
        assert shown.status_code == 200, page
        assert "Wilma" not in shown.content.decode().replace("q=Wilma", "").replace('value="Wilma"', ""), page
        assert attempt.entry.user.email not in shown.content.decode(), page
    assert list(client.get(f"{url(AnswerToMark)}?q=Wilma").context["cl"].result_list) == []


def test_the_list_is_narrowed_to_a_quiz(teacher, bank, quiz):
    other = make_written(make_bank(authors=[teacher]))
    one, two = handed_in(quiz), handed_in(other)

    page = signed_in(teacher).get(f"{url(AnswerToMark)}?attempt__published_quiz__quiz__id__exact={other.quiz_id}")

    assert [row.attempt for row in page.context["cl"].result_list] == [two]
    assert one != two


def test_the_index_says_how_many_wait_and_how_many_are_late(teacher, quiz):
    with time_machine.travel(NOW, tick=False):
        client = signed_in(teacher)
        assert "to be marked" not in client.get("/admin/").content.decode()
        handed_in(quiz)
        assert "1 written answer waits to be marked." in client.get("/admin/").content.decode()
        handed_in(quiz, now=NOW - 15 * DAY)
        assert "2 written answers wait to be marked, 1 of them overdue." in client.get("/admin/").content.decode()


def test_the_list_costs_the_same_with_more_rows(teacher, quiz, max_statements):
    client = signed_in(teacher)
    handed_in(quiz)
    client.get(url(AnswerToMark))
    for _ in range(10):
        handed_in(quiz)

    with max_statements(11):
        assert len(client.get(url(AnswerToMark)).context["cl"].result_list) == 11


# --- marking --------------------------------------------------------------------------------------------------------


def test_the_page_shows_text_task_criteria_and_what_to_look_for(teacher, quiz):
    page = read(signed_in(teacher).get(desk(handed_in(quiz))))

    assert "It may help. Stop if it tingles." in page
    assert "Write to a client." in page
    assert "It passes with at least 4 of the 5 criteria." in page
    assert all(criterion in page for criterion in make_question("written").prompt.criteria)
    assert all(f"canary {n}" in page for n in range(5)) and "canary model" in page


def test_saving_marks_leads_to_the_next_answer_and_then_to_the_list(
    teacher, quiz, django_capture_on_commit_callbacks, mailoutbox
):
    first, second = handed_in(quiz, now=NOW - DAY), handed_in(quiz)
    client = signed_in(teacher)

    with time_machine.travel(NOW + DAY), django_capture_on_commit_callbacks(execute=True):
        client.force_login(teacher)
        saved = client.post(desk(first), {"met": ["0", "1", "2", "4"], "comment": "Well said."})
        last = client.post(desk(second), {"met": ["0"], "comment": "Name the stop rule."})

    assert (saved.status_code, saved.url) == (302, desk(second))
    assert (last.status_code, last.url) == (302, url(AnswerToMark))
    found = WrittenMark.objects.order_by("pk").values_list("met", "comment", "marked_by")
    assert list(found) == [([0, 1, 2, 4], "Well said.", teacher.pk), ([0], "Name the stop rule.", teacher.pk)]
    assert [Attempt.objects.get(pk=each.pk).passed for each in (first, second)] == [True, False]
    assert [letter.to for letter in mailoutbox] == [[first.entry.user.email], [second.entry.user.email]]
    assert LogEntry.objects.filter(user=teacher, change_message__contains="Marked.").count() == 2


def test_without_a_comment_a_text_that_does_not_pass_is_not_marked_and_the_ticks_stay(teacher, quiz):
    attempt = handed_in(quiz)

    page = signed_in(teacher).post(desk(attempt), {"met": ["1"], "comment": ""})

    assert "It does not pass yet, so say in the comment what to change." in read(page)
    assert re.findall(r'value="(\d)"[^>]* checked', page.content.decode()) == ["1"]
    assert not WrittenMark.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {"met": ["5"]}, {"met": ["-1"]}, {"met": ["x"]}, {"met": ["0\x00"]}, {"met": ["10" * 20]}, {"met": ["٢"]},
        {"comment": "a\x00b"}, {"comment": "x" * 2001}, {"met": ["0"], "comment": " "}, {},
    ],
)  # fmt: skip
def test_b10_marks_that_no_form_of_ours_sends_store_nothing(teacher, quiz, sent):
    attempt = handed_in(quiz)

    page = signed_in(teacher).post(desk(attempt), {"comment": "x", **sent} if "comment" not in sent and sent else sent)

    assert page.status_code == 200
    assert "errornote" in page.content.decode()
    assert not WrittenMark.objects.exists()


@pytest.mark.parametrize("body", [b"met=%ff&comment=x", b"\xff\xfe", b"met=0&" * 1001])
def test_b10_bytes_that_are_no_form_store_nothing(teacher, quiz, body):
    replied = signed_in(teacher).post(desk(handed_in(quiz)), body, content_type=FORM)

    assert replied.status_code in {200, 400}
    assert not WrittenMark.objects.exists()


def test_b12_who_marked_and_when_is_not_taken_from_the_form(teacher, quiz):
    attempt, other = handed_in(quiz), make_user()
    sent = {
        "met": ["0"],
        "comment": "x",
        "marked_by": other.pk,
        "marked_at": "2020-01-01",
        "response": 99,
        "passed": "1",
    }

    signed_in(teacher).post(desk(attempt), sent)

    mark = WrittenMark.objects.get()
    assert (mark.marked_by, mark.response.attempt, mark.marked_at.year != 2020) == (teacher, attempt, True)
    assert Attempt.objects.get(pk=attempt.pk).passed is False


def test_the_second_marker_is_told_and_sees_the_first_marks(teacher, quiz):
    attempt, first = handed_in(quiz), staff(roles.INSTRUCTOR)
    quiz.quiz.bank.authors.add(first)
    client = signed_in(teacher)
    client.get(desk(attempt))
    signed_in(first).post(desk(attempt), {"met": ["0"], "comment": "The first comment."})

    told = client.post(desk(attempt), {"met": ["0", "1", "2", "3"], "comment": "Mine."})

    assert told.status_code == 409
    assert "Somebody else has marked this answer in the meantime. Their marks stand." in read(told)
    assert "The first comment." in read(told) and f"Marked by {first}" in read(told)
    assert "Save marks" not in told.content.decode()
    assert WrittenMark.objects.get().comment == "The first comment."
    assert "The first comment." in read(client.get(desk(attempt)))


def test_a_click_sent_twice_marks_once(teacher, quiz):
    attempt, client = handed_in(quiz), signed_in(teacher)

    sent = [client.post(desk(attempt), {"met": ["0"], "comment": "x"}).status_code for _ in range(2)]

    assert (sent, WrittenMark.objects.count()) == ([302, 302], 1)


# --- who may --------------------------------------------------------------------------------------------------------


def test_an_instructor_never_meets_an_answer_of_their_own(teacher, quiz):
    attempt = handed_in(quiz, user=teacher)
    client = signed_in(teacher)

    assert list(client.get(url(AnswerToMark)).context["cl"].result_list) == []
    assert "to be marked" not in client.get("/admin/").content.decode()
    for verb in (client.get, client.post):
        assert verb(desk(attempt)).status_code == 404
    assert signed_in(boss()).get(desk(attempt)).status_code == 200
    mark = make_marked(attempt, passes=False).responses.get().written_mark
    assert client.get(url(WrittenMark, "again", mark.pk)).status_code == 404


def test_a_superuser_does_not_mark_an_answer_of_their_own_either(quiz):
    chief = boss()
    attempt = handed_in(quiz, user=chief)

    assert signed_in(chief).post(desk(attempt), {"met": ["0", "1", "2", "3"]}).status_code == 404
    assert not WrittenMark.objects.exists()


@pytest.mark.parametrize(
    ("role", "queue", "page", "marks"),
    [("instructor", 200, 404, 200), ("registrar", 403, 403, 403), ("auditor", 403, 403, 200)],
)
def test_the_desk_is_for_instructors_of_the_bank(quiz, role, queue, page, marks):
    client, attempt = signed_in(staff(role)), handed_in(quiz)

    assert client.get(url(AnswerToMark)).status_code == queue
    assert [verb(desk(attempt)).status_code for verb in (client.get, client.post)] == [page, page]
    assert client.get(url(WrittenMark)).status_code == marks


def test_an_auditor_reads_marks_and_neither_text_nor_key(quiz):
    mark = make_marked(handed_in(quiz), passes=False).responses.get().written_mark
    client = signed_in(staff(roles.AUDITOR))

    shown = read(client.get(url(WrittenMark))) + read(client.get(url(WrittenMark, "change", mark.pk)))

    assert "3 of 5 criteria met: does not pass yet" in shown
    assert not [word for word in ("canary", "tingles", "Wilma") if word in shown]
    assert client.get(url(WrittenMark, "again", mark.pk)).status_code == 403


def test_the_list_offers_other_peoples_quizzes_to_nobody(teacher, quiz):
    handed_in(make_written())

    assert list(signed_in(teacher).get(url(AnswerToMark)).context["cl"].result_list) == []


# --- corrected ------------------------------------------------------------------------------------------------------


def test_marks_are_corrected_with_a_reason_and_the_first_ones_stay(teacher, quiz):
    mark = make_marked(handed_in(quiz), passes=False).responses.get().written_mark
    client, page = signed_in(teacher), url(WrittenMark, "again", mark.pk)
    opened = client.get(page)
    assert re.findall(r'value="(\d)"[^>]* checked', opened.content.decode()) == ["0", "1", "2"]

    no_reason = client.post(page, {"met": ["0", "1", "2", "3"], "comment": "Better."})
    done = client.post(page, {"met": ["0", "1", "2", "3"], "comment": "Better.", "reason": "The stop rule is there"})
    twice = client.post(page, {"met": ["0"], "comment": "Worse.", "reason": "x"})

    made = WrittenMark.objects.get(supersedes=mark)
    assert "Enter the reason." in read(no_reason)
    assert (done.status_code, done.url) == (302, url(WrittenMark, "change", made.pk))
    assert made.response.attempt.passed is True
    assert "Somebody else has marked this answer" in read(twice)
    assert WrittenMark.objects.count() == 2


def test_the_way_to_a_correction_stands_only_where_one_may_be(teacher, quiz):
    failed, passed = (make_marked(handed_in(quiz), passes=passes) for passes in (False, True))
    client = signed_in(teacher)

    def tools(attempt):
        return (
            "Correct these marks"
            in client.get(url(WrittenMark, "change", attempt.responses.get().written_mark.pk)).content.decode()
        )

    assert (tools(failed), tools(passed)) == (True, False)
    delivery.mark_again(
        failed.responses.get().written_mark, met=[0], comment="x", reason="x", by=teacher, now=NOW + DAY
    )
    assert tools(failed) is False


def test_a_passed_attempt_is_not_corrected(teacher, quiz):
    mark = make_marked(handed_in(quiz)).responses.get().written_mark

    page = signed_in(teacher).post(url(WrittenMark, "again", mark.pk), {"met": ["0"], "comment": "x", "reason": "x"})

    assert "This attempt passed, and a pass that was given stands." in read(page)
    assert WrittenMark.objects.count() == 1


def test_the_desk_is_reached_by_its_name():
    assert reverse("admin:quizzes_answertomark_changelist") == url(AnswerToMark)
