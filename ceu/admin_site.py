"""The admin: its index by desk, and the second factor that staff must have before it opens."""

from functools import update_wrapper

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class SiteAdmin(admin.AdminSite):
    site_header = site_title = settings.SITE_NAME
    index_title = "Desks"
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and has_second_factor(request.user)

    def admin_view(self, view, cacheable=False):
        """Whoever may not come in is told why at the door, before the admin sends them to its own login page."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            return self.turn_away(request) or inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    def turn_away(self, request: HttpRequest) -> HttpResponse | None:
        from django.contrib.auth.views import redirect_to_login

        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        if not super().has_permission(request):
            raise PermissionDenied
        if not has_second_factor(request.user):
            messages.warning(request, "The desks open after you have set up a second step: a key or an authenticator app.")
            return redirect("mfa_index")
        return None

    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return self.turn_away(request) or redirect("admin:index")

    def password_change(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return redirect("account_change_password")


def has_second_factor(user) -> bool:
    """Whether a key or an app protects this account. Recovery codes alone do not count. Asked once a request."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.utils import is_mfa_enabled

    if not settings.STAFF_SECOND_FACTOR:
        return True
    if not hasattr(user, "_has_second_factor"):
        user._has_second_factor = is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
    return user._has_second_factor


class SiteAdminConfig(AdminConfig):
    default_site = "ceu.admin_site.SiteAdmin"
