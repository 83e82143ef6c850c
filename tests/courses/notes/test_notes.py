"""Notes and bookmarks: kept for one person, never written over, and still there when the section is not."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from courses.catalogue import services as catalogue
from courses.catalogue.models import Lesson
from courses.learning import services as learning
from courses.notes import services
from courses.notes.models import LONGEST, SectionNote
from tests.addresses import every_address
from tests.courses import factories as make
from tests.factories import NOW
from tests.world import PEOPLE, forget

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def enrolment(client):
    enrolment = make.make_enrolment(make.make_learner())
    client.force_login(enrolment.user)
    return enrolment


def url(name: str, enrolment, *args) -> str:
    return reverse(f"courses:{name}", args=[enrolment.course.slug, *args])


def send(client, enrolment, *, headers=None, **values):
    usual = {"lesson": "m1-l1", "anchor": "start", "do": "save", "rev": "0", "text": "A thought."}
    return client.post(url("notes", enrolment), usual | values, headers=headers)


def stored() -> list[tuple]:
    return list(SectionNote.objects.order_by("pk").values_list("lesson", "anchor", "text", "bookmarked", "revision"))


# --- writing ------------------------------------------------------------------------------------------------------------


def test_a_note_is_written_by_a_form_and_leads_back_to_its_section(client, enrolment):
    response = send(client, enrolment)

    assert response.headers["Location"] == f"{url('lesson-notes', enrolment, 'm1-l1')}#note-m1-l1-start"
    assert stored() == [("m1-l1", "start", "A thought.", False, 1)]
    assert "A thought." in client.get(url("lesson-notes", enrolment, "m1-l1")).text


def test_a_script_is_answered_with_the_note_and_its_revision(client, enrolment):
    first = send(client, enrolment, headers=JSON)
    second = send(client, enrolment, headers=JSON, text="Another.", rev="1")

    assert first.json() == {"text": "A thought.", "bookmarked": False, "rev": 1}
    assert second.json() == {"text": "Another.", "bookmarked": False, "rev": 2}
    notes = client.get(url("lesson-notes", enrolment, "m1-l1"), headers=JSON).json()["notes"]
    assert notes == [
        {"anchor": "", "text": "", "bookmarked": False, "rev": 0},
        {"anchor": "start", "text": "Another.", "bookmarked": False, "rev": 2},
    ]


def test_f05_a_stale_window_overwrites_nothing_and_shows_both(client, enrolment):
    send(client, enrolment, text="Here first.")

    by_script = send(client, enrolment, headers=JSON, text="There second.")
    by_form = send(client, enrolment, text="There second.")

    assert (by_script.status_code, by_form.status_code) == (409, 409)
    assert by_script.json() == {
        "problem": "This note was changed in another window or on another device.", "text": "Here first.", "rev": 1,
    }  # fmt: skip
    assert "Here first." in by_form.text and "There second." in by_form.text and 'name="rev" value="1"' in by_form.text
    assert stored() == [("m1-l1", "start", "Here first.", False, 1)]


def test_the_same_text_sent_twice_is_written_once_and_is_no_conflict(client, enrolment):
    answers = [send(client, enrolment, headers=JSON) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert stored() == [("m1-l1", "start", "A thought.", False, 1)]


@pytest.mark.parametrize("text", ["", " ", "\r\n\t"])
def test_a_blank_never_takes_the_place_of_a_note(client, enrolment, text):
    send(client, enrolment)

    assert send(client, enrolment, text=text, rev="1").status_code == 422
    assert stored() == [("m1-l1", "start", "A thought.", False, 1)]


def test_deleting_is_said_in_so_many_words_and_only_of_what_was_seen(client, enrolment):
    send(client, enrolment)
    send(client, enrolment, text="Newer.", rev="1")

    stale = send(client, enrolment, do="delete", rev="1")
    seen = send(client, enrolment, do="delete", rev="2")

    assert (stale.status_code, seen.status_code) == (409, 302)
    assert SectionNote.objects.kept().count() == 0
    assert send(client, enrolment, headers=JSON, text="Old window", rev="2").status_code == 409


def test_a_bookmark_stands_beside_a_note_and_without_one(client, enrolment):
    send(client, enrolment, do="bookmark", anchor="")
    send(client, enrolment)
    send(client, enrolment, do="bookmark")
    send(client, enrolment, text="Changed.", rev="1")

    assert stored() == [("m1-l1", "", "", True, 0), ("m1-l1", "start", "Changed.", True, 2)]
    send(client, enrolment, do="unbookmark", anchor="")
    assert SectionNote.objects.kept().count() == 1


def test_a_first_note_may_follow_a_bookmark(client, enrolment):
    send(client, enrolment, do="bookmark")

    assert send(client, enrolment, headers=JSON).json() == {"text": "A thought.", "bookmarked": True, "rev": 1}


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"text": "x" * LONGEST}, 302),
        ({"text": "x" * (LONGEST + 1)}, 422),
        ({"text": "a\x00b"}, 422),
        ({"rev": "x"}, 422),
        ({"rev": "99999999999999999999"}, 422),
        ({"rev": "-1"}, 422),
        ({"do": "burn"}, 404),
        ({"anchor": "nowhere"}, 404),
        ({"anchor": "x" * 65}, 404),
        ({"anchor": "\x00"}, 404),
        ({"lesson": "nowhere"}, 404),
        ({"lesson": ""}, 404),
    ],
)
def test_b_what_no_page_sends_is_refused(client, enrolment, values, status):
    assert send(client, enrolment, **values).status_code == status
    assert SectionNote.objects.count() == (1 if status == 302 else 0)


def test_what_was_typed_comes_back_when_it_is_refused(client, enrolment):
    page = send(client, enrolment, text="x" * LONGEST + "<the end>").text

    assert "5,000 characters at most" in page and "&lt;the end&gt;" in page


# --- reading ------------------------------------------------------------------------------------------------------------


def test_all_notes_of_a_course_stand_in_its_order_with_links(client, enrolment):
    send(client, enrolment, lesson="m1-l2", text="Later.")
    send(client, enrolment, text="Sooner.")

    page = client.get(url("notes", enrolment)).text

    assert page.index("Sooner.") < page.index("Later.")
    assert f'href="{url("lesson", enrolment, "m1-l1")}#start"' in page


def test_without_notes_it_is_said_where_they_would_stand(client, enrolment):
    assert "No notes and no bookmarks yet." in client.get(url("notes", enrolment)).text


def test_notes_are_saved_as_a_text_file(client, enrolment):
    send(client, enrolment, text="Ångström <b>")
    send(client, enrolment, do="bookmark", lesson="m1-l2", anchor="")

    response = client.get(url("notes-text", enrolment))

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]
    assert "1.1 Lesson M1.1 / Where it starts\nÅngström <b>" in response.text
    assert "1.2 Lesson M1.2 [bookmarked]" in response.text


def test_a_note_survives_the_section_it_stood_beside(client, enrolment):
    send(client, enrolment)
    send(client, enrolment, lesson="m1-l2", text="Still there.")
    Lesson.objects.filter(slug="m1-l1").update(body=make.make_body().replace('id="start"', 'id="other"'))
    enrolment.course.bank.items.update(teaches_at="m1-l1/other")
    learning.take_up_edition(enrolment, catalogue.publish(enrolment.course, by=None, now=NOW), now=NOW)

    page, text = (client.get(url(name, enrolment)).text for name in ("notes", "notes-text"))

    here, _, gone = page.partition("Sections that are no longer there")
    assert "Still there." in here and "A thought." in gone and "Where it starts" in gone
    assert "A thought." in text.partition("Sections that are no longer there")[2]
    assert send(client, enrolment, do="delete", rev="1", back="list").status_code == 302
    assert "Sections that are no longer there" not in client.get(url("notes", enrolment)).text


def test_the_lesson_page_has_a_way_to_the_note_of_each_section(client, enrolment):
    page = client.get(url("lesson", enrolment, "m1-l1")).text

    assert '<a href="notes/#note-m1-l1-start" data-note="start">Note' in page
    assert 'id="note-m1-l1-start"' in client.get(url("lesson-notes", enrolment, "m1-l1")).text


@pytest.mark.parametrize("count", [0, 9])
def test_notes_cost_three_statements(client, learner_with_lessons, max_statements, count):
    enrolment = learner_with_lessons
    for n in range(1, count + 1):
        send(client, enrolment, lesson=f"m1-l{n}")
    for address in (url("notes", enrolment), url("lesson-notes", enrolment, "m1-l1"), url("notes-text", enrolment)):
        client.get(address)
        with max_statements(3):
            client.get(address)


@pytest.fixture
def learner_with_lessons(client):
    enrolment = make.make_enrolment(make.make_learner(), lessons=9)
    client.force_login(enrolment.user)
    return enrolment


def test_writing_a_note_costs_at_most_five_statements(client, enrolment, max_statements):
    client.get(url("notes", enrolment))

    with max_statements(5):
        send(client, enrolment)


# --- whose they are -----------------------------------------------------------------------------------------------------


def test_a_stranger_and_who_left_have_no_notes_there(client, enrolment):
    send(client, enrolment)
    learning.withdraw(enrolment, now=NOW)
    assert client.get(url("notes", enrolment)).status_code == 404

    client.force_login(make.make_learner())
    for name, args in (("notes", ()), ("notes-text", ()), ("lesson-notes", ("m1-l1",))):
        assert client.get(url(name, enrolment, *args)).status_code == 404
    assert send(client, enrolment, text="Mine now.", rev="1").status_code == 404


def test_two_learners_of_one_course_have_each_their_own(client, enrolment):
    send(client, enrolment, text="Hers.")
    other = make.make_enrolment(make.make_learner(), enrolment.edition)
    client.force_login(other.user)

    assert send(client, other, text="His.").status_code == 302
    assert "Hers." not in client.get(url("notes", other)).text
    assert list(SectionNote.objects.of(other.user).values_list("text", flat=True)) == ["His."]


def test_s05_nobody_else_reads_a_note_at_any_address(world):
    place = {"lesson": "m1-l1", "anchor": "start", "lesson_title": "1.1", "heading": "Start"}
    services.write(world.enrolment, place, "note-canary-77", rev=0, now=NOW)
    seen = {}

    for who in PEOPLE:
        client = world.visit(who)
        for pattern, address in every_address(world):
            forget()
            response = client.get(address)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            if b"note-canary-77" in body:
                seen.setdefault(who, set()).add(pattern.name)

    assert seen == {"owner": {"courses:notes", "courses:lesson-notes", "courses:notes-text"}}


def test_s05_the_admin_knows_no_notes():
    assert apps.get_model("courses", "SectionNote") not in admin.site._registry
