"""The admin: its index by desk, and the second factor that staff must have before it opens."""

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.shortcuts import redirect


class SiteAdmin(admin.AdminSite):
    site_header = site_title = settings.SITE_NAME
    index_title = "Desks"
    site_url = "/"

    def has_permission(self, request) -> bool:
        return super().has_permission(request) and (not settings.STAFF_SECOND_FACTOR or _has_second_factor(request.user))

    def login(self, request, extra_context=None):
        if request.user.is_authenticated and super().has_permission(request):
            return redirect("mfa_index")
        return redirect(f"{settings.LOGIN_URL}?next={request.path}")


def _has_second_factor(user) -> bool:
    from allauth.mfa.utils import is_mfa_enabled

    return is_mfa_enabled(user)


class SiteAdminConfig(AdminConfig):
    default_site = "ceu.admin_site.SiteAdmin"
