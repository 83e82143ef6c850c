"""What a course is made of, each part on its own page; who approves courses; and the editions, to be read."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from ceu.shared.admin import (
    KeptAdmin,
    ReadOnlyAdmin,
    ScopedAdmin,
    ScopedInline,
    Waiting,
    address,
    counted,
)
from ceu.shared.admin_forms import PositionedForm, number_anew
from courses.catalogue import content, drafts, figures, lesson_drafts, markup
from courses.catalogue.admin_autosave import autosave_page
from courses.catalogue.admin_course import CourseAdmin
from courses.catalogue.admin_figures import FigureAdmin
from courses.catalogue.admin_parts import PartOfCourse
from courses.catalogue.forms import LessonForm, ModuleForm
from courses.catalogue.models import (
    Accreditor,
    Approval,
    Edition,
    GlossaryTerm,
    Lesson,
    Module,
    Reference,
)

__all__ = ["CourseAdmin", "FigureAdmin"]
EXPIRES_SOON = 90  # days
WORDS_A_MINUTE = 200


class LessonRowForm(PositionedForm):
    class Meta:
        model = Lesson
        fields = ["position", "slug", "title"]


class LessonRows(ScopedInline):
    model = Lesson
    form = LessonRowForm
    fields = ["position", "slug", "title"]
    can_delete = False
    show_change_link = True

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).defer("body")


@admin.register(Module)
class ModuleAdmin(PartOfCourse):
    rank = 2
    form = ModuleForm
    inlines = [LessonRows]
    list_display = ["__str__", "course", "position", "lesson_count", "quiz"]
    list_select_related = ["course", "quiz"]
    search_fields = ["code", "title", "course__title"]
    ordering = ["course__title", "position", "pk"]
    autocomplete_fields = ["course", "quiz"]
    fields = ["course", ("code", "position"), "title", "summary", "quiz"]

    def get_queryset(self, request: HttpRequest):
        lessons = Lesson.objects.filter(module=OuterRef("pk")).order_by().values("module").annotate(n=Count("pk"))
        return super().get_queryset(request).annotate(lesson_number=Subquery(lessons.values("n")))

    @admin.display(description="lessons", ordering="lesson_number")
    def lesson_count(self, module: Module) -> int:
        return module.lesson_number or 0

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        number_anew(form.instance.lessons.defer("body"))


@admin.register(Lesson)
class LessonAdmin(ScopedAdmin):
    desk, rank = "Authoring", 3
    scope_path = "module__course"
    form = LessonForm
    pages = {"preview": "courses.view_lesson", "autosave": "courses.change_lesson"}
    list_display = ["title", "slug", "module", "course", "position"]
    list_filter = [("module__course", admin.RelatedOnlyFieldListFilter), ("module", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["module__course"]
    search_fields = ["title", "slug", "purpose"]
    ordering = ["module__course__title", "module__position", "position", "pk"]
    autocomplete_fields = ["module"]
    vocabulary = format_html(
        "Headings h2 and h3 with an id, paragraphs, lists, tables; {} for a source, {} for a key term, {} for a figure. "
        "Anything else is taken out when you save, and you are told what.",
        "<cite>KEY</cite>", "<dfn>…</dfn>", '<figure data-figure="name">',
    )  # fmt: skip
    fieldsets = [
        (None, {"fields": ["module", ("title", "slug", "position"), "purpose", "objectives"]}),
        ("Body", {"fields": ["body", "words"], "description": vocabulary}),
    ]
    readonly_fields = ["words"]

    @admin.display(ordering="module__course__title")
    def course(self, lesson: Lesson) -> str:
        return str(lesson.module.course)

    @admin.display(description="Words")
    def words(self, lesson: Lesson) -> int:
        return markup.count_words(lesson.body)

    def get_queryset(self, request: HttpRequest):
        rows = super().get_queryset(request)
        on_the_list = request.resolver_match and request.resolver_match.url_name == "courses_lesson_changelist"
        return rows.defer("body") if on_the_list else rows

    def save_model(self, request: HttpRequest, obj: Lesson, form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.taken_out:
            gone = ", ".join(form.taken_out)
            self.message_user(
                request, f"Taken out of the body, because lessons do not use it: {gone}.", messages.WARNING
            )

    def page_words(self, name: str) -> str:
        return "Preview as a learner"

    def tools(self, request: HttpRequest, lesson: Lesson) -> list[tuple[str, str]]:
        return [(to, words) for to, words in super().tools(request, lesson) if to != address(lesson, "autosave")]

    def render_change_form(self, request: HttpRequest, context: dict, *args, **kwargs) -> HttpResponse:
        row, form = kwargs.get("obj"), context["adminform"].form
        if row is not None and "body" in form.fields and not form.is_bound:
            marks = {"data-autosave": address(row, "autosave"), "data-mark": lesson_drafts.mark_of(row.body)}
            form.fields["body"].widget.marks = marks
        return super().render_change_form(request, context, *args, **kwargs)

    def autosave_page(self, request: HttpRequest, lesson: Lesson) -> HttpResponse:
        return autosave_page(self, request, lesson)

    def preview_page(self, request: HttpRequest, lesson: Lesson) -> HttpResponse:
        """The draft in the learner's page, for those who may edit it."""
        course = drafts.content_of(lesson.module.course)
        module = course.by_code[lesson.module.code][1]
        row = next(row for row in module.lessons if row.slug == lesson.slug)
        survey = markup.survey(row.body)
        page = SimpleNamespace(
            course=course,
            module=module,
            lesson=row,
            number=course.numbers[lesson.slug],
            module_number=course.by_code[module.code][0],
            place=course.lessons.index(row) + 1,
            minutes=max(1, round(survey.words / WORDS_A_MINUTE)),
            headings=[heading for heading in survey.headings if heading.level == 2 and heading.anchor],
            body=_render(row, course),
        )
        context = {
            "page": page,
            "back": address(lesson),
            "whole": address(lesson.module.course, "preview"),
            "nerve": ["here" if each is row else "" for each in course.lessons],
        }
        return TemplateResponse(request, "admin/courses/lesson/preview.html", context)


def _render(lesson: content.Lesson, course: content.EditionContent) -> SafeString:
    """Cleaned once more: a draft may have come by another way than its form, and a drawing that is refused is left out."""
    drawings = tuple(figure for figure in course.figures if _is_clean(figure.svg))
    cleaned = replace(lesson, body=markup.clean(lesson.body))
    return mark_safe(markup.render(cleaned, replace(course, figures=drawings)))  # noqa: S308


def _is_clean(svg: str) -> bool:
    try:
        figures.clean(svg)
    except figures.BadFigure:
        return False
    return True


@admin.register(Reference)
class ReferenceAdmin(PartOfCourse):
    rank = 5
    list_display = ["key", "course", "citation_start", "year", "doi", "subjects"]
    search_fields = ["key", "citation", "doi"]
    ordering = ["course__title", "key"]
    fields = ["course", "key", "citation", "year", "doi", "url", ("studied", "subjects", "species"), "unconfirmed"]

    @admin.display(description="citation", ordering="citation")
    def citation_start(self, row: Reference) -> str:
        return row.citation if len(row.citation) <= 100 else f"{row.citation[:99]}…"


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(PartOfCourse):
    rank = 6
    list_display = ["term", "course", "meaning"]
    search_fields = ["term", "meaning"]
    ordering = ["course__title", "term"]
    fields = ["course", "term", "meaning"]


# --- who approves -------------------------------------------------------------------------------------------------------


@admin.register(Accreditor)
class AccreditorAdmin(KeptAdmin):
    desk, rank = "Certificates", 5
    list_display = ["name", "code", "unit", "retention_years", "requires_licence_number", "checked_on"]
    search_fields = ["name", "code"]
    list_filter = ["certificate_kind"]

    def in_scope(self, rows, user):
        """Accreditors belong to no course: whoever may see them sees them all."""
        return rows if user.has_perm("courses.view_accreditor") else rows.none()


@admin.register(Approval)
class ApprovalAdmin(KeptAdmin):
    desk, rank = "Certificates", 4
    scope_path = "course"
    list_display = ["course", "accreditor", "number", "hours", "valid_from", "valid_to"]
    list_display_links = ["course", "number"]
    list_filter = [
        ("accreditor", admin.RelatedOnlyFieldListFilter),
        ("course", admin.RelatedOnlyFieldListFilter),
        "valid_to",
    ]
    list_select_related = ["course", "accreditor"]
    search_fields = ["number", "course__title", "accreditor__name", "title"]
    autocomplete_fields = ["course", "accreditor"]
    ordering = ["course__title", "accreditor__name", "number"]
    fields = ["course", "accreditor", "number", "title", "hours", "jurisdictions", ("valid_from", "valid_to")]

    def waiting(self, request: HttpRequest) -> Waiting | None:
        today = timezone.now().date()
        soon = today + dt.timedelta(days=EXPIRES_SOON)
        ending = self.get_queryset(request).filter(valid_to__gte=today, valid_to__lte=soon).count()
        one, many = f"1 approval ends within {EXPIRES_SOON} days.", f"{{}} approvals end within {EXPIRES_SOON} days."
        query = f"?valid_to__gte={today}&valid_to__lt={soon + dt.timedelta(days=1)}"
        return Waiting(counted(ending, one, many), self.list_address(query)) if ending else None


# --- what was published -------------------------------------------------------------------------------------------------


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    desk, rank = "Reports", 1
    scope_path = "course"
    list_display = ["course", "number", "published_at", "published_by", "learners", "short_sha256"]
    list_display_links = ["course", "number"]
    list_filter = [("course", admin.RelatedOnlyFieldListFilter), "published_at"]
    list_select_related = ["course", "published_by"]
    search_fields = ["course__title", "sha256", "note"]
    ordering = ["course__title", "-number"]
    fields = ["course", "number", "published_at", "published_by", "note", "sha256", "learners", "outline"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).defer("content").annotate(enrolled=Count("enrolments"))

    @admin.display(ordering="enrolled")
    def learners(self, edition: Edition) -> int:
        return edition.enrolled

    @admin.display(description="SHA-256")
    def short_sha256(self, edition: Edition) -> str:
        return f"{edition.sha256[:12]}…"

    @admin.display(description="What it holds")
    def outline(self, edition: Edition) -> str:
        course = edition.frozen
        modules = ((row.code, row.title, _lessons(course, row)) for row in course.modules)
        listed = format_html_join("", "<li>{} {}<ol>{}</ol></li>", modules)
        beside = format_html_join(
            "",
            "<li>{} {}, beside the modules</li>",
            ((row.code, row.quiz.title) for row in course.assessments.values()),
        )
        return format_html(
            '<ul class="plain">{}{}</ul><p>{} words, {} questions.</p>', listed, beside, course.words, course.questions
        )


def _lessons(course, module) -> str:
    return format_html_join("", "<li>{} {}</li>", ((course.numbers[row.slug], row.title) for row in module.lessons))
