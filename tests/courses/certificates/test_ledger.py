"""F25: whoever changes a row behind the application is found out, and where."""

import datetime as dt
import hashlib
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ceu.shared import canonical, frozen
from courses.certificates import chain, ledger, snapshot
from courses.certificates import services as certificates
from courses.certificates.ledger import Fault
from courses.certificates.models import (
    Certificate,
    CertificateDocument,
    CertificateEvent,
    CertificateHolder,
    Register,
)
from tests import queries
from tests.courses.certificates.certified import LATER, RETENTION, make_approved, make_completed, make_issued

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued() -> list[Certificate]:
    """Three certificates. The second is revoked, the third supersedes the first."""
    edition = make_approved()
    first, second = make_issued(make_completed(edition)), make_issued(make_completed(edition))
    certificates.revoke(second, category="error", reason="Wrong course.", by=None, now=LATER)
    third = certificates.supersede(first, reason="Misspelt.", by=None, now=LATER)
    assert ledger.verify() == []
    return [first, second, third]


@pytest.fixture
def tampering(issued) -> None:
    """The triggers are gone, as they would be for somebody who owns the database."""
    connection.check_constraints()  # PostgreSQL drops no trigger of a table whose deferred checks are still to come
    frozen.uninstall()


def where(**given) -> set[str]:
    return {fault.where for fault in ledger.verify(**given)}


def recount(position: int) -> None:
    """Seal every event from `position` on anew, as an insider who knows the code would."""
    before = CertificateEvent.objects.filter(position=position - 1).first()
    prev_hash = before.hash if before else chain.GENESIS
    for event in CertificateEvent.objects.filter(position__gte=position).order_by("position"):
        fingerprint = chain.event_hash(
            prev_hash, event.position, str(event.certificate.uuid), event.kind, chain.instant(event.at),
            str(event.by.uuid) if event.by else "automatic", event.reason, canonical.digest(event.payload),
        )  # fmt: skip
        CertificateEvent.objects.filter(pk=event.pk).update(prev_hash=prev_hash, hash=fingerprint)
        prev_hash = fingerprint
    Register.objects.update(last_hash=prev_hash, last_position=event.position)


def rewrite(row: Certificate, **changes) -> None:
    """Change the snapshot of a certificate and everything that would give it away on this machine."""
    text = canonical.dumps(json.loads(row.snapshot) | changes)
    digest = canonical.digest(text)
    event = row.events.get(kind="issued")
    payload = canonical.dumps(json.loads(event.payload) | {"snapshot": digest})
    Certificate.objects.filter(pk=row.pk).update(snapshot=text, digest=digest)
    CertificateEvent.objects.filter(pk=event.pk).update(payload=payload)
    recount(event.position)


# --- sound data -----------------------------------------------------------------------------------------------------


def test_nothing_issued_is_sound():
    assert ledger.verify() == []


def test_issued_revoked_superseded_withheld_and_erased_is_sound(issued):
    type(issued[0].enrolment.course).objects.update(retired_at=LATER)
    certificates.withhold(issued[2], reason="As asked.", by=None, now=LATER)
    after = LATER + dt.timedelta(days=RETENTION + 10)
    certificates.erase(Certificate.objects.get(pk=issued[1].pk), reason="Retention ended.", by=None, now=after)

    assert ledger.verify() == []


def test_the_command_says_what_it_checked_and_which_head_to_keep(issued):
    out = StringIO()

    call_command("verify_ledger", stdout=out)

    newest = CertificateEvent.objects.last()
    assert out.getvalue().splitlines() == [
        "All is as issued: 3 certificates, 5 events.",
        f"Keep this elsewhere: --head {newest.position}:{newest.hash}",
    ]
    call_command("verify_ledger", head=[chain.Head(newest.position, newest.hash)], stdout=out)


def test_verifying_costs_the_same_for_few_and_for_many(issued):
    with CaptureQueriesContext(connection) as few:
        ledger.verify()
    edition = make_approved()
    for _ in range(5):
        make_issued(make_completed(edition))
    with CaptureQueriesContext(connection) as many:
        ledger.verify()

    assert queries.statements(few) == queries.statements(many)


# --- one thing changed ----------------------------------------------------------------------------------------------


def test_an_altered_name_is_found(issued, tampering):
    holder = CertificateHolder.objects.get(certificate=issued[1])
    changed = json.loads(holder.particulars) | {"legal_name": "Someone Else"}

    CertificateHolder.objects.filter(pk=holder.pk).update(particulars=canonical.dumps(changed))

    assert ledger.verify() == [Fault(issued[1].number, "The holder's particulars differ from what was issued.")]


def test_an_altered_name_with_a_new_salt_and_digest_is_found(issued, tampering):
    row, salt, other = issued[1], bytes(32), snapshot.Particulars("Someone Else")
    changed = json.loads(row.snapshot) | {"particulars_hmac": snapshot.particulars_hmac(salt, other)}
    text = canonical.dumps(changed)

    CertificateHolder.objects.filter(certificate=row).update(
        salt=salt, particulars=canonical.dumps(snapshot.to_dict(other))
    )
    Certificate.objects.filter(pk=row.pk).update(snapshot=text, digest=canonical.digest(text))

    assert ledger.verify() == [Fault(row.number, "The chain sealed another certificate.")]


def test_altered_hours_are_found(issued, tampering):
    text = issued[0].snapshot.replace('"hours":"2.5"', '"hours":"25"')
    assert text != issued[0].snapshot

    Certificate.objects.filter(pk=issued[0].pk).update(snapshot=text)

    assert ledger.verify() == [Fault(issued[0].number, "The snapshot differs from its digest.")]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"completed_on": dt.date(2027, 2, 28)}, "completed_on"),
        ({"issued_at": LATER + dt.timedelta(days=1)}, "issued_at"),
        ({"token": "f" * 40}, "token"),
        ({"kind": "achievement"}, "kind"),
        ({"supersedes": None, "kind": "other"}, "kind, supersedes"),  # of its kind no other is the first
    ],
)
def test_an_altered_column_is_found(issued, tampering, change, named):
    Certificate.objects.filter(pk=issued[2].pk).update(**change)

    said = f"The row says something else than what was sealed: {named}."
    assert ledger.verify() == [Fault(issued[2].number, said)]


def test_a_certificate_given_to_another_learner_is_found(issued, tampering):
    other = make_completed()

    Certificate.objects.filter(pk=issued[1].pk).update(enrolment=other)

    assert ledger.verify() == [Fault(issued[1].number, "The chain sealed another certificate.")]


def test_two_tokens_exchanged_are_found(issued, tampering):
    one, two = issued[0].token, issued[1].token

    Certificate.objects.filter(pk=issued[0].pk).update(token="x")
    Certificate.objects.filter(pk=issued[1].pk).update(token=one)
    Certificate.objects.filter(pk=issued[0].pk).update(token=two)

    assert where() == {issued[0].number, issued[1].number}


@pytest.mark.parametrize("place", [0, 1000, -1])
def test_one_flipped_byte_of_the_paper_is_found(issued, tampering, place):
    paper = CertificateDocument.objects.get(certificate=issued[2])
    content = bytearray(paper.content)
    content[place] ^= 1

    CertificateDocument.objects.filter(pk=paper.pk).update(content=bytes(content))

    assert ledger.verify() == [Fault(issued[2].number, "The stored PDF differs from what was issued.")]


def test_another_paper_with_its_own_digest_is_found(issued, tampering):
    forged = b"%PDF-1.7 forged"

    CertificateDocument.objects.filter(certificate=issued[2]).update(
        content=forged, sha256=hashlib.sha256(forged).hexdigest(), size=len(forged)
    )

    assert where() == {issued[2].number}


@pytest.mark.parametrize("column", ["snapshot", "digest"])
def test_what_cannot_be_read_is_a_fault_and_not_a_crash(issued, tampering, column):
    Certificate.objects.filter(pk=issued[0].pk).update(**{column: "[not JSON"})

    assert where() == {issued[0].number}


def test_particulars_and_a_payload_that_cannot_be_read_are_faults(issued, tampering):
    CertificateHolder.objects.filter(certificate=issued[0]).update(particulars="[]")
    CertificateEvent.objects.filter(certificate=issued[1], kind="issued").update(payload="null")

    assert where() == {issued[0].number, issued[1].number, "event 2"}


# --- rows gone ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [CertificateHolder, CertificateDocument])
def test_a_deleted_holder_or_paper_is_found(issued, tampering, model):
    model.objects.filter(certificate=issued[1]).delete()

    said = "Particulars or paper are gone, and no event says why."
    assert ledger.verify() == [Fault(issued[1].number, said)]


def test_a_deleted_certificate_is_found(issued, tampering):
    row = issued[1]
    for model in (CertificateHolder, CertificateDocument, CertificateEvent):
        model.objects.filter(certificate=row).delete()

    Certificate.objects.filter(pk=row.pk).delete()

    assert Fault("series MT", "Number 2 is missing; 3 follows.") in ledger.verify()
    assert "event 2" in where()


@pytest.mark.parametrize("position", [1, 2, 3, 4, 5])
def test_a_deleted_event_is_found_at_its_place(issued, tampering, position):
    CertificateEvent.objects.filter(position=position).delete()

    assert f"event {position}" in where()


@pytest.mark.parametrize("lost", [1, 2, 5])
def test_a_lost_tail_is_found(issued, tampering, lost):
    CertificateEvent.objects.filter(position__gt=5 - lost).delete()

    assert f"event {6 - lost}" in where()


def test_a_lost_tail_is_found_by_the_head_kept_elsewhere_when_the_register_was_mended(issued, tampering):
    kept = chain.Head(5, CertificateEvent.objects.get(position=5).hash)
    CertificateEvent.objects.filter(position=5).delete()
    last = CertificateEvent.objects.get(position=4)

    Register.objects.update(last_position=4, last_hash=last.hash)

    assert where() == set()
    assert where(heads=[kept]) == {"event 5"}


def test_a_deleted_register_is_found(issued, tampering):
    Register.objects.all().delete()

    assert ledger.verify() == [Fault("series MT", "Its register is gone.")]


def test_a_register_set_back_is_found(issued, tampering):
    Register.objects.update(last_serial=2)

    assert ledger.verify() == [Fault("series MT", "The register says 2, the last row is 3.")]


# --- events changed, invented, rewritten ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "Another reason."},
        {"kind": "erased"},
        {"at": LATER - dt.timedelta(days=1)},
        {"payload": '{"category":"refund"}'},
        {"hash": "0" * 64},
        {"prev_hash": "0" * 64},
        {"category": "refund"},
    ],
)
def test_an_altered_revocation_is_found_where_it_is(issued, tampering, change):
    CertificateEvent.objects.filter(kind="revoked").update(**change)

    assert "event 3" in where()


def test_an_invented_second_issue_does_not_cover_for_a_changed_snapshot(issued, tampering):
    row, last = issued[0], CertificateEvent.objects.last()
    text = issued[0].snapshot.replace('"hours":"2.5"', '"hours":"25"')
    sealed = json.loads(row.events.get(kind="issued").payload) | {"snapshot": canonical.digest(text)}
    Certificate.objects.filter(pk=row.pk).update(snapshot=text, digest=canonical.digest(text))

    CertificateEvent.objects.create(
        position=6, certificate=row, kind="issued", at=row.issued_at, payload=canonical.dumps(sealed), prev_hash=last.hash,
        hash="-",
    )  # fmt: skip
    recount(6)

    assert where() == {row.number}


def test_a_rewritten_chain_is_found_by_the_papers_it_left_behind(issued, tampering):
    rewrite(issued[0], course_title="Another course")

    assert issued[0].number not in where()
    assert where() == {issued[1].number, issued[2].number}  # their papers print the fingerprint of before


def test_a_chain_rewritten_as_a_whole_is_found_by_a_head_kept_elsewhere(issued, tampering):
    kept = chain.Head(4, CertificateEvent.objects.get(position=4).hash)

    for row in issued:
        row.refresh_from_db()
        head = CertificateEvent.objects.get(certificate=row, kind="issued").prev_hash
        rewrite(row, course_title="Another course", chain_head=head)

    assert ledger.verify() == []
    assert ledger.verify([kept]) == [Fault("event 4", "The chain up to here was rewritten: a kept head differs.")]
    with pytest.raises(CommandError, match="1 faults in 3 certificates and 5 events"):
        call_command("verify_ledger", head=[kept], stderr=StringIO())
