"""Page colours (as the device, light or dark) and the size of text. Cookies that the server sets, because it paints the
pages: nothing changes colour or size after it was drawn."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

THEMES = {"light", "dark"}
SIZES = {"large", "largest"}
A_YEAR = 365 * 24 * 3600


def chosen(request: HttpRequest) -> str:
    """Empty: as the device."""
    return _kept(request, settings.THEME_COOKIE_NAME, THEMES)


def size(request: HttpRequest) -> str:
    """Empty: the usual size."""
    return _kept(request, settings.SIZE_COOKIE_NAME, SIZES)


def _kept(request: HttpRequest, cookie: str, known: set[str]) -> str:
    value = request.COOKIES.get(cookie, "")
    return value if value in known else ""


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """One of the two, whichever was sent; a value that is none takes the choice back."""
    response = HttpResponse(status=204) if "application/json" in request.headers.get("accept", "") else _back(request)
    if "size" in request.POST:
        _keep(response, settings.SIZE_COOKIE_NAME, request.POST["size"], SIZES)
    else:
        _keep(response, settings.THEME_COOKIE_NAME, request.POST.get("theme", ""), THEMES)
    return response


def _keep(response: HttpResponse, cookie: str, value: str, known: set[str]) -> None:
    if value in known:
        response.set_cookie(cookie, value, max_age=A_YEAR, secure=settings.SECURE, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(cookie, samesite="Lax")
        response.cookies[cookie]["secure"] = settings.SECURE


def _back(request: HttpRequest) -> HttpResponse:
    came_from = request.headers.get("referer", "")
    safe = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(came_from if safe else "/")
