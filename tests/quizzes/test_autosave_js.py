"""The script of a quiz in a real browser: what it says is saved is saved, and what is not saved is kept."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from ceu.accounts.models import LoginSession
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt, Response
from tests.factories import RIGHT, make_attempt, make_published, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NETWORK = "Failed to load resource"


@pytest.fixture
def learner():
    return make_user()


def sit(learner, kinds, answers=(), **rules) -> Attempt:
    entry = delivery.enter(learner, make_published(kinds=kinds, section={"mode": "fixed"}, **rules), home="/")
    return make_attempt(entry, answers=answers, now=timezone.now())


def sign_in(page, site, user) -> None:
    client = Client()
    client.force_login(user)
    page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": site.url}])


def open_question(browser, site, user, attempt, n=1, **options):
    page = browser.page(**options)
    sign_in(page, site, user)
    page.goto(site.url + reverse("quizzes:question", args=[attempt.uuid, n]))
    return page


def answer_of(attempt, n=1):
    return Response.objects.values_list("answer", flat=True).get(attempt=attempt, n=n)


def state(page):
    return page.locator("[data-save] [aria-hidden]").first


def waiting(page) -> list[str]:
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('ceu-answer:'))")


def test_an_answer_is_saved_as_it_is_chosen_and_announced_to_nobody(browser, live_site, learner):
    attempt = sit(learner, ["single"] * 2)
    page = open_question(browser, live_site, learner, attempt)

    page.locator(".answer").nth(1).click()

    expect(state(page)).to_have_text(re.compile("All answers saved [0-9:]{5}"))
    assert answer_of(attempt) == response_order(attempt)[1]
    expect(page.get_by_role("status")).to_have_text("")
    expect(page.locator(".fold > summary")).to_have_text("All questions: 1 of 2 answered")
    assert waiting(page) == []


def response_order(attempt, n=1):
    return Response.objects.get(attempt=attempt, n=n).order


def test_continue_right_after_choosing_loses_nothing(browser, live_site, learner):
    attempt = sit(learner, ["single"] * 2)
    page = open_question(browser, live_site, learner, attempt)

    page.keyboard.press("Tab")
    page.locator("input[type=radio]").nth(2).check()
    page.get_by_role("button", name="Continue").click()

    page.wait_for_url("**/2/")
    assert answer_of(attempt) == response_order(attempt)[2]


def test_leaving_by_a_link_right_after_choosing_loses_nothing(browser, live_site, learner):
    attempt = sit(learner, ["single"] * 2)
    page = open_question(browser, live_site, learner, attempt, n=2)

    page.locator("input[type=radio]").nth(0).check()
    page.locator("a.back").click()
    page.wait_for_url("**/1/")

    expect(page.locator(".fold > summary")).to_have_text("All questions: 1 of 2 answered")
    page.wait_for_function("!Object.keys(localStorage).some((key) => key.startsWith('ceu-answer:'))")
    assert answer_of(attempt, 2) == response_order(attempt, 2)[0]


def test_offline_an_answer_is_kept_survives_a_closed_page_and_is_sent_later(browser, live_site, learner):
    browser.expect(NETWORK)
    attempt = sit(learner, ["single"] * 2)
    page = open_question(browser, live_site, learner, attempt)

    page.context.set_offline(True)
    page.locator("input[type=radio]").nth(3).check()
    expect(page.get_by_role("status")).to_have_text("Offline: 1 answer kept on this device")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("status")).to_have_text("Offline: 1 answer kept on this device")
    assert answer_of(attempt) is None
    address, context = page.url, page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(address.replace("/1/", "/2/"))

    expect(state(again)).to_have_text(re.compile("All answers saved"))
    assert answer_of(attempt) == response_order(attempt)[3]


def test_back_online_it_is_sent_by_itself(browser, live_site, learner):
    browser.expect(NETWORK)
    attempt = sit(learner, ["text"])
    page = open_question(browser, live_site, learner, attempt)

    page.context.set_offline(True)
    page.get_by_role("textbox").fill("Ulnar")
    expect(page.get_by_role("status")).to_have_text("Offline: 1 answer kept on this device")
    page.context.set_offline(False)

    expect(page.get_by_role("status")).to_have_text(re.compile("All answers saved"))
    assert answer_of(attempt) == "Ulnar"


def test_a_server_in_trouble_does_not_stop_the_learner(browser, live_site, learner):
    browser.expect("503")
    attempt = sit(learner, ["text"] * 2)
    page = open_question(browser, live_site, learner, attempt)
    page.route("**/answers/**", lambda route: route.fulfill(status=503, body="{}"))

    page.get_by_role("textbox").fill("Ulnar")
    expect(page.get_by_role("status")).to_have_text("Not saved — will retry. You can keep working")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/2/")
    page.unroute("**/answers/**")
    page.reload()

    expect(state(page)).to_have_text(re.compile("All answers saved"))
    assert answer_of(attempt) == "Ulnar"


def test_two_windows_show_both_answers_and_the_learner_picks(browser, live_site, learner):
    browser.expect("409")
    attempt = sit(learner, ["text"])
    page = open_question(browser, live_site, learner, attempt)
    delivery.save_answer(attempt, 1, "Median", rev=0, now=timezone.now())

    page.get_by_role("textbox").fill("Ulnar")
    expect(page.locator("[data-mine]")).to_have_text("Ulnar")
    expect(page.locator("[data-saved]")).to_have_text("Median")
    assert answer_of(attempt) == "Median"
    page.get_by_role("button", name="Keep the answer on this page").click()

    expect(state(page)).to_have_text(re.compile("All answers saved"))
    assert answer_of(attempt) == "Ulnar"


def test_signed_out_the_answer_waits_and_goes_to_nobody_else(browser, live_site, learner):
    browser.expect("401|403|404")
    attempt = sit(learner, ["text"])
    page = open_question(browser, live_site, learner, attempt)
    LoginSession.objects.all().delete()

    page.get_by_role("textbox").fill("Ulnar")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("You are signed out. Your answer is kept on this page.")
    sign_in(page, live_site, make_user())
    dialog.get_by_role("button", name="I have signed in").click()
    expect(dialog).to_contain_text("Another account is signed in")
    assert answer_of(attempt) is None
    sign_in(page, live_site, learner)
    page.context.clear_cookies(name="csrf")  # signing in makes a new token
    dialog.get_by_role("button", name="I have signed in").click()

    expect(state(page)).to_have_text(re.compile("All answers saved"))
    assert answer_of(attempt) == "Ulnar"


def test_another_user_of_the_device_sends_nothing_of_the_first(browser, live_site, learner):
    browser.expect(NETWORK)
    other = make_user()
    mine, theirs = sit(learner, ["text"]), sit(other, ["text"])
    page = open_question(browser, live_site, learner, mine)
    page.context.set_offline(True)
    page.get_by_role("textbox").fill("Ulnar")
    expect(page.get_by_role("status")).to_have_text("Offline: 1 answer kept on this device")
    context = page.context
    page.close()
    context.set_offline(False)

    page = context.new_page()
    sign_in(page, live_site, other)
    page.goto(live_site.url + reverse("quizzes:question", args=[theirs.uuid, 1]))
    page.wait_for_timeout(500)

    expect(page.get_by_role("textbox")).to_have_value("")
    assert (answer_of(mine), answer_of(theirs)) == (None, None)


def test_clear_and_flag_work_in_place(browser, live_site, learner):
    attempt = sit(learner, ["single"], [True])
    page = open_question(browser, live_site, learner, attempt)

    page.get_by_role("button", name="Flag for review").click()
    expect(page.get_by_role("button", name="Flag for review", pressed=True)).to_be_visible()
    page.get_by_role("button", name="Clear answer").click()

    expect(state(page)).to_have_text("Answer cleared")
    expect(page.locator(".fold > summary")).to_have_text("All questions: 0 of 1 answered, 1 flagged")
    assert answer_of(attempt) is None


def test_emptying_a_field_takes_nothing_back(browser, live_site, learner):
    attempt = sit(learner, ["text"], ["Median"])
    page = open_question(browser, live_site, learner, attempt)

    page.get_by_role("textbox").fill("")

    expect(state(page)).to_have_text("Your saved answer stays until you choose Clear answer")
    assert answer_of(attempt) == "Median"


def test_steps_are_put_in_order_by_keyboard(browser, live_site, learner):
    attempt = sit(learner, ["ordering"])
    page = open_question(browser, live_site, learner, attempt)
    order = response_order(attempt)

    page.get_by_role("button", name=re.compile("^Down:")).first.focus()
    page.keyboard.press("Enter")

    expect(state(page)).to_have_text(re.compile("All answers saved"))
    assert answer_of(attempt) == [order[1], order[0], *order[2:]]
    expect(page.locator(":focus")).to_have_attribute("aria-label", re.compile("^Down:"))
    expect(page.get_by_role("status")).to_have_text(re.compile("place 2 of 4"))


def test_what_cannot_be_read_is_explained_on_continue(browser, live_site, learner):
    browser.expect("422")
    attempt = sit(learner, ["numeric"])
    page = open_question(browser, live_site, learner, attempt)

    page.get_by_role("textbox").fill("two")
    page.keyboard.press("Enter")

    expect(page.locator("[data-problems]")).to_be_focused()
    expect(page.get_by_role("textbox")).to_have_value("two")


def test_a_quiz_is_taken_by_keyboard_alone(browser, live_site, learner):
    attempt = sit(learner, ["single"], safety_must_pass=False)
    page = open_question(browser, live_site, learner, attempt)

    page.locator("input[type=radio]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check/")
    page.get_by_role("button", name="Submit 1 answer").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/result/")

    expect(page.locator("h1")).to_be_focused()


def test_when_time_is_up_the_saved_answers_are_submitted(browser, live_site, learner):
    attempt = sit(learner, ["text"], time_limit_minutes=1)
    Attempt.objects.filter(pk=attempt.pk).update(deadline=timezone.now() + timedelta(seconds=4))
    page = open_question(browser, live_site, learner, attempt)

    page.get_by_role("textbox").fill("Ulnar nerve")
    page.wait_for_url("**/result/")

    expect(page.locator("main")).to_contain_text("Time is up. Your 1 saved answer was submitted.")
    assert (Attempt.objects.get().late, answer_of(attempt)) == (False, "Ulnar nerve")


def test_without_a_script_the_whole_quiz_works(browser, live_site, learner):
    browser.expect("409")
    attempt = sit(learner, ["single", "ordering", "text"])
    page = open_question(browser, live_site, learner, attempt, java_script_enabled=False)

    page.locator("input[type=radio]").nth(response_order(attempt).index(RIGHT["single"])).check()
    page.get_by_role("button", name="Continue").click()
    for place, select in enumerate(page.locator("select").all(), 1):
        select.select_option(str(place))
    page.get_by_role("button", name="Continue").click()
    delivery.save_answer(attempt, 3, "Median", rev=0, now=timezone.now())
    page.get_by_role("textbox").fill("Ulnar nerve")
    page.get_by_role("button", name="Save and check answers").click()
    page.get_by_label("The one you have just sent").check()
    page.get_by_role("button", name="Keep this answer").click()
    page.get_by_role("button", name="Submit 3 answers").click()

    expect(page.locator("h1")).to_have_text(re.compile("2 of 3"))
    assert [answer_of(attempt, 1), answer_of(attempt, 3)] == [RIGHT["single"], "Ulnar nerve"]
