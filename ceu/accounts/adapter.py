"""Where allauth asks us: what to say, where to go, how a message begins and ends."""

from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from ceu.shared import letters


def client_ip(request: HttpRequest) -> str:
    """The address of the person, behind as many proxies as TRUSTED_PROXIES says; empty where it cannot be known."""
    try:
        return get_adapter(request).get_client_ip(request)
    except PermissionDenied:
        return ""


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed. Write to us if you think that is a mistake.",
        "email_password_mismatch": "The e-mail address and the password do not belong together. Check both and try again.",
        "enter_current_password": "This is not your current password. Type it again.",
        "incorrect_code": "This code is not right, or it is too old. Check it, or ask for a new one.",
        "incorrect_password": "This is not your password. Type it again.",
        "rate_limited": "There were too many tries in a short time. Wait a minute, then try again.",
        "same_as_current": "This is the address we already have.",
        "too_many_login_attempts": "There were too many failed tries. Wait five minutes, then try again.",
    }

    def post_login(
        self, request: HttpRequest, user, *, signup: bool, redirect_url: str | None, **kwargs
    ) -> HttpResponse:
        """A new account is asked for the name on the licence first, and then goes where it was going."""
        if signup:
            onward = f"?{urlencode({'next': redirect_url})}" if redirect_url else ""
            redirect_url = reverse("account_profile") + onward
        return super().post_login(request, user, signup=signup, redirect_url=redirect_url, **kwargs)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_profile")

    def render_mail(
        self, template_prefix: str, email: str, context: dict, headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """As every letter of ours. These leave at once and not by the queue: a person waits for the code, and the
        queue would keep it."""
        return letters.write(template_prefix, context).message(email, sender=self.get_from_email())


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right, or it was used before. Wait for the next one and type that.",
    }
