from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from courses.evaluations import services
from courses.evaluations.forms import EvaluationForm
from courses.learning import facts
from courses.learning.completion import Kind, State
from courses.learning.services import NotOpenYet
from courses.learning.views import own_enrolment


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evaluation(request: HttpRequest, slug: str) -> HttpResponse:
    enrolment = own_enrolment(request, slug)
    course = enrolment.edition.frozen
    step = facts.progress_of(enrolment).step(Kind.EVALUATION, "evaluation")
    if step.done:
        return redirect("courses:attestation", slug)
    form = EvaluationForm(request.POST if request.method == "POST" else None, course=course)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.hand_in(
                enrolment, answers=form.answers(), minutes=given["minutes"], change=given["change"],
                comments=given["comments"], grievance=given["grievance"], now=timezone.now(),
            )  # fmt: skip
        except NotOpenYet as refusal:
            messages.warning(request, str(refusal))
            return redirect("courses:course", slug)
        messages.success(request, "Thank you. Your evaluation is handed in, without your name.")
        return redirect("courses:attestation", slug)
    context = {"slug": slug, "form": form, "course": course, "step": step, "shut": step.state is State.SHUT}
    return render(request, "courses/evaluation.html", context)
