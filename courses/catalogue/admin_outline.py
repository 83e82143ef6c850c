"""The outline of a course on one page: every module with its lessons and its quiz, moved by keyboard, mouse or number.

Without a script each move is saved at once; with one they are gathered and saved together. Either way it is one POST that
names the order it began with, so that two editors never write over each other.
"""

from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from ceu.shared.admin import address
from courses.catalogue import outline
from courses.catalogue import services as catalogue
from courses.catalogue.models import Course, Lesson
from courses.catalogue.outline import LESSON, MODULE, BadOrder, Order, Part

TEMPLATE = "admin/courses/course/outline.html"


def outline_page(page: Any, request: HttpRequest, course: Course) -> HttpResponse:
    """`page` is the admin of courses. Raises Http404 for a part that is not of this course's order as it was opened."""
    if request.method != "POST":
        stored = catalogue.order_of(course)
        return _show(page, request, course, base=stored, order=stored, at=request.GET.get("at", ""))
    try:
        base, order = outline.read(request.POST.get("base", "")), outline.read(request.POST.get("order", ""))
        if base.parts != order.parts:
            raise Http404("One of the parts is not in this outline.")
        order, at = _moved(request, order)
    except BadOrder as error:
        raise BadRequest(str(error)) from error
    try:
        catalogue.arrange(course, order, seen=base)
    except catalogue.Rearranged as refusal:
        return _conflict(page, request, course, base=base, mine=order, theirs=refusal.theirs)
    except catalogue.AddressTaken as refusal:
        return _show(page, request, course, base=base, order=order, problem=str(refusal))
    if order != base:
        page.log_change(request, course, "Put the outline into another order.")
    page.message_user(request, "The order is saved.", messages.SUCCESS)
    return redirect(address(course, "outline") + (f"?{urlencode({'at': at})}" if at else ""))


def _moved(request: HttpRequest, order: Order) -> tuple[Order, str]:
    """The order after the move that a button asks for, if any, and the button that is to have the focus then."""
    asked = request.POST.get("move", "")
    if not asked:
        return order, ""
    if asked == "put":
        where, _, beside = request.POST.get("where", "").partition(":")
        part = _part(request.POST.get("what", ""))
        return outline.put(order, part, where, _number(beside) if beside else None), ":".join(map(str, part))
    named, _, way = asked.rpartition(":")
    return outline.step(order, _part(named), way), asked


def _part(named: str) -> Part:
    kind, _, pk = named.partition(":")
    return kind, _number(pk)


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) < 19):
        raise BadOrder("This is not the number of a part.")
    return int(typed)


def _show(page: Any, request: HttpRequest, course: Course, *, base: Order, order: Order, **more: Any) -> HttpResponse:
    """`base` is what the page was opened with, `order` what it shows."""
    modules, names = _rows(course, order)
    context = {"title": "Outline", "base": base, "order": order, "modules": modules, "names": names, "at": ""} | more
    return page.show(request, course, TEMPLATE, **context)


def _conflict(
    page: Any, request: HttpRequest, course: Course, *, base: Order, mine: Order, theirs: Order
) -> HttpResponse:
    """Three orders side by side: what it was, what someone else made of it, what was sent. Nothing is written."""
    modules, names = _rows(course, theirs)
    said = {(kind, pk): name for kind, pk, name in names}
    context = {
        "title": "Outline",
        "base": theirs,
        "order": theirs,
        "modules": modules,
        "names": names,
        "at": "",
        "mine": outline.fitted(mine, theirs),
        "my_changes": outline.differences(base, mine, said),
        "their_changes": outline.differences(base, theirs, said),
    }
    return page.show(request, course, TEMPLATE, **context)


def _rows(course: Course, order: Order) -> tuple[list[SimpleNamespace], list[tuple[str, int, str]]]:
    """What the page shows of each module, and the name of every part. Two statements, without the text of a lesson."""
    modules = {row.pk: row for row in course.modules.select_related("quiz")}
    lessons = {row.pk: row for row in Lesson.objects.filter(module__course=course).only("pk", "title", "slug")}
    rows = [
        SimpleNamespace(
            pk=pk,
            row=modules[pk],
            address=address(modules[pk]),
            quiz=modules[pk].quiz,
            quiz_address=address(modules[pk].quiz) if modules[pk].quiz else "",
            lessons=[
                SimpleNamespace(pk=each, row=lessons[each], address=address(lessons[each]))
                for each in inside
                if each in lessons
            ],
        )
        for pk, inside in order.modules
        if pk in modules
    ]
    names = [(MODULE, pk, f"Module {row.code}, {row.title}") for pk, row in modules.items()]
    names += [(LESSON, pk, f"“{row.title}”") for pk, row in lessons.items()]
    return rows, names
