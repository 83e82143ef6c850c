"""The hash chain of certificate events: what was recorded, in which order, and a proof that nobody rewrote it.

Each event carries the hash of the one before. A chain proves nothing against somebody who can recompute all of it, so
`check` also takes heads that left the machine: mailed, published, or printed on certificates. Pure; it reads no rows.
"""

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from ceu.shared import canonical

_FORMAT = "certificate event 1"
GENESIS = canonical.digest("certificate events begin here 1")
"""What the first event, at position 1, names as the hash before it."""


@dataclass(frozen=True)
class ChainEvent:
    """One event as it stands in its row. `at` is the text `instant` made; `by` is who, `reason` why."""

    position: int
    certificate_uuid: str
    kind: str
    at: str
    by: str
    reason: str
    payload_digest: str
    prev_hash: str
    hash: str


@dataclass(frozen=True)
class Head:
    """The last event of the chain as somebody remembers it: the expected head, or one kept off this machine."""

    position: int
    hash: str


@dataclass(frozen=True)
class ChainFault:
    """`position` is the first place that cannot be trusted; `what` is a sentence."""

    position: int
    what: str


def instant(at: datetime) -> str:
    """The one text of a moment that is hashed: UTC, microseconds. Databases give back other offsets than were saved."""
    if at.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be hashed.")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def event_hash(
    prev_hash: str,
    position: int,
    certificate_uuid: str,
    kind: str,
    at_iso: str,
    by: str,
    reason: str,
    payload_digest: str,
) -> str:
    """SHA-256 over canonical JSON of a list that opens with a format name, so no two fields can run together."""
    fields = [_FORMAT, prev_hash, position, certificate_uuid, kind, at_iso, by, reason, payload_digest]
    return canonical.digest(canonical.dumps(fields))


def check(events: Iterable[ChainEvent], heads: Iterable[Head] = ()) -> list[ChainFault]:
    """Every fault, in order; an empty list is a sound chain. `events` come ordered by position, one pass, any length.

    A hash in a row that no longer fits its fields is a changed row. A sound chain that lacks the position of a head
    lost its tail; one that has the position with another hash was rewritten.
    """
    remembered: dict[int, set[str]] = {}
    for head in heads:
        remembered.setdefault(head.position, set()).add(head.hash)
    faults: list[ChainFault] = []
    position, prev_hash = 0, GENESIS
    if _disagree(prev_hash, remembered.pop(0, set())):
        faults.append(ChainFault(0, "The remembered beginning is not the beginning of this chain."))
    for event in events:
        faults += _place_faults(event, position, prev_hash)
        if event.hash != _hash_of(event):
            faults.append(ChainFault(event.position, "The row was changed after it was written: its hash differs."))
        if _disagree(event.hash, remembered.pop(event.position, set())):
            faults.append(ChainFault(event.position, "The chain up to here was rewritten: a kept head differs."))
        position, prev_hash = event.position, event.hash
    for lost in sorted(remembered):
        what = f"The end is missing: {lost} events were recorded, the last one here is {position}."
        faults.append(
            ChainFault(position + 1, what) if lost > position else ChainFault(lost, "No row for a kept head.")
        )
    return sorted(faults, key=lambda fault: fault.position)


def _hash_of(event: ChainEvent) -> str:
    return event_hash(
        event.prev_hash,
        event.position,
        event.certificate_uuid,
        event.kind,
        event.at,
        event.by,
        event.reason,
        event.payload_digest,
    )


def _place_faults(event: ChainEvent, last: int, prev_hash: str) -> Iterator[ChainFault]:
    expected = last + 1
    if event.position > expected:
        missing = f"{expected} is" if event.position == expected + 1 else f"{expected} to {event.position - 1} are"
        yield ChainFault(expected, f"A gap: {missing} missing.")
    elif event.position < expected:
        yield ChainFault(event.position, f"Out of place: {event.position} follows {last}.")
    elif event.prev_hash != prev_hash:
        yield ChainFault(event.position, "The link is broken: it was chained to another event than the one before.")


def _disagree(found: str, kept: set[str]) -> bool:
    return any(not hmac.compare_digest(found, one) for one in kept)
