from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from courses.search import pages
from courses.search.query import MOST_CHARACTERS


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """In one's own lessons. A visitor, who may read none, is shown the way to the catalogue."""
    typed, course = request.GET.get("q", "")[:MOST_CHARACTERS], request.GET.get("course", "")[:60]
    found = pages.search(request.user, typed, course=course, page=request.GET.get("page"))
    query = urlencode({"q": typed, **({"course": course} if found.within else {})})
    context = {"typed": typed.strip(), "course": course if found.within else "", "found": found, "query": query}
    return render(request, "courses/search.html", context)
