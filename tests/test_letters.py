"""Letters: one text in two forms, and the pages on which staff look at all of them."""

import re

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from ceu.shared import letters
from ceu.shared.letters import Letter
from tests.admin_pages import boss, signed_in

HOME = settings.SITE_URL


def body_of(text: str) -> str:
    html = Letter("A subject", text).html
    return re.sub(r' style="[^"]*"', "", html.partition("</p>\n")[2].partition("</div>")[0]).strip()


@pytest.mark.parametrize(("text", "html"), [
    ("One.\n\nTwo.", "<p>One.</p><p>Two.</p>"),
    ("One,\ntwo.", "<p>One,<br>two.</p>"),
    ("    K7M2QX", "<p>K7M2QX</p>"),
    ("- one\n- two", "<ul><li>one</li><li>two</li></ul>"),
    (f"Open it: {HOME}/x/", f'<p><a href="{HOME}/x/">Open it</a></p>'),
    (f"{HOME}/x/?a=1&b=2", f'<p><a href="{HOME}/x/?a=1&amp;b=2">{HOME}/x/?a=1&amp;b=2</a></p>'),
    (f"Because.\nStop: {HOME}/x/", f'<p>Because.</p><p><a href="{HOME}/x/">Stop</a></p>'),
    ("<b>Bold</b> & co.", "<p>&lt;b&gt;Bold&lt;/b&gt; &amp; co.</p>"),
])  # fmt: skip
def test_the_html_is_made_from_the_text(text, html):
    assert body_of(text) == html


@pytest.mark.parametrize(
    "address", ["https://evil.example/", f"{HOME}.evil.example/", "javascript:alert(1)", "//evil.example/"]
)
def test_only_an_address_of_this_site_becomes_a_link(address):
    assert "<a " not in body_of(f"Reason: {address}")


def test_a_subject_is_one_line(tmp_path, settings):
    (tmp_path / "x_subject.txt").write_text("{{ title }}\n")
    (tmp_path / "x_message.txt").write_text("Text.")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]

    assert letters.write("x", {"title": "A\r\nBcc: all@example.org"}).subject == "A Bcc: all@example.org"


def test_what_can_be_stopped_says_so_to_the_mail_program():
    Letter("A subject", "Text.", stop=f"{HOME}/stop/").send("ana@example.org", message_id="a.b")
    Letter("A subject", "Text.").send("ana@example.org")

    first, second = (letter.message() for letter in mail.outbox)
    assert first["List-Unsubscribe"] == f"<{HOME}/stop/>"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["Message-ID"] == "<a.b@127.0.0.1>"
    assert second["List-Unsubscribe"] is None


# --- the preview --------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(db):
    return signed_in(boss())


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(letters.KINDS))
def test_every_letter_can_be_looked_at(desk, settings, name):
    settings.STAFF_SECOND_FACTOR = False

    page, letter = desk.get(f"/admin/letters/{name}/"), desk.get(f"/admin/letters/{name}/page/")

    assert (page.status_code, letter.status_code) == (200, 200)
    for text in (page.content.decode(), letter.content.decode()):
        assert settings.SITE_NAME in text
        assert not re.search(r"{[{%]|None|\b0 lessons", text)
    assert f'src="/admin/letters/{name}/page/"' in page.content.decode()
    assert letter["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.django_db
def test_every_letter_is_in_the_list(desk, settings):
    settings.STAFF_SECOND_FACTOR = False
    page = desk.get("/admin/letters/").content.decode()

    assert re.findall(r'href="/admin/letters/([a-z-]+)/"', page) == sorted(letters.KINDS)
    assert len(letters.KINDS) > 20
    assert "/admin/letters/" in desk.get("/admin/").content.decode()


@pytest.mark.django_db
def test_the_preview_is_for_staff(client):
    assert Client().get("/admin/letters/").status_code == 302
