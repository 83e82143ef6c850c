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
from courses.catalogue import figures, markup
from courses.catalogue import services as catalogue
from courses.catalogue.models import Course
from courses.certificates import mail as letters
from courses.certificates import services as certificates
from courses.certificates.models import CertificateEvent
from courses.learning import services as learning
from courses.learning.models import Enrolment
from quizzes.bank.models import Item, Option
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt
from tests.courses import factories as make
from tests.factories import KINDS, NOW
from tests.payloads import PAYLOADS
from tests.world import HOUR, World, forget, make_people, sign_in

WORST = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
HOSTILE_FIGURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>&lt;script&gt;alert(1)&lt;/script&gt;</title>'
    "<desc>&quot;&gt;&lt;img src=x onerror=alert(1)&gt;</desc></svg>"
)

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


# --- hostile rows -----------------------------------------------------------------------------------------------------


def make_hostile(people: dict) -> SimpleNamespace:
    """A published course, all of whose texts are payloads, and a learner called by one, finished and certified."""
    course = make.make_course(items=KINDS, by=people["instructor"], slug="hostile", title=f"{WORST}")
    texts = [
        name
        for name in [
            "subtitle",
            "summary",
            "audience",
            "prerequisites",
            "disclosures",
            "commercial_support",
            "scope_notice",
            "contraindications",
            "disclaimer",
        ]
    ]
    Course.objects.filter(pk=course.pk).update(**dict.fromkeys(texts, WORST), delivery_type=WORST)
    for n, payload in enumerate(PAYLOADS):
        course.references.create(
            key=f"X{n}",
            citation=f"{payload} A study. 2025.",
            year=2025,
            doi=f"10.1/{payload}",
            studied=payload,
            species="x",
        )
        course.terms.create(term=f"{n} {payload}"[:80], meaning=payload)
    course.references.create(key="LINK", citation="A link.", year=2025, url="javascript:alert(1)")
    course.objectives.update(text=WORST)
    course.figures.create(name="drawing", svg=figures.clean(HOSTILE_FIGURE))
    module = course.modules.get()
    module.title = module.summary = WORST
    module.save()
    cited = "".join(f"<p>See<cite>X{n}</cite></p>" for n in range(len(PAYLOADS)))
    body = f'{make.make_body()}<figure data-figure="drawing"><figcaption>{WORST}</figcaption></figure>{cited}<p>See<cite>LINK</cite></p>'
    module.lessons.update(title=WORST, purpose=WORST, body=body)
    module.lessons.filter(slug="m1-l2").update(body=make.make_body() + "\n".join(PAYLOADS))
    _hostile_items(course)
    edition = catalogue.publish(course, by=people["instructor"], now=NOW)
    return SimpleNamespace(course=course, edition=edition, people=people)


def _hostile_items(course: Course) -> None:
    """Every kind, in every text of it. Lists of texts hold a payload each, so that no two are alike."""
    for shift, item in enumerate(Item.objects.filter(bank=course.bank)):
        Item.objects.filter(pk=item.pk).update(
            stem=WORST, vignette="\n\n".join(PAYLOADS), work=WORST, common_error=WORST, unit=WORST[:40]
        )
        for place, option in enumerate(item.options.all()):
            payload = PAYLOADS[(9 * shift + place) % len(PAYLOADS)]
            keep = (
                {"text": option.text}
                if item.kind in {"numeric", "true_false"} or not option.text
                else {"text": f"{place} {payload}"}
            )
            match = {"match": f"{place} {payload}"} if option.match else {}
            Option.objects.filter(pk=option.pk).update(rationale="\n".join(PAYLOADS), **keep, **match)


def take_part(hostile: SimpleNamespace) -> SimpleNamespace:
    """Enrolled, all but the quiz done; then the quiz open, passed, and the certificate issued, one after the other."""
    owner = hostile.people["owner"]
    User.objects.filter(pk=owner.pk).update(legal_name=WORST, display_name=WORST)
    owner.refresh_from_db()
    licence = Licence.objects.create(user=owner, jurisdiction=WORST, profession="other", number=WORST[:40])
    enrolment = make.make_enrolment(owner, hostile.edition)
    Enrolment.objects.filter(pk=enrolment.pk).update(jurisdiction=WORST, profession=WORST[:40])
    make.finish_lessons(enrolment)
    entry = learning.enter_quiz(enrolment, "M1", home="/courses/hostile/", now=NOW)
    hostile.attempt, hostile.enrolment, hostile.licence = delivery.start(entry, now=NOW), enrolment, licence
    return hostile


def finish(hostile: SimpleNamespace) -> None:
    make.answer_right(hostile.attempt)
    delivery.submit(hostile.attempt, now=NOW)
    make.evaluate(hostile.enrolment, change="\n".join(PAYLOADS)[:4000], comments="\n".join(PAYLOADS)[:4000])
    make.attest(hostile.enrolment, licence=hostile.licence, user_agent=WORST)
    hostile.certificate = certificates.issue(hostile.enrolment, by=hostile.people["registrar"], now=NOW)


def learner_pages(hostile: SimpleNamespace) -> list[str]:
    home, attempt = "/courses/hostile/", f"/attempts/{hostile.attempt.uuid}/"
    questions = [f"{attempt}{n}/" for n in range(1, len(KINDS) + 1)]
    return [
        "/", "/record/", home, f"{home}lessons/m1-l1/", f"{home}lessons/m1-l2/", f"{home}quizzes/M1/", f"{home}evaluation/",
        f"{home}attestation/", f"{home}leave/", f"{home}certificate/", *questions, f"{attempt}check/", f"{attempt}result/",
        "/accounts/profile/", "/accounts/licences/", f"/accounts/licences/{hostile.licence.uuid}/", f"/accounts/licences/{hostile.licence.uuid}/delete/",
    ]  # fmt: skip


def certificate_pages(hostile: SimpleNamespace) -> list[str]:
    return [
        f"/certificates/{hostile.certificate.uuid}/",
        f"/verify/{hostile.certificate.token}/",
        "/record/",
        f"/attempts/{hostile.attempt.uuid}/result/",
    ]


def admin_pages(hostile: SimpleNamespace) -> list[str]:
    course, edition = hostile.course, hostile.edition
    rows = {
        "courses_course": course, "courses_module": course.modules.get(), "courses_lesson": course.modules.get().lessons.first(),
        "courses_reference": course.references.first(), "courses_glossaryterm": course.terms.first(), "courses_figure": course.figures.first(),
        "courses_edition": edition, "courses_enrolment": hostile.enrolment, "courses_certificate": hostile.certificate,
        "quizzes_attempt": hostile.attempt, "quizzes_entry": hostile.attempt.entry, "accounts_user": hostile.people["owner"],
        "accounts_licence": hostile.licence, "courses_evaluation": edition.evaluations.first() if hasattr(edition, "evaluations") else None,
        **{f"quizzes_item {item.kind}": item for item in course.bank.items.all()},
        **{f"quizzes_itemrevision {item.kind}": item.revisions.first() for item in course.bank.items.all()},
    }  # fmt: skip
    pages = []
    for name, row in rows.items():
        model = f"admin:{name.split()[0]}"
        pages += [reverse(f"{model}_changelist")] + (
            [reverse(f"{model}_{page}", args=[row.pk]) for page in ("change", "history", "delete")] if row else []
        )
    return [*dict.fromkeys(pages), "/admin/", reverse("admin:courses_lesson_preview", args=[rows["courses_lesson"].pk])]


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

    pages = ["/accounts/profile/", "/accounts/licences/", "/courses/hostile/attestation/"]
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
    for address in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
        forget()
        page = client.post(address, {"login": payload, "email": payload, "password": payload, "next": payload})
        assert active_in(page.content.decode()) == []
    for address in ("/verify/", "/accounts/login/", "/no-such/"):
        page = client.get(address, {"number": payload, "name": payload, "next": payload, "q": payload})
        assert active_in(page.content.decode()) == []


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


@pytest.mark.django_db
def test_s09_b14_a_letter_holds_no_markup_and_no_header_of_anybodys(hostile, visit):
    finish(hostile)
    certificates.revoke(hostile.certificate, category="error", reason=WORST, by=hostile.people["registrar"], now=NOW)
    revoked = CertificateEvent.objects.get(certificate=hostile.certificate, kind="revoked")

    letters.tell_issued.call(certificate=hostile.certificate.pk)
    letters.tell_revoked.call(event=revoked.pk)

    assert len(mail.outbox) == 2
    for letter in mail.outbox:
        assert [active_in(content) for content, kind in letter.alternatives] == [[]]
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


# --- a real browser -----------------------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_s09_a_browser_opens_every_hostile_page_and_nothing_runs(browser, live_site):
    """No dialog, no report of the content security policy, no complaint in the console."""
    people = make_people()
    hostile = take_part(make_hostile(people))
    dialogs = []

    open_all(browser, live_site, people["owner"], learner_pages(hostile), dialogs)
    finish(hostile)
    open_all(browser, live_site, people["owner"], certificate_pages(hostile), dialogs)
    open_all(browser, live_site, people["superuser"], admin_pages(hostile), dialogs)

    assert dialogs == []
    assert Attempt.objects.get(pk=hostile.attempt.pk).passed


def open_all(browser, live_site, user: User, addresses: list[str], dialogs: list[str]) -> None:
    client = Client()
    sign_in(client, user)
    page = browser.page()
    page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_site.url}])
    page.on("dialog", lambda dialog: (dialogs.append(f"{page.url}: {dialog.message}"), dialog.dismiss()))
    for address in addresses:
        page.goto(live_site.url + address, wait_until="load")
        page.mouse.move(200, 200)
