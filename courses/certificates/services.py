"""The verbs of certificates: issue, supersede, revoke, withhold, erase. One transaction each, for admin and commands.

Lock order, always: enrolment, then register. The register's row gives the number and the place in the chain, so it is
held until commit: a number that is rolled back was never given.
"""

import datetime as dt
import hashlib
import json
import secrets
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from ceu.shared import canonical, outbox
from ceu.shared.failpoints import failpoint
from courses.catalogue.models import Approval
from courses.certificates import chain, document, mail, numbers, snapshot
from courses.certificates.eligibility import Candidate, Reason, reasons
from courses.certificates.models import (
    Certificate,
    CertificateDocument,
    CertificateEvent,
    CertificateHolder,
    Register,
)
from courses.certificates.snapshot import AwardedHours, Particulars, Snapshot
from courses.learning import facts
from courses.learning.models import Attestation, Enrolment

NOTICES = ("Knowledge assessment only. Hands-on competence needs supervised practice.",)
RETENTION_YEARS = 7
CYCLE_YEARS = 2  # within it the hours of one course count once (rule R11)


class NotEligible(Exception):
    """The certificate cannot be issued; `reasons` says why, each with its rule and what to do."""

    def __init__(self, found: list[Reason]) -> None:
        super().__init__(" ".join(reason.text for reason in found))
        self.reasons = found


class Refusal(Exception):
    """Why a verb did not happen; `str()` of it is a sentence for a registrar."""


def issue(enrolment: Enrolment, *, by, now: dt.datetime) -> Certificate:
    """The certificate of a completed enrolment. Issued already: the same one again. Raises NotEligible."""
    with transaction.atomic():
        enrolment = _locked(enrolment)
        failpoint("issue.locked")
        existing = Certificate.objects.with_standing().filter(enrolment=enrolment, superseded=False).first()
        if existing and existing.revoked:
            raise NotEligible(
                [Reason("R13", f"Certificate {existing.number} was revoked. Issue a replacement for it.")]
            )
        if existing:
            return existing
        certificate = _write(enrolment, _particulars(enrolment), by=by, now=now)
        failpoint("issue.before_commit")
    failpoint("issue.after_commit")
    return certificate


def supersede(
    certificate: Certificate, *, particulars: Particulars | None = None, reason: str, by, now: dt.datetime
) -> Certificate:
    """A replacement with a new number, for a correction. The old one stays, and shows that it was superseded.

    Without `particulars` the learner's present legal name is printed, with the licence they attested.
    """
    _require_reason(reason)
    with transaction.atomic():
        enrolment = _locked(certificate.enrolment)
        newer = Certificate.objects.filter(supersedes=certificate).first()
        if newer:
            raise Refusal(f"Certificate {certificate.number} is superseded already, by {newer.number}.")
        if _event(certificate, "erased"):
            raise Refusal(f"The particulars of certificate {certificate.number} are erased.")
        if particulars is None:
            attested = _particulars(enrolment)
            particulars = Particulars(
                enrolment.user.legal_name, attested.licence_number, attested.licence_jurisdiction, attested.profession
            )
        replacement = _write(enrolment, particulars, by=by, now=now, supersedes=certificate)
        _record(certificate, "superseded", by=by, now=now, reason=reason, payload={"by": replacement.number})
    return replacement


def revoke(certificate: Certificate, *, category: str, reason: str, by, now: dt.datetime) -> CertificateEvent:
    """Take a certificate back. It stays on record and the public page says so. Revoked already: the first event."""
    _require_reason(reason)
    if category not in CertificateEvent.Category.values:
        raise Refusal("Choose why the certificate is revoked.")
    with transaction.atomic():
        _locked(certificate.enrolment)
        if existing := _event(certificate, "revoked"):
            return existing
        event = _record(
            certificate, "revoked", by=by, now=now, reason=reason, category=category, payload={"category": category}
        )
        outbox.after_commit(mail.tell_revoked, event=event.pk)
    return event


def withhold(certificate: Certificate, *, reason: str, by, now: dt.datetime) -> CertificateEvent:
    """Take a certificate off the public page, as its holder asked (rule R18, note N4). The record is kept."""
    _require_reason(reason)
    with transaction.atomic():
        _locked(certificate.enrolment)
        return _event(certificate, "withheld") or _record(
            certificate, "withheld", by=by, now=now, reason=reason, payload={}
        )


def erase(certificate: Certificate, *, reason: str, by, now: dt.datetime) -> CertificateEvent:
    """Delete the holder's particulars and the stored paper after the retention period. The digests and chain stay.

    Erased already: the first event.
    """
    _require_reason(reason)
    with transaction.atomic():
        _locked(certificate.enrolment)
        if existing := _event(certificate, "erased"):
            return existing
        kept_until = retained_until(certificate, now=now)
        if now.date() < kept_until:
            raise Refusal(f"The record must be kept until {snapshot.date_in_words(kept_until.isoformat())}.")
        # The event comes first: the triggers on both tables let the rows go only once it stands.
        event = _record(certificate, "erased", by=by, now=now, reason=reason, payload={})
        CertificateDocument.objects.filter(certificate=certificate).delete()
        CertificateHolder.objects.filter(certificate=certificate).delete()
    return event


def retained_until(certificate: Certificate, *, now: dt.datetime) -> dt.date:
    """Retention: seven years, or longer where an approval asks for it, from the completion or the last offering of the
    course, whichever is later (rule R18, note N2). A course that is not retired is on offer `now`.
    """
    course = certificate.enrolment.course
    years = max([RETENTION_YEARS, *course.approvals.values_list("accreditor__retention_years", flat=True)])
    begins = max(certificate.completed_on, (course.retired_at or now).date())
    return begins + dt.timedelta(days=years * 365 + years // 4 + 1)


# --- steps ----------------------------------------------------------------------------------------------------------


def _locked(enrolment: Enrolment) -> Enrolment:
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("user", "course", "edition", "attestation")
    return rows.get(pk=enrolment.pk)


def _write(
    enrolment: Enrolment, particulars: Particulars, *, by, now: dt.datetime, supersedes: Certificate | None = None
) -> Certificate:
    approvals = _approvals(enrolment)
    refused = reasons(_candidate(enrolment, particulars, approvals, now, first=supersedes is None))
    if refused:
        raise NotEligible(refused)
    register = _register()
    failpoint("issue.numbered")
    series, serial = register.series, register.last_serial + 1
    certificate = Certificate(
        enrolment=enrolment,
        series=series,
        serial=serial,
        number=numbers.format_number(series, serial),
        completed_on=completed_on(enrolment.attestation),
        issued_at=now,
        issued_by=by,
        supersedes=supersedes,
    )
    salt = secrets.token_bytes(32)
    frozen = _snapshot(certificate, particulars, salt, approvals, register)
    paper = _render(frozen, particulars)
    failpoint("issue.rendered")
    certificate.snapshot = snapshot.dumps(frozen)
    certificate.digest = canonical.digest(certificate.snapshot)
    certificate.kind = frozen.kind
    certificate.save(force_insert=True)
    CertificateHolder.objects.create(
        certificate=certificate, salt=salt, particulars=canonical.dumps(snapshot.to_dict(particulars))
    )
    stored = CertificateDocument.objects.create(
        certificate=certificate, content=paper, sha256=_sha256(paper), size=len(paper)
    )
    failpoint("issue.written")
    payload = {
        "snapshot": certificate.digest,
        "pdf": stored.sha256,
        "number": certificate.number,
        "enrolment": str(enrolment.uuid),
    }
    _append(register, certificate, "issued", by=by, now=now, payload=payload)
    Register.objects.filter(pk=series).update(last_serial=serial)
    outbox.after_commit(mail.tell_issued, certificate=certificate.pk)
    return certificate


def _candidate(
    enrolment: Enrolment, particulars: Particulars, approvals: list[Approval], now: dt.datetime, *, first: bool
) -> Candidate:
    """What the holder has become since is judged for a first certificate alone: a correction is due to everybody."""
    course, signed = enrolment.edition.frozen, getattr(enrolment, "attestation", None)
    progress = facts.progress_of(enrolment, now=now)
    return Candidate(
        legal_name=particulars.legal_name,
        licence_number=particulars.licence_number,
        licence_jurisdiction=particulars.licence_jurisdiction,
        complete=progress.complete,
        missing=progress.missing,
        attested=signed is not None,
        scope_confirmed=enrolment.scope_confirmed_at is not None,
        completed_on=completed_on(signed) if signed else None,
        released_on=_date(course.released_on),
        review_due_on=_date(course.review_due_on),
        is_instructor=first and enrolment.course.instructors.filter(pk=enrolment.user_id).exists(),
        is_staff_account=first and enrolment.user.is_staff,
        withdrawn=first and enrolment.withdrawn_at is not None,
        approvals_need_licence=tuple(
            approval.accreditor.name for approval in approvals if approval.accreditor.requires_licence_number
        ),
        credited_by=_credited_by(enrolment) if signed and approvals else "",
    )


def _credited_by(enrolment: Enrolment) -> str:
    """The number of a valid certificate with hours, from another enrolment in this course, in the same cycle."""
    since = completed_on(enrolment.attestation) - dt.timedelta(days=CYCLE_YEARS * 365)
    others = Certificate.objects.valid().filter(
        enrolment__user=enrolment.user_id, enrolment__course=enrolment.course_id, completed_on__gt=since
    )
    rows = others.exclude(enrolment=enrolment).values_list("number", "snapshot")
    return next((number for number, text in rows if json.loads(text)["hours"]), "")


def completed_on(attestation: Attestation) -> dt.date:
    """The day the last requirement was met, in the learner's own zone (rule R17); never the day of a click here."""
    return attestation.signed_at.astimezone(ZoneInfo(attestation.time_zone)).date()


def _approvals(enrolment: Enrolment) -> list[Approval]:
    if not hasattr(enrolment, "attestation"):
        return []
    day = completed_on(enrolment.attestation)
    return list(Approval.objects.filter(course=enrolment.course_id).valid_on(day).select_related("accreditor"))


def _particulars(enrolment: Enrolment) -> Particulars:
    """As attested. Not attested yet: the name alone, so that every reason to refuse can be given at once."""
    signed = getattr(enrolment, "attestation", None)
    if signed is None:
        return Particulars(enrolment.user.legal_name)
    return Particulars(signed.legal_name, signed.licence_number, signed.licence_jurisdiction, signed.licence_profession)


def _register() -> Register:
    """The row of our series, made on first need; two makers at once end up with the same row.

    Every series is locked, because all share one chain: a new series, or an old one taken up again, continues it.
    """
    series = settings.CERTIFICATE_SERIES
    rows = {row.pk: row for row in Register.objects.select_for_update().order_by("pk")}
    if series not in rows:
        head = next(iter(rows.values()), Register(last_hash=chain.GENESIS))
        new = Register(series=series, last_position=head.last_position, last_hash=head.last_hash)
        Register.objects.bulk_create([new], ignore_conflicts=True)
        rows[series] = Register.objects.select_for_update().get(pk=series)
    return rows[series]


def _snapshot(
    certificate: Certificate, particulars: Particulars, salt: bytes, approvals: list[Approval], register: Register
) -> Snapshot:
    enrolment = certificate.enrolment
    course = enrolment.edition.frozen
    replaced = certificate.supersedes
    return Snapshot(
        number=certificate.number,
        verify_url=settings.SITE_URL + reverse("courses:verify-token", args=[certificate.token]),
        kind=approvals[0].accreditor.certificate_kind if approvals else "completion",
        course_title=next((approval.title for approval in approvals if approval.title), course.title),
        course_uuid=course.uuid,
        edition_number=enrolment.edition.number,
        edition_sha256=enrolment.edition.sha256,
        completed_on=certificate.completed_on.isoformat(),
        time_zone=enrolment.attestation.time_zone,
        delivery_type=course.delivery_type,
        provider_name=settings.PROVIDER_NAME,
        provider_number=settings.PROVIDER_NUMBER,
        provider_contact=settings.PROVIDER_CONTACT,
        provider_address=settings.PROVIDER_ADDRESS,
        instructors=course.instructors,
        signatory=settings.CERTIFICATE_SIGNATORY,
        issued_on=certificate.issued_at.astimezone(ZoneInfo(enrolment.attestation.time_zone)).date().isoformat(),
        particulars_hmac=snapshot.particulars_hmac(salt, particulars),
        hours=tuple(_hours(approval) for approval in approvals),
        notices=NOTICES,
        supersedes_number=replaced.number if replaced else None,
        chain_head=register.last_hash,
    )


def _hours(approval: Approval) -> AwardedHours:
    body = approval.accreditor
    return AwardedHours(body.name, approval.number, body.unit, f"{approval.hours.normalize():f}", (), body.statement)


def _render(frozen: Snapshot, particulars: Particulars) -> bytes:
    try:
        return document.render(frozen, particulars, font_dirs=settings.CERT_FONT_DIRS)
    except (document.MissingGlyphs, document.TooLong, snapshot.MissingField, snapshot.BadSnapshot) as error:
        raise NotEligible([Reason("B07", str(error))]) from error


def _record(certificate: Certificate, kind: str, *, by, now, reason="", category="", payload) -> CertificateEvent:
    return _append(_register(), certificate, kind, by=by, now=now, reason=reason, category=category, payload=payload)


def _event(certificate: Certificate, kind: str) -> CertificateEvent | None:
    return CertificateEvent.objects.filter(certificate=certificate, kind=kind).first()


def _append(
    register: Register, certificate: Certificate, kind: str, *, by, now, reason="", category="", payload: dict
) -> CertificateEvent:
    """Write the next event of the chain and move the (locked) registers on to it."""
    text = canonical.dumps(payload)
    position = register.last_position + 1
    fingerprint = chain.event_hash(
        register.last_hash, position, str(certificate.uuid), kind, chain.instant(now), _who(by), reason,
        canonical.digest(text),
    )  # fmt: skip
    event = CertificateEvent.objects.create(
        position=position, certificate=certificate, kind=kind, category=category, reason=reason, at=now, by=by,
        payload=text, prev_hash=register.last_hash, hash=fingerprint,
    )  # fmt: skip
    Register.objects.update(last_position=position, last_hash=fingerprint)
    return event


def _who(by) -> str:
    return str(by.uuid) if by else "automatic"


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal("Give a reason. It is kept with the record.")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _date(iso: str | None) -> dt.date | None:
    return dt.date.fromisoformat(iso) if iso else None
