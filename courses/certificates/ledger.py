"""Recomputes everything a certificate rests on: chain, digests, papers, numbers. It repairs nothing."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from ceu.shared import canonical
from courses.certificates import chain, numbers, snapshot
from courses.certificates.models import Certificate, CertificateEvent, Register


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it was written. `where` names a certificate number, a register or a chain position."""

    where: str
    what: str


def verify(heads: Iterable[chain.Head] = ()) -> list[Fault]:
    """Every fault found; an empty list means that all is as it was issued.

    `heads` were kept off this machine: without one, nobody can tell a chain that was rewritten as a whole.
    """
    with _one_moment():
        return [*_chain(heads), *_numbers(), *(fault for row in _certificates() for fault in _certificate(row))]


@contextmanager
def _one_moment():
    """All reads see one state of the database: a certificate that is issued meanwhile is no fault."""
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost and connection.vendor == "postgresql":
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _chain(heads: Iterable[chain.Head]) -> Iterator[Fault]:
    registered = [chain.Head(row.last_position, row.last_hash) for row in Register.objects.all()]
    rows = CertificateEvent.objects.order_by("position").select_related("certificate", "by").iterator(500)
    for fault in chain.check((_event(row) for row in rows), [*registered, *heads]):
        yield Fault(f"event {fault.position}", fault.what)


def _event(row: CertificateEvent) -> chain.ChainEvent:
    return chain.ChainEvent(
        position=row.position,
        certificate_uuid=str(row.certificate.uuid),
        kind=row.kind,
        at=chain.instant(row.at),
        by=str(row.by.uuid) if row.by else "automatic",
        reason=row.reason,
        payload_digest=canonical.digest(row.payload),
        prev_hash=row.prev_hash,
        hash=row.hash,
    )


def _numbers() -> Iterator[Fault]:
    registers = list(Register.objects.all())
    given = set(Certificate.objects.order_by().values_list("series", flat=True).distinct())
    for series in sorted(given - {register.series for register in registers}):
        yield Fault(f"series {series}", "Its register is gone.")
    for register in registers:
        serials = Certificate.objects.filter(series=register.series).order_by("serial").values_list("serial", flat=True)
        expected = 0
        for serial in serials.iterator():
            expected += 1
            if serial != expected:
                yield Fault(f"series {register.series}", f"Number {expected} is missing; {serial} follows.")
                expected = serial
        if expected != register.last_serial:
            yield Fault(
                f"series {register.series}", f"The register says {register.last_serial}, the last row is {expected}."
            )


def _certificates():
    return (
        Certificate.objects.select_related("holder", "document", "supersedes", "enrolment")
        .prefetch_related("events")
        .iterator(200)
    )


def _certificate(row: Certificate) -> Iterator[Fault]:
    try:
        yield from _record(row, list(row.events.all()))
    except (ValueError, KeyError, TypeError, AttributeError):
        yield Fault(row.number, "What is stored of it cannot be read any more.")


def _record(row: Certificate, events: list[CertificateEvent]) -> Iterator[Fault]:
    for event in events:
        if event.category != json.loads(event.payload).get("category", ""):
            yield Fault(f"event {event.position}", "Its category differs from what was sealed.")
    if canonical.digest(row.snapshot) != row.digest:
        yield Fault(row.number, "The snapshot differs from its digest.")
    issued = [event for event in events if event.kind == CertificateEvent.Kind.ISSUED]
    if len(issued) != 1:
        yield Fault(row.number, f"{len(issued) or 'No'} event{'s say' if issued else ' says'} that it was issued.")
        return
    sealed, frozen = json.loads(issued[0].payload), snapshot.from_dict(json.loads(row.snapshot))
    if (sealed["snapshot"], sealed["number"], sealed["enrolment"]) != (row.digest, row.number, str(row.enrolment.uuid)):
        yield Fault(row.number, "The chain sealed another certificate.")
    if differing := _columns_that_differ(row, frozen, issued[0]):
        yield Fault(row.number, f"The row says something else than what was sealed: {', '.join(differing)}.")
    if all(event.kind != CertificateEvent.Kind.ERASED for event in events):
        yield from _paper(row, frozen, sealed)
    elif hasattr(row, "holder") or hasattr(row, "document"):
        yield Fault(row.number, "Erased, and yet particulars are there.")


def _columns_that_differ(row: Certificate, frozen: snapshot.Snapshot, issued: CertificateEvent) -> list[str]:
    said = {
        "number": (row.number, frozen.number),
        "serial": (numbers.format_number(row.series, row.serial), frozen.number),
        "kind": (row.kind, frozen.kind),
        "token": (row.token, frozen.verify_url.rstrip("/").rpartition("/")[2]),
        "completed_on": (row.completed_on.isoformat(), frozen.completed_on),
        "supersedes": (row.supersedes and row.supersedes.number, frozen.supersedes_number),
        "issued_at": (row.issued_at, issued.at),
        "issued_by": (row.issued_by_id, issued.by_id),
        "register fingerprint": (issued.prev_hash, frozen.chain_head),
    }
    return [name for name, (here, there) in said.items() if here != there]


def _paper(row: Certificate, frozen: snapshot.Snapshot, sealed: dict) -> Iterator[Fault]:
    if not hasattr(row, "holder") or not hasattr(row, "document"):
        yield Fault(row.number, "Particulars or paper are gone, and no event says why.")
        return
    particulars = snapshot.particulars_from_dict(json.loads(row.holder.particulars))
    if snapshot.particulars_hmac(bytes(row.holder.salt), particulars) != frozen.particulars_hmac:
        yield Fault(row.number, "The holder's particulars differ from what was issued.")
    found = hashlib.sha256(bytes(row.document.content)).hexdigest()
    if not found == row.document.sha256 == sealed["pdf"]:
        yield Fault(row.number, "The stored PDF differs from what was issued.")
