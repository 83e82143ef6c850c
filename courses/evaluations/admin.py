"""What learners say of an edition: to be read, and never tied to a person."""

import datetime as dt

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from ceu.shared.admin import ReadOnlyAdmin, Waiting, counted
from courses.catalogue.models import Edition
from courses.evaluations import questions
from courses.evaluations.models import Evaluation

RECENT = 30  # days
_AGREEMENT = dict(questions.SCALE)


def _statements(edition: int) -> dict[str, str]:
    return {each.key: each.text for each in questions.statements(Edition.objects.content(edition))}


@admin.register(Evaluation)
class EvaluationAdmin(ReadOnlyAdmin):
    desk, rank = "Reports", 2
    scope_path = "edition__course"
    list_display = ["edition", "submitted_on", "mean", "minutes", "grievance", "comment_start"]
    list_filter = [("edition__course", admin.RelatedOnlyFieldListFilter), "grievance", "submitted_on"]
    list_select_related = ["edition__course"]
    search_fields = ["comments", "change", "edition__course__title"]
    ordering = ["-submitted_on", "id"]
    fields = ["edition", "submitted_on", "judgement", "minutes", "change", "comments", "grievance"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).defer("edition__content")

    @admin.display(description="mean of 5")
    def mean(self, row: Evaluation) -> str:
        return f"{sum(row.answers.values()) / len(row.answers):.1f}" if row.answers else "–"

    @admin.display(description="comment")
    def comment_start(self, row: Evaluation) -> str:
        return row.comments if len(row.comments) <= 80 else f"{row.comments[:79]}…"

    @admin.display(description="Judgement")
    def judgement(self, row: Evaluation) -> str:
        asked = _statements(row.edition_id)
        lines = ((asked.get(key, key), _AGREEMENT.get(answer, answer)) for key, answer in row.answers.items())
        return format_html('<ul class="plain">{}</ul>', format_html_join("", "<li>{} <b>{}</b></li>", lines))

    def waiting(self, request: HttpRequest) -> Waiting | None:
        since = timezone.now().date() - dt.timedelta(days=RECENT)
        found = self.get_queryset(request).filter(grievance=True, submitted_on__gte=since).count()
        one, many = "1 complaint asks to be looked into.", "{} complaints ask to be looked into."
        return Waiting(counted(found, one, many), self.list_address("?grievance__exact=1")) if found else None
