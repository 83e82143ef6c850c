"""The media library of a course: its pictures and drawings, each with its words and the lessons that show it."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from ceu.shared.admin import address
from courses.catalogue import figures, markup
from courses.catalogue.admin_parts import PartOfCourse
from courses.catalogue.figure_forms import FigureForm
from courses.catalogue.models import Figure, Lesson


@admin.register(Figure)
class FigureAdmin(PartOfCourse):
    rank = 7
    form = FigureForm
    list_display = ["name", "course"]
    search_fields = ["name"]
    ordering = ["course__title", "name"]

    def get_queryset(self, request: HttpRequest):
        rows = super().get_queryset(request)
        on_the_list = request.resolver_match and request.resolver_match.url_name == "courses_figure_changelist"
        return rows.defer("svg") if on_the_list else rows

    def get_fieldsets(self, request: HttpRequest, obj: Figure | None = None):
        """A picture is put into words here; a drawing holds its own."""
        if obj is None:
            return [(None, {"fields": ["course", "picture", "title", "alternative", "name", "svg"]})]
        parts = ["picture", "title", "alternative"] if figures.picture_in(obj.svg) else ["svg"]
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": ["course", "name", "shown", "uses"]})]
        return [(None, {"fields": ["course", "name", "shown", *parts, "uses", "seen"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Figure | None = None):
        return [*super().get_readonly_fields(request, obj), "shown", "uses"] if obj else []

    def save_model(self, request: HttpRequest, obj: Figure, form: FigureForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        made = form.cleaned_data.get("svg")
        if change and form.is_picture and made != obj.svg:
            obj.svg = made
            obj.save(update_fields=["svg"])

    @admin.display(description="As readers get it")
    def shown(self, figure: Figure) -> str:
        title, described = figures.alternative(figure.svg)
        held = figures.picture_in(figure.svg)
        image = format_html('<img class="shown" src="{}" alt="">', held) if held else ""
        return format_html("{}<p><strong>{}</strong> {}</p>", image, title, described)

    @admin.display(description="Where it is used")
    def uses(self, figure: Figure) -> str:
        near = Lesson.objects.filter(module__course=figure.course_id, body__contains=figure.name)
        lessons = [row for row in near.select_related("module") if figure.name in markup.survey(row.body).figures]
        if not lessons:
            return "No lesson shows it yet."
        rows = ((address(row), row.module.code, row.title) for row in lessons)
        return format_html('<ul class="plain">{}</ul>', format_html_join("", '<li><a href="{}">{} {}</a></li>', rows))
