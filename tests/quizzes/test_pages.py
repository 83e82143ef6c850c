import json
import re
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from quizzes.delivery import forms, outcome, results, surroundings
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt, PublishedQuiz, Response
from quizzes.questions import display_to_canonical
from tests import queries
from tests.factories import KINDS, RIGHT, WRONG, make_attempt, make_bank, make_item, make_quiz, make_user

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
HOME = "/courses/a-course/"


@pytest.fixture
def learner(client):
    user = make_user(password="a long password 1")
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def nothing_provided(monkeypatch):
    monkeypatch.setattr(surroundings, "_provider", None)


def published(kinds=KINDS, *, secret="canary", safety=False, **rules):
    bank = make_bank()
    for place, kind in enumerate(kinds):
        fields = {"objective": f"O{place % 3}", "teaches_at": f"lesson-{place}/part", "safety": safety and place == 0}
        make_item(
            bank, kind=kind, code=f"{place:03}", secret=secret, vignette="A case." if place == 0 else "", **fields
        )
    return delivery.publish_quiz(make_quiz(bank, kinds=kinds, section={"mode": "fixed"}, **rules), by=None)


def entered(user, quiz=None, **options):
    return delivery.enter(user, quiz or published(**options), title="Module 1 quiz", home=HOME)


def taken(user, answers=(), *, submit=False, now=None, **options) -> Attempt:
    return make_attempt(entered(user, **options), answers=answers, submit=submit, now=now or timezone.now())


def address(name: str, attempt: Attempt, *args) -> str:
    return reverse(f"quizzes:{name}", args=[attempt.uuid, *args])


def response_of(attempt: Attempt, n: int) -> Response:
    return Response.objects.select_related("revision").get(attempt=attempt, n=n)


def shown(attempt: Attempt, n: int, answer) -> list[tuple[str, str]]:
    """The fields in which a page sends this canonical answer."""
    response = response_of(attempt, n)
    control = forms.CONTROLS[response.revision.kind]
    prompt = (
        attempt.published_quiz.__class__.objects.content(attempt.published_quiz_id).item(response.revision_id).prompt
    )
    return control.pairs(prompt, control.filled(response.order, answer))


def send(client, attempt, n, fields, *, rev=0, as_json=False):
    headers = {"accept": "application/json"} if as_json else {}
    body = urlencode([*fields, ("rev", rev)])
    return client.post(address("answer", attempt, n), body, content_type=FORM, headers=headers)


def answer_of(attempt: Attempt, n: int):
    return Response.objects.values_list("answer", flat=True).get(attempt=attempt, n=n)


# --- answering ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answers", [RIGHT, WRONG])
def test_an_answer_of_each_kind_is_stored_from_positions_as_shown_and_filled_in_again(client, learner, kind, answers):
    attempt = taken(learner, kinds=[kind])

    replied = send(client, attempt, 1, shown(attempt, 1, answers[kind]))

    assert (replied.status_code, replied.url) == (302, address("check", attempt))
    assert answer_of(attempt, 1) == answers[kind]
    page = client.get(address("question", attempt, 1))
    held = forms.CONTROLS[kind].filled(response_of(attempt, 1).order, answers[kind])
    assert page.context["rev"] == 1
    assert [row.held for row in page.context["rows"]] == [
        row.held for row in forms.CONTROLS[kind].rows(page.context["prompt"], response_of(attempt, 1).order, held)
    ]
    assert page.context["typed"] in {"", held[0]}


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 1, 0, 2], [2, 3, 1, 0]])
@pytest.mark.parametrize("answer", [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]])
def test_places_and_steps_turn_into_each_other(order, answer):
    places = forms.CONTROLS["ordering"]

    assert display_to_canonical(order, places.raw(places.filled(order, answer))) == answer


def test_continue_goes_on_to_the_next_question_and_last_to_the_check(client, learner):
    attempt = taken(learner, kinds=["true_false"] * 2)

    assert send(client, attempt, 1, [("answer", "1")]).url == address("question", attempt, 2)
    assert send(client, attempt, 2, [("answer", "1")]).url == address("check", attempt)


def test_change_goes_back_to_the_check(client, learner):
    attempt = taken(learner, kinds=["true_false"] * 3)
    page = client.get(address("question", attempt, 1) + "?back=check")

    replied = send(client, attempt, 1, [("answer", "1"), ("back", "check")])

    assert b'name="back" value="check"' in page.content
    assert replied.url == address("check", attempt)


def test_blank_goes_on_and_overwrites_nothing(client, learner):
    attempt = taken(learner, [True, True], kinds=["single", "text"])

    replied = [send(client, attempt, 1, []), send(client, attempt, 2, [("answer", "  ")])]

    assert [each.status_code for each in replied] == [302, 302]
    assert [answer_of(attempt, 1), answer_of(attempt, 2)] == [RIGHT["single"], RIGHT["text"]]


def test_clear_takes_the_answer_back_and_stays(client, learner):
    attempt = taken(learner, [True], kinds=["text"])

    replied = send(client, attempt, 1, [("answer", "ulnar"), ("clear", "1")], rev=1)

    assert replied.url == address("question", attempt, 1)
    assert answer_of(attempt, 1) is None


def test_flag_stores_the_answer_too_and_is_taken_back(client, learner):
    attempt = taken(learner, kinds=["true_false"])

    on = send(client, attempt, 1, [("answer", "1"), ("flag", "1")])
    page = client.get(on.url)
    off = send(client, attempt, 1, [("flag", "0")], rev=1, as_json=True)

    assert (on.url, answer_of(attempt, 1)) == (address("question", attempt, 1), 1)
    assert b'name="flag" value="0" aria-pressed="true"' in page.content
    assert b"1 of 1 answered, 1 flagged" in page.content
    assert (off.json()["flagged"], response_of(attempt, 1).flagged) == (False, False)


@pytest.mark.parametrize(
    ("kind", "fields", "sentence", "kept"),
    [
        ("numeric", [("answer", "about two")], "Type one number, such as 2.5", b'value="about two"'),
        ("text", [("answer", "x" * 201)], "Your answer is too long", b"x" * 201),
        ("text", [("answer", "a\x00b")], "Type it again", b"There is a problem"),
        ("single", [("answer", "99")], "Choose one of the answers that are offered.", b"There is a problem"),
        ("single", [("answer", "０１")], "Choose one of the answers that are offered.", b"There is a problem"),
        ("multiple", [("answer", "1"), ("answer", "1e3")], "Choose one of the answers", b"checked"),
        ("matching", [("answer-0", "7")], "Choose one of the answers", b"There is a problem"),
        (
            "ordering",
            [("answer-0", "2"), ("answer-1", "2")],
            "Give each step a place of its own.",
            b"<option selected>2",
        ),
    ],
)
def test_an_answer_that_cannot_be_read_comes_back_with_a_sentence(client, learner, kind, fields, sentence, kept):
    attempt = taken(learner, [True], kinds=[kind])

    page = send(client, attempt, 1, fields, rev=1)
    told = send(client, attempt, 1, fields, rev=1, as_json=True)

    assert (page.status_code, told.status_code) == (422, 422)
    assert sentence in page.content.decode()
    assert sentence in told.json()["problem"]
    assert "<title>Error: " in page.content.decode()
    assert kept in page.content
    assert answer_of(attempt, 1) == RIGHT[kind]


# --- two windows ------------------------------------------------------------------------------------------------------


def test_a_stale_answer_is_shown_beside_the_stored_one_and_neither_is_lost(client, learner):
    attempt = taken(learner, ["Median"], kinds=["text"])

    page = send(client, attempt, 1, [("answer", "Ulnar <nerve>")], rev=0)

    assert page.status_code == 409
    assert "Ulnar &lt;nerve&gt;" in page.content.decode()
    assert "Median" in page.content.decode()
    assert 'name="answer" value="Ulnar &lt;nerve&gt;"' in page.content.decode()
    assert answer_of(attempt, 1) == "Median"


@pytest.mark.parametrize(("keep", "kept"), [("1", "Ulnar"), ("stored", "Median")])
def test_the_learner_picks_which_answer_stays(client, learner, keep, kept):
    attempt = taken(learner, ["Median"], kinds=["text"])

    replied = send(client, attempt, 1, [("answer", "Ulnar"), ("choosing", "1"), ("keep", keep)], rev=0)

    assert replied.url == address("check", attempt)
    assert answer_of(attempt, 1) == kept


def test_without_a_pick_the_two_answers_are_shown_again(client, learner):
    attempt = taken(learner, ["Median"], kinds=["text"])

    page = send(client, attempt, 1, [("answer", "Ulnar"), ("choosing", "1")], rev=0)

    assert (page.status_code, answer_of(attempt, 1)) == (409, "Median")
    assert "Choose which answer to keep." in page.content.decode()


def test_a_stale_clear_asks_too(client, learner):
    attempt = taken(learner, ["Median"], kinds=["text"])

    page = send(client, attempt, 1, [("clear", "1")], rev=0)

    assert (page.status_code, answer_of(attempt, 1)) == (409, "Median")
    assert 'name="clear" value="1"' in page.content.decode()


def test_the_script_is_told_both_answers_in_words(client, learner):
    attempt = taken(learner, ["Median"], kinds=["text"])

    replied = send(client, attempt, 1, [("answer", "Ulnar")], rev=0, as_json=True)

    assert (replied.status_code, replied.json()) == (409, {"mine": "Ulnar", "stored": "Median", "rev": 1})


def test_the_same_answer_twice_is_no_conflict(client, learner):
    attempt = taken(learner, kinds=["text"])

    with time_machine.travel("2027-03-01T14:02:00Z", tick=False):
        client.force_login(learner)
        replied = [send(client, attempt, 1, [("answer", "Ulnar")], rev=0, as_json=True) for _ in range(2)]

    assert [each.json() for each in replied] == [{"rev": 1, "saved_at": "14:02"}] * 2


# --- what is not ours -------------------------------------------------------------------------------------------------

LONG = "9" * 31


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ('{"answer": 1}', "application/json", 415),
        ("answer=1&rev=0", "text/plain", 415),
        ("answer=1", FORM, 400),
        ("answer=1&rev=", FORM, 400),
        ("answer=1&rev=-1", FORM, 400),
        ("answer=1&rev=1.0", FORM, 400),
        ("answer=1&rev=%D9%A1", FORM, 400),
        (f"answer=1&rev={LONG}", FORM, 400),
        ("answer=1&rev=0&rev=1", FORM, 400),
        ("answer=1&answer=0&rev=0", FORM, 400),
        ("answer=1&rev=0&keep=mine", FORM, 400),
        ("answer=%ff%fe&rev=0", FORM, 400),
        ("answer=%ED%A0%80&rev=0", FORM, 400),
        (b"answer=\xff&rev=0", FORM, 400),
        ("answer=" + "x" * 70_000 + "&rev=0", FORM, 413),
        ("answer=" + "x" * 2_700_000 + "&rev=0", FORM, 400),
        ("rev=0" + "&a=1" * 1100, FORM, 400),
        ("answer[]=1&rev=0", FORM, 302),
        ("answer=1&rev=0&correct=1&score=10&deadline=2099-01-01", FORM, 302),
        ("", FORM, 415),  # without a body the client names no content type
    ],
)
def test_a_malformed_post_is_named_and_stores_nothing_it_should_not(client, learner, body, content_type, status):
    attempt = taken(learner, kinds=["single"])

    replied = client.post(address("answer", attempt, 1), body, content_type=content_type)
    told = client.post(
        address("answer", attempt, 1), body, content_type=content_type, headers={"accept": "application/json"}
    )

    assert (replied.status_code, told.status_code) == (status, 200 if status == 302 else status)
    response = response_of(attempt, 1)
    assert (response.correct, response.earned, response.flagged) == (None, None, False)
    assert status == 302 or response.answer is None


@pytest.mark.parametrize("n", ["0", "2", "99", "32768", "9" * 30, "9" * 5000, "-1", "1.0", "١", "1%00"])
def test_a_question_that_is_not_there_is_a_404(client, learner, n):
    attempt = taken(learner, kinds=["single"])
    home = address("attempt", attempt)

    assert client.get(f"{home}{n}/").status_code == 404
    assert client.post(f"{home}answers/{n}/", "answer=1&rev=0", content_type=FORM).status_code == 404


@pytest.mark.parametrize("name", ["attempt", "check", "result", "question", "answer", "submit"])
def test_a_stranger_and_a_missing_attempt_get_the_same_404(client, learner, name):
    theirs, args = taken(make_user(), kinds=["single"]), [1] if name in {"question", "answer"} else []
    addresses = [reverse(f"quizzes:{name}", args=[uuid, *args]) for uuid in (theirs.uuid, uuid4())]
    post = name in {"answer", "submit"}

    replied = [
        client.post(each, "answer=1&rev=0", content_type=FORM) if post else client.get(each) for each in addresses
    ]

    assert [each.status_code for each in replied] == [404, 404]
    hidden = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
    assert len({hidden.sub(b"", each.content) for each in replied}) == 1


@pytest.mark.parametrize("name", ["attempt", "check", "result", "question"])
def test_a_page_to_read_takes_no_post(client, learner, name):
    attempt = taken(learner, kinds=["single"])

    assert client.post(address(name, attempt, *([1] if name == "question" else []))).status_code == 405


def test_a_page_that_was_posted_can_be_asked_for_again(client, learner):
    attempt = taken(learner, kinds=["single"])

    assert client.get(address("answer", attempt, 1)).url == address("question", attempt, 1)
    assert client.get(address("submit", attempt)).url == address("attempt", attempt)


# --- signed out -------------------------------------------------------------------------------------------------------


def test_a_visitor_signs_in_and_finds_what_they_had_typed(client, learner):
    attempt = taken(learner, kinds=["text"])
    client.logout()

    sent = send(client, attempt, 1, [("answer", "Ulnar nerve")])
    client.force_login(learner)
    page = client.get(
        sent.url.partition("next=")[2].replace("%3F", "?").replace("%3D", "=").replace("%26", "&").replace("%2B", "+")
    )

    assert page.context["typed"] == "Ulnar nerve"
    assert "press Continue to save it" in page.content.decode()
    assert answer_of(attempt, 1) is None


def test_the_script_is_told_that_its_learner_is_signed_out(client, learner):
    attempt = taken(learner, kinds=["text"])
    client.logout()

    replied = send(client, attempt, 1, [("answer", "Ulnar")], as_json=True)

    assert (replied.status_code, answer_of(attempt, 1)) == (401, None)


def test_every_post_needs_its_token(learner):
    attempt = taken(learner, kinds=["text"])
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(learner)

    assert send(strict, attempt, 1, [("answer", "Ulnar")]).status_code == 403
    assert strict.post(address("submit", attempt)).status_code == 403


# --- the key stays away -----------------------------------------------------------------------------------------------


def test_no_page_before_release_holds_a_word_of_the_key(client, learner):
    attempt = taken(learner, secret="canary")
    pages = [client.get(address("question", attempt, n + 1)) for n in range(len(KINDS))]
    pages += [send(client, attempt, n + 1, shown(attempt, n + 1, RIGHT[kind])) for n, kind in enumerate(KINDS)]
    pages += [
        send(client, attempt, n + 1, shown(attempt, n + 1, WRONG[kind]), as_json=True) for n, kind in enumerate(KINDS)
    ]
    pages += [send(client, attempt, 6, [("answer", "no")], rev=1), client.get(address("check", attempt))]
    wrong = taken(learner, [False] * 7, submit=True, secret="canary")
    pages += [client.get(address("result", wrong))]

    assert [page for page in pages if b"canary" in page.content or "canary" in str(page.headers)] == []


def test_a_question_page_holds_positions_and_no_ids(client, learner):
    attempt = taken(learner, kinds=["single"])
    response = response_of(attempt, 1)

    page = client.get(address("question", attempt, 1)).content.decode()

    assert re.findall(r'name="answer" value="(\d+)"', page) == ["0", "1", "2", "3"]
    assert str(response.revision.uuid) not in page
    assert str(response.revision.item.uuid) not in page


@pytest.mark.parametrize("kind", KINDS)
def test_a_right_and_a_wrong_autosave_look_the_same(client, learner, kind):
    seen = set()
    for answers in (RIGHT, WRONG):
        attempt = taken(learner, kinds=[kind])
        fields = shown(attempt, 1, answers[kind])
        with CaptureQueriesContext(connection) as ctx:
            replied = send(client, attempt, 1, fields, as_json=True)
        seen.add((replied.status_code, len(replied.content), queries.statements(ctx)))

    assert len(seen) == 1


# --- what it costs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [10, 100])
def test_pages_cost_the_same_few_statements_for_any_number_of_questions(client, learner, count):
    attempt = taken(learner, [True, False], kinds=["single"] * count)
    fields = shown(attempt, 3, RIGHT["single"])
    client.get(address("question", attempt, 1))
    costs = {}
    asks = {
        "attempt": lambda: client.get(address("attempt", attempt)),
        "question": lambda: client.get(address("question", attempt, 2)),
        "save": lambda: send(client, attempt, 3, fields),
        "autosave": lambda: send(client, attempt, 4, fields, as_json=True),
        "flag": lambda: send(client, attempt, 4, [("flag", "1")], rev=1),
        "check": lambda: client.get(address("check", attempt)),
        "submit": lambda: client.post(address("submit", attempt)),
        "result": lambda: client.get(address("result", attempt)),
    }

    for name, ask in asks.items():
        with CaptureQueriesContext(connection) as ctx:
            assert ask().status_code < 400
        costs[name] = queries.statements(ctx)

    assert costs == {
        "attempt": 3, "question": 2, "save": 3, "autosave": 3, "flag": 3, "check": 2, "submit": 7, "result": 3
    }  # fmt: skip


# --- check and submit -------------------------------------------------------------------------------------------------


def test_the_check_page_puts_what_is_missing_first_and_names_it(client, learner):
    attempt = taken(learner, [True, None, "Ulnar"], kinds=["single", "single", "text"])

    page = client.get(address("check", attempt))

    assert [(line.n, line.answer) for line in page.context["lines"]] == [(2, ""), (1, "blue"), (3, "Ulnar")]
    text = page.content.decode()
    assert "Question 2 has no answer" in text
    assert "Submit with 1 unanswered" in text
    assert f'href="{address("question", attempt, 1)}?back=check"' in text


def test_a_number_is_said_with_its_unit(client, learner):
    attempt = taken(learner, ["2,5"], kinds=["numeric"])

    assert client.get(address("check", attempt)).context["lines"][0].answer == "2,5 times"


def test_submitting_twice_shows_the_one_result(client, learner):
    attempt = taken(learner, [True] * 2, kinds=["single"] * 2)

    replied = [client.post(address("submit", attempt)) for _ in range(2)]

    assert [each.url for each in replied] == [address("result", attempt)] * 2
    assert Attempt.objects.submitted().count() == 1


def test_a_blank_paper_is_submitted_only_when_that_is_meant(client, learner):
    attempt = taken(learner, kinds=["single"])

    asked = client.post(address("submit", attempt))
    meant = client.post(address("submit", attempt), {"confirm": "1"})

    assert (asked.status_code, meant.status_code) == (422, 302)
    assert "Confirm that you want to submit without any answer." in asked.content.decode()
    assert client.get(meant.url).context["heading"] == "Not passed yet: 0 of 1, 0.8 needed"


def test_a_submit_that_fails_says_what_is_safe(client, learner, monkeypatch):
    attempt = taken(learner, [True], kinds=["single"])

    def locked(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(delivery, "submit", locked)
    page = client.post(address("submit", attempt))

    assert page.status_code == 503
    assert f"reference {str(attempt.uuid)[:8].upper()}" in page.content.decode()
    assert "late, not lost" in page.content.decode()


def test_a_save_that_fails_keeps_what_was_typed(client, learner, monkeypatch):
    attempt = taken(learner, kinds=["text"])

    def locked(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(delivery, "save_answer", locked)
    page, told = (send(client, attempt, 1, [("answer", "Ulnar")], as_json=as_json) for as_json in (False, True))

    assert (page.status_code, told.status_code) == (503, 503)
    assert b'value="Ulnar"' in page.content


@pytest.mark.parametrize("name", ["attempt", "question", "check"])
def test_after_submission_every_page_leads_to_the_result(client, learner, name):
    attempt = taken(learner, [True], submit=True, kinds=["single"])

    replied = client.get(address(name, attempt, *([1] if name == "question" else [])))

    assert replied.url == address("result", attempt)


def test_an_answer_after_submission_is_refused(client, learner):
    attempt = taken(learner, [True], submit=True, kinds=["single"])

    replied = send(client, attempt, 1, [("answer", "0")], rev=1)
    told = send(client, attempt, 1, [("answer", "0")], rev=1, as_json=True)

    assert (replied.url, told.status_code) == (address("result", attempt), 410)
    assert told.json()["next"] == address("result", attempt)
    assert answer_of(attempt, 1) == RIGHT["single"]


def test_the_result_of_an_open_attempt_leads_back_to_it(client, learner):
    attempt = taken(learner, [True], kinds=["single"] * 2)

    assert client.get(address("result", attempt)).url == address("attempt", attempt)
    assert client.get(address("attempt", attempt)).url == address("question", attempt, 2)


def test_when_all_is_answered_one_comes_back_to_the_check(client, learner):
    attempt = taken(learner, [True] * 2, kinds=["single"] * 2)

    assert client.get(address("attempt", attempt)).url == address("check", attempt)


# --- time -------------------------------------------------------------------------------------------------------------


def test_when_time_is_up_the_saved_answers_are_submitted_as_of_the_deadline(client, learner):
    started = timezone.now() - timedelta(minutes=2)
    attempt = taken(learner, [True] * 3, kinds=["single"] * 4, now=started, time_limit_minutes=1)

    late = send(client, attempt, 4, [("answer", "0")], as_json=True)
    moved = client.get(address("question", attempt, 1))
    page = client.get(moved.url)

    attempt.refresh_from_db()
    assert (late.status_code, moved.url) == (410, address("result", attempt))
    assert attempt.submitted_at == attempt.deadline
    assert "Time is up. Your 3 saved answers were submitted." in page.content.decode()
    assert answer_of(attempt, 4) is None


@pytest.mark.parametrize(("after", "over"), [(-1, False), (0, False), (4, False), (6, True)])
def test_the_grace_holds_for_pages_too(client, learner, after, over):
    attempt = taken(learner, [True], kinds=["single"], time_limit_minutes=1)

    with time_machine.travel(attempt.deadline + timedelta(seconds=after), tick=False):
        page = client.get(address("question", attempt, 1))

    assert (page.status_code == 302) is over


def test_the_page_says_how_long_is_left_and_never_when_by_the_browsers_clock(client, learner):
    attempt = taken(learner, kinds=["single"], time_limit_minutes=10)

    with time_machine.travel(attempt.started_at + timedelta(minutes=4), tick=False):
        page = client.get(address("question", attempt, 1))

    assert 'data-left="360000"' in page.content.decode()


def test_hours_are_those_of_the_learners_zone(client):
    user = make_user(time_zone="America/New_York")
    attempt = taken(user, kinds=["text"])

    with time_machine.travel("2027-03-01T14:02:00Z", tick=False):
        client.force_login(user)
        assert send(client, attempt, 1, [("answer", "Ulnar")], as_json=True).json()["saved_at"] == "09:02"


# --- the result -------------------------------------------------------------------------------------------------------


def test_a_pass_is_said_and_every_reason_opens(client, learner):
    attempt = taken(learner, [True] * 9 + [False], submit=True, kinds=["single"] * 10)

    page = client.get(address("result", attempt))

    text = page.content.decode()
    assert '<h1 tabindex="-1" autofocus>You passed: 9 of 10 (90%)</h1>' in text
    assert "The pass mark is 8 of 10." in text
    assert "canary" in text
    assert [question.verdict for question in page.context["questions"]] == ["Correct"] * 9 + ["Not correct"]


def test_before_release_the_result_names_topic_verdict_and_lesson(client, learner):
    attempt = taken(learner, [False, True], submit=True, kinds=["single", "single"])

    page = client.get(address("result", attempt))

    text = page.content.decode()
    assert page.context["heading"] == "Not passed yet: 1 of 2, 1.6 needed"
    assert [(line.verdict, line.topic, line.address, line.section) for line in page.context["questions"]] == [
        ("Not correct", "Objective O0", f"{HOME}lessons/lesson-0/#part", ""),
        ("Correct", "Objective O1", f"{HOME}lessons/lesson-1/#part", ""),
    ]
    assert "2 attempts are left." in text
    assert page.context["onward"] == (HOME, "Back to the overview")
    assert "canary" not in text


def test_a_missed_safety_question_is_said_kindly(client, learner):
    attempt = taken(
        learner, [False] + [True] * 9, submit=True, kinds=["single"] * 10, safety=True, safety_must_pass=True
    )

    text = client.get(address("result", attempt)).content.decode()

    assert "You reached the pass mark, but question 1 is a safety question" in text
    assert "Not passed yet: 9 of 10" in text


def test_after_the_last_try_every_reason_opens(client, learner):
    attempt = taken(learner, [False], submit=True, kinds=["single"], attempts_allowed=1)

    text = client.get(address("result", attempt)).content.decode()

    assert "Not passed: 0 of 1" in text
    assert "No attempt is left, so every reason is open below." in text
    assert "canary" in text


def test_the_wait_before_the_next_try_is_said_with_day_and_hour(client, learner):
    with time_machine.travel("2027-03-01T09:00:00Z", tick=False):
        client.force_login(learner)
        attempt = taken(learner, [False], submit=True, kinds=["single"], cooldown_after=1)
        text = client.get(address("result", attempt)).content.decode()

    assert "The next try opens on Tuesday, 2 March 2027 at 09:00 UTC." in text


def test_parts_of_marks_are_said_exactly_and_never_rounded_up(client, learner):
    attempt = taken(learner, [[0]], submit=True, kinds=["multiple"])

    assert client.get(address("result", attempt)).context["heading"] == "Not passed yet: 0.33 of 1, 0.8 needed"


def test_the_layer_above_names_topics_lessons_and_the_next_step(client, learner):
    attempt = taken(learner, [True], submit=True, kinds=["single"])
    names = surroundings.Names({"O0": "How nerves move"}, {"lesson-0": "1.1, Cables"}, "/next/", "Go on to lesson 1.2")
    surroundings.provide(lambda entry: names if entry.pk == attempt.entry_id else None)

    text = client.get(address("result", attempt)).content.decode()

    assert "How nerves move: <b>1 of 1</b>" in text
    assert "Reread 1.1, Cables" in text
    assert '<a class="button" href="/next/">Go on to lesson 1.2' in text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answer", [True, False, None])
def test_every_kind_is_explained_when_it_is_released(client, learner, kind, answer):
    attempt = taken(learner, [answer], submit=True, kinds=[kind], attempts_allowed=1)

    page = client.get(address("result", attempt))

    section = page.context["questions"][0].section
    assert page.status_code == 200
    assert '<li class="key">' in section
    assert ("<b>Your answer" in section) is (answer is not None and (kind, answer) != ("ordering", True))


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize("reveals", ["settled", "told"])
@pytest.mark.parametrize(
    "answers", [[True], [False], [False, False], [False, True], [False, False, False], [False, None]]
)
def test_the_page_releases_exactly_what_the_results_release(learner, answers, reveals, told):
    entry = entered(learner, kinds=["single"], cooldown_hours=0, reveals=reveals)
    rules = PublishedQuiz.objects.content(entry.published_quiz_id).rules
    for answer in answers:
        attempt = delivery.start(entry, now=timezone.now())
        if answer is not None:
            delivery.save_answer(attempt, 1, (RIGHT if answer else WRONG)["single"], rev=0, now=timezone.now())
            delivery.submit(attempt, now=timezone.now())

    assert [
        outcome.released(delivery.standing(entry, now=timezone.now()), rules, told=told) for _ in entry.attempts.all()
    ] == [results.is_final(attempt, told=told) for attempt in entry.attempts.all()]  # fmt: skip


MEASURES = {"pass_mark": 0, "attempts_allowed": 1, "reveals": "told"}


def test_a_quiz_that_only_measures_names_its_result_and_nothing_to_pass(client, learner):
    attempt = taken(learner, [True, False], submit=True, kinds=["single", "single"], pass_mark=0)

    page = client.get(address("result", attempt))

    assert page.context["heading"] == "Your result: 1 of 2 (50%)"
    assert (page.context["means"], page.context["passed"]) == ([], False)
    assert "You passed" not in page.content.decode()


def test_a_result_that_waits_to_be_told_shows_the_topics_and_not_which_question_was_right(client, learner):
    attempt = taken(learner, [False, True, True, True], submit=True, kinds=["single"] * 4, **MEASURES)

    page = client.get(address("result", attempt))

    text = page.content.decode()
    assert re.findall(r"(Objective O\d): <b>(\d of \d)</b>", page.context["topics"]) == [
        ("Objective O0", "1 of 2"), ("Objective O1", "1 of 1"), ("Objective O2", "1 of 1"),
    ]  # fmt: skip
    assert re.findall(r'<li class="(\w+)">', page.context["topics"]) == ["done", "miss", "done", "done"]
    assert page.context["nerve"] == ["done", "done", "done", "miss"]
    assert (page.context["questions"], page.context["released"]) == ([], False)
    assert [
        words for words in ("canary", "Question by question", "Reread", "Correct", "Every reason") if words in text
    ] == []


def test_the_layer_above_opens_the_reasons_of_a_quiz_that_waits_to_be_told(client, learner):
    attempt = taken(learner, [False, True], submit=True, kinds=["single", "single"], **MEASURES)
    surroundings.provide(lambda entry: surroundings.Names(reveals=True, note="It counts for nothing."))

    page = client.get(address("result", attempt))

    assert page.context["released"] and "canary" in page.content.decode()
    assert page.context["means"] == ["It counts for nothing."]
    assert [question.verdict for question in page.context["questions"]] == ["Not correct", "Correct"]


def test_the_layer_above_cannot_open_the_reasons_of_a_graded_quiz(client, learner):
    attempt = taken(learner, [False], submit=True, kinds=["single"])
    surroundings.provide(lambda entry: surroundings.Names(reveals=True))

    assert "canary" not in client.get(address("result", attempt)).content.decode()


def test_a_void_attempt_says_so(client, learner):
    attempt = taken(learner, kinds=["single"])
    delivery.void(attempt, reason="power cut", by=learner)

    page = client.get(client.get(address("question", attempt, 1)).url)

    assert "This attempt was annulled" in page.content.decode()
    assert client.post(address("submit", attempt)).url == address("result", attempt)


def test_text_in_any_script_gets_its_own_direction(client, learner):
    attempt = taken(learner, ["عصب L5–S1"], kinds=["text"])

    assert '<b dir="auto">عصب L5–S1</b>' in client.get(address("check", attempt)).content.decode()


def test_a_json_reply_is_small_and_holds_no_more_than_it_must(client, learner):
    attempt = taken(learner, kinds=["single"])

    assert set(json.loads(send(client, attempt, 1, [("answer", "1")], as_json=True).content)) == {"rev", "saved_at"}
