"""A longer text in a real browser: saved as it is written, counted as the server counts, and marked at the desk."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from ceu.accounts import roles
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt
from quizzes.delivery.written_models import WrittenMark
from quizzes.questions import written
from tests.admin_pages import staff
from tests.factories import make_attempt, make_marked, make_user, make_written
from tests.quizzes.test_autosave_js import answer_of, open_question, sign_in, state, waiting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = "One line – of five words.\n\nAnother: l’été, 李."


@pytest.fixture
def learner():
    return make_user()


def sit(learner, **options) -> Attempt:
    return make_attempt(delivery.enter(learner, make_written(**options), home="/"), now=timezone.now())


def test_a_text_is_saved_as_it_is_written_and_its_words_are_counted_as_the_server_counts(browser, live_site, learner):
    attempt = sit(learner)
    page = open_question(browser, live_site, learner, attempt)

    page.get_by_role("textbox").press_sequentially("One line")
    expect(page.locator("#count")).to_have_text("2 of at most 20 words")
    page.get_by_role("textbox").fill(TEXT)

    expect(page.locator("#count")).to_have_text(f"{written.words(TEXT)} of at most 20 words")
    expect(state(page)).to_have_text(re.compile("All answers saved"))
    assert answer_of(attempt) == TEXT
    page.reload()
    expect(page.get_by_role("textbox")).to_have_value(TEXT)
    expect(page.locator("#count")).to_have_text("8 of at most 20 words")


def test_a_text_that_is_too_long_is_kept_on_the_device_until_it_fits(browser, live_site, learner):
    browser.expect("422")
    attempt = sit(learner)
    page = open_question(browser, live_site, learner, attempt)

    page.get_by_role("textbox").fill("word " * 22)
    expect(page.locator("#count")).to_have_text("22 of at most 20 words: take out 2")
    expect(state(page)).to_have_text(re.compile("Not saved yet. Your answer has 22 words, and the most is 20."))
    assert (answer_of(attempt), len(waiting(page))) == (None, 1)
    page.get_by_role("textbox").fill("word " * 20)

    expect(state(page)).to_have_text(re.compile("All answers saved"))
    assert (answer_of(attempt), waiting(page)) == (("word " * 20).strip(), [])


def test_offline_a_text_survives_a_closed_page(browser, live_site, learner):
    browser.expect("Failed to load resource")
    attempt = sit(learner)
    page = open_question(browser, live_site, learner, attempt)

    page.context.set_offline(True)
    page.get_by_role("textbox").fill(TEXT)
    expect(page.get_by_role("status")).to_have_text("Offline: 1 answer kept on this device")
    address, context = page.url, page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(address)

    expect(again.get_by_role("textbox")).to_have_value(TEXT)
    expect(again.locator("#count")).to_have_text("8 of at most 20 words")
    expect(state(again)).to_have_text(re.compile("All answers saved"))
    assert answer_of(attempt) == TEXT


def test_without_a_script_a_text_is_written_handed_in_and_revised(browser, live_site, learner):
    attempt = sit(learner)
    page = open_question(browser, live_site, learner, attempt, java_script_enabled=False)

    page.get_by_role("textbox").fill(TEXT)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Submit 1 answer").click()
    expect(page.locator("h1")).to_have_text("Your answer is with an instructor")
    make_marked(attempt, passes=False)
    page.reload()
    expect(page.locator("h1")).to_have_text("Not passed yet: 3 of 5 criteria are met, 4 needed")
    revision = delivery.start(attempt.entry, now=timezone.now())
    page.goto(live_site.url + reverse("quizzes:question", args=[revision.uuid, 1]))

    expect(page.get_by_role("textbox")).to_have_value(TEXT)
    expect(page.locator("main")).to_contain_text("Say when to stop.")
    expect(page.locator("#count")).to_have_text("8 of at most 20 words")


@pytest.mark.parametrize("width", [320, 1200])
def test_no_page_of_a_text_is_wider_than_its_window(browser, live_site, learner, width):
    attempt = sit(learner)
    delivery.save_answer(attempt, 1, "x" * 4000, rev=0, now=timezone.now())
    page = open_question(browser, live_site, learner, attempt, viewport={"width": width, "height": 800})
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

    assert not page.evaluate(wide)
    page.goto(live_site.url + reverse("quizzes:check", args=[attempt.uuid]))
    assert not page.evaluate(wide)
    delivery.submit(attempt, now=timezone.now())
    page.goto(live_site.url + reverse("quizzes:result", args=[attempt.uuid]))
    assert not page.evaluate(wide)
    make_marked(attempt)
    page.reload()
    assert not page.evaluate(wide)


def test_an_instructor_marks_at_the_desk_by_keyboard_and_without_the_name(browser, live_site, learner, settings):
    settings.STAFF_SECOND_FACTOR = False
    attempt = sit(learner)
    delivery.save_answer(attempt, 1, TEXT, rev=0, now=timezone.now())
    delivery.submit(attempt, now=timezone.now())
    teacher = staff(roles.INSTRUCTOR)
    attempt.published_quiz.quiz.bank.authors.add(teacher)
    page = browser.page()
    sign_in(page, live_site, teacher)

    page.goto(f"{live_site.url}/admin/")
    page.get_by_role("link", name="1 written answer waits to be marked.").click()
    page.locator("#result_list tbody a").click()
    expect(page.locator("#content-main")).to_contain_text("Another: l’été, 李.")
    for box in page.get_by_role("checkbox").all()[:4]:
        box.focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Save marks").press("Enter")

    expect(page.locator(".messagelist")).to_contain_text("The marks are saved. No other waits.")
    assert WrittenMark.objects.get().met == [0, 1, 2, 3]
    assert Attempt.objects.get().passed is True
