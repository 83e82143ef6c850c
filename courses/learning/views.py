from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.catalogue import pages as catalogue
from courses.catalogue.models import Edition
from courses.learning import assessments, facts, pages, reading_time, services
from courses.learning.assessments import Part
from courses.learning.completion import Kind, State
from courses.learning.forms import EnrolForm
from courses.learning.models import Enrolment
from quizzes.delivery import services as delivery
from quizzes.delivery.models import PublishedQuiz


def enrolments_in(request: HttpRequest, slug: str):
    """The one active enrolment of this user in the course, with what every course page needs; or none."""
    newest = Edition.objects.filter(course=OuterRef("course")).order_by("-number").values("number")[:1]
    return (
        Enrolment.objects.of(request.user)
        .active()
        .filter(course__slug=slug)
        .with_milestones()
        .select_related("course", "edition")
        .defer("edition__content")
        .annotate(newest=Subquery(newest))
    )


def own_enrolment(request: HttpRequest, slug: str) -> Enrolment:
    return get_object_or_404(enrolments_in(request, slug))


@require_safe
def course(request: HttpRequest, slug: str) -> HttpResponse:
    enrolment = enrolments_in(request, slug).first() if request.user.is_authenticated else None
    today = timezone.now().date()
    if enrolment is None:
        edition = get_object_or_404(
            Edition.objects.current().defer("content").select_related("course"), course__slug=slug
        )
        progress, beside = None, {}
    else:
        edition = enrolment.edition
        found = facts.facts_of([enrolment])[enrolment.pk]
        progress = facts.progress(edition.frozen, found)
        beside = _beside(enrolment, found, progress)
    approvals = catalogue.approvals_of([edition.course_id], today)[edition.course_id]
    context = {
        "slug": slug,
        "card": catalogue.card(edition.pk, slug, approvals),
        "course": edition.frozen,
        "edition": edition,
        "enrolment": enrolment,
        "progress": progress,
        "methods": catalogue.methods(edition.pk),
        "corrections": pages.corrections(edition.pk, slug, linked=enrolment is not None),
        "outline": _outline(edition.frozen, progress),
        "left": reading_time.of_course(edition.frozen, {step.key for step in progress.lessons if step.done})
        if progress
        else "",
        "nerve": _nerve(progress) if progress else (),
        **beside,
    }
    return render(request, "courses/course.html", context)


def _beside(enrolment: Enrolment, found, progress) -> dict:
    """What is offered beside the modules, and the gain once there is one: that costs one statement more."""
    course = enrolment.edition.frozen
    offers = assessments.offers(course, found, progress, enrolment.uuid.int)
    post_test = offers.get(Part.POST_TEST)
    return {
        **{part.value: offer for part, offer in offers.items()},
        "gain": _gain(enrolment) if post_test and post_test.done else None,
    }


def _gain(enrolment: Enrolment):
    """The gain, and its lines with each objective in words."""
    topics = {row.code: f"{row.verb} {row.text}" for row in enrolment.edition.frozen.objectives}
    gain = facts.gain_of(enrolment, topics)
    return gain and {"sentence": gain.sentence, "lines": [(topics[line.objective], line) for line in gain.lines]}


def _outline(course, progress):
    """Modules with the steps of their lessons and quiz; without a learner, the steps are None."""
    steps = {(step.kind, step.key): step for step in progress.steps} if progress else {}
    return [
        (
            number,
            module,
            [(course.numbers[lesson.slug], lesson, steps.get((Kind.LESSON, lesson.slug))) for lesson in module.lessons],
            steps.get((Kind.QUIZ, module.code)),
        )
        for number, module in enumerate(course.modules, start=1)
    ]


def _nerve(progress) -> list[str]:
    """At most 24 segments: above that, modules are counted (identity.md section 5)."""
    steps = progress.lessons if len(progress.lessons) <= 24 else progress.quizzes
    return ["done" if step.done else "here" if step.state is State.HERE else "" for step in steps]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest, slug: str) -> HttpResponse:
    edition = get_object_or_404(Edition.objects.current().select_related("course"), course__slug=slug)
    form = EnrolForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.enrol(
                request.user, edition.course, scope_confirmed=given["confirmed"], profession=given["profession"],
                jurisdiction=given["jurisdiction"], now=timezone.now(),
            )  # fmt: skip
        except services.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("courses:course", slug)
    approvals = catalogue.approvals_of([edition.course_id], timezone.now().date())[edition.course_id]
    context = {
        "form": form, "course": edition.frozen, "slug": slug, "card": catalogue.card(edition.pk, slug, approvals)
    }  # fmt: skip
    return render(request, "courses/enrol.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edition(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer the newer edition with what it would change; take it up on POST."""
    enrolment = own_enrolment(request, slug)
    newer = get_object_or_404(
        Edition.objects.current(), course=enrolment.course_id, number__gt=enrolment.edition.number
    )
    if request.method == "POST":
        try:
            services.take_up_edition(enrolment, newer, now=timezone.now())
        except services.Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"You are now on edition {newer.number}.")
        return redirect("courses:course", slug)
    finished = facts.finished_lessons(enrolment.pk)
    read = {slug for slug, _ in finished}
    changed = [row for row in newer.frozen.lessons if row.slug in read and (row.slug, row.digest) not in finished]
    context = {"slug": slug, "enrolment": enrolment, "newer": newer, "changed": changed, "course": newer.frozen}
    return render(request, "courses/edition.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    enrolment = own_enrolment(request, slug)
    if request.method == "POST":
        services.withdraw(enrolment, now=timezone.now())
        messages.success(request, "You have left the course. What you did is kept, and so are your certificates.")
        return redirect("courses:dashboard")
    return render(request, "courses/leave.html", {"slug": slug, "course": enrolment.edition.frozen})


# --- lessons --------------------------------------------------------------------------------------------------------


def _page(edition: int, slug: str, lesson: str) -> pages.LessonPage:
    try:
        return pages.lesson_page(edition, slug, lesson)
    except KeyError as error:
        raise Http404("No such lesson in this edition.") from error


@login_required
@require_safe
def lesson(request: HttpRequest, slug: str, lesson: str) -> HttpResponse:
    reading = facts.reading_of(request.user, slug)
    if reading is None:
        raise Http404("Not enrolled in this course.")
    page = _page(reading.edition, slug, lesson)
    anchor = reading.last_anchor if reading.last_lesson == lesson else ""
    context = {
        "page": page,
        "done": (lesson, page.digest) in reading.finished,
        "resume": next((heading for heading in page.headings if heading.anchor == anchor), None),
        "rest": page.left.get(anchor, ""),
        "changed": any(read == lesson and digest != page.digest for read, digest in reading.finished),
        "nerve": [_segment(row, lesson, reading.finished) for row in page.outline],
        "left": reading_time.of_course(
            Edition.objects.content(reading.edition),
            {lesson, *(row[0] for row in page.outline if row in reading.finished)},
        ),
    }
    return render(request, "courses/lesson.html", context)


def _segment(row: tuple[str, str], here: str, finished: frozenset[tuple[str, str]]) -> str:
    return "here" if row[0] == here else "done" if row in finished else ""


@login_required
@require_POST
def read(request: HttpRequest, slug: str, lesson: str) -> HttpResponse:
    enrolment = own_enrolment(request, slug)
    page = _page(enrolment.edition_id, slug, lesson)
    services.finish_lesson(enrolment, lesson, now=timezone.now())
    return redirect(page.after.address if page.after else page.home)


@login_required
@require_POST
def place(request: HttpRequest, slug: str, lesson: str) -> HttpResponse:
    """The section in view, sent by the page now and then. An anchor that the lesson does not have is not kept."""
    enrolment = own_enrolment(request, slug)
    page = _page(enrolment.edition_id, slug, lesson)
    anchor = request.POST.get("anchor", "")
    known = anchor if any(heading.anchor == anchor for heading in page.headings) else ""
    services.remember_place(enrolment, lesson, known, now=timezone.now())
    return HttpResponse(status=204)


# --- the door to a quiz -------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def quiz(request: HttpRequest, slug: str, module: str) -> HttpResponse:
    """What the quiz is and what was done at it; POST starts an attempt, or goes on with the open one.

    The quizzes beside the modules have their door here too, each under its own code.
    """
    enrolment = own_enrolment(request, slug)
    course = enrolment.edition.frozen
    if module in course.assessments:
        return _assessment(request, enrolment, slug, module)
    if module not in course.by_code or course.by_code[module][1].quiz is None:
        raise Http404("No such quiz in this edition.")
    if request.method == "POST":
        return _start(request, enrolment, slug, module, services.enter_quiz)
    now = timezone.now()
    found = facts.facts_of([enrolment], now=now)[enrolment.pk]
    number, row = course.by_code[module]
    context = {
        "slug": slug,
        "course": course,
        "module": row,
        "number": number,
        "step": facts.progress(course, found).step(Kind.QUIZ, module),
        "tried": dict(found.quizzes).get(module),
        "shut": State.SHUT,
        "rules": PublishedQuiz.objects.content(Edition.objects.quizzes(enrolment.edition_id)[module]).rules,
    }
    return render(request, "courses/quiz.html", context)


def _assessment(request: HttpRequest, enrolment: Enrolment, slug: str, code: str) -> HttpResponse:
    if request.method == "POST":
        return _start(request, enrolment, slug, code, services.enter_assessment)
    offer = facts.offer_of(enrolment, code, now=timezone.now())
    paper = PublishedQuiz.objects.content(Edition.objects.quizzes(enrolment.edition_id)[code])
    context = {
        "slug": slug,
        "course": enrolment.edition.frozen,
        "offer": offer,
        "words": _WORDS[offer.part],
        "rules": paper.rules,
        "most_words": next((item.prompt.max_words for item in paper.items if item.revision in paper.written), None),
    }
    return render(request, "courses/assessment.html", context)


class _Words(NamedTuple):
    label: str
    button: str
    afterwards: str


_WORDS = {
    Part.PRE_TEST: _Words(
        "Pre-test",
        "Start the pre-test",
        "You see how many questions of each objective were right. Which ones, and why, opens when you have handed in the "
        "post-test: until then the lessons should teach you, and not this page.",
    ),
    Part.POST_TEST: _Words(
        "Post-test",
        "Start the post-test",
        "You see every right answer with its reasons, and what you gained since the pre-test if you took one.",
    ),
    Part.WRITTEN_TASK: _Words(
        "Written task",
        "Start the written task",
        "An instructor marks it within two weeks, point by point. If it is not passed, you may revise it.",
    ),
}


def _start(request: HttpRequest, enrolment: Enrolment, slug: str, module: str, enter) -> HttpResponse:
    """`enter` is the service that makes the entry."""
    now = timezone.now()
    try:
        home = reverse("courses:course", args=[slug])
        entry = enter(enrolment, module, home=home, now=now)
        attempt = delivery.start(entry, now=now)
    except (services.Refusal, delivery.Refusal) as refusal:
        messages.warning(request, str(refusal))
        return redirect("courses:quiz", slug, module)
    return redirect("quizzes:attempt", attempt.uuid)
