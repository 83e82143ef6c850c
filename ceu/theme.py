"""Page colours: as the device, light or dark. A cookie that the server sets, because pages are coloured by the server."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

THEMES = {"light", "dark"}
A_YEAR = 365 * 24 * 3600


def chosen(request: HttpRequest) -> str:
    theme = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    return theme if theme in THEMES else ""


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(status=204) if "application/json" in request.headers.get("accept", "") else _back(request)
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(
            settings.THEME_COOKIE_NAME, theme, max_age=A_YEAR, secure=settings.SECURE, httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(settings.THEME_COOKIE_NAME, samesite="Lax")
        response.cookies[settings.THEME_COOKIE_NAME]["secure"] = settings.SECURE
    return response


def _back(request: HttpRequest) -> HttpResponse:
    came_from = request.headers.get("referer", "")
    safe = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(came_from if safe else "/")
