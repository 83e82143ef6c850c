"""The page of an item in a real browser: written by the keyboard alone, shown and judged while one types, put in order."""

import os
import re

import pytest
from playwright.sync_api import expect

from quizzes.bank.models import Item
from tests.admin_pages import staff, url
from tests.factories import make_bank, make_item
from tests.quizzes.test_autosave_js import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# 40 seconds at two keys of navigation a second, and typing left out: what the page itself may cost.
MOST_KEYS = 80
OPTIONS = [
    ("The fifth cervical", "It serves the shoulder.", False),
    ("The sixth cervical", "It serves the thumb.", True),
    ("The first thoracic", "It serves the inner arm.", False),
]


@pytest.fixture
def teacher(settings):
    settings.STAFF_SECOND_FACTOR = False
    return staff("instructor")


@pytest.fixture
def home(teacher):
    return make_bank(authors=[teacher])


class Keyboard:
    """Types, and counts every key that is not part of a text."""

    def __init__(self, page) -> None:
        self.page, self.pressed = page, 0

    def press(self, key: str) -> None:
        self.pressed += 1
        self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def to(self, name: str) -> None:
        """Tab on until the field has the focus."""
        for _ in range(40):
            self.press("Tab")
            if self.page.evaluate("document.activeElement.name") == name:
                return
        raise AssertionError(f"{name} is not reached by Tab")


def open_page(browser, live_site, teacher, address: str, **options):
    page = browser.page(**({"viewport": {"width": 1600, "height": 1000}} | options))
    sign_in(page, live_site, teacher)
    page.goto(live_site.url + address)
    return page


def test_a_multiple_choice_item_is_written_by_the_keyboard_alone(browser, live_site, teacher, home):
    make_item(home, code="M1-01", pool="M1")
    page = open_page(browser, live_site, teacher, url(Item, "add"))
    keys = Keyboard(page)

    expect(page.locator("[name=stem]")).to_be_focused()
    keys.type("Which root serves the thumb?")
    for n, (text, why, key) in enumerate(OPTIONS):
        keys.to(f"options-{n}-text")
        keys.type(text)
        keys.to(f"options-{n}-correct")
        if key:
            keys.press("Space")
        keys.to(f"options-{n}-rationale")
        keys.type(why)
    keys.to("objective")
    keys.type("O1")
    keys.to("teaches_at")
    keys.type("roots/thumb")
    keys.press("Control+Enter")

    expect(page.get_by_text("M1-02 is saved. Here is the next.")).to_be_visible()
    item = Item.objects.get(code="M1-02")
    rows = [(row.text, row.rationale, row.correct) for row in item.options.all()]
    assert rows == OPTIONS
    expect(page.locator("[name=stem]")).to_be_focused()
    assert keys.pressed <= MOST_KEYS, keys.pressed


def test_what_is_typed_is_shown_as_a_learner_sees_it_and_judged_beside_its_field(browser, live_site, teacher, home):
    item = make_item(home)
    page = open_page(browser, live_site, teacher, url(Item, "change", item.pk))
    learner = page.locator("[data-learner]")

    expect(learner.locator(".question__title")).to_have_text("Which?")
    page.locator("[name=stem]").fill("Which nerve is not it & why?")

    expect(learner.locator(".question__title")).to_have_text("Which nerve is not it & why?")
    expect(page.locator(".lint[data-field=stem]")).to_contain_text("Advice: The stem asks by “not”")
    assert "lint-stem" in page.locator("[name=stem]").get_attribute("aria-describedby")
    assert Item.objects.get(pk=item.pk).stem == "Which?"
    light = learner.evaluate("host => getComputedStyle(host).backgroundColor")
    page.get_by_role("button", name="Dark").click()
    assert learner.evaluate("host => getComputedStyle(host).backgroundColor") != light
    page.get_by_role("button", name="Narrow").click()
    assert learner.bounding_box()["width"] <= 320
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/item.png", full_page=True)


def test_only_one_option_is_the_key_where_only_one_may_be(browser, live_site, teacher, home):
    page = open_page(browser, live_site, teacher, url(Item, "change", make_item(home).pk))

    page.locator("[name=options-0-correct]").check()

    expect(page.locator("[name=options-2-correct]")).not_to_be_checked()


def test_lines_change_places_by_buttons_keys_and_dragging_and_are_saved_so(browser, live_site, teacher, home):
    item = make_item(home)
    page = open_page(browser, live_site, teacher, url(Item, "change", item.pk))

    page.get_by_role("button", name="Move row 1 down").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Moved to place 2 of 4.")).to_be_attached()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Move row 1 down"
    page.locator("[name=options-3-text]").press("Alt+ArrowUp")
    handles = page.locator(".order__handle")
    first = page.locator("tr.form-row.has_original").first.bounding_box()
    handles.nth(3).hover()
    page.mouse.down()
    page.mouse.move(first["x"] + 60, first["y"] + 40, steps=4)
    page.mouse.move(first["x"] + 60, first["y"] + 4, steps=4)
    page.mouse.up()
    page.locator("[name=_save]").click()

    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert [row.text for row in item.options.all()] == ["blue", "green", "red", "grey"]


def test_leaving_with_unsaved_work_warns_and_an_expired_login_keeps_it(browser, live_site, teacher, home):
    browser.expect("Failed to load resource|fetch|redirect")
    item = make_item(home)
    page = open_page(browser, live_site, teacher, url(Item, "change", item.pk))
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    page.context.clear_cookies()
    page.locator("[name=stem]").press_sequentially(" More")
    expect(page.locator("[data-summary]")).to_contain_text("What you typed is still here")
    page.get_by_role("link", name="Account").click(no_wait_after=True)
    page.wait_for_timeout(300)

    assert asked == ["beforeunload"]
    expect(page.locator("[name=stem]")).to_have_value(re.compile("More"))


def test_without_a_script_the_page_saves_and_previews(browser, live_site, teacher, home):
    item = make_item(home)
    page = open_page(browser, live_site, teacher, url(Item, "change", item.pk), java_script_enabled=False)

    page.locator("[name=stem]").fill("Which one?")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview on a page of its own").click()
    expect(opened.value.get_by_role("heading", name="Which one?")).to_be_visible()
    page.locator("[name=options-3-position]").fill("0")
    page.locator("[name=_save]").click()

    assert Item.objects.get(pk=item.pk).stem == "Which one?"
    assert [row.text for row in item.options.all()] == ["grey", "red", "green", "blue"]
