"""Reads for the pages that show a certificate: the printed facts, its standing, its history."""

import json
import unicodedata
from dataclasses import dataclass

from courses.certificates import numbers, snapshot
from courses.certificates.models import Certificate, CertificateEvent
from courses.certificates.snapshot import Fact, Particulars, Snapshot


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
    """None once the holder's particulars are erased: such a record is no longer shown to anybody here.

    `certificate` comes with holder and superseded_by joined; one more statement reads its events.
    """
    if not hasattr(certificate, "holder"):
        return None
    frozen = snapshot.from_dict(json.loads(certificate.snapshot))
    particulars = snapshot.particulars_from_dict(json.loads(certificate.holder.particulars))
    history = list(certificate.events.all())
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
    # The length is looked at first, so that a very long address costs no comparison in the database.
    return rows().filter(token=token).first() if len(token) == 40 and token.isascii() else None


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
    plain = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in "".join(plain).casefold())
