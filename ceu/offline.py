"""What a device needs to keep lessons for a time without a connection: the worker, the manifest, the page that is shown
instead of one that was not kept, and a mark of whose device it is."""

import hashlib
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

NOBODY = "none"


def reader_of(request: HttpRequest) -> str:
    """Names the login session to its own browser, so that pages kept in one are not shown in another. It goes by the cookie,
    asks the database nothing, and cannot be turned back into the cookie."""
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return hashlib.sha256(f"reader {session}".encode(errors="replace")).hexdigest()[:20] if session else NOBODY


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """At the root, because a worker sees only the addresses below its own."""
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")


@cache
def _worker() -> bytes:
    return (settings.BASE_DIR / "ceu" / "static" / "ceu" / "sw.js").read_bytes()


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    icon = {"src": static("ceu/favicon.svg"), "type": "image/svg+xml", "sizes": "any"}
    told = {
        "id": "/",
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "lang": settings.LANGUAGE_CODE,
        "start_url": "/record/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f5f4f0",
        "theme_color": "#f5f4f0",
        "icons": [icon],
    }
    return JsonResponse(told, content_type="application/manifest+json")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "offline.html")
