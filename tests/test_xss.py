"""S09, S10: what authors and learners write is text on every page, in every mail and on every certificate.

The rows are written past the forms that would have cleaned them: a page must not lean on the door being shut.
"""

import logging
import re
from html.parser import HTMLParser
from io import BytesIO
from types import SimpleNamespace
from urllib.parse import urlsplit

import pypdf
import pytest
import time_machine
from django.conf import settings as site_settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from ceu.accounts.models import Licence, User
from ceu.shared.letters import Letter
from courses.catalogue import markup
from courses.certificates import mail as letters
from courses.certificates import services as certificates
from courses.certificates.models import CertificateEvent
from courses.learning import mail as courses
from tests.factories import NOW
from tests.hostile import WORST, admin_pages, certificate_pages, finish, learner_pages, make_hostile, take_part
from tests.payloads import PAYLOADS
from tests.world import HOUR, World, forget, make_people

# --- what a page may hold ---------------------------------------------------------------------------------------------

NEVER = {
    "iframe",
    "object",
    "embed",
    "base",
    "style",
    "foreignobject",
    "template",
    "marquee",
    "video",
    "audio",
    "math",
    "image",
    "animate",
    "isindex",
}
ADDRESSES = {"href", "src", "action", "formaction", "xlink:href", "data", "poster", "srcset"}


class Reader(HTMLParser):
    """Lists whatever in a page is active and not ours."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if (
            tag in NEVER
            or (tag == "script" and not self._is_our_script(given))
            or (tag == "meta" and "http-equiv" in given)
        ):
            self.found.append(self.get_starttag_text() or tag)
        self.found += [
            f"{tag} {name}={value}"
            for name, value in given.items()
            if name.startswith("on") or name in {"style", "srcdoc"}
        ]
        self.found += [
            f"{tag} {name}={given[name]}"
            for name in ADDRESSES & set(given)
            if not self._is_safe(tag, name, given[name])
        ]

    def _is_our_script(self, given: dict[str, str]) -> bool:
        source = urlsplit(given.get("src", "//"))
        ours = not source.netloc and source.path.startswith(("/static/", "/admin/jsi18n/"))
        return ours or given.get("type") == "application/json" or "data-allauth-onload" in given

    def _is_safe(self, tag: str, name: str, value: str) -> bool:
        parts = urlsplit(re.sub(r"[\x00-\x20]", "", value))
        if tag == "a" and name == "href":
            return parts.scheme in {"", "http", "https", "mailto"}
        ours = urlsplit(site_settings.SITE_URL).netloc
        return (
            parts.scheme in {"", "http", "https"}
            and parts.netloc in {"", "testserver", ours}
            and not value.startswith("//")
        )


def active_in(page: str) -> list[str]:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader.found


def test_s09_the_reader_sees_what_is_active():
    """The positive control: as they are, the payloads are found, but for those that need a page of their own around them."""
    seen = [payload for payload in PAYLOADS if active_in(f"<p>{payload}</p>")]

    assert len(seen) >= 45
    assert active_in(
        '<p title="x" onclick="alert(1)"></p><a href="java\tscript:alert(1)"></a><script src="//evil.example/static/x.js"></script>'
    )


@pytest.fixture(scope="module")
def hostile(django_db_setup, django_db_blocker):
    from django.db import transaction

    with django_db_blocker.unblock(), time_machine.travel(NOW + HOUR), transaction.atomic():
        yield take_part(make_hostile(make_people()))
        transaction.set_rollback(True)


@pytest.fixture
def visit(hostile):
    logging.disable()
    visit = World.visit
    yield lambda who: visit(SimpleNamespace(people=hostile.people), who)
    logging.disable(logging.NOTSET)


def read(client: Client, addresses: list[str]) -> dict[str, list[str]]:
    """Address -> what is active there. A page that cannot be shown at all is no proof."""
    found = {}
    for address in addresses:
        forget()
        response = client.get(address)
        assert response.status_code < 500, address
        found[address] = active_in(response.content.decode()) if "html" in response["Content-Type"] else []
    return {address: active for address, active in found.items() if active}


# --- pages --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_s09_what_an_author_writes_is_text_on_every_page_of_a_learner(hostile, visit):
    assert read(visit("owner"), learner_pages(hostile)) == {}
    assert read(visit("anonymous"), ["/", "/courses/hostile/"]) == {}


@pytest.mark.django_db
def test_s09_what_an_author_writes_is_text_in_a_result_on_a_certificate_and_in_the_admin(hostile, visit):
    finish(hostile)

    assert read(visit("owner"), certificate_pages(hostile)) == {}
    assert read(visit("anonymous"), certificate_pages(hostile)[1:2]) == {}
    assert read(visit("superuser"), admin_pages(hostile)) == {}


@pytest.mark.django_db
def test_s09_the_pages_show_the_words_so_the_test_looks_at_the_right_ones(hostile, visit):
    client = visit("owner")
    shown = {address: "alert(1)" in client.get(address).content.decode() for address in learner_pages(hostile)[:7]}

    assert shown == dict.fromkeys(shown, True)


@pytest.mark.django_db
@pytest.mark.parametrize("payload", PAYLOADS)
def test_s09_whatever_a_learner_is_called_is_text(hostile, visit, payload):
    name = " ".join(payload.replace("\x0c", " ").split())
    User.objects.filter(pk=hostile.people["owner"].pk).update(legal_name=name, display_name=name[:60])
    Licence.objects.filter(pk=hostile.licence.pk).update(number=payload[:40], jurisdiction=payload[:60])

    pages = ["/accounts/licences/", "/courses/hostile/attestation/"]
    assert read(visit("owner"), pages) == {}


@pytest.mark.django_db
def test_s09_the_forms_of_the_admin_show_payloads_of_others_as_text(hostile, visit):
    client = visit("superuser")
    for field in ("title", "summary"):
        page = client.post(
            reverse("admin:courses_course_change", args=[hostile.course.pk]), {field: "\n".join(PAYLOADS)}
        )
        assert (page.status_code, active_in(page.content.decode())) == (200, [])
    searched = client.get(reverse("admin:quizzes_item_changelist"), {"q": WORST})
    assert active_in(searched.content.decode()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("payload", PAYLOADS)
def test_s09_what_is_typed_into_a_form_comes_back_as_text(hostile, visit, payload):
    client = visit("anonymous")
    forget()
    typed = dict.fromkeys(["login", "email", "password", "number", "name", "next"], payload)

    pages = [
        client.post("/accounts/login/", typed),
        client.get("/accounts/signup/", typed),
        client.get("/verify/", typed),
    ]

    assert [active_in(page.content.decode()) for page in pages] == [[]] * 3


# --- lessons: the only HTML that authors write ------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", PAYLOADS)
def test_s10_a_lesson_is_cleaned_on_the_way_in_and_on_the_way_out(payload):
    body = f'<h2 id="start">Where</h2><p>{payload} and on<cite>R1</cite></p>'
    course = SimpleNamespace(references=[], figures=[])

    cleaned, rendered = markup.clean(body), markup.render(SimpleNamespace(body=body), course)

    assert (active_in(cleaned), active_in(rendered)) == ([], [])
    assert markup.clean(cleaned) == cleaned


@pytest.mark.parametrize("drawing", [
    "<svg viewBox='0 0 1 1'><script>alert(1)</script></svg>",
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" onload="alert(1)"><title>a</title><desc>b</desc></svg>',
])  # fmt: skip
def test_s10_a_drawing_that_is_not_clean_is_left_out_of_the_page(drawing):
    course = SimpleNamespace(references=[], figures=[SimpleNamespace(name="bad", svg=drawing)])

    page = markup.render(
        SimpleNamespace(body='<figure data-figure="bad"><figcaption>A nerve.</figcaption></figure>'), course
    )

    assert active_in(page) == []
    assert "A nerve." in page


# --- mails and paper --------------------------------------------------------------------------------------------------------


def without_our_styles(html: str) -> str:
    """A letter has its styles in its tags: exactly those that a letter without anybody's words has as well."""
    plain = Letter(
        "", f"Words\n\n    code\n\n- item\n\nLink: {site_settings.SITE_URL}/\n\n-- \nLink: {site_settings.SITE_URL}/\n"
    ).html
    for style in re.findall(r' style="[^"]*"', plain):
        html = html.replace(style, "")
    return html


@pytest.mark.django_db
def test_s09_b14_a_letter_holds_no_markup_and_no_header_of_anybodys(hostile, visit):
    finish(hostile)
    certificates.revoke(hostile.certificate, category="error", reason=WORST, by=hostile.people["registrar"], now=NOW)
    revoked = CertificateEvent.objects.get(certificate=hostile.certificate, kind="revoked")

    letters.tell_issued.call(certificate=hostile.certificate.pk)
    letters.tell_revoked.call(event=revoked.pk)
    courses.tell_enrolled.call(enrolment=hostile.certificate.enrolment_id)

    assert len(mail.outbox) == 3
    for letter in mail.outbox:
        (html,) = (content for content, kind in letter.alternatives)
        assert active_in(without_our_styles(html)) == []
        assert "\n" not in letter.subject
        assert letter.to == ["owner@example.org"]


@pytest.mark.django_db
def test_s09_a_certificate_prints_the_name_as_it_is_and_runs_nothing(hostile, visit):
    finish(hostile)
    stored = bytes(hostile.certificate.document.content)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(stored)).pages)

    assert re.sub(r"\s", "", WORST) in re.sub(r"\s", "", text)
    assert [
        word
        for word in (b"/JavaScript", b"/JS ", b"/OpenAction", b"/Launch", b"/AA ", b"/EmbeddedFile")
        if word in stored
    ] == []
