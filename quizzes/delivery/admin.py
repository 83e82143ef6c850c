"""Quizzes as they are made, and as they are taken. What learners did is there to be read; allowances go by a service."""

from decimal import Decimal

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html

from ceu.shared.admin import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    ScopedAdmin,
    ScopedInline,
    Waiting,
    address,
    counted,
)
from ceu.shared.admin_forms import CodesField, PositionedForm, number_anew
from ceu.shared.forms import CleanForm
from quizzes.bank.admin import sentences
from quizzes.delivery import services as delivery
from quizzes.delivery.admin_trying import question_page, rehearse_page
from quizzes.delivery.models import Attempt, Entry, EntryGrant, PublishedQuiz, Quiz, Section

MOST_ATTEMPTS = 10
MOST_TIME = 4


class SectionForm(PositionedForm):
    objectives = CodesField(required=False, help_text="Codes with commas between them: every paper covers them all.")

    class Meta:
        model = Section
        fields = "__all__"
        widgets = {
            name: forms.NumberInput(attrs={"size": 3})
            for name in ("count", "min_vignettes", "max_true_false", "min_safety")
        }


class SectionRows(ScopedInline):
    model = Section
    form = SectionForm
    fields = [
        "position",
        "title",
        "pool",
        "mode",
        "count",
        "min_vignettes",
        "max_true_false",
        "min_safety",
        "objectives",
    ]

    def get_extra(self, request: HttpRequest, obj=None, **kwargs) -> int:
        return 0 if obj and obj.sections.exists() else 1


@admin.register(Quiz)
class QuizAdmin(ScopedAdmin):
    desk, rank = "Item bank", 2
    pages = {"rehearse": "quizzes.change_quiz"}
    inlines = [SectionRows]
    list_display = ["title", "bank", "pass_mark", "attempts_allowed", "time_limit_minutes", "publications"]
    list_filter = [("bank", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["bank"]
    search_fields = ["title", "bank__title"]
    ordering = ["title", "pk"]
    autocomplete_fields = ["bank"]
    rules = [
        "pass_mark",
        "attempts_allowed",
        ("cooldown_after", "cooldown_hours"),
        "time_limit_minutes",
        "safety_must_pass",
        "reveals",
    ]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).annotate(times_published=Count("published"))

    def get_fieldsets(self, request: HttpRequest, obj: Quiz | None = None):
        note = (
            "Whatever this quiz belongs to may set pass mark and attempts: then it writes over them when it is saved."
        )
        seen = ["seen"] if obj and self.has_change_permission(request, obj) else []
        shown = [(None, {"fields": ["title", "bank", *seen]}), ("Rules", {"fields": self.rules, "description": note})]
        return [("Still to mend", {"fields": ["problems"]}), *shown] if obj else shown

    def get_readonly_fields(self, request: HttpRequest, obj: Quiz | None = None):
        return ["problems", "bank"] if obj else []

    @admin.display(description="What stops it from being published")
    def problems(self, quiz: Quiz) -> str:
        found = delivery.problems(quiz)
        return sentences([f"{each.item_code}: {each.sentence}" if each.item_code else each.sentence for each in found])

    @admin.display(description="published", ordering="times_published")
    def publications(self, quiz: Quiz) -> str:
        return counted(quiz.times_published, "once", "{} times") if quiz.times_published else "not yet"

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        number_anew(form.instance.sections.all())

    def get_urls(self):
        """With the page that shows an item's form as a question: the bank, below, does not know how quizzes look."""
        look = self.admin_site.admin_view(question_page)
        return [path("look/<str:kind>/", look, name="quizzes_quiz_look"), *super().get_urls()]

    def page_words(self, name: str) -> str:
        return "Rehearse it"

    def rehearse_page(self, request: HttpRequest, quiz: Quiz) -> HttpResponse:
        return rehearse_page(request, quiz)

    def has_delete_permission(self, request: HttpRequest, obj: Quiz | None = None) -> bool:
        published = obj is not None and obj.published.exists()
        return super().has_delete_permission(request, obj) and not published


@admin.register(PublishedQuiz)
class PublishedQuizAdmin(ReadOnlyAdmin):
    desk, rank = "Item bank", 6
    list_display = ["quiz", "number", "published_at", "published_by", "short_digest"]
    list_display_links = ["quiz", "number"]
    list_filter = [("quiz__bank", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["quiz", "published_by"]
    search_fields = ["quiz__title", "digest"]
    fields = ["quiz_link", "number", "rules", "holds", "digest", "published_at", "published_by"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).defer("content")

    @admin.display(description="SHA-256")
    def short_digest(self, row: PublishedQuiz) -> str:
        return f"{row.digest[:12]}…"

    @admin.display(description="quiz")
    def quiz_link(self, row: PublishedQuiz) -> str:
        return format_html('<a href="{}">{}</a>', address(row.quiz), row.quiz)

    @admin.display(description="rules")
    def rules(self, row: PublishedQuiz) -> str:
        rules = PublishedQuiz.objects.content(row.pk).rules
        tries = "any number of attempts" if rules.attempts_allowed is None else f"{rules.attempts_allowed} attempts"
        limit = f"{rules.time_limit_minutes} minutes" if rules.time_limit_minutes else "no time limit"
        mark = "Nothing to pass" if rules.measures else f"{rules.pass_mark.normalize():f} per cent to pass"
        return f"{mark}, {tries}, {limit}."

    @admin.display(description="holds")
    def holds(self, row: PublishedQuiz) -> str:
        content = PublishedQuiz.objects.content(row.pk)
        parts = counted(len(content.sections), "1 section", "{} sections")
        return f"{parts} over {counted(len(content.items), '1 item', '{} items')}."


# --- as taken -----------------------------------------------------------------------------------------------------------


class AllowForm(CleanForm):
    """What a person may be given beyond the rules, and why."""

    extra_attempts = forms.IntegerField(
        min_value=0,
        max_value=MOST_ATTEMPTS,
        required=False,
        label="More attempts",
        help_text="Added to those they have.",
    )
    time_multiplier = forms.DecimalField(
        min_value=1, max_value=MOST_TIME, max_digits=4, decimal_places=2, required=False, label="Time multiplier",
        help_text="For later attempts: 1.5 gives half as much time again. Empty leaves it as it is.",
    )  # fmt: skip
    reason = forms.CharField(
        max_length=500,
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="No medical details: why, in a few words.",
    )


class GrantRows(ReadOnlyInline):
    model = EntryGrant
    fields = ["at", "extra_attempts", "time_multiplier", "reason", "by"]
    readonly_fields = fields
    verbose_name_plural = "allowances given"

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("by")


class AttemptRows(ReadOnlyInline):
    model = Attempt
    fields = ["number", "state", "started_at", "submitted_at", "percent", "passed", "late"]
    readonly_fields = fields
    show_change_link = True


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    desk, rank = "Learners", 2
    pages = {"allow": "quizzes.add_entrygrant"}
    refusals = (delivery.Refusal,)
    inlines = [AttemptRows, GrantRows]
    list_display = ["user", "quiz_title", "attempts_made", "passed", "extra_attempts", "time_multiplier", "created_at"]
    list_filter = [("published_quiz__quiz", admin.RelatedOnlyFieldListFilter), "created_at"]
    list_select_related = ["user", "published_quiz__quiz"]
    search_fields = ["user__email", "user__legal_name", "title"]
    ordering = ["-created_at"]
    fields = ["user", "quiz_title", "published_quiz", ("extra_attempts", "time_multiplier"), "created_at"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).defer("published_quiz__content")

    def prepare(self, rows: list[Entry]) -> None:
        attempts = Attempt.objects.filter(entry__in=rows).exclude(state=Attempt.State.VOID).order_by()
        passes = Count("pk", filter=Q(state=Attempt.State.SUBMITTED, passed=True))
        found = {row["entry"]: row for row in attempts.values("entry").annotate(made=Count("pk"), passes=passes)}
        for entry in rows:
            entry.made = found.get(entry.pk, {}).get("made", 0)
            entry.passes = found.get(entry.pk, {}).get("passes", 0)

    @admin.display(description="quiz", ordering="title")
    def quiz_title(self, entry: Entry) -> str:
        return entry.title or str(entry.published_quiz.quiz)

    @admin.display(description="attempts")
    def attempts_made(self, entry: Entry) -> int:
        return entry.made

    @admin.display(description="passed", boolean=True)
    def passed(self, entry: Entry) -> bool:
        return bool(entry.passes)

    def page_words(self, name: str) -> str:
        return "Allow more attempts"

    def allow_page(self, request: HttpRequest, entry: Entry) -> HttpResponse:
        def allow(given: dict) -> str:
            extra, times = given["extra_attempts"] or 0, given["time_multiplier"]
            delivery.allow(entry, extra_attempts=extra, time_multiplier=times, reason=given["reason"], by=request.user)
            return f"{entry.user} was given {_allowance(extra, times)}."

        self.prepare([entry])
        form = AllowForm(request.POST if request.method == "POST" else None)
        made = counted(entry.made, "1 attempt was made", "{} attempts were made")
        intro = [f"{entry.user}, “{self.quiz_title(entry)}”: {made}, {entry.extra_attempts} were given so far."]
        return self.act(request, entry, form, allow, title="Allow more attempts", intro=intro, button="Allow")


def _allowance(extra: int, times: Decimal | None) -> str:
    parts = [counted(extra, "one more attempt", "{} more attempts")] if extra else []
    return " and ".join([*parts, *([f"{times} times the time"] if times else [])])


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    """The score and the times of an attempt. Its answers are not shown here to anybody."""

    desk, rank = "Learners", 3
    list_display = [
        "learner",
        "quiz",
        "number",
        "state",
        "started_at",
        "submitted_at",
        "whole_percent",
        "passed",
        "late",
    ]
    list_filter = ["state", "passed", "late", "started_at"]
    list_select_related = ["entry__user", "published_quiz__quiz"]
    search_fields = ["entry__user__email", "entry__user__legal_name", "entry__title"]
    ordering = ["-started_at"]
    fields = [
        "entry_link", "quiz", "number", "state", ("started_at", "deadline", "submitted_at"), "late",
        ("earned", "possible", "percent"), "passed", "missed_safety",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).defer("published_quiz__content")

    @admin.display(ordering="entry__user__email")
    def learner(self, attempt: Attempt) -> str:
        return str(attempt.entry.user)

    @admin.display(description="entry")
    def entry_link(self, attempt: Attempt) -> str:
        return format_html('<a href="{}">{}</a>', address(attempt.entry), attempt.entry.user)

    @admin.display(ordering="entry__title")
    def quiz(self, attempt: Attempt) -> str:
        return attempt.entry.title or str(attempt.published_quiz.quiz)

    @admin.display(description="per cent", ordering="percent")
    def whole_percent(self, attempt: Attempt) -> int | None:
        return None if attempt.percent is None else int(attempt.percent)

    def waiting(self, request: HttpRequest) -> Waiting | None:
        overdue = self.get_queryset(request).open().filter(deadline__lt=timezone.now() - delivery.timing.GRACE).count()
        one, many = (
            "1 attempt is past its deadline and still open.",
            "{} attempts are past their deadline and still open.",
        )
        return Waiting(counted(overdue, one, many), self.list_address("?state__exact=open")) if overdue else None
