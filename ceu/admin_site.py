"""The admin: its index by desk, and the second factor that staff must have before it opens."""

from functools import update_wrapper
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import slugify

from ceu import admin_letters

# What one does at each desk. A page of the admin names its desk; this is the order they stand in.
DESKS = {
    "Authoring": "Write courses, and publish them as editions.",
    "Item bank": "Write questions and the quizzes that ask them.",
    "Learners": "See who takes which course, and help those who are stuck.",
    "Certificates": "Issue certificates, correct them, take them back.",
    "Reports": "Read what was published and how learners judge it.",
}


class SiteAdmin(admin.AdminSite):
    site_header = site_title = settings.SITE_NAME
    index_title = "Desks"
    site_url = "/"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")  # rows go one by one, from their own page, where that is allowed at all

    # --- who may come in ----------------------------------------------------------------------------------------------

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and has_second_factor(request.user)

    def admin_view(self, view, cacheable=False):
        """Whoever may not come in is told why at the door, before the admin sends them to its own login page."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            return self.turn_away(request) or refuse_nul(request) or inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    def turn_away(self, request: HttpRequest) -> HttpResponse | None:
        from django.contrib.auth.views import redirect_to_login

        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        if not super().has_permission(request):
            raise PermissionDenied
        if not has_second_factor(request.user):
            messages.warning(
                request, "The desks open after you have set up a second step: a key or an authenticator app."
            )
            return redirect("mfa_index")
        return None

    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return self.turn_away(request) or redirect("admin:index")

    def password_change(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return redirect("account_change_password")

    # --- what stands where --------------------------------------------------------------------------------------------

    def register(self, model_or_iterable, admin_class=None, **options) -> None:
        """Only pages that name a desk. Those that other packages bring know no scope, and one shows TOTP secrets."""
        if getattr(admin_class, "desk", "") in DESKS:
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self):
        """Without the short cut from a row's number to its page on the site: it asks nobody's scope."""
        django_s = [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") != "view_on_site"]
        return [*admin_letters.urls(self), *django_s]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The desks, in the form in which Django's templates know applications."""
        pages = [page for app in self._build_app_dict(request, app_label).values() for page in app["models"]]
        desks = [(desk, [page for page in pages if self._page(page).desk == desk]) for desk in DESKS]
        return [
            {
                "name": desk,
                "about": DESKS[desk],
                "app_label": slugify(desk),
                "app_url": f"{reverse('admin:index')}#{slugify(desk)}",
                "has_module_perms": True,
                "models": sorted(found, key=lambda page: (self._page(page).rank, page["name"])),
            }
            for desk, found in desks
            if found
        ]

    def _page(self, page: dict[str, Any]) -> admin.ModelAdmin:
        return self.get_model_admin(page["model"])

    def index(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        desks = self.get_app_list(request)
        for desk in desks:
            asked = (self._page(page).waiting(request) for page in desk["models"])
            desk["waiting"] = [waiting for waiting in asked if waiting]
        return super().index(request, {"app_list": desks} | (extra_context or {}))

    def app_index(self, request: HttpRequest, app_label: str, extra_context=None) -> HttpResponse:
        return redirect("admin:index")


def refuse_nul(request: HttpRequest) -> None:
    """PostgreSQL answers a NUL in a search or a filter with an error; here it is a bad request on every database."""
    if any("\x00" in value for _, values in request.GET.lists() for value in values):
        raise BadRequest("The address holds a null character.")


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
