"""The learner's own pages: the certificate, its paper, and the page where one waits for it."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from courses.certificates import services as certificates
from courses.certificates.models import Certificate
from courses.certificates.snapshot import printed_facts
from courses.learning import services as learning
from tests.courses import factories as make
from tests.courses.certificates.certified import LATER, RETENTION, make_issued, printed, shown_facts, stored
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued(completed) -> Certificate:
    return certificates.issue(completed, by=None, now=LATER)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(certificate: Certificate) -> str:
    return reverse("courses:certificate", args=[certificate.uuid])


def paper(certificate: Certificate) -> str:
    return reverse("courses:certificate-pdf", args=[certificate.uuid])


def of_course(enrolment) -> str:
    return reverse("courses:course-certificate", args=[enrolment.course.slug])


# --- who sees it ----------------------------------------------------------------------------------------------------


def test_the_owner_sees_every_printed_fact_with_the_whole_licence_number():
    licence = {"jurisdiction": "Florida", "profession": "massage_therapist", "number": "MA 0123456"}
    certificate = make_issued(licence=licence)

    response = signed_in(certificate.enrolment.user).get(page(certificate))

    assert response.status_code == 200
    assert shown_facts(response) == [tuple(fact) for fact in printed_facts(*printed(certificate))]
    assert "MA 0123456" in response.content.decode()
    assert response["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("staff", [False, True])
@pytest.mark.parametrize("address", [page, paper])
def test_s06_for_a_stranger_it_is_missing(issued, address, staff):
    client = signed_in(make_user(is_staff=staff, is_superuser=staff))

    foreign = client.get(address(issued))
    missing = client.get(address(issued).replace(str(issued.uuid), "6ba7b810-9dad-41d1-80b4-00c04fd430c8"))

    assert foreign.status_code == missing.status_code == 404
    assert "certificate" not in foreign.headers.get("Content-Disposition", "")


def test_s05_the_instructor_of_the_course_has_no_learners_page(issued):
    teacher = issued.enrolment.course.instructors.get()

    assert signed_in(teacher).get(page(issued)).status_code == 404
    assert signed_in(teacher).get(paper(issued)).status_code == 404


@pytest.mark.parametrize("address", [page, paper])
def test_who_is_not_signed_in_is_asked_to(issued, address):
    response = Client().get(address(issued))

    assert response.status_code == 302
    assert response["Location"] == f"{reverse('account_login')}?next={address(issued)}"


@pytest.mark.parametrize("place", ["0", "-1", "1%00", "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", "١٢", "a" * 3000])
def test_b13_odd_ids_are_not_found(issued, place):
    client = signed_in(issued.enrolment.user)

    assert client.get(f"/certificates/{place}/").status_code == 404
    assert client.get(f"/certificates/{place}/certificate.pdf").status_code == 404


# --- the paper ------------------------------------------------------------------------------------------------------


def test_the_download_is_the_stored_bytes(issued):
    client = signed_in(issued.enrolment.user)

    first, again = client.get(paper(issued)), client.get(paper(issued))

    assert first.content == again.content == bytes(stored(issued).content)
    assert first["Content-Type"] == "application/pdf"
    assert first["Content-Disposition"] == f'attachment; filename="certificate-{issued.number}.pdf"'
    assert first["X-Content-Type-Options"] == "nosniff"
    assert first["Cache-Control"] == "no-store, private"


def test_f23_a_revoked_certificate_can_still_be_read_by_its_holder(issued):
    certificates.revoke(issued, category="refund", reason="Paid back.", by=None, now=LATER)
    client = signed_in(issued.enrolment.user)

    assert "Revoked on 4 March 2027" in client.get(page(issued)).content.decode()
    assert client.get(paper(issued)).content == bytes(stored(issued).content)


def test_s25_own_certificates_stay_after_leaving_the_course(issued):
    learning.withdraw(issued.enrolment, now=LATER)
    client = signed_in(issued.enrolment.user)

    assert client.get(page(issued)).status_code == client.get(paper(issued)).status_code == 200
    assert client.get(of_course(issued.enrolment))["Location"] == page(issued)


def test_a_superseded_certificate_leads_to_the_one_that_replaced_it(issued):
    new = certificates.supersede(issued, reason="Misspelt.", by=None, now=LATER)
    client = signed_in(issued.enrolment.user)

    old_page = client.get(page(issued)).content.decode()

    assert f'href="{page(new)}"' in old_page
    assert client.get(of_course(issued.enrolment))["Location"] == page(new)


def test_f24_an_erased_certificate_is_gone_for_its_holder_too(issued):
    type(issued.enrolment.course).objects.update(retired_at=LATER)
    later = LATER + dt.timedelta(days=RETENTION + 10)
    certificates.erase(Certificate.objects.get(), reason="Retention ended.", by=None, now=later)
    client = signed_in(issued.enrolment.user)

    assert client.get(page(issued)).status_code == client.get(paper(issued)).status_code == 404


# --- waiting --------------------------------------------------------------------------------------------------------


def test_who_has_completed_the_course_reads_that_it_waits(completed):
    response = signed_in(completed.user).get(of_course(completed))

    assert "You have completed the course" in response.content.decode()
    assert "Your record is with the registrar" in response.content.decode()


def test_who_has_not_completed_it_reads_what_is_missing():
    enrolment = make.make_enrolment()

    response = signed_in(enrolment.user).get(of_course(enrolment))

    text = response.content.decode()
    assert "Not complete yet" in text
    for words in ("2 lessons to read", "1 quiz to pass", "the evaluation to hand in", "the attestation to sign"):
        assert words in text


def test_who_is_not_in_the_course_finds_nothing(completed):
    assert signed_in(make_user()).get(of_course(completed)).status_code == 404
    assert Client().get(of_course(completed)).status_code == 302


# --- the signature that ends the course -----------------------------------------------------------------------------


def sign(enrolment, **given):
    address = reverse("courses:attestation", args=[enrolment.course.slug])
    return signed_in(enrolment.user).post(address, {"typed_name": enrolment.user.legal_name} | given)


def almost(**course):
    enrolment = make.make_enrolment(**course)
    make.finish_lessons(enrolment)
    make.pass_quizzes(enrolment)
    make.evaluate(enrolment)
    return enrolment


def test_a_course_that_issues_by_itself_does_so_at_the_signature(time_machine):
    time_machine.move_to(LATER)
    enrolment = almost(issue_automatically=True)

    response = sign(enrolment)

    certificate = Certificate.objects.get()
    assert response["Location"] == of_course(enrolment)
    assert (certificate.enrolment_id, certificate.issued_by) == (enrolment.pk, None)


def test_one_that_cannot_issue_yet_waits_in_the_queue(time_machine):
    time_machine.move_to(LATER)
    enrolment = almost(issue_automatically=True, review_due_on=dt.date(2027, 2, 1))

    response = sign(enrolment)

    assert response["Location"] == of_course(enrolment)
    assert not Certificate.objects.exists()


@pytest.mark.parametrize("given", [{"typed_name": "Someone Else"}, {"typed_name": ""}, {"licence": "999"}])
def test_a_wrong_signature_signs_nothing(given):
    enrolment = almost()

    response = sign(enrolment, **given)

    assert response.status_code == 200
    assert not hasattr(type(enrolment).objects.get(), "attestation")


def test_the_signature_keeps_the_address_behind_the_proxy(settings, time_machine):
    time_machine.move_to(LATER)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    enrolment = almost()
    client = signed_in(enrolment.user)

    client.post(
        reverse("courses:attestation", args=[enrolment.course.slug]),
        {"typed_name": enrolment.user.legal_name},
        headers={"x-forwarded-for": "192.0.2.9"},
    )

    assert type(enrolment).objects.get().attestation.ip_address == "192.0.2.9"


# --- budgets --------------------------------------------------------------------------------------------------------


def test_each_page_costs_five_statements_at_most(issued, max_statements):
    certificates.supersede(issued, reason="Misspelt.", by=None, now=LATER)
    client = signed_in(issued.enrolment.user)

    with max_statements(5):
        client.get(page(issued))
    with max_statements(5):
        client.get(paper(issued))
    with max_statements(5):
        client.get(of_course(issued.enrolment))


def test_the_waiting_page_costs_five_statements_at_most(completed, max_statements):
    client = signed_in(completed.user)
    client.get(of_course(completed))

    with max_statements(5):
        client.get(of_course(completed))


def test_the_page_does_not_read_the_paper(issued, max_statements):
    client = signed_in(issued.enrolment.user)

    with max_statements(5) as seen:
        client.get(page(issued))

    assert not any('"courses_certificatedocument"."content"' in query["sql"] for query in seen.captured_queries)
