"""Who takes which course, and how far they are: to be read. The explanation is the one that learners see."""

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from ceu.shared.admin import ReadOnlyAdmin, ReadOnlyInline, address
from courses.learning import facts
from courses.learning.completion import Progress, State
from courses.learning.models import AssessmentEntry, Enrolment, ModuleEntry
from quizzes.delivery.models import Attempt

_WORDS = {State.DONE: "Done", State.HERE: "In hand", State.OPEN: "Open", State.SHUT: "Not open yet"}


class ModuleEntryRows(ReadOnlyInline):
    """The quiz entries of one enrolment: each leads to its attempts, and to where more of them are allowed."""

    model = ModuleEntry
    fields = ["module_code", "entry_link"]
    readonly_fields = ["entry_link"]
    verbose_name_plural = "quizzes entered"

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return request.user.has_perm("quizzes.view_entry")

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("entry")

    @admin.display(description="entry")
    def entry_link(self, row: ModuleEntry) -> str:
        return format_html('<a href="{}">{}</a>', address(row.entry), row.entry.title or str(row))


class AssessmentEntryRows(ModuleEntryRows):
    """What was done beside the modules, and how it went. None of it is a requirement."""

    model = AssessmentEntry
    fields = ["part", "entry_link", "result"]
    readonly_fields = ["entry_link", "result"]
    verbose_name_plural = "pre-test, post-test and written task"

    def get_queryset(self, request: HttpRequest):
        last = Attempt.objects.filter(entry=OuterRef("entry")).exclude(state=Attempt.State.VOID).order_by("-number")
        columns = {name: Subquery(last.values(name)[:1]) for name in ("submitted_at", "earned", "possible")}
        return super().get_queryset(request).annotate(**columns)

    @admin.display(description="result")
    def result(self, row: AssessmentEntry) -> str:
        if row.earned is not None:
            return f"{row.earned.normalize():f} of {row.possible.normalize():f} points"
        return "Waiting to be marked" if row.submitted_at else "Not handed in"


class ProgressMixin:
    """Progress for a whole page of enrolments, in the same few statements whatever their number."""

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).with_milestones().defer("edition__content")

    def prepare(self, rows: list[Enrolment]) -> None:
        found = facts.progress_of_many(rows)
        for row in rows:
            row.shown_progress = found[row.pk]

    def progress_of(self, row: Enrolment) -> Progress:
        if not hasattr(row, "shown_progress"):
            self.prepare([row])
        return row.shown_progress

    @admin.display(description="Progress")
    def progress(self, row: Enrolment) -> str:
        progress = self.progress_of(row)
        if progress.complete:
            return "Complete"
        return f"{progress.share} per cent. {progress.explanation}"

    @admin.display(description="Steps")
    def steps(self, row: Enrolment) -> str:
        lines = ((step.title, _WORDS[step.state], step.reason) for step in self.progress_of(row).steps)
        listed = format_html_join("", "<li>{} <b>{}</b> {}</li>", lines)
        return format_html('<ol class="plain">{}</ol>', listed)


class StandingFilter(admin.SimpleListFilter):
    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin):
        return [("active", "Under way"), ("completed", "Completed"), ("left", "Left")]

    def queryset(self, request: HttpRequest, queryset):
        if self.value() == "active":
            return queryset.active().filter(attested=False)
        if self.value() == "completed":
            return queryset.completed()
        return queryset.exclude(withdrawn_at=None) if self.value() == "left" else queryset


@admin.register(Enrolment)
class EnrolmentAdmin(ProgressMixin, ReadOnlyAdmin):
    desk, rank = "Learners", 1
    inlines = [ModuleEntryRows, AssessmentEntryRows]
    list_display = ["learner", "course", "edition_number", "enrolled_at", "progress", "last_seen_at", "left"]
    list_filter = [
        StandingFilter,
        ("course", admin.RelatedOnlyFieldListFilter),
        "enrolled_at",
    ]
    list_select_related = ["user", "course", "edition"]
    search_fields = ["user__email", "user__legal_name", "user__display_name", "course__title"]
    ordering = ["-enrolled_at", "-pk"]
    fields = [
        "learner",
        "course",
        "edition_number",
        ("enrolled_at", "last_seen_at", "withdrawn_at"),
        "progress",
        "steps",
    ]

    @admin.display(ordering="user__legal_name")
    def learner(self, row: Enrolment) -> str:
        return row.user.legal_name or str(row.user)

    @admin.display(description="edition", ordering="edition__number")
    def edition_number(self, row: Enrolment) -> int:
        return row.edition.number

    @admin.display(description="left", ordering="withdrawn_at")
    def left(self, row: Enrolment):
        return row.withdrawn_at
