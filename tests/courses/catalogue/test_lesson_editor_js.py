"""The lesson editor in a real browser: what it is given it gives back, and a lesson is written by the keyboard alone."""

from pathlib import Path

import pytest
from django.templatetags.static import static
from playwright.sync_api import expect

from courses.catalogue import markup
from courses.catalogue.models import Lesson
from tests.admin_pages import DRAWING, staff, url
from tests.courses import factories as make
from tests.quizzes.test_autosave_js import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"
BODIES = {path.stem: path.read_text().partition("\n\n")[2] for path in sorted(FIXTURES.glob("*/lessons/*.html"))}

ROUND_TRIP = """async ([bundle, schema, bodies]) => {
  const parts = await import(bundle);
  const { extensions, normal, toHtml } = await import(schema);
  const wrong = [];
  for (const [name, body] of Object.entries(bodies)) {
    const editor = new parts.Editor({ element: document.createElement("div"), extensions: extensions(parts), content: body, injectCSS: false });
    const again = toHtml(editor, parts.pm.model);
    if (normal(again) !== normal(body)) wrong.push(name, normal(again).slice(0, 300));
    editor.destroy();
  }
  return wrong;
}"""


@pytest.fixture
def teacher(settings):
    settings.STAFF_SECOND_FACTOR = False
    return staff("instructor")


@pytest.fixture
def lesson(teacher):
    course = make.make_course(by=teacher)
    course.figures.create(name="drawing", svg=DRAWING)
    return Lesson.objects.filter(module__course=course).first()


def open_lesson(browser, live_site, teacher, lesson, **options):
    page = browser.page(**({"viewport": {"width": 1400, "height": 1000}} | options))
    sign_in(page, live_site, teacher)
    page.goto(live_site.url + url(Lesson, "change", lesson.pk))
    return page


def save(page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_every_lesson_of_the_fixtures_comes_back_from_the_editor_as_it_went_in(browser, live_site, teacher, lesson):
    assert len(BODIES) == 38
    page = open_lesson(browser, live_site, teacher, lesson)

    wrong = page.evaluate(ROUND_TRIP, [static("django_prose_editor/editor.js"), static("ceu/lesson-schema.js"), BODIES])

    assert wrong == []


@pytest.mark.parametrize("name", [*BODIES][:1] + [*BODIES][18:19] + [*BODIES][-1:])
def test_a_lesson_opened_and_saved_keeps_its_bytes(name, browser, live_site, teacher, lesson):
    Lesson.objects.filter(pk=lesson.pk).update(body=BODIES[name])
    page = open_lesson(browser, live_site, teacher, lesson)
    expect(page.get_by_role("textbox", name="Body")).to_be_visible()

    save(page)

    lesson.refresh_from_db()
    assert lesson.body == BODIES[name]


def test_what_the_editor_cannot_carry_is_edited_as_html_and_the_page_says_so(browser, live_site, teacher, lesson):
    body = "<ul><li>Words<p>and a block</p></li></ul>"
    Lesson.objects.filter(pk=lesson.pk).update(body=body)

    page = open_lesson(browser, live_site, teacher, lesson)

    expect(page.get_by_text("it is edited as HTML")).to_be_visible()
    expect(page.locator("textarea[name=body]")).to_be_visible()
    assert page.get_by_role("toolbar", name="Formatting").count() == 0


def test_without_javascript_the_field_of_html_serves(browser, live_site, teacher, lesson):
    page = open_lesson(browser, live_site, teacher, lesson, java_script_enabled=False)

    page.fill("textarea[name=body]", "<p>Plain.</p>")
    page.get_by_role("button", name="Save", exact=True).click()

    lesson.refresh_from_db()
    assert lesson.body == "<p>Plain.</p>"


def tool(page, name: str) -> None:
    """Reached by Alt and F10, then by the arrows."""
    page.keyboard.press("Alt+F10")
    for _ in range(30):
        if page.evaluate("document.activeElement.textContent") == name:
            page.keyboard.press("Enter")
            return
        page.keyboard.press("ArrowRight")
    raise AssertionError(f"{name} is not in the bar")


def to_the_end(page) -> None:
    page.keyboard.press("Control+End")


def test_a_lesson_with_a_table_a_figure_and_a_callout_is_written_by_the_keyboard(browser, live_site, teacher, lesson):
    Lesson.objects.filter(pk=lesson.pk).update(body="")
    page = open_lesson(browser, live_site, teacher, lesson)
    keys = page.keyboard
    page.get_by_role("textbox", name="Body").focus()

    tool(page, "Heading")
    keys.type("How a nerve slides")
    keys.press("Enter")
    keys.type("It ")
    keys.press("Control+b")
    keys.type("moves")
    keys.press("Control+b")
    keys.type(" a little.")
    keys.press("Enter")
    tool(page, "List")
    keys.type("One")
    keys.press("Enter")
    keys.type("Two")
    keys.press("Enter")
    keys.press("Enter")
    tool(page, "Table")
    keys.type("Travel by joint")
    keys.press("Enter")
    for words in ("Joint", "Travel", "Wrist", "A little", "Elbow", "More"):
        keys.type(words)
        keys.press("Tab")
    to_the_end(page)
    tool(page, "Figure")
    keys.press("Tab")
    keys.type("A line.")
    keys.press("Enter")
    to_the_end(page)
    tool(page, "Caution")
    keys.type("Go gently.")
    to_the_end(page)
    tool(page, "Check question")
    keys.type("Does it slide?")
    keys.press("ArrowDown")
    keys.type("Yes.")
    save(page)

    lesson.refresh_from_db()
    found = lesson.body.replace("\n", "")
    assert found == (
        '<h2 id="how-a-nerve-slides">How a nerve slides</h2><p>It <strong>moves</strong> a little.</p>'
        "<ul><li>One</li><li>Two</li></ul>"
        '<table><caption>Travel by joint</caption><thead><tr><th scope="col">Joint</th><th scope="col">Travel</th></tr></thead>'
        '<tbody><tr><th scope="row">Wrist</th><td>A little</td></tr><tr><th scope="row">Elbow</th><td>More</td></tr></tbody></table>'
        '<figure data-figure="drawing"><figcaption>A line.</figcaption></figure>'
        '<aside class="callout caution"><p>Go gently.</p></aside>'
        "<details><summary>Does it slide?</summary><p>Yes.</p></details>"
    )
    assert markup.clean(lesson.body) == lesson.body


# --- while one writes -------------------------------------------------------------------------------------------------


def write(page, words: str) -> None:
    page.get_by_role("textbox", name="Body").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


@pytest.fixture
def short(lesson):
    Lesson.objects.filter(pk=lesson.pk).update(body="<p>First.</p>")
    return lesson


def test_what_is_written_is_saved_by_itself(browser, live_site, teacher, short):
    page = open_lesson(browser, live_site, teacher, short)

    write(page, " More.")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    short.refresh_from_db()
    assert short.body == "<p>First. More.</p>"

    save(page)


@pytest.mark.parametrize(
    ("choice", "stands"),
    [
        ("Keep mine", "<p>First. Mine.</p>"),
        ("Take theirs", "<p>Theirs.</p>"),
        ("Put theirs after mine", "<p>First. Mine.</p>\n<p>Theirs.</p>"),
    ],
)
def test_of_two_texts_the_author_chooses(choice, stands, browser, live_site, teacher, short):
    browser.expect("409")
    page = open_lesson(browser, live_site, teacher, short)
    Lesson.objects.filter(pk=short.pk).update(body="<p>Theirs.</p>")
    write(page, " Mine.")

    expect(page.get_by_text("Somebody else saved this lesson")).to_be_visible()
    short.refresh_from_db()
    assert short.body == "<p>Theirs.</p>"
    page.get_by_role("button", name=choice).click()

    if choice != "Take theirs":
        expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    short.refresh_from_db()
    assert short.body == stands
    assert page.locator("textarea[name=body]").input_value() == stands


def test_an_expired_login_loses_no_text_and_leaving_warns(browser, live_site, teacher, short):
    page = open_lesson(browser, live_site, teacher, short)
    page.context.clear_cookies(name="session")
    write(page, " Kept.")
    expect(page.get_by_text("You are not signed in any more.")).to_be_visible()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(live_site.url)

    sign_in(page, live_site, teacher)
    page.goto(live_site.url + url(Lesson, "change", short.pk))
    page.get_by_role("button", name="Put it back").click()

    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    short.refresh_from_db()
    assert (short.body, asked) == ("<p>First. Kept.</p>", ["beforeunload"])
