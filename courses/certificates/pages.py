"""Reads for the pages that show a certificate: the printed facts, its standing, its history."""

import json
import re
import unicodedata
from dataclasses import dataclass

from courses.certificates import numbers, snapshot
from courses.certificates.models import Certificate, CertificateEvent
from courses.certificates.snapshot import Fact, Particulars, Snapshot

_TOKEN = re.compile(r"[0-9a-f]{40}")
# Typed in many ways or left out, and some of them count as letters: O'Brien, Kaʻahumanu.
_APOSTROPHES = str.maketrans("", "", "'’‘ʻʼʹ`´")


@dataclass(frozen=True)
class Shown:
    """A certificate as a page shows it. `facts` are the printed ones, from the one list the paper was made from."""

    certificate: Certificate
    snapshot: Snapshot
    particulars: Particulars
    facts: list[Fact]
    history: list[CertificateEvent]
    revocation: CertificateEvent | None
    successor: Certificate | None

    @property
    def standing(self) -> str:
        return "revoked" if self.revocation else "superseded" if self.successor else "valid"


def show(certificate: Certificate, *, public: bool) -> Shown | None:
    """None once the holder's particulars are erased, and for the public once the record is withheld.

    `certificate` comes with holder and superseded_by joined; one more statement reads its events.
    """
    if not hasattr(certificate, "holder"):
        return None
    history = list(certificate.events.all())
    if public and any(event.kind == CertificateEvent.Kind.WITHHELD for event in history):
        return None
    frozen = snapshot.from_dict(json.loads(certificate.snapshot))
    particulars = snapshot.particulars_from_dict(json.loads(certificate.holder.particulars))
    revoked = CertificateEvent.Kind.REVOKED
    return Shown(
        certificate=certificate,
        snapshot=frozen,
        particulars=particulars,
        facts=snapshot.printed_facts(frozen, particulars, mask_licence=public),
        history=history,
        revocation=next((event for event in history if event.kind == revoked), None),
        successor=getattr(certificate, "superseded_by", None),
    )


def rows():
    return Certificate.objects.select_related("holder", "superseded_by")


def by_token(token: str) -> Certificate | None:
    # The form is looked at first: PostgreSQL answers a NUL with an error, and a long address costs no comparison.
    return rows().filter(token=token).first() if _TOKEN.fullmatch(token) else None


def by_number_and_name(number: str, last_name: str) -> Certificate | None:
    """Raises numbers.BadNumber. A wrong name and an unknown number are the same answer: None."""
    certificate = rows().filter(number=numbers.normalise(number)).first()
    if certificate is None or not hasattr(certificate, "holder"):
        return None
    legal_name = json.loads(certificate.holder.particulars)["legal_name"]
    return certificate if _ends_with(legal_name, last_name) else None


def _ends_with(legal_name: str, last_name: str) -> bool:
    """Whether the typed name is how the legal name ends, in whole words; case and accents do not matter."""
    name, typed = _folded(legal_name).split(), _folded(last_name).split()
    return bool(typed) and name[-len(typed) :] == typed


def _folded(text: str) -> str:
    plain = (c for c in unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)) if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in "".join(plain).casefold())
