"""The registrar's desk: the queue of completed courses, the certificates, and what happened to them.

A certificate is never changed and never deleted here: it is superseded or revoked, by the services, with a reason.
"""

import json

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from ceu.shared.admin import ReadOnlyAdmin, Waiting, address, counted
from courses.certificates import pages, queue
from courses.certificates import services as certificates
from courses.certificates.admin_forms import RevokeForm, SupersedeForm
from courses.certificates.models import AwaitingCertificate, Certificate, CertificateDocument, CertificateEvent
from courses.certificates.snapshot import Particulars
from courses.learning.admin import ProgressMixin

MOST_AT_ONCE = 200


@admin.register(AwaitingCertificate)
class AwaitingAdmin(ProgressMixin, ReadOnlyAdmin):
    """Completed courses without a certificate, the longest waiting first."""

    desk, rank = "Certificates", 1
    list_display = ["legal_name", "course", "completed_on", "hours", "eligibility"]
    list_filter = [("course", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["user", "course", "edition", "attestation"]
    search_fields = ["attestation__legal_name", "user__email", "course__title"]
    ordering = ["attestation__signed_at", "pk"]
    actions = ["issue"]
    fields = ["legal_name", "course", "completed_on", "hours", "eligibility", "progress"]

    def get_urls(self):
        return [
            path("issue/", self.admin_site.admin_view(self.issue_view), name="courses_awaitingcertificate_issue"),
            *super().get_urls(),
        ]

    def prepare(self, rows: list[AwaitingCertificate]) -> None:
        found = queue.judge(rows, now=timezone.now())
        for row in rows:
            row.judged = found[row.pk]
            row.shown_progress = row.judged.progress

    def judged(self, row: AwaitingCertificate) -> queue.Judged:
        if not hasattr(row, "judged"):
            self.prepare([row])
        return row.judged

    @admin.display(description="learner", ordering="attestation__legal_name")
    def legal_name(self, row: AwaitingCertificate) -> str:
        return row.attestation.legal_name

    @admin.display(description="completed on", ordering="attestation__signed_at")
    def completed_on(self, row: AwaitingCertificate):
        return self.judged(row).completed_on

    @admin.display(description="hours")
    def hours(self, row: AwaitingCertificate) -> str:
        return self.judged(row).hours

    @admin.display(description="check")
    def eligibility(self, row: AwaitingCertificate) -> str:
        found = self.judged(row).reasons
        if not found:
            return format_html('<span class="ready">{}</span>', "✓ Can be issued")
        return format_html(
            '<ul class="problems">{}</ul>', format_html_join("", "<li>{}</li>", ((each.text,) for each in found))
        )

    def waiting(self, request: HttpRequest) -> Waiting | None:
        waiting = self.model.objects.for_user(request.user).count()
        one, many = "1 completed course waits for a certificate.", "{} completed courses wait for a certificate."
        return Waiting(counted(waiting, one, many), self.list_address()) if waiting else None

    # --- issuing --------------------------------------------------------------------------------------------------------

    def has_issue_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("courses.issue_certificate")

    @admin.action(description="Issue certificates", permissions=["issue"])
    def issue(self, request: HttpRequest, rows) -> HttpResponse:
        """Who would get one, and who not yet. The button on that page leads to `issue_view`."""
        chosen = list(rows[:MOST_AT_ONCE])
        self.prepare(chosen)
        context = {
            "ready": [row for row in chosen if not row.judged.reasons],
            "not_ready": [row for row in chosen if row.judged.reasons],
            "left_out": max(0, rows.count() - len(chosen)),
        }
        return self.show(
            request, None, "admin/courses/awaitingcertificate/issue.html", title="Issue certificates", **context
        )

    def issue_view(self, request: HttpRequest) -> HttpResponse:
        """Each in a transaction of its own, so that one refusal stops no other."""
        if not self.has_issue_permission(request) or not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            asked = _keys(request.POST.get("enrolments", ""))
            rows = list(self.get_queryset(request).filter(pk__in=asked))
            issued = sum(self._issue(request, row) for row in rows)
            gone = len(set(asked)) - len(rows)
            self.message_user(
                request, counted(issued, "1 certificate was issued.", "{} certificates were issued."), messages.SUCCESS
            )
            if gone:
                one, many = "1 was no longer in the queue.", "{} were no longer in the queue."
                self.message_user(request, counted(gone, one, many), messages.WARNING)
        return redirect(self.list_address())

    def _issue(self, request: HttpRequest, row: AwaitingCertificate) -> bool:
        try:
            certificate = certificates.issue(row, by=request.user, now=timezone.now())
        except certificates.NotEligible as refusal:
            self.message_user(request, f"{row.attestation.legal_name}, {row.course}: {refusal}", messages.ERROR)
            return False
        self.log_change(request, row, f"Issued certificate {certificate.number}.")
        return True


def _keys(text: str) -> list[int]:
    keys = text.split(",")
    if len(keys) > MOST_AT_ONCE or not all(key.isascii() and key.isdigit() and len(key) < 19 for key in keys):
        raise BadRequest("A list of enrolments was expected.")
    return [int(key) for key in keys]


class StandingFilter(admin.SimpleListFilter):
    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin):
        return [("valid", "Valid"), ("superseded", "Superseded"), ("revoked", "Revoked")]

    def queryset(self, request: HttpRequest, queryset):
        if self.value() == "valid":
            return queryset.filter(revoked=False, superseded=False)
        if self.value() in {"superseded", "revoked"}:
            return queryset.filter(**{self.value(): True})
        return queryset


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin):
    desk, rank = "Certificates", 2
    pages = {
        "pdf": "courses.view_certificate",
        "supersede": "courses.revoke_certificate",
        "revoke": "courses.revoke_certificate",
    }
    refusals = (certificates.Refusal, certificates.NotEligible)
    list_display = ["number", "holder_name", "course", "completed_on", "issued_at", "issued_by", "standing"]
    list_filter = [StandingFilter, ("enrolment__course", admin.RelatedOnlyFieldListFilter), "issued_at"]
    list_select_related = ["enrolment__course", "holder", "issued_by"]
    search_fields = [
        "number",
        "enrolment__user__email",
        "enrolment__user__legal_name",
        "enrolment__attestation__legal_name",
    ]
    ordering = ["-issued_at", "-pk"]
    fieldsets = [
        ("Standing", {"fields": ["standing", "chain", "enrolment_link", "issued_at", "issued_by"]}),
        ("What it says", {"fields": ["facts"]}),
        ("Record", {"fields": ["paper", "public_page", "digest"]}),
        ("History", {"fields": ["history"]}),
    ]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).with_standing()

    @admin.display(description="holder", ordering="enrolment__attestation__legal_name")
    def holder_name(self, row: Certificate) -> str:
        return json.loads(row.holder.particulars)["legal_name"] if hasattr(row, "holder") else "(erased)"

    @admin.display(ordering="enrolment__course__title")
    def course(self, row: Certificate) -> str:
        return str(row.enrolment.course)

    @admin.display(description="standing")
    def standing(self, row: Certificate) -> str:
        return "Revoked" if row.revoked else "Superseded" if row.superseded else "Valid"

    @admin.display(description="Before and after")
    def chain(self, row: Certificate) -> str:
        after, before = getattr(row, "superseded_by", None), row.supersedes
        links = [
            (f"{words} ", address(each), each) for words, each in (("Replaces", before), ("Replaced by", after)) if each
        ]
        return format_html_join(" · ", '{}<a href="{}">{}</a>', links) or "It replaces none and was not replaced."

    @admin.display(description="Enrolment")
    def enrolment_link(self, row: Certificate) -> str:
        return format_html('<a href="{}">{}</a>', address(row.enrolment), row.enrolment.course)

    @admin.display(description="Printed facts")
    def facts(self, row: Certificate) -> str:
        shown = pages.show(row, public=False)
        return render_to_string("admin/courses/certificate/_facts.html", {"shown": shown})

    @admin.display(description="Paper")
    def paper(self, row: Certificate) -> str:
        stored = CertificateDocument.objects.filter(certificate=row).defer("content").first()
        if stored is None:
            return "Erased."
        words = f"Download the stored PDF ({stored.size / 1000:.0f} KB)"
        return format_html('<a href="{}">{}</a><br>SHA-256 {}', address(row, "pdf"), words, stored.sha256)

    @admin.display(description="Public page")
    def public_page(self, row: Certificate) -> str:
        return format_html(
            '<a href="{}">What everybody may check</a>', reverse("courses:verify-token", args=[row.token])
        )

    @admin.display(description="Events")
    def history(self, row: Certificate) -> str:
        events = row.events.select_related("by")
        return render_to_string("admin/courses/certificate/_history.html", {"events": events})

    # --- correct it, take it back -----------------------------------------------------------------------------------------

    def page_words(self, name: str) -> str:
        return {"pdf": "Download PDF", "supersede": "Supersede (correct)", "revoke": "Revoke"}[name]

    def tools(self, request: HttpRequest, row: Certificate) -> list[tuple[str, str]]:
        erased = not hasattr(row, "holder")
        shut = {"pdf": erased, "supersede": erased or row.superseded, "revoke": row.revoked}
        hidden = {address(row, name) for name, closed in shut.items() if closed}
        return [(url, words) for url, words in super().tools(request, row) if url not in hidden]

    def pdf_page(self, request: HttpRequest, row: Certificate) -> HttpResponse:
        """The stored bytes. Nothing is rendered again."""
        stored = CertificateDocument.objects.filter(certificate=row).first()
        if stored is None:
            raise Http404("The paper of this certificate is erased.")
        response = HttpResponse(bytes(stored.content), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="certificate-{row.number}.pdf"'
        return response

    def supersede_page(self, request: HttpRequest, row: Certificate) -> HttpResponse:
        if not hasattr(row, "holder"):
            raise Http404("The particulars of this certificate are erased.")

        def supersede(given: dict) -> str:
            reason = given.pop("reason")
            newer = certificates.supersede(
                row, particulars=Particulars(**given), reason=reason, by=request.user, now=timezone.now()
            )
            return f"Certificate {newer.number} replaces {row.number}."

        printed = json.loads(row.holder.particulars) | {"legal_name": row.enrolment.user.legal_name}
        form = SupersedeForm(request.POST if request.method == "POST" else None, initial=printed)
        intro = [
            f"Certificate {row.number} stays on record and shows that it was superseded. A new one gets a new number.",
            "Check what the new one will print.",
        ]
        return self.act(
            request, row, form, supersede, title="Supersede (correct)", intro=intro, button="Issue the correction"
        )

    def revoke_page(self, request: HttpRequest, row: Certificate) -> HttpResponse:
        def revoke(given: dict) -> str:
            certificates.revoke(row, **given, by=request.user, now=timezone.now())
            return f"Certificate {row.number} is revoked."

        form = RevokeForm(request.POST if request.method == "POST" else None)
        intro = [
            f"Certificate {row.number} of {self.holder_name(row)}, {row.enrolment.course}.",
            "It stays on record, and its public page says at once that it is revoked, since when and in which category.",
            "The holder is told by mail. This cannot be undone; a replacement can be issued.",
        ]
        return self.act(
            request, row, form, revoke, title="Revoke", intro=intro, button="Revoke the certificate", danger=True
        )


@admin.register(CertificateEvent)
class CertificateEventAdmin(ReadOnlyAdmin):
    desk, rank = "Certificates", 3
    scope_path = "certificate"
    list_display = ["position", "at", "kind", "certificate", "category", "by", "reason"]
    list_display_links = ["position", "at"]
    list_filter = ["kind", "category", "at"]
    list_select_related = ["certificate", "by"]
    search_fields = ["certificate__number", "reason"]
    ordering = ["-position"]
    fields = ["position", "at", "kind", "category", "certificate_link", "by", "reason", "payload", "prev_hash", "hash"]

    @admin.display(description="certificate")
    def certificate_link(self, row: CertificateEvent) -> str:
        return format_html('<a href="{}">{}</a>', address(row.certificate), row.certificate)
