"""From sign-up to a certificate that anyone can check, on the real course of fixtures/neural-mobilization."""

import io
import json
import re
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import expect

from ceu.accounts.models import User
from courses.catalogue.models import Course
from courses.certificates import snapshot
from courses.certificates.models import Certificate
from courses.packages import services as packages
from tests.journeys import walking

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "neural-mobilization"
EMAIL, NAME = "ana@ce.example.org", "Ana María Delgado-Øst"


@pytest.fixture
def course() -> Course:
    author = User.objects.create_user("author@ce.example.org", display_name="Test Author")
    packages.load(FIXTURE, by=author, publish=True)
    return Course.objects.get(slug="neural-mobilization")


def test_from_sign_up_to_a_certificate_that_anyone_can_check(browser, live_site, course):
    learner = browser.page(viewport={"width": 1280, "height": 900})
    _join(learner, live_site.url)
    _enrol(learner, live_site.url, course)
    _study(learner, live_site.url, course)
    _evaluate_and_attest(learner)
    expect(learner.get_by_role("heading", level=1)).to_have_text("You have completed the course")

    _issue(browser, live_site.url)
    certificate = Certificate.objects.get()

    paper = _download(learner, live_site.url, certificate)
    _paper_says_what_the_snapshot_says(paper, certificate)
    _anyone_can_check_it(browser, paper, certificate)


def _join(page, base: str) -> None:
    walking.sign_up(page, base, EMAIL)
    page.fill("[name=legal_name]", NAME)
    page.locator("main form:has([name=legal_name]) button").first.click()
    page.fill("[name=jurisdiction]", "Florida")
    page.select_option("[name=profession]", "massage_therapist")
    page.fill("[name=number]", "MA0012345")
    page.locator("main form:has([name=number]) button").first.click()
    assert User.objects.get(email=EMAIL).licences.get().number == "MA0012345"


def _enrol(page, base: str, course: Course) -> None:
    page.goto(f"{base}/")
    page.get_by_role("link", name="Neural Mobilization for Manual Therapists").click()
    page.get_by_role("link", name="Enrol in this course").click()
    page.select_option("[name=profession]", "massage_therapist")
    page.fill("[name=jurisdiction]", "Florida")
    page.check("[name=confirmed]")
    page.get_by_role("button", name="Enrol").click()
    expect(page.locator(".nerve-line")).to_contain_text("0 of 16 lessons read. No quiz passed yet.")


def _study(page, base: str, course: Course) -> None:
    page.get_by_role("link", name=re.compile("Start with 1.1")).click()
    for module in range(1, 5):
        for lesson in range(1, 5):
            expect(page.locator(".numeral")).to_have_text(f"Lesson {module}.{lesson}")
            page.get_by_role("button", name="Mark as read and continue").click()
        page.get_by_role("button", name="Start the quiz").click()
        walking.take_quiz(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("You passed: 10 of 10 (100%)")
        page.get_by_role("link", name="Go on").first.click()


def _evaluate_and_attest(page) -> None:
    page.get_by_role("link", name="Evaluate the course").first.click()
    for group in page.locator("main fieldset:has(input[type=radio])").all():
        group.locator("input[type=radio]").nth(1).check()
    page.fill("[name=minutes]", "160")
    page.get_by_role("button", name="Hand in the evaluation").click()
    page.fill("[name=typed_name]", NAME)
    page.get_by_role("button", name="Sign and complete the course").click()


def _issue(browser, base: str) -> None:
    registrar = walking.make_staff("registrar")
    page = browser.page(viewport={"width": 1280, "height": 900})
    walking.sign_in(page, base, registrar, to="/admin/courses/awaitingcertificate/")
    expect(page.locator("#result_list")).to_contain_text(NAME)
    page.locator("#result_list input.action-select").first.check()
    page.select_option("select[name=action]", label="Issue certificates")
    page.get_by_role("button", name=re.compile("Go|Run", re.I)).first.click()
    page.locator("input[type=submit][value^='Issue 1']").click()
    expect(page.locator(".messagelist")).to_contain_text("1 certificate was issued.")


def _download(page, base: str, certificate: Certificate) -> bytes:
    page.goto(f"{base}/record/")
    page.get_by_role("link", name="Neural Mobilization for Manual Therapists").first.click()
    expect(page.locator(".leaf__name")).to_have_text(NAME)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download PDF").click()
    paper = Path(download.value.path()).read_bytes()
    assert paper == bytes(certificate.document.content)
    return paper


def _paper_says_what_the_snapshot_says(paper: bytes, certificate: Certificate) -> None:
    text = " ".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper)).pages).split())
    particulars = snapshot.particulars_from_dict(json.loads(certificate.holder.particulars))
    frozen = snapshot.from_dict(json.loads(certificate.snapshot))
    for fact in snapshot.printed_facts(frozen, particulars):
        assert fact.text.replace(" ", "") in text.replace(" ", ""), fact.term
    assert particulars.licence_number == "MA0012345"


def _anyone_can_check_it(browser, paper: bytes, certificate: Certificate) -> None:
    """The address is read from the paper: it is a link there, and the QR code holds the same."""
    links = [
        annotation.get_object()["/A"]["/URI"]
        for page in pypdf.PdfReader(io.BytesIO(paper)).pages
        for annotation in page.get("/Annots", [])
    ]
    visitor = browser.page(viewport={"width": 390, "height": 800})
    visitor.goto(next(link for link in links if "/verify/" in link))
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Valid certificate")
    facts = visitor.locator("main .facts").first
    for words in (NAME, "Neural Mobilization for Manual Therapists", certificate.number):
        expect(facts).to_contain_text(words)
    assert "MA0012345" not in visitor.content()
