"""The field of a lesson's body: HTML in a textarea, and for who has JavaScript an editor on top of it."""

import json
import re

from django import forms
from django.db.models.functions import Substr
from django.forms import Script
from django.templatetags.static import static
from django.utils.html import strip_tags

from courses.catalogue.models import Course

_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL)
_FAR_ENOUGH = 2000  # characters of a figure in which its title stands; a picture's bytes are not fetched


class LessonBody(forms.Textarea):
    """`course`, when it is known, gives the figures and the sources to choose from; `marks` are the address and the mark
    of what is stored, for a lesson that may be saved while one writes."""

    course: Course | None = None
    marks: dict[str, str] | None = None

    class Media:
        css = {"all": ["ceu/lesson-editor.css"]}
        js = [Script("ceu/lesson-editor.js", type="module"), Script("ceu/lesson-autosave.js", type="module")]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"] |= {
            "data-lesson": static("django_prose_editor/editor.js"),
            "data-choices": json.dumps(choices(self.course)),
            **(self.marks or {}),
        }
        return context


def choices(course: Course | None) -> dict[str, list[tuple[str, str]]]:
    """What may be put into a lesson of the course: (value, words). A new lesson has no course until it is saved."""
    if course is None:
        return {"figures": [], "references": []}
    figures = course.figures.annotate(start=Substr("svg", 1, _FAR_ENOUGH)).values_list("name", "start")
    references = course.references.values_list("key", "citation")
    return {
        "figures": [(name, f"{name}: {_title(start)}") for name, start in figures],
        "references": [(key, f"{key}: {citation[:90]}") for key, citation in references],
    }


def _title(start: str) -> str:
    found = _TITLE.search(start)
    return strip_tags(found[1]).strip() if found else "a drawing"
