"""The registrar's desk: from the queue to a certificate, and what becomes of it later."""

import datetime as dt

import pytest

from ceu.accounts import roles
from courses.catalogue import services as catalogue
from courses.certificates import ledger, queue
from courses.certificates import services as certificates
from courses.certificates.models import AwaitingCertificate, Certificate, CertificateEvent
from courses.learning import services as learning
from tests.admin_pages import boss, signed_in, staff, url
from tests.courses import factories as make
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def registrar():
    return staff("registrar")


@pytest.fixture
def client(registrar):
    return signed_in(registrar)


@pytest.fixture
def edition():
    course = make.make_course()
    make.make_approval(course, make.make_accreditor(code="SB"))
    return make.make_edition(course)


def completed(edition, **fields):
    enrolment = make.make_enrolment(make.make_learner(**fields), edition)
    make.complete(enrolment)
    return enrolment


def issue_all(client):
    rows = list(AwaitingCertificate.objects.values_list("pk", flat=True))
    page = client.post(url(AwaitingCertificate), {"action": "issue", "_selected_action": rows})
    ready = ",".join(str(row.pk) for row in page.context["ready"])
    return page, client.post("/admin/courses/awaitingcertificate/issue/", {"enrolments": ready})


def said(answer) -> str:
    return " ".join(str(message) for message in answer.wsgi_request._messages)


def test_the_queue_shows_name_course_day_hours_and_the_check(client, edition):
    completed(edition, legal_name="Ada Able")
    staff_learner = completed(edition, legal_name="Bo Barred")
    type(staff_learner.user).objects.filter(pk=staff_learner.user.pk).update(is_staff=True)

    page = client.get(url(AwaitingCertificate)).content.decode()

    assert "Ada Able" in page and "1 March 2027" in page and "2.5 contact hours, SB" in page
    assert page.count("Can be issued") == 1
    assert "Staff accounts do not earn certificates." in page


def test_issuing_asks_first_and_then_issues_each(client, registrar, edition):
    rows = [completed(edition, legal_name=name) for name in ("Ada Able", "Ben Best")]

    asked, done = issue_all(client)

    assert "2 certificates will be issued" in asked.content.decode() and "Ben Best" in asked.content.decode()
    assert done.status_code == 302 and "2 certificates were issued." in said(done)
    issued = Certificate.objects.filter(enrolment__in=rows)
    assert {certificate.issued_by for certificate in issued} == {registrar} and len(issued) == 2
    assert ledger.verify() == []
    assert not AwaitingCertificate.objects.exists()


def test_the_first_page_of_issuing_issues_nothing(client, edition):
    row = completed(edition)

    client.post(url(AwaitingCertificate), {"action": "issue", "_selected_action": [row.pk]})
    client.get("/admin/courses/awaitingcertificate/issue/")

    assert not Certificate.objects.exists()


def test_one_that_is_refused_is_named_with_its_reasons_and_stops_no_other(client, edition):
    good, late = completed(edition, legal_name="Ada Able"), completed(edition, legal_name="Lou Left")
    learning.withdraw(late, now=NOW)
    keys = f"{late.pk},{good.pk}"

    page = client.post(url(AwaitingCertificate), {"action": "issue", "_selected_action": [late.pk]})
    done = client.post("/admin/courses/awaitingcertificate/issue/", {"enrolments": keys})

    assert "None of those can be issued now." in page.content.decode()
    assert "The learner has left the course." in page.content.decode()
    assert "Lou Left" in said(done) and "The learner has left the course." in said(done)
    assert "1 certificate was issued." in said(done)
    assert [certificate.enrolment for certificate in Certificate.objects.all()] == [good]


def test_issuing_the_same_page_twice_issues_once(client, edition):
    row = completed(edition)
    for _ in range(2):
        done = client.post("/admin/courses/awaitingcertificate/issue/", {"enrolments": str(row.pk)})

    assert "1 was no longer in the queue." in said(done)
    assert Certificate.objects.count() == 1


@pytest.mark.parametrize("keys", ["", "x", "1;2", "-1", "1,,2", "9" * 30, ",".join(map(str, range(201)))])
def test_a_list_of_enrolments_that_is_none_is_a_bad_request(keys, client):
    assert client.post("/admin/courses/awaitingcertificate/issue/", {"enrolments": keys}).status_code == 400


@pytest.mark.parametrize("role", ["instructor", "auditor"])
def test_nobody_else_issues(role, edition):
    row = completed(edition)
    someone = edition.course.instructors.get() if role == "instructor" else make_user()
    roles.give(someone, role)
    other = signed_in(someone)

    statuses = [
        other.post("/admin/courses/awaitingcertificate/issue/", {"enrolments": str(row.pk)}).status_code,
        other.post(url(AwaitingCertificate), {"action": "issue", "_selected_action": [row.pk]}).status_code,
        other.get(url(AwaitingCertificate)).status_code,
    ]

    assert statuses == [403, 403, 403]
    assert not Certificate.objects.exists()


def test_the_queue_judges_as_issuing_does(edition):
    """The queue asks the rules for a page at once; issuing asks them for one on locked rows. They must not part."""
    rows = [completed(edition) for _ in range(5)]
    learner = type(rows[0].user).objects
    learner.filter(pk=rows[1].user_id).update(is_staff=True)
    learning.withdraw(rows[2], now=NOW)
    edition.course.instructors.add(rows[3].user)
    type(rows[4]).objects.filter(pk=rows[4].pk).update(scope_confirmed_at=None)
    certificates.issue(rows[0], by=None, now=NOW)
    learning.withdraw(rows[0], now=NOW)
    again = make.make_enrolment(rows[0].user, edition, now=NOW)
    make.complete(again)
    make.make_approval(edition.course, make.make_accreditor(requires_licence_number=True))

    judged = queue.judge(list(AwaitingCertificate.objects.with_milestones()), now=NOW)

    assert {row.pk for row in [*rows[1:], again]} == set(judged)
    for row in [*rows[1:], again]:
        with pytest.raises(certificates.NotEligible) as refused:
            certificates.issue(row, by=None, now=NOW)
        assert [reason.text for reason in judged[row.pk].reasons] == [reason.text for reason in refused.value.reasons]


# --- afterwards -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(edition):
    return certificates.issue(completed(edition, legal_name="Ada Able"), by=None, now=NOW)


def test_a_certificate_shows_its_facts_its_history_and_its_stored_paper(client, certificate):
    page = client.get(url(Certificate, "change", certificate.pk)).content.decode()
    paper = client.get(url(Certificate, "pdf", certificate.pk))

    assert "Ada Able" in page and certificate.number in page and "Issued" in page
    assert certificate.document.sha256 in page
    assert paper["Content-Type"] == "application/pdf"
    assert paper["Content-Disposition"] == f'attachment; filename="certificate-{certificate.number}.pdf"'
    assert paper.content == bytes(certificate.document.content)


def test_revoking_needs_a_category_and_a_reason_and_keeps_the_row(client, registrar, certificate):
    address = url(Certificate, "revoke", certificate.pk)

    refused = client.post(address, {"category": "", "reason": " "})
    unknown = client.post(address, {"category": "whim", "reason": "Because."})
    done = client.post(address, {"category": "misconduct", "reason": "The signature was not theirs."})

    assert (refused.status_code, unknown.status_code, done.status_code) == (200, 200, 302)
    event = certificate.events.get(kind="revoked")
    assert (event.category, event.reason, event.by) == ("misconduct", "The signature was not theirs.", registrar)
    assert "Revoked" in client.get(url(Certificate, "change", certificate.pk)).content.decode()
    assert ledger.verify() == []


def test_a_correction_is_a_new_certificate_and_both_are_kept(client, registrar, certificate):
    address = url(Certificate, "supersede", certificate.pk)
    opened = client.get(address)

    done = client.post(address, {"legal_name": "Ada  Able-Best", "reason": "She married."})

    assert opened.context["form"]["legal_name"].value() == "Ada Able"
    assert done.status_code == 302
    newer = Certificate.objects.get(supersedes=certificate)
    page = client.get(url(Certificate, "change", newer.pk)).content.decode()
    assert "Ada Able-Best" in page and url(Certificate, "change", certificate.pk) in page
    assert newer.issued_by == registrar and ledger.verify() == []


def test_what_is_superseded_is_not_superseded_again(client, certificate):
    address = url(Certificate, "supersede", certificate.pk)
    client.post(address, {"legal_name": "Ada Best", "reason": "She married."})

    again = client.post(address, {"legal_name": "Ada Worst", "reason": "She did not."})

    assert again.status_code == 200 and "is superseded already" in again.content.decode()
    assert Certificate.objects.count() == 2
    assert address not in client.get(url(Certificate, "change", certificate.pk)).content.decode()


@pytest.mark.parametrize("page", ["supersede", "revoke"])
def test_an_auditor_reads_certificates_and_changes_none(page, certificate):
    client = signed_in(staff("auditor"))

    assert client.get(url(Certificate, "change", certificate.pk)).status_code == 200
    assert client.get(url(Certificate, "pdf", certificate.pk)).status_code == 200
    assert client.post(url(Certificate, page, certificate.pk), {"category": "error", "reason": "x"}).status_code == 403
    assert CertificateEvent.objects.count() == 1


def test_an_erased_certificate_is_still_on_record(certificate):
    catalogue.retire(certificate.enrolment.course, now=NOW)
    certificate.enrolment.course.refresh_from_db()
    certificates.erase(certificate, reason="Time is over.", by=None, now=NOW + dt.timedelta(days=9000))
    client = signed_in(boss())

    page = client.get(url(Certificate, "change", certificate.pk)).content.decode()

    assert "are erased" in page and "Ada Able" not in page
    assert client.get(url(Certificate)).status_code == 200
    for gone in ("pdf", "supersede"):
        assert client.get(url(Certificate, gone, certificate.pk)).status_code == 404
