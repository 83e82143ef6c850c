"""A real browser: a note is opened in its place, saved while one writes, and two windows lose nothing. And without a script."""

import re

import pytest
from playwright.sync_api import Page, expect

from courses.notes.models import SectionNote
from tests.courses import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def enrolment():
    return make.make_enrolment(make.make_learner())


@pytest.fixture
def lesson(browser, live_site, client, enrolment):
    """Opens the first lesson in a window of the learner, and gives its page."""

    def visit(context=None, **options) -> Page:
        page = context.new_page() if context else browser.page(**options)
        client.force_login(enrolment.user)
        page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_site.url}])
        page.goto(f"{live_site.url}/courses/{enrolment.course.slug}/lessons/m1-l1/")
        return page

    return visit


def opened(page: Page):
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name=re.compile("ote on “Where it starts”")).click()
    return page.get_by_label("Your note on “Where it starts”")


def test_a_note_is_saved_while_one_writes_and_is_there_in_the_next_window(lesson):
    page = lesson()
    area = opened(page)
    expect(area).to_be_focused()

    area.fill("Try it with the elbow bent.")

    expect(page.locator(".notebox [role=status]")).to_have_text(re.compile(r"^Saved \d"))
    assert SectionNote.objects.get().text == "Try it with the elbow bent."
    again = lesson(page.context)
    expect(again.get_by_role("link", name="Your note on “Where it starts”")).to_be_visible()
    expect(opened(again)).to_have_value("Try it with the elbow bent.")


def test_a_section_is_bookmarked_and_a_note_deleted_by_keyboard_alone(lesson):
    page = lesson()
    opened(page).press_sequentially("Short.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".notebox [role=status]")).to_have_text("Bookmarked")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".notebox [role=status]")).to_have_text("The note is deleted")
    page.keyboard.press("Escape")

    expect(page.locator(".notebox")).to_be_hidden()
    expect(page.get_by_role("link", name="Note, bookmarked on “Where it starts”")).to_be_focused()
    assert SectionNote.objects.values_list("text", "bookmarked").get() == ("", True)


def test_f05_two_windows_are_shown_both_texts_and_the_learner_chooses(browser, lesson):
    browser.expect("status of 409")
    page = lesson()
    area = opened(page)
    other = lesson(page.context)
    opened(other).fill("There.")
    expect(other.locator(".notebox [role=status]")).to_have_text(re.compile("^Saved"))

    area.fill("Here.")
    expect(page.get_by_text("Saved before:")).to_be_visible()
    expect(page.locator(".kept")).to_have_text("There.")
    page.get_by_role("button", name="Keep what I typed").click()

    expect(page.locator(".notebox [role=status]")).to_have_text(re.compile("^Saved"))
    assert SectionNote.objects.get().text == "Here."


def test_offline_the_text_stays_and_is_sent_later(browser, lesson):
    browser.expect("ERR_INTERNET_DISCONNECTED")
    page = lesson()
    area = opened(page)
    page.context.set_offline(True)
    area.fill("Written in a tunnel.")
    expect(page.locator(".notebox [role=status]")).to_have_text(re.compile("^Not saved: you are offline"))

    page.context.set_offline(False)

    expect(page.locator(".notebox [role=status]")).to_have_text(re.compile("^Saved"))
    assert SectionNote.objects.get().text == "Written in a tunnel."


def test_without_a_script_a_note_is_written_by_a_form(lesson, enrolment):
    page = lesson(java_script_enabled=False)
    page.get_by_role("link", name="Note on “Where it starts”").click()
    form = page.locator("#note-m1-l1-start form")
    form.get_by_label("Your note").fill("By hand.")
    form.get_by_role("button", name="Save the note").click()

    expect(form.get_by_label("Your note")).to_have_value("By hand.")
    page.get_by_role("link", name="All your notes on this course").click()
    expect(page.get_by_role("heading", name="My notes")).to_be_visible()
    assert SectionNote.objects.get().text == "By hand."


def test_the_size_of_text_changes_in_place_and_stays(lesson):
    page = lesson()
    size = "getComputedStyle(document.documentElement).fontSize"
    usual = float(page.evaluate(size)[:-2])

    page.get_by_role("button", name="Largest").click()
    page.wait_for_function("document.documentElement.dataset.size === 'largest'")
    grown = float(page.evaluate(size)[:-2])
    page.reload()

    assert 1.3 < grown / usual < 1.4
    assert float(page.evaluate(size)[:-2]) == grown
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
