"""Many at once, with real threads, real connections and real commits (S15, F03, F15)."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from courses.certificates import ledger
from courses.certificates import services as certificates
from courses.certificates.models import AwaitingCertificate, Certificate, CertificateEvent, Register
from tests.courses.certificates.certified import LATER, make_approved, make_completed, make_issued, make_many

REGISTRARS, DUE = 16, 360


class Undone(Exception):
    """What went wrong after the number was given."""


def at_once(*verbs: Callable) -> list:
    """Each verb in a thread and a connection of its own, begun together. What it gave, or the refusal it raised."""
    barrier = threading.Barrier(len(verbs))

    def run(verb):
        try:
            barrier.wait()
            return verb()
        except (certificates.NotEligible, certificates.Refusal) as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def issue(enrolment) -> Certificate:
    return certificates.issue(enrolment, by=None, now=LATER)


def issue_each(enrolments: list, *, undone_every: int = 0) -> int:
    """A registrar's run through a list. Some transactions break off after the number was given, and are done again."""
    broken = 0
    for enrolment in enrolments:
        if undone_every and enrolment.pk % undone_every == 0:
            try:
                with transaction.atomic():
                    issue(enrolment)
                    raise Undone
            except Undone:
                broken += 1
        issue(enrolment)
    return broken


def serials() -> list[int]:
    return list(Certificate.objects.order_by("serial").values_list("serial", flat=True))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_sixteen_registrars_issue_360_without_a_gap_or_a_duplicate():
    enrolments = make_many(DUE)
    shares = [enrolments[n::REGISTRARS] for n in range(REGISTRARS)]

    broken = at_once(*[lambda share=share: issue_each(share, undone_every=10) for share in shares])

    assert sum(broken) == DUE // 10
    assert serials() == list(range(1, DUE + 1))
    assert CertificateEvent.objects.count() == Certificate.objects.values("enrolment").distinct().count() == DUE
    assert Register.objects.values_list("last_serial", "last_position").get() == (DUE, DUE)
    assert not AwaitingCertificate.objects.exists()
    assert ledger.verify() == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_s15_eight_registrars_issue_the_same_certificate_once():
    enrolments = make_many(5)

    for enrolment in enrolments:
        given = at_once(*[lambda enrolment=enrolment: issue(enrolment)] * 8)
        assert len({certificate.pk for certificate in given}) == 1

    assert serials() == [1, 2, 3, 4, 5]
    assert CertificateEvent.objects.count() == 5


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_very_first_certificates_share_one_register():
    enrolments = make_many(8)

    at_once(*[lambda enrolment=enrolment: issue(enrolment) for enrolment in enrolments])

    assert serials() == list(range(1, 9))
    assert Register.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_issuing_against_revoking_ends_with_one_revoked_certificate():
    for enrolment in make_many(6):
        certificate = issue(enrolment)

        again, event = at_once(
            lambda enrolment=enrolment: issue(enrolment),
            lambda certificate=certificate: certificates.revoke(
                certificate, category="error", reason="Wrong course.", by=None, now=LATER
            ),
        )

        assert again == certificate or [reason.rule for reason in again.reasons] == ["R13"]
        assert event.kind == "revoked"
        assert list(enrolment.certificates.all()) == [certificate]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_eight_revocations_are_one_event_and_eight_corrections_one_successor():
    revoked, corrected = (make_issued(make_completed(edition)) for edition in [make_approved()] * 2)

    events = at_once(*[lambda: certificates.revoke(revoked, category="error", reason="Wrong.", by=None, now=LATER)] * 8)
    successors = at_once(*[lambda: certificates.supersede(corrected, reason="Misspelt.", by=None, now=LATER)] * 8)

    assert len({event.pk for event in events}) == 1
    assert [type(each) for each in successors].count(Certificate) == 1
    assert [type(each) for each in successors].count(certificates.Refusal) == 7
    assert serials() == [1, 2, 3]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_what_is_issued_while_the_ledger_is_checked_is_no_fault():
    enrolments = make_many(24)

    *_, found = at_once(
        *[lambda share=enrolments[n::4]: issue_each(share) for n in range(4)],
        lambda: [fault for _ in range(25) for fault in ledger.verify()],
    )

    assert found == []


@pytest.mark.django_db(transaction=True)
def test_f03_twenty_writers_issue_at_once_and_none_is_locked_out():
    """On SQLite all of them wait for one file; without IMMEDIATE most would hear "database is locked"."""
    enrolments = make_many(40)

    at_once(*[lambda share=enrolments[n::20]: issue_each(share, undone_every=10) for n in range(20)])

    assert serials() == list(range(1, 41))
