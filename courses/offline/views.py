import re

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from ceu.offline import reader_of
from courses.learning import pages
from courses.learning.views import own_enrolment

FILES = ("site.css", "site.js", "lesson.js", "keep.js", "offline.js", "icons.svg", "favicon.svg")
_PICTURE = re.compile(r'<img\b[^>]*\bsrc="(/[^"]+)"')


@login_required
@require_safe
def parts(request: HttpRequest, slug: str) -> JsonResponse:
    """All that makes up the lessons of the edition one is on, and for which login session it may be kept."""
    enrolment = own_enrolment(request, slug)
    course, home = enrolment.edition.frozen, reverse("courses:course", args=[slug])
    lessons = [reverse("courses:lesson", args=[slug, lesson.slug]) for lesson in course.lessons]
    pictures = {
        address
        for lesson in course.lessons
        for address in _PICTURE.findall(pages.lesson_page(enrolment.edition_id, slug, lesson.slug).body)
    }
    files = [static(f"ceu/{name}") for name in FILES]
    return JsonResponse(
        {
            "reader": reader_of(request),
            "version": enrolment.edition.number,
            "title": course.title,
            "home": home,
            "lessons": len(lessons),
            "addresses": [*files, *sorted(pictures), reverse("offline"), home, *lessons],
        }
    )
