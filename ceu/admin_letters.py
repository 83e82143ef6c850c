"""Every letter that the site may write, for staff to look at: made up names, real words, text and HTML side by side."""

from csp.constants import HEADER, SELF
from csp.utils import build_policy
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from ceu.shared import letters

# A letter may hold its own styles and nothing else: no script, no form, no address outside.
OF_A_LETTER = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox"


def urls(site: admin.AdminSite) -> list[URLPattern]:
    return [
        path("letters/", site.admin_view(_all), name="letters"),
        path("letters/<slug:name>/", site.admin_view(_one), name="letter"),
        path("letters/<slug:name>/page/", site.admin_view(xframe_options_sameorigin(_page)), name="letter_page"),
    ]


@require_safe
def _all(request: HttpRequest) -> HttpResponse:
    rows = [(kind, _written(kind)) for kind in sorted(letters.KINDS.values(), key=lambda kind: kind.name)]
    return _show(request, "admin/letters.html", "Letters that the site writes", letters=rows)


@require_safe
def _one(request: HttpRequest, name: str) -> HttpResponse:
    kind = _kind(name)
    response = _show(request, "admin/letter.html", _written(kind).subject, kind=kind, letter=_written(kind))
    response[HEADER] = build_policy(update={"frame-src": [SELF]})
    return response


@require_safe
def _page(request: HttpRequest, name: str) -> HttpResponse:
    response = HttpResponse(_written(_kind(name)).html)
    response[HEADER] = OF_A_LETTER
    return response


def _kind(name: str) -> letters.Kind:
    if name not in letters.KINDS:
        raise Http404("There is no such letter.")
    return letters.KINDS[name]


def _written(kind: letters.Kind) -> letters.Letter:
    context = kind.sample()
    return letters.write(kind.prefix, context, stop=context.get("stop", ""))


def _show(request: HttpRequest, template: str, title: str, **context: object) -> HttpResponse:
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.each_context(request) | {"title": title} | context)
