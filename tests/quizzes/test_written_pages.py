"""What learners see of a written question: while they write, while it waits, and when it is marked."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.delivery import services as delivery
from quizzes.delivery import surroundings
from quizzes.delivery.models import Attempt
from quizzes.delivery.written_pages import needed
from quizzes.questions import written
from tests.factories import NOW, RIGHT, make_attempt, make_marked, make_question, make_user, make_written
from tests.quizzes.test_pages import address, answer_of, send, taken

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TEXT = RIGHT["written"]


@pytest.fixture
def learner(client):
    user = make_user(password="a long password 1")
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def nothing_provided(monkeypatch):
    monkeypatch.setattr(surroundings, "_provider", None)


def sat(user, answer=None, *, submit=False, secret="canary", **rules) -> Attempt:
    entry = delivery.enter(user, make_written(question=make_question("written", secret), **rules), home="/courses/a/")
    return make_attempt(entry, answers=[answer], submit=submit, now=timezone.now())


def read(page) -> str:
    """The page's text as one reads it."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", page.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("&#x27;", "'").split())


# --- writing --------------------------------------------------------------------------------------------------------


def test_the_page_shows_what_it_is_marked_by_and_how_long_it_may_be(client, learner):
    page = read(client.get(address("question", sat(learner), 1)))

    assert "Aim for 5 words or more. The most is 20 words." in page
    assert "It passes with at least 4 of the 5 criteria." in page
    assert all(criterion in page for criterion in make_question("written").prompt.criteria)
    assert "0 of at most 20 words" in page
    assert "canary" not in page


def test_a_text_is_saved_with_its_lines_and_its_words_are_counted_without_a_script(client, learner):
    attempt = sat(learner)

    replied = send(client, attempt, 1, [("answer", "One line.\r\n\r\nAnother é\u0301.  ")])

    assert (replied.status_code, replied.url) == (302, address("check", attempt))
    assert answer_of(attempt, 1) == "One line.\n\nAnother é\u0301."
    page = client.get(address("question", attempt, 1))
    assert ">\nOne line.\n\nAnother é\u0301.</textarea>" in page.content.decode()
    assert "4 of at most 20 words" in read(page)
    assert "One line. Another" in read(client.get(address("check", attempt)))


def test_a_text_that_begins_with_a_line_break_is_not_eaten_by_the_browser(client, learner):
    """A textarea drops its first line break, so the page writes one of its own."""
    page = client.get(address("question", sat(learner, TEXT), 1)).content.decode()

    assert f">\n{TEXT}</textarea>" in page


def test_too_many_words_are_refused_with_their_number_and_the_text_comes_back(client, learner):
    attempt, text = sat(learner), "word " * 23

    page = send(client, attempt, 1, [("answer", text)])

    assert page.status_code == 422
    assert "Your answer has 23 words, and the most is 20. Take out 3, then it can be saved." in read(page)
    assert text.strip() in page.content.decode()
    assert answer_of(attempt, 1) is None


@pytest.mark.parametrize(
    ("text", "status"),
    [("x\x00y", 422), ("x\x07", 422), ("x" * 5001, 422), ("x" * 70_000, 413), ("😀" * 2500, 302), ("李" * 5000, 302)],
)
def test_b10_what_is_not_a_text_for_a_database_is_refused_and_stores_nothing(client, learner, text, status):
    attempt = sat(learner)

    assert send(client, attempt, 1, [("answer", text)]).status_code == status
    assert (answer_of(attempt, 1) is None) == (status != 302)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"answer=a&answer=b&rev=0", 400), (b"answer=%ff&rev=0", 400), (b"answer=x&rev=x", 400),
        (b"answer%5B%5D=x&rev=0", 302), (b"answer-1=x&rev=0", 302),
    ],
)  # fmt: skip
def test_b10_a_malformed_post_is_named_and_stores_nothing(client, learner, body, status):
    attempt = sat(learner)

    replied = client.post(address("answer", attempt, 1), body, content_type="application/x-www-form-urlencoded")

    assert (replied.status_code, answer_of(attempt, 1)) == (status, None)


def test_b11_a_text_that_comes_after_it_was_handed_in_is_refused_and_leads_to_the_result(client, learner):
    attempt = sat(learner, TEXT, submit=True)

    form = send(client, attempt, 1, [("answer", "Later")], rev=1)
    script = send(client, attempt, 1, [("answer", "Later")], rev=2, as_json=True)

    assert (form.status_code, form.url) == (302, address("result", attempt))
    assert (script.status_code, script.json()["next"]) == (410, address("result", attempt))
    assert answer_of(attempt, 1) == TEXT


def test_b12_nobody_gives_themselves_marks(client, learner):
    attempt = sat(learner)

    send(
        client, attempt, 1, [("answer", TEXT), ("met", "0"), ("correct", "1"), ("state", "submitted"), ("passed", "1")]
    )

    attempt.refresh_from_db()
    assert (attempt.state, attempt.passed, answer_of(attempt, 1)) == ("open", None, TEXT)


def test_a_text_in_any_script_gets_its_own_direction_and_is_never_markup(client, learner):
    attempt = sat(learner, "<b>مرحبا</b>\n<script>x</script>", submit=True)
    waiting = client.get(address("result", attempt)).content.decode()
    make_marked(attempt, passes=False)
    marked = client.get(address("result", attempt)).content.decode()

    for page in (waiting, marked):
        assert (
            '<div class="words" dir="auto"><p>&lt;b&gt;مرحبا&lt;/b&gt;<br>&lt;script&gt;x&lt;/script&gt;</p></div>'
            in page
        )


# --- waiting --------------------------------------------------------------------------------------------------------


@time_machine.travel("2026-11-22T18:00:00Z", tick=False)
def test_after_submitting_the_page_says_by_when_it_is_marked(client, learner):
    attempt = sat(learner, TEXT)

    client.post(address("submit", attempt))
    page = client.get(address("result", attempt))

    assert "An instructor marks it within two weeks, by 6 December 2026." in read(page)
    assert "It may help. Stop if it tingles." in read(page)
    assert f'data-done="{attempt.uuid}"' in page.content.decode()
    assert not [word for word in ("canary", "passed", "Correct") if word in read(page)]


def test_the_day_is_that_of_the_learners_zone(client):
    user = make_user(time_zone="Pacific/Auckland")
    client.force_login(user)
    with time_machine.travel("2026-11-22T18:00:00Z", tick=False):
        attempt = sat(user, TEXT, submit=True)
        assert "by 7 December 2026." in read(client.get(address("result", attempt)))


def test_late_marks_are_owned_up_to(client, learner, settings):
    with time_machine.travel(NOW, tick=False):
        attempt = sat(learner, TEXT, submit=True)
    with time_machine.travel(NOW + 15 * DAY, tick=False):
        client.force_login(learner)
        page = read(client.get(address("result", attempt)))

    assert "It was to be marked by 15 March 2027. It is late, and we are sorry." in page
    assert settings.PROVIDER_CONTACT in page
    assert "within two weeks" not in page


def test_while_the_text_waits_no_other_question_tells_its_verdict(client, learner):
    attempt = taken(learner, ["not a text", True], kinds=["text", "written"], submit=True)

    page = read(client.get(address("result", attempt)))

    assert "The other questions are marked already. Their result comes together with this one." in page
    assert not [word for word in ("canary", "Not correct", "Correct", "Topic", "0 of 1") if word in page]


@pytest.mark.parametrize("name", ["attempt", "question", "check"])
def test_every_page_of_an_attempt_that_waits_leads_to_its_result(client, learner, name):
    attempt = sat(learner, TEXT, submit=True)

    assert client.get(address(name, attempt, *([1] if name == "question" else []))).url == address("result", attempt)
    assert client.post(address("submit", attempt)).url == address("result", attempt)


# --- marked ---------------------------------------------------------------------------------------------------------


def test_not_passed_yet_the_learner_reads_what_was_met_and_the_comment_and_no_key(client, learner):
    attempt = make_marked(sat(learner, TEXT, submit=True), passes=False)

    page = read(client.get(address("result", attempt)))

    assert "Not passed yet: 3 of 5 criteria are met, 4 needed" in page
    assert "Met. A stop rule" in page
    assert "Not met yet. Within scope" in page
    assert "Say when to stop." in page
    assert "You may try again whenever you are ready. 2 attempts are left." in page
    assert "The next attempt opens with your text, to be revised." in page
    assert "canary" not in page
    assert not [word for word in ("The pass mark is", "Correct") if word in page]


def test_passed_the_learner_reads_what_was_looked_for_and_a_model_answer(client, learner):
    attempt = make_marked(sat(learner, TEXT, submit=True))

    page = read(client.get(address("result", attempt)))

    assert "You passed: 4 of 5 criteria are met" in page
    assert all(f"canary {n}" in page for n in range(5)) and "canary model" in page


def test_after_the_last_attempt_the_reasons_open_though_it_did_not_pass(client, learner):
    attempt = make_marked(sat(learner, TEXT, submit=True, attempts_allowed=1), passes=False)

    assert "canary model" in read(client.get(address("result", attempt)))


def test_in_a_mixed_quiz_the_text_has_its_section_and_the_score_is_that_of_all(client, learner):
    attempt = make_marked(taken(learner, [True, True], kinds=["single", "written"], submit=True))

    page = read(client.get(address("result", attempt)))

    assert "You passed: 2 of 2 (100%)" in page
    assert "Meets the checklist" in page
    assert "It may help. Stop if it tingles." in page
    assert "Your answer, correct. blue" in page


def test_a_blank_text_is_said_to_be_blank(client, learner):
    attempt = taken(learner, [True, None], kinds=["single", "written"], submit=True)

    assert "Question 2 Not answered" in read(client.get(address("result", attempt)))


def test_a_revision_opens_with_the_text_the_marks_and_the_comment(client, learner):
    attempt = make_marked(sat(learner, TEXT, submit=True), passes=False)
    revision = delivery.start(attempt.entry, now=timezone.now())

    page = client.get(address("question", revision, 1))

    assert f">\n{TEXT}</textarea>" in page.content.decode()
    assert "In attempt 1 it met 3." in read(page)
    assert "Say when to stop." in read(page)
    assert "Within scope Not met yet" in read(page)
    assert "canary" not in read(page)


def test_corrected_marks_are_found_from_the_first_ones(client, learner):
    attempt = make_marked(sat(learner, TEXT, submit=True), passes=False)
    first = attempt.responses.get().written_mark
    made = delivery.mark_again(
        first, met=[0, 1, 2, 3, 4], comment="", reason="Hidden", by=make_user(), now=timezone.now()
    )

    before, after = (read(client.get(address("result", each))) for each in (attempt, made.response.attempt))

    assert "These answers were marked again: see attempt 2." in before
    assert "You passed: 5 of 5 criteria are met" in after
    assert "Hidden" not in before + after


def test_a_stranger_and_a_missing_attempt_get_the_same_404(client, learner):
    theirs = sat(make_user(), TEXT, submit=True)

    assert client.get(address("result", theirs)).status_code == 404


# --- statements -----------------------------------------------------------------------------------------------------


def test_pages_of_a_text_cost_at_most_one_statement_more_than_others(client, learner, max_statements):
    attempt = make_marked(sat(learner, TEXT, submit=True), passes=False)
    revision = delivery.start(attempt.entry, now=timezone.now())
    other = taken(learner, kinds=["text"])
    for each in (revision, other):
        client.get(address("question", each, 1))

    with max_statements(3):
        client.get(address("question", other, 1))
    with max_statements(4):
        client.get(address("question", revision, 1))
    with max_statements(3):
        send(client, revision, 1, [("answer", "Better")])
    delivery.submit(revision, now=timezone.now())
    with max_statements(4):
        client.get(address("result", revision))
    make_marked(revision)
    with max_statements(4):
        client.get(address("result", revision))


def test_submitting_a_text_stays_in_its_budget(learner, max_statements):
    attempt, client = sat(learner, TEXT), Client()
    client.force_login(learner)
    client.get(reverse("quizzes:check", args=[attempt.uuid]))

    with max_statements(9):
        client.post(address("submit", attempt))


def test_a_checklist_that_wants_all_of_it_says_so():
    prompt = written.Prompt("written", "", "?", ("a", "b"), 2, 0, 9)

    assert needed(prompt) == "It passes when every criterion is met."
