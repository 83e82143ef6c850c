"""Headers that every response carries: pages that know a person stay with that person, and one strict policy."""

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from ceu.offline import reader_of


def private_pages(get_response):
    """A request or a response that carries a login session is never stored, by a browser or by a cache between.

    It goes by the cookie and not by `request.user`, so that it asks the database nothing and errs on the safe side.
    Everything else that we make may be kept by the browser alone, and is asked for again each time.

    A learner may keep lessons on the device all the same (decision 0019). `X-Reader` tells the worker whose session
    this is, and who signs out takes along all that the device kept."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES or settings.SESSION_COOKIE_NAME in response.cookies:
            response["Cache-Control"] = "no-store, private"
        else:
            response.setdefault("Cache-Control", "no-cache, private")
        patch_vary_headers(response, ["Cookie"])
        response["X-Reader"] = reader_of(request)
        if getattr(request, "signed_out", False):
            response["Clear-Site-Data"] = '"storage"'
        return response

    return middleware


def content_security_policy(get_response):
    """django-csp words the policy from the settings. It is the same for all pages, so it is worded once a process."""
    policy = build_policy()

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault(HEADER, policy)
        return response

    return middleware
