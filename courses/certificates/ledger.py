"""Recomputes everything a certificate rests on: chain, digests, papers, numbers. It repairs nothing."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from ceu.shared import canonical
from courses.certificates import chain, snapshot
from courses.certificates.models import Certificate, CertificateEvent, Register


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it was written. `where` names a certificate number, a register or a chain position."""

    where: str
    what: str


def verify() -> list[Fault]:
    """Every fault found; an empty list means that all is as it was issued."""
    return [*_chain(), *_numbers(), *(fault for row in _certificates() for fault in _certificate(row))]


def _chain() -> Iterator[Fault]:
    heads = [chain.Head(row.last_position, row.last_hash) for row in Register.objects.all()]
    rows = CertificateEvent.objects.order_by("position").select_related("certificate", "by").iterator(500)
    for fault in chain.check((_event(row) for row in rows), heads):
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
    for register in Register.objects.all():
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
        Certificate.objects.select_related("holder", "document", "supersedes", "enrolment__attestation")
        .prefetch_related("events")
        .iterator(200)
    )


def _certificate(row: Certificate) -> Iterator[Fault]:
    events = {event.kind: event for event in row.events.all()}
    issued, erased = events.get("issued"), "erased" in events
    frozen = snapshot.from_dict(json.loads(row.snapshot))
    if canonical.digest(row.snapshot) != row.digest:
        yield Fault(row.number, "The snapshot differs from its digest.")
    if frozen.number != row.number or frozen.completed_on != row.completed_on.isoformat():
        yield Fault(row.number, "The row says something else than the snapshot.")
    if issued is None:
        yield Fault(row.number, "No event says that it was issued.")
        return
    sealed = json.loads(issued.payload)
    if sealed["snapshot"] != row.digest or sealed["number"] != row.number:
        yield Fault(row.number, "The chain sealed another snapshot.")
    if erased:
        if hasattr(row, "holder") or hasattr(row, "document"):
            yield Fault(row.number, "Erased, and yet particulars are there.")
        return
    yield from _paper(row, frozen, sealed)


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
