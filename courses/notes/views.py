from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from courses.learning.views import own_enrolment
from courses.notes import pages, services
from courses.notes.forms import NoteForm
from courses.notes.models import LONGEST, SectionNote
from courses.notes.pages import Place


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: HttpRequest, slug: str) -> HttpResponse:
    """All that one keeps beside the sections of a course. POST changes one of them."""
    enrolment = own_enrolment(request, slug)
    if request.method == "POST":
        return _change(request, enrolment, slug)
    course = enrolment.edition.frozen
    found = pages.of_course(enrolment, course, slug)
    return render(request, "courses/notes.html", {"slug": slug, "course": course, "notes": found, "longest": LONGEST})


@login_required
@require_safe
def of_lesson(request: HttpRequest, slug: str, lesson: str) -> HttpResponse:
    """A form for each section of a lesson; for the script of the lesson page, the same as data."""
    enrolment = own_enrolment(request, slug)
    course = enrolment.edition.frozen
    if lesson not in course.by_slug:
        raise Http404("No such lesson in this edition.")
    rows = pages.of_lesson(enrolment, course, slug, lesson)
    if _wants_json(request):
        return JsonResponse({"notes": pages.as_json(rows)})
    return render(request, "courses/lesson_notes.html", _lesson_context(course, slug, lesson, rows))


@login_required
@require_safe
def as_text(request: HttpRequest, slug: str) -> HttpResponse:
    enrolment = own_enrolment(request, slug)
    course = enrolment.edition.frozen
    text = pages.as_text(f"My notes: {course.title}", pages.of_course(enrolment, course, slug))
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="notes-{slug}.txt"'
    return response


def _lesson_context(course, slug: str, lesson: str, rows: list[Place]) -> dict:
    return {
        "slug": slug,
        "course": course,
        "lesson": lesson,
        "title": rows[0].lesson_title,
        "places": rows,
        "longest": LONGEST,
    }


def _change(request: HttpRequest, enrolment, slug: str) -> HttpResponse:
    form = NoteForm(request.POST)
    valid, course = form.is_valid(), enrolment.edition.frozen
    given = form.cleaned_data
    if "lesson" not in given or "anchor" not in given or "do" not in given:
        raise Http404("No such section in this edition.")
    place = pages.place_of(enrolment, course, slug, given["lesson"], given["anchor"])
    if place is None:
        raise Http404("No such section in this edition.")
    if not valid:
        problem = next(iter(form.errors.values()))[0]
        return _refused(request, course, slug, place, problem, None, status=422)
    try:
        row = _do(enrolment, place, given)
    except services.Stale as stale:
        return _refused(request, course, slug, place, str(stale), stale.stored, status=409)
    except services.Refusal as refusal:
        return _refused(request, course, slug, place, str(refusal), None, status=422)
    if _wants_json(request):
        return JsonResponse({"text": row.text, "bookmarked": row.bookmarked, "rev": row.revision})
    return redirect(_back(slug, place, came_from_list=request.POST.get("back") == "list"))


def _do(enrolment, place: Place, given: dict) -> SectionNote:
    now, rev = timezone.now(), given["rev"] or 0
    if given["do"] == "save":
        return services.write(enrolment, place.titles, given["text"], rev=rev, now=now)
    if given["do"] == "delete":
        return services.delete(enrolment, place.titles, rev=rev, now=now)
    return services.bookmark(enrolment, place.titles, on=given["do"] == "bookmark", now=now)


def _refused(
    request: HttpRequest, course, slug: str, place: Place, problem: str, stored: SectionNote | None, *, status: int
) -> HttpResponse:
    """Nothing was written; what was typed comes back, and beside it what is stored if that is another."""
    typed = request.POST.get("text", "")[: 2 * LONGEST]
    if _wants_json(request):
        theirs = {"text": stored.text, "rev": stored.revision} if stored else {}
        return JsonResponse({"problem": problem, **theirs}, status=status)
    context = {
        "slug": slug, "course": course, "place": place, "problem": problem, "typed": typed, "stored": stored,
        "longest": LONGEST, "rev": stored.revision if stored else request.POST.get("rev", "0")[:10],
        "back": "list" if request.POST.get("back") == "list" else "",
    }  # fmt: skip
    return render(request, "courses/note_refused.html", context, status=status)


def _back(slug: str, place: Place, *, came_from_list: bool) -> str:
    if came_from_list or not place.address:
        return reverse("courses:notes", args=[slug])
    return f"{reverse('courses:lesson-notes', args=[slug, place.lesson])}#{place.id}"


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("accept", "")
