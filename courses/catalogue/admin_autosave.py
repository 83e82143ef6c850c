"""Where the page of a lesson sends its body while one writes."""

from django import forms
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from ceu.shared.forms import CleanForm
from courses.catalogue import lesson_drafts
from courses.catalogue.lesson_drafts import BodyChanged
from courses.catalogue.models import Lesson

_LOGGED = "Saved while writing."


class BodyForm(CleanForm):
    body = forms.CharField(required=False, strip=False, widget=forms.Textarea)
    over = forms.CharField(max_length=64)
    seen = forms.CharField(required=False)


def autosave_page(page, request: HttpRequest, lesson: Lesson) -> HttpResponse:
    """`page` is the admin of lessons. 200 with the new marks, 409 with the other text, 422 with a sentence."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not page.has_change_permission(request, lesson):
        raise PermissionDenied
    form = BodyForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"why": " ".join(sum(form.errors.values(), []))}, status=422)
    given = form.cleaned_data
    before, had = _seen(page, request, lesson), lesson.body
    try:
        mark = lesson_drafts.save_body(lesson, given["body"], over=given["over"])
    except BodyChanged as theirs:
        return JsonResponse({"body": theirs.body, "mark": lesson_drafts.mark_of(theirs.body)}, status=409)
    if had != lesson.body:
        _log(page, request, lesson)
    # Another's change to the other fields stays unseen, so that the page itself is refused when it is sent.
    seen = _seen(page, request, lesson) if given["seen"] == before else given["seen"]
    return JsonResponse({"mark": mark, "seen": seen})


def _seen(page, request: HttpRequest, lesson: Lesson) -> str:
    return page.get_form(request, lesson, change=True)(instance=lesson).now


def _log(page, request: HttpRequest, lesson: Lesson) -> None:
    """One entry a sitting, and not one every few seconds."""
    rows = LogEntry.objects.filter(content_type__app_label="courses", content_type__model="lesson", object_id=lesson.pk)
    last = rows.order_by("-pk").values_list("user_id", "change_message").first()
    if last != (request.user.pk, _LOGGED):
        page.log_change(request, lesson, _LOGGED)
