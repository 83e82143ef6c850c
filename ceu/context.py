"""What every page knows: the site's name, the chosen colours and size, and where the masthead leads. No query, ever."""

from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.translation import get_language

from ceu import theme

LINKS = {
    "courses": "courses:catalogue",
    "record": "courses:dashboard",
    "search": "courses:search",
    "verify": "courses:verify",
    "help": "help",
    "account": "account_profile",
    "login": "account_login",
    "desks": "admin:index",
    "theme": "theme",
}
FILES = ("site.css", "site.js", "lesson.js", "quiz.js", "icons.svg", "favicon.svg")


def site(request: HttpRequest) -> dict[str, object]:
    where = get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), settings.STATIC_URL
    chosen, size = theme.chosen(request), theme.size(request)
    return {
        "site_name": settings.SITE_NAME,
        "theme": chosen,
        "size": size,
        "links": _links(*where),
        "frame": (
            settings.SITE_NAME,
            chosen,
            size,
            get_language(),
            *where,
        ),  # all that the masthead depends on, but the user
    }


@cache
def _links(urlconf: str, prefix: str, static_url: str) -> dict[str, str]:
    """Looked up once a process: nine addresses a page would cost more than the user and the session together."""
    return {name: _address(view) for name, view in LINKS.items()} | {
        file.replace(".", "_"): static(f"ceu/{file}") for file in FILES
    }


def _address(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""
