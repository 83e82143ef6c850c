"""Someone's own name and licences. Signing in and out is allauth's."""

from copy import copy
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ceu.accounts import choices
from ceu.accounts.forms import LicenceForm, MailForm, ProfileForm
from ceu.accounts.models import Licence, MailChoice

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _onward(request: HttpRequest) -> str:
    """The `next` that came along, if it stays on this host; else an empty text."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if safe and url.startswith("/") else ""


@get_or_post
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    user, onward = request.user, _onward(request)
    first_visit = not user.legal_name
    # A form writes to the instance it is given, even when it refuses: the page must not show a refused name as the user's.
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=copy(user))
    if request.method == "POST" and form.is_valid():
        form.instance.save(update_fields=form.Meta.fields)
        if first_visit:
            query = f"?{urlencode({'next': onward})}" if onward else ""
            return redirect(reverse("account_licence_add") + query)
        messages.success(request, "Your name and time zone are saved.")
        return redirect(onward or "account_profile")
    return render(request, "accounts/profile.html", {"form": form, "first_visit": first_visit, "next": onward})


@get_or_post
@login_required
def licences(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/licences.html", {"licences": request.user.licences.all()})


@get_or_post
@login_required
def licence_add(request: HttpRequest) -> HttpResponse:
    return _edit(request, Licence(user=request.user), "Add a licence", "The licence is on your list.")


@get_or_post
@login_required
def licence_change(request: HttpRequest, uuid: UUID) -> HttpResponse:
    licence = get_object_or_404(request.user.licences, uuid=uuid)
    return _edit(request, licence, "Change a licence", "The licence is changed.")


def _edit(request: HttpRequest, licence: Licence, heading: str, done: str) -> HttpResponse:
    onward = _onward(request)
    form = LicenceForm(request.POST if request.method == "POST" else None, instance=licence)
    if request.method == "POST" and form.is_valid() and form.save():
        messages.success(request, done)
        return redirect(onward or "account_licences")
    context = {"form": form, "heading": heading, "licence": licence, "next": onward}
    return render(request, "accounts/licence_form.html", context)


@get_or_post
@login_required
def licence_delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    licence = get_object_or_404(request.user.licences, uuid=uuid)
    if request.method == "POST":
        try:
            licence.delete()
        except ProtectedError:
            messages.error(request, "This licence stays on your list, because records of yours refer to it.")
        else:
            messages.success(request, "The licence is off your list. Certificates that name it are not changed.")
        return redirect("account_licences")
    return render(request, "accounts/licence_delete.html", {"licence": licence})


# --- mail that one may do without -------------------------------------------------------------------------------------


@get_or_post
@login_required
def mail(request: HttpRequest) -> HttpResponse:
    form = MailForm(request.POST if request.method == "POST" else None, initial=choices.of(request.user))
    if request.method == "POST" and form.is_valid():
        choices.choose(request.user, form.cleaned_data)
        messages.success(request, "Your choice is saved.")
        return redirect("account_mail")
    return render(request, "accounts/mail.html", {"form": form})


@csrf_exempt  # RFC 8058: mail programs send the POST by themselves; the signed address is the right to it
@get_or_post
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stops one kind of mail, signed in or not. A GET only asks: mail scanners open every address in a mail."""
    found = choices.read_token(token)
    if found is None:
        return render(request, "accounts/mail_stop.html", {"unknown": True}, status=404)
    user, about = found
    stopped = request.method == "POST"
    if stopped:
        choices.choose(user, {about: False})
    words = MailChoice.About(about).label
    return render(request, "accounts/mail_stop.html", {"about": words, "stopped": stopped})
