"""Authoring in a real browser: the outline by keyboard and by mouse, two editors at once, and axe over every page of it."""

import re
from importlib.resources import files

import pytest
from playwright.sync_api import expect

from courses.catalogue import services as catalogue
from courses.catalogue.models import Course
from quizzes.bank import services as bank
from quizzes.bank.models import Item, Kind
from quizzes.delivery.models import Quiz
from tests.admin_pages import staff, url
from tests.courses import factories as make
from tests.quizzes.test_autosave_js import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def teacher(settings):
    settings.STAFF_SECOND_FACTOR = False
    return staff("instructor")


@pytest.fixture
def course(teacher):
    return make.make_course(modules=2, by=teacher)


def titles(course) -> list[list[str]]:
    return [[lesson.slug for lesson in module.lessons.all()] for module in course.modules.all()]


def opened(browser, live_site, teacher, address: str, **options):
    page = browser.page(**({"viewport": {"width": 1400, "height": 1000}} | options))
    sign_in(page, live_site, teacher)
    page.goto(live_site.url + address)
    return page


def outline(browser, live_site, teacher, course, **options):
    return opened(browser, live_site, teacher, url(Course, "outline", course.pk), **options)


def test_lessons_and_modules_move_by_keyboard_and_are_saved_together(browser, live_site, teacher, course):
    page = outline(browser, live_site, teacher, course)

    page.get_by_role("button", name="Move “Lesson M1.2” down").press("Enter")
    expect(page.get_by_role("status")).to_have_text("Place 1 of 3 in Module M2. Not saved yet.")
    expect(page.get_by_role("button", name="Move “Lesson M1.2” down")).to_be_focused()
    page.get_by_role("button", name="Move module M2 up").press("Alt+ArrowUp")
    page.get_by_label("Move", exact=True).select_option(label="“Lesson M1.1”")
    page.get_by_label("to", exact=True).select_option(label="module M2, after “Lesson M2.1”")
    page.get_by_role("button", name="Move it").press("Enter")
    assert titles(course) == [["m1-l1", "m1-l2"], ["m2-l1", "m2-l2"]]
    page.get_by_role("button", name="Save the order").press("Enter")

    expect(page.get_by_text("The order is saved.")).to_be_visible()
    assert titles(course) == [["m1-l2", "m2-l1", "m1-l1", "m2-l2"], []]


def test_a_lesson_is_dragged_into_another_module(browser, live_site, teacher, course):
    page = outline(browser, live_site, teacher, course)
    handle = page.locator("[data-part^=lesson] .order__handle").first
    target = page.locator("[data-part^=lesson]").nth(3).bounding_box()

    handle.hover()
    page.mouse.down()
    page.mouse.move(target["x"] + 50, target["y"] + target["height"] - 9, steps=5)
    page.mouse.move(target["x"] + 50, target["y"] + target["height"] - 3, steps=3)
    page.mouse.up()
    page.get_by_role("button", name="Save the order").click()

    expect(page.get_by_text("The order is saved.")).to_be_visible()
    assert titles(course) == [["m1-l2"], ["m2-l1", "m2-l2", "m1-l1"]]


def test_leaving_an_order_that_is_not_saved_warns(browser, live_site, teacher, course):
    page = outline(browser, live_site, teacher, course)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    page.get_by_role("button", name="Move module M1 down").click()
    page.get_by_role("link", name="Back to the course").click(no_wait_after=True)
    page.wait_for_timeout(300)

    assert asked == ["beforeunload"]


def test_two_editors_meet_and_one_of_them_decides(browser, live_site, teacher, course):
    mine, theirs = (outline(browser, live_site, teacher, course) for _ in range(2))
    theirs.get_by_role("button", name="Move module M2 up").click()
    theirs.get_by_role("button", name="Save the order").click()
    expect(theirs.get_by_text("The order is saved.")).to_be_visible()

    mine.get_by_role("button", name="Move “Lesson M1.1” down").click()
    mine.get_by_role("button", name="Save the order").click()

    expect(mine.get_by_role("alert")).to_contain_text("Someone else changed this outline")
    expect(mine.get_by_text("“Lesson M1.2” stands in another place of its module.")).to_be_visible()
    mine.get_by_role("button", name="Save my order instead").click()
    expect(mine.get_by_text("The order is saved.")).to_be_visible()
    assert titles(course) == [["m1-l2", "m1-l1"], ["m2-l1", "m2-l2"]]


def test_without_a_script_each_move_is_saved_at_once(browser, live_site, teacher, course):
    page = outline(browser, live_site, teacher, course, java_script_enabled=False)

    page.get_by_role("button", name="Move “Lesson M1.1” down").click()
    expect(page.get_by_text("The order is saved.")).to_be_visible()
    page.get_by_label("Move", exact=True).select_option(label="“Lesson M2.2”")
    page.get_by_label("to", exact=True).select_option(label="module M1, first lesson")
    page.get_by_role("button", name="Move it").click()

    expect(page.get_by_text("The order is saved.")).to_be_visible()
    assert titles(course) == [["m2-l2", "m1-l2", "m1-l1"], ["m2-l1"]]


# --- axe ----------------------------------------------------------------------------------------------------------------


def axe(page) -> list[str]:
    """Violations. The page was opened past its policy, which forbids axe its own styles."""
    page.evaluate(AXE)
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations'], preload: false})", TAGS
    )
    return [f"{rule['id']}: {node['html'][:140]}" for rule in found["violations"] for node in rule["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_on_any_page_of_authoring(browser, live_site, teacher, course, scheme):
    catalogue.publish(course, by=teacher, now=make.NOW)
    item, quiz = Item.objects.filter(bank=course.bank).first(), course.modules.first().quiz
    kept = bank.keep(item, by=teacher)
    Item.objects.filter(pk=item.pk).update(stem="Which is not the one?", objective="")
    addresses = [f"{url(Item, 'add')}?kind={kind}" for kind in Kind]
    addresses += [url(Item, page, item.pk) for page in ("change", "versions", "uses", "duplicate")]
    addresses += [
        f"{url(Item, 'versions', item.pk)}?version=draft-{kept.pk}",
        url(Item),
        url(Quiz, "rehearse", quiz.pk),
    ]
    addresses += [url(Course, page, course.pk) for page in ("change", "outline", "preview", "copy", "publish")]
    page = opened(browser, live_site, teacher, addresses[0], color_scheme=scheme, bypass_csp=True)

    found = {}
    for address in addresses:
        page.goto(live_site.url + address)
        if "/item/" in address and re.search(r"/(add|change)/", address):
            expect(page.locator("[data-summary]")).not_to_have_text("")
        found[address] = axe(page)
    page.goto(live_site.url + url(Course, "outline", course.pk))
    course.modules.first().lessons.create(slug="late", title="Late", position=9)
    page.get_by_role("button", name="Save the order").click()
    expect(page.get_by_role("alert")).to_contain_text("Someone else changed this outline")
    found["conflict"] = axe(page)

    assert {address: said for address, said in found.items() if said} == {}
