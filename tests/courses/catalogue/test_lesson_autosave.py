"""A lesson is saved while it is written: over what its author saw, and never over somebody else's text."""

import pytest
from django.contrib.admin.models import LogEntry

from courses.catalogue.lesson_drafts import mark_of
from courses.catalogue.models import Lesson
from tests.admin_pages import filled, signed_in, staff, url
from tests.courses import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher(settings):
    settings.STAFF_SECOND_FACTOR = False
    return staff("instructor")


@pytest.fixture
def lesson(teacher):
    return Lesson.objects.filter(module__course=make.make_course(by=teacher)).first()


@pytest.fixture
def client(teacher):
    return signed_in(teacher)


def send(client, lesson, body, **given):
    return client.post(url(Lesson, "autosave", lesson.pk), {"body": body, "over": mark_of(lesson.body), **given})


def stored(lesson) -> str:
    return Lesson.objects.values_list("body", flat=True).get(pk=lesson.pk)


def test_what_is_sent_is_cleaned_and_stored_and_answered_with_its_mark(client, lesson):
    answer = send(client, lesson, "<p>One.</p><script>x</script>\r\n<p>Two.</p>")

    assert stored(lesson) == "<p>One.</p>\n<p>Two.</p>"
    assert (answer.status_code, answer.json()["mark"]) == (200, mark_of(stored(lesson)))


def test_a_text_that_somebody_else_saved_is_not_written_over_and_comes_back(client, lesson):
    Lesson.objects.filter(pk=lesson.pk).update(body="<p>Theirs.</p>")

    answer = send(client, lesson, "<p>Mine.</p>")

    assert (answer.status_code, answer.json()) == (409, {"body": "<p>Theirs.</p>", "mark": mark_of("<p>Theirs.</p>")})
    assert stored(lesson) == "<p>Theirs.</p>"


def test_the_same_text_sent_twice_is_no_conflict(client, lesson):
    answers = [send(client, lesson, "<p>Mine.</p>").status_code for _ in range(2)]

    assert answers == [200, 200]


def test_the_page_may_be_sent_after_a_background_save_and_not_after_another_editor(client, lesson):
    page = url(Lesson, "change", lesson.pk)
    opened = filled(client.get(page))
    seen = send(client, lesson, "<p>Mine.</p>", seen=opened["seen"]).json()["seen"]
    Lesson.objects.filter(pk=lesson.pk).update(title="Their title")
    lesson.refresh_from_db()
    stale = send(client, lesson, "<p>Mine again.</p>", seen=seen).json()["seen"]

    answer = client.post(page, opened | {"seen": stale, "body": "<p>Mine again.</p>"})

    assert stale == seen != opened["seen"]
    assert "Someone else saved this" in str(answer.context["errors"])
    lesson.refresh_from_db()
    assert lesson.title == "Their title"


def test_the_page_is_saved_with_the_mark_of_the_background_save(client, lesson):
    page = url(Lesson, "change", lesson.pk)
    opened = filled(client.get(page))
    seen = send(client, lesson, "<p>Mine.</p>", seen=opened["seen"]).json()["seen"]

    answer = client.post(page, opened | {"seen": seen, "body": "<p>Mine, done.</p>"})

    assert answer.status_code == 302
    assert stored(lesson) == "<p>Mine, done.</p>"


def test_a_sitting_leaves_one_entry_in_the_history(client, lesson):
    for n in range(3):
        send(client, lesson, f"<p>{n}</p>")
        lesson.refresh_from_db()

    assert LogEntry.objects.filter(object_id=lesson.pk, change_message="Saved while writing.").count() == 1


def test_a_text_with_a_nul_is_refused_in_a_sentence(client, lesson):
    answer = send(client, lesson, "<p>a\0b</p>")

    assert answer.status_code == 422 and answer.json()["why"].endswith(".")


def test_nobody_else_saves_a_lesson(lesson):
    stranger = signed_in(staff("instructor"))

    assert send(stranger, lesson, "<p>x</p>").status_code == 404
    assert stored(lesson) == lesson.body


def test_the_address_only_takes_a_whole_form(client, lesson):
    page = url(Lesson, "autosave", lesson.pk)

    assert [client.get(page).status_code, client.post(page).status_code] == [405, 422]
    assert url(Lesson, "autosave", lesson.pk) not in client.get(
        url(Lesson, "change", lesson.pk)
    ).content.decode().replace(f'data-autosave="{page}"', "")
