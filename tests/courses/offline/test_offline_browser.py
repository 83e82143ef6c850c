"""A real browser: a course is kept, read without a connection, and gone with whoever signs out or comes after."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.courses import factories as make
from tests.journeys.walking import PASSWORD, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CACHES = "caches.keys()"


@pytest.fixture
def enrolment():
    return make.make_enrolment(learner())


def learner():
    from allauth.account.models import EmailAddress

    user = make.make_learner()
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def keep(page: Page, live_site, enrolment) -> str:
    """Signs in, keeps the course, and gives the address of its page."""
    home = f"/courses/{enrolment.course.slug}/"
    sign_in(page, live_site.url, enrolment.user, to=home)
    page.get_by_role("button", name="Keep this course on this device").click()
    expect(page.get_by_role("button", name="Remove it from this device")).to_be_visible()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    return f"{live_site.url}{home}"


def test_a_kept_lesson_is_read_without_a_connection_and_a_quiz_says_it_needs_one(browser, live_site, enrolment):
    browser.expect("ERR_INTERNET_DISCONNECTED|Failed to fetch|Failed to load resource")
    page = browser.page()
    home = keep(page, live_site, enrolment)
    expect(page.locator("[data-keep] [role=status]")).to_have_text("2 lessons are kept on this device.")

    page.context.set_offline(True)
    page.goto(f"{home}lessons/m1-l2/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lesson M1.2")
    assert page.evaluate("getComputedStyle(document.body).display") == "flex"
    page.get_by_role("link", name=re.compile("^Before")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lesson M1.1")
    page.goto(f"{home}quizzes/M1/")
    expect(page.get_by_text("Quizzes need a connection.")).to_be_visible()
    page.get_by_role("link", name=enrolment.edition.frozen.title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(enrolment.edition.frozen.title)
    page.goto(f"{home}lessons/m1-l1/")
    page.get_by_role("button", name="Mark as read and continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no connection just now")

    page.context.set_offline(False)
    page.goto(f"{home}quizzes/M1/")
    expect(page.get_by_text("Quizzes need a connection.")).to_have_count(0)


def test_what_was_kept_is_removed_at_sign_out(browser, live_site, enrolment):
    browser.expect("ERR_INTERNET_DISCONNECTED|Failed to load resource")
    page = browser.page()
    home = keep(page, live_site, enrolment)
    assert len(page.evaluate(CACHES)) == 1

    page.goto(f"{live_site.url}/accounts/logout/")
    page.locator("main form button").first.click()
    page.wait_for_url(f"{live_site.url}/")
    page.wait_for_function("async () => (await caches.keys()).length === 0")

    page.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED|ERR_FAILED"):
        page.goto(f"{home}lessons/m1-l1/")


def test_another_person_on_the_device_is_shown_nothing_that_was_kept(browser, live_site, enrolment):
    browser.expect("ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to load resource")
    page = browser.page()
    home = keep(page, live_site, enrolment)

    page.context.clear_cookies()  # the session ends without a word
    sign_in(page, live_site.url, learner())
    page.wait_for_function("async () => (await caches.keys()).length === 0")

    page.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED|ERR_FAILED"):
        page.goto(f"{home}lessons/m1-l1/")


def test_a_copy_can_be_removed_and_leaves_no_worker(browser, live_site, enrolment):
    page = browser.page()
    keep(page, live_site, enrolment)

    page.get_by_role("button", name="Remove it from this device").click()
    expect(page.get_by_text("Nothing of this course is kept on this device.")).to_be_visible()

    assert page.evaluate(CACHES) == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_a_copy_that_finds_no_room_leaves_nothing_behind(browser, live_site, enrolment):
    page = browser.page()
    page.add_init_script("""{
        const put = Cache.prototype.put;
        let room = 9;
        Cache.prototype.put = function (...all) {
            return room-- > 0 ? put.apply(this, all) : Promise.reject(new DOMException("full", "QuotaExceededError"));
        };
    }""")
    sign_in(page, live_site.url, enrolment.user, to=f"/courses/{enrolment.course.slug}/")
    page.get_by_role("button", name="Keep this course on this device").click()

    expect(page.get_by_text("Nothing is left behind. Try again.")).to_be_visible()
    assert page.evaluate(CACHES) == []
