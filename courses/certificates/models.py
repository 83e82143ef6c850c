import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from ceu.shared.frozen import FROZEN, KEPT, Protection
from courses.learning.models import Attestation, Enrolment, EnrolmentQuerySet

# Personal particulars and the stored paper may go by one path only: the erasure service writes an event first.
ERASABLE = Protection(
    delete_when=(
        'NOT EXISTS (SELECT 1 FROM "courses_certificateevent" e '
        "WHERE e.certificate_id = OLD.certificate_id AND e.kind = 'erased')"
    )
)


def new_token() -> str:
    """The public address of a certificate: 160 random bits, in letters and digits that survive any mail program."""
    return secrets.token_hex(20)


class Register(models.Model):
    """What issuing locks: the last number given in a series, and the head of the one chain that all series share."""

    series = models.CharField(max_length=10, primary_key=True)
    last_serial = models.PositiveBigIntegerField(default=0)
    last_position = models.PositiveBigIntegerField(default=0)
    last_hash = models.CharField(max_length=64)

    protection = KEPT

    def __str__(self) -> str:
        return f"{self.series}: {self.last_serial}"


class CertificateQuerySet(models.QuerySet):
    def of(self, user) -> "CertificateQuerySet":
        return self.filter(enrolment__user=user)

    def with_standing(self) -> "CertificateQuerySet":
        """Adds `revoked` and `superseded`, so that `standing` needs no query of its own."""
        events = CertificateEvent.objects.filter(certificate=OuterRef("pk"))
        return self.annotate(
            revoked=Exists(events.filter(kind=CertificateEvent.Kind.REVOKED)),
            superseded=Exists(Certificate.objects.filter(supersedes=OuterRef("pk"))),
        )

    def valid(self) -> "CertificateQuerySet":
        """Neither revoked nor superseded."""
        return self.with_standing().filter(revoked=False, superseded=False)

    def for_user(self, user) -> "CertificateQuerySet":
        """Registrars and auditors see all; an instructor sees those of own courses."""
        return self.filter(enrolment__in=Enrolment.objects.for_user(user))


class Certificate(models.Model):
    """A certificate as issued: number, public token, and the snapshot of every printed fact. It never changes."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="certificates")
    kind = models.CharField(max_length=20, default="completion")
    series = models.CharField(max_length=10)
    serial = models.PositiveBigIntegerField()
    number = models.CharField(max_length=30, unique=True)
    token = models.CharField(max_length=64, unique=True, default=new_token)
    snapshot = models.TextField(help_text="Canonical JSON.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the snapshot.")
    completed_on = models.DateField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    protection = FROZEN
    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at"]
        permissions = [
            ("issue_certificate", "Can issue certificates"),
            ("revoke_certificate", "Can revoke certificates"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["series", "serial"], name="a_certificate_number_is_given_once"),
            models.UniqueConstraint(
                fields=["enrolment", "kind"],
                condition=Q(supersedes=None),
                name="one_first_certificate_for_an_enrolment",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CertificateHolder(models.Model):
    """The personal particulars a certificate prints. Snapshot and chain carry only their keyed digest (HMAC, salt)."""

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="holder")
    salt = models.BinaryField(max_length=32)
    particulars = models.TextField(help_text="Canonical JSON.")

    protection = ERASABLE

    def __str__(self) -> str:
        return f"Holder of {self.certificate}"


class CertificateDocument(models.Model):
    """The PDF as it was made once. Every download is these bytes; nothing is ever rendered again."""

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="document")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    protection = ERASABLE

    def __str__(self) -> str:
        return f"PDF of {self.certificate}"


class CertificateEvent(models.Model):
    """Something that happened to a certificate. Each event carries the hash of the one before it."""

    class Kind(models.TextChoices):
        ISSUED = "issued", "Issued"
        SUPERSEDED = "superseded", "Superseded"
        REVOKED = "revoked", "Revoked"
        WITHHELD = "withheld", "Taken off the public page"
        ERASED = "erased", "Particulars erased"

    class Category(models.TextChoices):
        ERROR = "error", "Issued in error"
        CORRECTION = "correction", "Corrected"
        MISCONDUCT = "misconduct", "False statement or misconduct"
        REFUND = "refund", "Refunded"
        REQUEST = "request", "At the holder's request"

    position = models.PositiveBigIntegerField(unique=True)
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    category = models.CharField(max_length=20, choices=Category.choices, blank=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    payload = models.TextField(help_text="Canonical JSON of what the event rests on.")
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    protection = FROZEN

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.position} {self.get_kind_display()}"


class AwaitingManager(models.Manager.from_queryset(EnrolmentQuerySet)):
    def get_queryset(self):
        """Attested and without any certificate. Exists, and not exclude(): that would drop rows with no certificate."""
        issued = Certificate.objects.filter(enrolment=OuterRef("pk"))
        return (
            super()
            .get_queryset()
            .filter(Exists(Attestation.objects.filter(enrolment=OuterRef("pk"))), ~Exists(issued))
            .select_related("user", "course", "edition", "attestation")
        )


class AwaitingCertificate(Enrolment):
    """The registrar's queue: completed enrolments that have no certificate yet."""

    objects = AwaitingManager()

    class Meta:
        proxy = True
        verbose_name = "awaiting certificate"
        verbose_name_plural = "awaiting certificates"
        ordering = ["attestation__signed_at"]
