"""Letters about certificates, sent by the task queue after the commit. Each may run twice and says the same."""

import uuid
from types import SimpleNamespace

from django.utils import timezone
from django_tasks import task

from ceu.shared import letters
from courses.certificates.models import Certificate, CertificateEvent

ISSUED, REVOKED = "courses/mail/issued", "courses/mail/revoked"


@task()
def tell_issued(certificate: int) -> None:
    row = Certificate.objects.select_related("enrolment__user", "enrolment__course").get(pk=certificate)
    _send(row, ISSUED, {"certificate": row})


@task()
def tell_revoked(event: int) -> None:
    row = CertificateEvent.objects.select_related("certificate__enrolment__user", "certificate__enrolment__course").get(
        pk=event
    )
    _send(row.certificate, REVOKED, {"certificate": row.certificate, "event": row})


def _send(certificate: Certificate, prefix: str, context: dict) -> None:
    """One certificate and one kind of letter: one Message-ID, so that a second sending is seen as the same."""
    kind = prefix.split("/")[-1]
    letters.write(prefix, context).send(certificate.enrolment.user.email, message_id=f"{kind}.{certificate.uuid}")


def _sample() -> dict:
    course = SimpleNamespace(title="A course")
    certificate = SimpleNamespace(
        number="MT-000001-A", uuid=uuid.UUID(int=0), token="0" * 40, enrolment=SimpleNamespace(course=course)
    )
    event = CertificateEvent(
        kind=CertificateEvent.Kind.REVOKED,
        category=CertificateEvent.Category.ERROR,
        reason="It was issued for another course by mistake.",
        at=timezone.now(),
    )
    return {"certificate": certificate, "event": event}


letters.kind("certificate-issued", ISSUED, when="A certificate was issued", sample=_sample)
letters.kind("certificate-revoked", REVOKED, when="A certificate was revoked", sample=_sample)
