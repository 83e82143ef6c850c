from contextlib import suppress

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from ceu.accounts.adapter import client_ip
from courses.certificates import document, numbers, pages
from courses.certificates import services as certificates
from courses.certificates.forms import AttestationForm, VerifyForm
from courses.certificates.models import Certificate, CertificateDocument
from courses.learning import attestations, facts
from courses.learning import services as learning
from courses.learning.completion import Kind, State
from courses.learning.views import own_enrolment

CHECKS_A_MINUTE = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attestation(request: HttpRequest, slug: str) -> HttpResponse:
    """The last requirement. A course may issue by itself once it is met: the same service as the registrar's."""
    enrolment = own_enrolment(request, slug)
    progress = facts.progress_of(enrolment)
    step = progress.step(Kind.ATTESTATION, "attestation")
    if step.done:
        return redirect("courses:course-certificate", slug)
    form = AttestationForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid() and _sign(request, enrolment, form):
        return redirect("courses:course-certificate", slug)
    context = {
        "slug": slug,
        "form": form,
        "step": step,
        "course": enrolment.edition.frozen,
        "progress": progress,
        "text": attestations.text(request.user.legal_name or "…"),
        "shut": step.state is State.SHUT,
    }
    return render(request, "courses/attestation.html", context)


def _sign(request: HttpRequest, enrolment, form: AttestationForm) -> bool:
    now, given = timezone.now(), form.cleaned_data
    try:
        learning.attest(
            enrolment, typed_name=given["typed_name"], licence=given["licence"],
            ip_address=client_ip(request) or None, user_agent=request.headers.get("User-Agent", ""), now=now,
        )  # fmt: skip
    except learning.NameDiffers as refusal:
        form.add_error("typed_name", str(refusal))
        return False
    except learning.Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    if enrolment.course.issue_automatically:
        with suppress(certificates.NotEligible):  # It waits in the registrar's queue, where the reasons are shown.
            certificates.issue(enrolment, by=None, now=now)
    return True


@login_required
@require_safe
def of_course(request: HttpRequest, slug: str) -> HttpResponse:
    """The certificate of this course, or where it stands: what is missing, or that it is being prepared."""
    newest = Certificate.objects.of(request.user).filter(enrolment__course__slug=slug).order_by("-pk").first()
    if newest:
        return redirect("courses:certificate", newest.uuid)
    enrolment = own_enrolment(request, slug)
    context = {"slug": slug, "course": enrolment.edition.frozen, "progress": facts.progress_of(enrolment)}
    return render(request, "courses/certificate_waiting.html", context)


@login_required
@require_safe
def certificate(request: HttpRequest, uuid) -> HttpResponse:
    own = pages.rows().of(request.user).select_related("document").defer("document__content")
    row = get_object_or_404(own, uuid=uuid)
    shown = pages.show(row, public=False)
    if shown is None:
        raise Http404("The particulars of this certificate are erased.")
    return render(
        request, "courses/certificate.html", {"shown": shown, "qr": document.qr_svg(shown.snapshot.verify_url)}
    )


@login_required
@require_safe
def paper(request: HttpRequest, uuid) -> HttpResponse:
    """The stored bytes. Nothing is rendered again."""
    rows = CertificateDocument.objects.filter(certificate__enrolment__user=request.user).select_related("certificate")
    stored = get_object_or_404(rows, certificate__uuid=uuid)
    response = HttpResponse(bytes(stored.content), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="certificate-{stored.certificate.number}.pdf"'
    return response


# --- the public check -----------------------------------------------------------------------------------------------


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    asked = "number" in request.GET or "name" in request.GET
    form = VerifyForm(request.GET if asked else None)
    if asked and form.is_valid():
        if _throttled(request):
            return _slow_down(request)
        try:
            row = pages.by_number_and_name(form.cleaned_data["number"], form.cleaned_data["name"])
        except numbers.BadNumber as error:
            form.add_error("number", str(error))
        else:
            return _answer(request, row)
    return _unlisted(render(request, "courses/verify.html", {"form": form}))


@require_safe
def verify_token(request: HttpRequest, token: str) -> HttpResponse:
    if _throttled(request):
        return _slow_down(request)
    return _answer(request, pages.by_token(token))


def _answer(request: HttpRequest, row: Certificate | None) -> HttpResponse:
    """A withheld, an erased and an unknown record get the same neutral page (note N4)."""
    shown = pages.show(row, public=True) if row else None
    context = {"shown": shown, "now": timezone.now(), "form": VerifyForm(), "contact": settings.PROVIDER_CONTACT}
    template = "courses/verified.html" if shown else "courses/not_found.html"
    return _unlisted(render(request, template, context, status=200 if shown else 404))


def _unlisted(response: HttpResponse) -> HttpResponse:
    """Search engines keep no list of who holds what."""
    response["X-Robots-Tag"] = "noindex"
    return response


def _slow_down(request: HttpRequest) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "60"
    return response


def _throttled(request: HttpRequest) -> bool:
    """More than twenty checks a minute from one address: a person compares papers more slowly than that."""
    key = f"verify:{client_ip(request)}:{timezone.now():%H%M}"
    cache.add(key, 0, 60)
    try:
        return cache.incr(key) > CHECKS_A_MINUTE
    except ValueError:  # it ran out between the two lines
        return False
