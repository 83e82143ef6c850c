"""What every page knows: the site's name and the chosen colours. No query, ever."""

from django.conf import settings
from django.http import HttpRequest

from ceu import theme


def site(request: HttpRequest) -> dict[str, str]:
    return {"site_name": settings.SITE_NAME, "theme": theme.chosen(request)}
