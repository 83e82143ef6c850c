"""The draft of a whole course in the learner's look: its page, from which every lesson and every quiz can be tried."""

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from ceu.shared.admin import address
from courses.catalogue import drafts
from courses.catalogue.models import Course, Lesson


def preview_page(request: HttpRequest, course: Course) -> HttpResponse:
    """Read like an edition, and counted nowhere."""
    content = drafts.content_of(course)
    rows = {row.slug: row for row in Lesson.objects.filter(module__course=course).only("pk", "slug")}
    quizzes = {row.code: row.quiz for row in course.modules.select_related("quiz")}
    beside = [(row, row.quiz) for row in course.assessments.select_related("quiz")]
    outline = [
        SimpleNamespace(
            number=number,
            module=module,
            lessons=[
                (content.numbers[lesson.slug], lesson, address(rows[lesson.slug], "preview"))
                for lesson in module.lessons
            ],
            rehearse=address(quizzes[module.code], "rehearse") if quizzes.get(module.code) else "",
        )
        for number, module in enumerate(content.modules, 1)
    ]
    context = {
        "course": content,
        "outline": outline,
        "beside": [(row.get_role_display(), quiz, address(quiz, "rehearse")) for row, quiz in beside],
        "back": address(course),
    }
    return TemplateResponse(request, "admin/courses/course/preview.html", context)
