"""Letters about certificates, sent by the task queue after the commit. Each may run twice and says the same."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django_tasks import task

from courses.certificates.models import Certificate, CertificateEvent


@task()
def tell_issued(certificate: int) -> None:
    row = Certificate.objects.select_related("enrolment__user", "enrolment__course").get(pk=certificate)
    _send(row, "issued", f"Your certificate {row.number}", {"certificate": row})


@task()
def tell_revoked(event: int) -> None:
    row = CertificateEvent.objects.select_related("certificate__enrolment__user", "certificate__enrolment__course").get(
        pk=event
    )
    _send(row.certificate, "revoked", f"Certificate {row.certificate.number} was revoked", {"event": row})


def _send(certificate: Certificate, name: str, subject: str, context: dict) -> None:
    user = certificate.enrolment.user
    context |= {
        "certificate": certificate,
        "user": user,
        "site_url": settings.SITE_URL,
        "site_name": settings.SITE_NAME,
    }
    message = EmailMultiAlternatives(
        subject,
        render_to_string(f"courses/mail/{name}.txt", context),
        to=[user.email],
        # One certificate and one kind of letter: one Message-ID, so that a second sending is seen as the same.
        headers={"Message-ID": f"<{name}.{certificate.uuid}@{settings.SITE_URL.split('//')[-1].split(':')[0]}>"},
    )
    message.attach_alternative(render_to_string(f"courses/mail/{name}.html", context), "text/html")
    message.send()
