"""A learner's own attempt: its questions, the check page, the result. Every change is a POST and ends in a redirect."""

import logging
from functools import wraps
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from quizzes.delivery import forms, outcome, pages, timing, written_pages
from quizzes.delivery import services as delivery
from quizzes.delivery.forms import CONTROLS, Malformed
from quizzes.delivery.models import Attempt
from quizzes.delivery.pages import Sitting, Slot

logger = logging.getLogger(__name__)
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def signed_in(view):
    """Sends a visitor to sign in and back to the same page, with the answer they had typed. A script is told."""

    @wraps(view)
    def wrapped(request: HttpRequest, uuid: UUID, **kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, uuid, **kwargs)
        if _wants_json(request):
            return JsonResponse({"problem": "You are signed out."}, status=401)
        return redirect_to_login(_came_from(request, uuid, **kwargs))

    return wrapped


def _came_from(request: HttpRequest, uuid: UUID, n: int | None = None) -> str:
    if request.method != "POST" or n is None:
        return request.get_full_path()
    try:
        fields = forms.fields_of(request)
    except Malformed:
        fields = {}
    kept = [(name, value) for name, values in fields.items() if _is_kept(name) for value in values]
    query = urlencode(kept)
    # Servers take about 4000 characters of address, and this one is quoted twice on its way.
    return f"{reverse('quizzes:question', args=[uuid, n])}{f'?{query}' if 0 < len(query) < 1200 else ''}"


def _is_kept(name: str) -> bool:
    return name in {"rev", "back"} or bool(forms.ANSWER_NAME.match(name))


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("accept", "")


# --- pages to read --------------------------------------------------------------------------------------------------


@require_safe
@signed_in
def attempt(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """On to where one left off."""
    sitting = pages.sitting(request.user, uuid)
    if sitting.over(timezone.now()):
        return redirect("quizzes:result", uuid)
    n = pages.first_unanswered(sitting)
    return redirect("quizzes:question", uuid, n) if n else redirect("quizzes:check", uuid)


@require_safe
@signed_in
def question(request: HttpRequest, uuid: UUID, n: int) -> HttpResponse:
    now, (sitting, rows) = timezone.now(), pages.paper(request.user, uuid)
    if sitting.over(now):
        return redirect("quizzes:result", uuid)
    back = request.GET.get("back") == "check"
    context = pages.question(request.user, sitting, rows, n, now=now, back=back)
    if any(forms.ANSWER_NAME.match(name) for name in request.GET):
        context = _with_kept_answer(request, sitting, rows, n, context)
    return render(request, "quizzes/question.html", context)


def _with_kept_answer(request: HttpRequest, sitting: Sitting, rows: list, n: int, context: dict) -> dict:
    """The answer that waited in the address while its learner signed in again. It is shown, and not yet stored."""
    try:
        given = forms.given(dict(request.GET.lists()), context["prompt"])
    except Malformed:
        return context
    return pages.question(
        request.user, sitting, rows, n, now=timezone.now(), back=given.back, held=given.held, rev=given.rev
    )


@require_safe
@signed_in
def check(request: HttpRequest, uuid: UUID) -> HttpResponse:
    now, (sitting, rows) = timezone.now(), pages.paper(request.user, uuid)
    if sitting.over(now):
        return redirect("quizzes:result", uuid)
    return render(request, "quizzes/check.html", pages.check(request.user, sitting, rows, now=now))


@require_safe
@signed_in
def result(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The result, or by when it comes; an attempt whose time ran out unwatched is closed first, as of its deadline."""
    now, sat = timezone.now(), outcome.sat(request.user, uuid)
    if sat.attempt.state == Attempt.State.VOID:
        return render(request, "quizzes/void.html", _void(sat.attempt))
    if sat.attempt.state == Attempt.State.OPEN:
        if not timing.is_late(now, sat.attempt.deadline):
            return redirect("quizzes:attempt", uuid)
        delivery.submit(sat.attempt, now=sat.attempt.deadline)
        sat = outcome.sat(request.user, uuid)
    if sat.attempt.state == Attempt.State.WAITING:
        context = written_pages.waiting(request.user, sat.attempt, now=now)
        context["submitted"] = pages.day_and_clock(request.user, sat.attempt.submitted_at)
        return render(request, "quizzes/waiting.html", context)
    return render(request, "quizzes/result.html", outcome.page(request.user, sat, now=now))


def _void(attempt: Attempt) -> dict:
    reference, contact = _reference(attempt.uuid), settings.PROVIDER_CONTACT
    return {"attempt": attempt, "home": attempt.entry.home, "contact": contact, "reference": reference}


def _reference(uuid: UUID) -> str:
    """What a learner can read out to whoever helps."""
    return str(uuid)[:8].upper()


# --- an answer ------------------------------------------------------------------------------------------------------


@get_or_post
@signed_in
def answer(request: HttpRequest, uuid: UUID, n: int) -> HttpResponse:
    if request.method != "POST":
        return redirect("quizzes:question", uuid, n)
    slot = pages.slot(request.user, uuid, n)
    try:
        fields = forms.fields_of(request)
        given = forms.given(fields, slot.prompt)
    except Malformed as refusal:
        return _malformed(request, refusal)
    if names := forms.strangers(fields):
        logger.warning("An answer came with fields that no form of ours has: %.200r", names)
    if given.keep == forms.STORED:
        return HttpResponseRedirect(pages.after(slot.sitting, n, given.back))
    return _save(request, slot, given)


def _malformed(request: HttpRequest, refusal: Malformed) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"problem": str(refusal)}, status=refusal.status)
    return render(request, "400.html", status=refusal.status)


def _save(request: HttpRequest, slot: Slot, given: forms.Given) -> HttpResponse:
    now = timezone.now()
    try:
        rev = _store(slot, given, now)
    except delivery.BadAnswer as problem:
        return _again(request, slot, given, str(problem), status=422)
    except delivery.StaleAnswer as stale:
        return _choose(request, slot, given, stale)
    except delivery.AttemptClosed as closed:
        return _closed(request, slot.sitting, closed)
    except DatabaseError:
        logger.exception("An answer could not be stored.")
        return _again(request, slot, given, "Your answer is not saved yet. It is kept below: try again.", status=503)
    if _wants_json(request):
        return JsonResponse(_saved(request, slot, given, rev, now))
    return HttpResponseRedirect(_onward(slot, given))


def _store(slot: Slot, given: forms.Given, now) -> int:
    """The new revision. Clearing goes by the button alone: what the controls held beside it is not looked at."""
    prompt = slot.prompt
    raw = None if given.clear else CONTROLS[prompt.kind].raw(given.held)
    raw = delivery.display_to_canonical(slot.order, raw)
    saved = delivery.save_answer(
        slot.sitting, slot.n, raw, rev=given.current_rev, now=now, clear=given.clear, revision_id=slot.revision_id
    )
    if given.flag is not None:
        delivery.flag(slot.sitting, slot.n, given.flag, now=now)
    return saved.rev


def _saved(request: HttpRequest, slot: Slot, given: forms.Given, rev: int, now) -> dict:
    told = {"rev": rev, "saved_at": pages.clock(request.user, now)}
    if given.flag is not None:
        told["flagged"] = given.flag
    if slot.sitting.deadline:
        told["left"] = pages.left(slot.sitting, now)
    return told


def _onward(slot: Slot, given: forms.Given) -> str:
    """Flag and Clear stay on the question; Continue goes on."""
    if not given.clear and given.flag is None:
        return pages.after(slot.sitting, slot.n, given.back or given.to_check)
    return f"{pages.address(slot.sitting.uuid)}{slot.n}/{'?back=check' if given.back else ''}"


def _again(request: HttpRequest, slot: Slot, given: forms.Given, problem: str, *, status: int) -> HttpResponse:
    """The question once more, with what was typed."""
    if _wants_json(request):
        return JsonResponse({"problem": problem}, status=status)
    sitting, rows = pages.paper(request.user, slot.sitting.uuid)
    context = pages.question(
        request.user, sitting, rows, slot.n, now=timezone.now(),
        back=given.back, held=given.held, rev=given.rev, problem=problem,
    )  # fmt: skip
    return render(request, "quizzes/question.html", context, status=status)


def _choose(request: HttpRequest, slot: Slot, given: forms.Given, stale: delivery.StaleAnswer) -> HttpResponse:
    """Two windows, two answers: both in words, and neither is lost until the learner has picked."""
    prompt = slot.prompt
    mine, stored = pages.in_words(prompt, stale.mine), pages.in_words(prompt, stale.stored)
    if _wants_json(request):
        return JsonResponse({"mine": mine, "stored": stored, "rev": stale.rev}, status=409)
    context = {
        "sitting": slot.sitting,
        "n": slot.n,
        "stem": prompt.stem,
        "mine": mine,
        "stored": stored,
        "sent_rev": given.rev,
        "rev": stale.rev,
        "problem": "Choose which answer to keep." if given.choosing and not given.keep else "",
        "fields": [("clear", "1")] if given.clear else CONTROLS[prompt.kind].pairs(prompt, given.held),
        "back": given.back,
    }
    return render(request, "quizzes/choose.html", context, status=409)


def _closed(request: HttpRequest, sitting: Sitting, closed: delivery.AttemptClosed) -> HttpResponse:
    address = reverse("quizzes:result", args=[sitting.uuid])
    if _wants_json(request):
        return JsonResponse({"problem": str(closed), "next": address}, status=410)
    return HttpResponseRedirect(address)


# --- the end --------------------------------------------------------------------------------------------------------


@get_or_post
@signed_in
def submit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Marks the attempt. Sent twice, it shows the one result; with nothing answered it asks to confirm first."""
    if request.method != "POST":
        return redirect("quizzes:attempt", uuid)
    sitting, answered = pages.closing(request.user, uuid)
    if sitting.state != Attempt.State.OPEN:
        return redirect("quizzes:result", uuid)
    now = timezone.now()
    if not request.POST.get("confirm") and not sitting.over(now) and not answered:
        problem = "Confirm that you want to submit without any answer."
        context = pages.check(request.user, *pages.paper(request.user, uuid), now=now, problem=problem)
        return render(request, "quizzes/check.html", context, status=422)
    try:
        delivery.submit(sitting, now=now)
    except delivery.AttemptClosed:
        pass  # void: the result page says so
    except DatabaseError:
        logger.exception("An attempt could not be submitted.")
        context = {"sitting": sitting, "at": pages.clock(request.user, now), "reference": _reference(uuid)}
        return render(request, "quizzes/submit_failed.html", context, status=503)
    return redirect("quizzes:result", uuid)
