"""The marking desk: written answers that wait, the oldest first, and the marks that were given.

Marking is blind: no page here names the learner, and nobody is shown an answer of their own.
"""

import json
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from ceu.shared.admin import ReadOnlyAdmin, ScopedChangeList, Waiting, address, counted
from ceu.shared.forms import CleanForm
from quizzes.delivery import services as delivery
from quizzes.delivery import timing
from quizzes.delivery.models import Attempt, PublishedQuiz, Response
from quizzes.delivery.written_models import MOST_COMMENT, AnswerToMark, WrittenMark
from quizzes.delivery.written_pages import needed
from quizzes.questions import key_from_dict, written


class MarkForm(CleanForm):
    """What a marker says of one text. The criteria are ticked beside what is looked for under each."""

    met = forms.MultipleChoiceField(required=False, label="Criteria that it meets", widget=forms.CheckboxSelectMultiple)
    comment = forms.CharField(
        max_length=MOST_COMMENT,
        required=False,
        label="Comment to the learner",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="They read it with the marks. Where the text does not pass yet, say what to change.",
    )

    def __init__(self, question: "Shown", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["met"].choices = [
            (str(n), format_html("<b>{}</b><br>{}", criterion, note))
            for n, (criterion, note) in enumerate(zip(question.prompt.criteria, question.key.notes, strict=True))
        ]

    @property
    def marks(self) -> dict[str, Any]:
        return {"met": [int(n) for n in self.cleaned_data["met"]], "comment": self.cleaned_data["comment"]}


class AgainForm(MarkForm):
    reason = forms.CharField(
        max_length=400,
        label="Reason",
        help_text="Why the marks are corrected. For the record: the learner does not see it.",
    )


class Shown:
    """A written answer with what its marker needs to see."""

    def __init__(self, row: Response) -> None:
        self.prompt = _prompt(row)
        self.key: written.Key = key_from_dict(json.loads(row.revision.key.key))
        self.text = row.answer
        self.words = written.words(row.answer)
        self.needed = needed(self.prompt)


def _prompt(row: Response) -> written.Prompt:
    return PublishedQuiz.objects.content(row.attempt.published_quiz_id).item(row.revision_id).prompt


def _quiz(attempt: Attempt) -> str:
    return attempt.published_quiz.quiz.title


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y")


class WaitingList(ScopedChangeList):
    """The list holds what waits; the page of one answer opens after that too, and says who marked it."""

    def get_queryset(self, request: HttpRequest, exclude_parameters=None):
        return super().get_queryset(request, exclude_parameters).waiting()


@admin.register(AnswerToMark)
class AnswerToMarkAdmin(ReadOnlyAdmin):
    desk, rank = "Learners", 4
    pages = {"mark": "quizzes.add_writtenmark"}
    list_display = ["question", "quiz", "handed_in", "time_left"]
    list_display_links = None
    list_filter = [("attempt__published_quiz__quiz", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["attempt__published_quiz__quiz", "revision__item"]
    search_fields = ["revision__item__code", "attempt__published_quiz__quiz__title"]
    ordering = ["attempt__submitted_at", "pk"]
    fields = ["quiz", "code", "handed_in", "time_left"]

    def get_queryset(self, request: HttpRequest):
        rows = super().get_queryset(request).not_of(request.user)
        return rows.defer("attempt__published_quiz__content")

    def get_changelist(self, request: HttpRequest, **kwargs):
        return WaitingList

    @admin.display(description="question", ordering="revision__item__code")
    def question(self, row: AnswerToMark) -> str:
        return format_html('<a href="{}">{}</a>', address(row, "mark"), row.revision.item.code)

    @admin.display(description="question")
    def code(self, row: AnswerToMark) -> str:
        return row.revision.item.code

    @admin.display(ordering="attempt__published_quiz__quiz__title")
    def quiz(self, row: AnswerToMark) -> str:
        return _quiz(row.attempt)

    @admin.display(description="handed in on", ordering="attempt__submitted_at")
    def handed_in(self, row: AnswerToMark) -> str:
        return _day(row.attempt.submitted_at)

    @admin.display(description="to be marked", ordering="attempt__submitted_at")
    def time_left(self, row: AnswerToMark) -> str:
        if row.correct is not None:
            return "Marked"
        due = timing.marking_due(row.attempt.submitted_at)
        left = timing.marking_left(row.attempt.submitted_at, timezone.now())
        if left < 0:
            return format_html('<span class="overdue">{}</span>', f"Overdue since {_day(due)}")
        days = counted(left, "1 day left", "{} days left") if left else "Less than a day left"
        return f"By {_day(due)}: {days}"

    def waiting(self, request: HttpRequest) -> Waiting | None:
        promised = timezone.now() - timing.MARKING_TIME
        late = Count("pk", filter=Q(attempt__submitted_at__lt=promised))
        found = self.get_queryset(request).waiting().order_by().aggregate(all=Count("pk"), late=late)
        if not found["all"]:
            return None
        one, many = "1 written answer waits to be marked", "{} written answers wait to be marked"
        overdue = f", {found['late']} of them overdue" if found["late"] else ""
        return Waiting(f"{counted(found['all'], one, many)}{overdue}.", self.list_address())

    def page_words(self, name: str) -> str:
        return "Mark it"

    def mark_page(self, request: HttpRequest, row: AnswerToMark) -> HttpResponse:
        shown = Shown(row)
        form = MarkForm(shown, request.POST if request.method == "POST" else None)
        mark, status = WrittenMark.objects.filter(response=row.pk).select_related("marked_by").first(), 200
        if request.method == "POST" and form.is_valid():
            try:
                delivery.mark_written(row, **form.marks, by=request.user, now=timezone.now())
            except delivery.AlreadyMarked as refusal:
                mark, status = refusal.mark, 409
                messages.error(request, str(refusal))
            except delivery.Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                return self._next(request, row)
        response = self.show(
            request, row, "admin/quizzes/mark.html", title="Mark a written answer", form=form, shown=shown,
            mark=mark, facts=self._facts(row), met=_met(shown.prompt, mark),
        )  # fmt: skip
        response.status_code = status
        return response

    def _facts(self, row: AnswerToMark) -> str:
        return (
            f"{self.quiz(row)}, question {self.code(row)}, handed in on {self.handed_in(row)}. {self.time_left(row)}."
        )

    def _next(self, request: HttpRequest, row: AnswerToMark) -> HttpResponse:
        self.log_change(request, row, "Marked.")
        following = self.get_queryset(request).waiting().order_by(*self.ordering).first()
        more = "This is the next one." if following else "No other waits."
        self.message_user(request, f"The marks are saved. {more}", messages.SUCCESS)
        return redirect(address(following, "mark") if following else self.list_address())


def _met(prompt: written.Prompt, mark: WrittenMark | None) -> list[tuple[str, bool]]:
    """Each criterion, and whether the marks say that it is met."""
    return [] if mark is None else [(text, n in mark.met) for n, text in enumerate(prompt.criteria)]


@admin.register(WrittenMark)
class WrittenMarkAdmin(ReadOnlyAdmin):
    """The marks that were given. Neither the answer nor its learner stands here; the page to correct them shows the one."""

    desk, rank = "Learners", 5
    pages = {"again": "quizzes.add_writtenmark"}
    list_display = ["code", "quiz", "verdict", "marked_at", "marked_by"]
    list_filter = [("response__attempt__published_quiz__quiz", admin.RelatedOnlyFieldListFilter), "marked_at"]
    list_select_related = ["response__attempt__published_quiz__quiz", "response__revision__item", "marked_by"]
    search_fields = ["response__revision__item__code", "response__attempt__published_quiz__quiz__title"]
    ordering = ["-marked_at", "-pk"]
    fields = ["quiz", "code", "verdict", "criteria", "comment", "marked_at", "marked_by", "supersedes_link", "reason"]

    def get_queryset(self, request: HttpRequest):
        rows = super().get_queryset(request).exclude(response__attempt__entry__user=request.user.pk)
        return rows.defer("response__attempt__published_quiz__content")

    @admin.display(description="question", ordering="response__revision__item__code")
    def code(self, mark: WrittenMark) -> str:
        return mark.response.revision.item.code

    @admin.display(ordering="response__attempt__published_quiz__quiz__title")
    def quiz(self, mark: WrittenMark) -> str:
        return _quiz(mark.response.attempt)

    @admin.display(description="marks")
    def verdict(self, mark: WrittenMark) -> str:
        prompt = _prompt(mark.response)
        passed = "passes" if mark.response.correct else "does not pass yet"
        return f"{len(mark.met)} of {len(prompt.criteria)} criteria met: {passed}"

    @admin.display(description="criteria")
    def criteria(self, mark: WrittenMark) -> str:
        found = (f"{'Met' if met else 'Not met'}: {text}" for text, met in _met(_prompt(mark.response), mark))
        return "; ".join(found)

    @admin.display(description="corrects")
    def supersedes_link(self, mark: WrittenMark) -> str:
        earlier = mark.supersedes
        return format_html('<a href="{}">{}</a>', address(earlier), earlier) if earlier else "–"

    def page_words(self, name: str) -> str:
        return "Correct these marks"

    def tools(self, request: HttpRequest, row: WrittenMark) -> list[tuple[str, str]]:
        corrected = WrittenMark.objects.filter(supersedes=row.pk).exists()
        return [] if corrected or row.response.attempt.passed is not False else super().tools(request, row)

    def again_page(self, request: HttpRequest, row: WrittenMark) -> HttpResponse:
        shown = Shown(row.response)
        first = {"met": [str(n) for n in row.met], "comment": row.comment}
        form = AgainForm(shown, request.POST if request.method == "POST" else None, initial=first)
        if request.method == "POST" and form.is_valid():
            try:
                made = self._correct(request, row, form)
            except delivery.Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                self.message_user(request, "The marks are corrected, and the learner is told.", messages.SUCCESS)
                return redirect(address(made))
        facts = f"{self.quiz(row)}, question {self.code(row)}. {self.verdict(row)}."
        title = "Correct these marks"
        return self.show(request, row, "admin/quizzes/mark.html", title=title, form=form, shown=shown, facts=facts)

    def _correct(self, request: HttpRequest, row: WrittenMark, form: AgainForm) -> WrittenMark:
        reason = form.cleaned_data["reason"]
        made = delivery.mark_again(row, **form.marks, reason=reason, by=request.user, now=timezone.now())
        self.log_change(request, row, f"Corrected by {made}. Reason: {reason}")
        return made
