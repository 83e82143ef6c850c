"""Import and export of a bank, in two steps each; and the list of imports, each of which one click takes back."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.text import slugify

from ceu.shared.admin import ReadOnlyAdmin, address, counted
from ceu.shared.forms import CleanForm
from quizzes.bank.models import Item
from quizzes.delivery import look
from quizzes.interchange import comparison, formats, services
from quizzes.interchange.formats import FORMATS
from quizzes.interchange.forms import CommitForm, ExportForm, UploadForm
from quizzes.interchange.models import BankExchange, ImportBatch, ImportUpload
from quizzes.interchange.values import Unreadable
from quizzes.questions import QUESTION_KINDS

A_PAGE = 20
MOST_TOLD = 200
WORDS = {
    comparison.NEW: "new", comparison.CHANGED: "changed", comparison.SAME: "the same as in the bank",
    comparison.DUPLICATE: "asked in the bank already", comparison.CONFLICT: "in conflict",
    comparison.REJECTED: "with an error",
}  # fmt: skip


class Shown:
    """One question of the file on the page: how learners would see it, its key, and what would change."""

    def __init__(self, n: int, row: comparison.Row) -> None:
        self.row, self.state = row, WORDS[row.state]
        self.code = row.code or row.found.label or f"question {n}"
        self.place = row.found.place
        self.drawn, self.reasons, self.note = "", [], ""
        if (item := row.item) is not None:
            prompt = item.question.prompt
            self.drawn = look.question(prompt, look.order_for(prompt, row.code), prefix=f"q{n}-")
            review = QUESTION_KINDS[item.kind].review(prompt, item.question.key, None)
            self.reasons, self.note = review.reasons, review.note
            self.by_person = item.kind == "written"


@admin.register(BankExchange)
class BankExchangeAdmin(ReadOnlyAdmin):
    desk, rank = "Item bank", 6
    pages = {"import": "quizzes.add_importbatch", "export": "quizzes.view_itemkey"}
    list_display = ["title", "onward"]
    list_display_links = ["title"]
    search_fields = ["title"]
    ordering = ["title", "pk"]
    fields = ["title", "onward"]

    @admin.display(description="Bring in or take out")
    def onward(self, row: BankExchange) -> str:
        links = ((address(row, name), words, row.title) for name, words in _PAGES.items())
        return format_html_join(" · ", '<a href="{}">{}<span class="visually-hidden"> ({})</span></a>', links)

    def page_words(self, name: str) -> str:
        return _PAGES[name]

    # --- import ---------------------------------------------------------------------------------------------------------

    def import_page(self, request: HttpRequest, row: BankExchange) -> HttpResponse:
        """Without `file` in the address: choose a file. With it: what would happen, then do it."""
        if "file" in request.GET:
            return self.second_step(request, row, self.upload(request, row))
        form = UploadForm(*([request.POST, request.FILES] if request.method == "POST" else []))
        if request.method == "POST" and form.is_valid():
            given, now = form.cleaned_data["file"], timezone.now()
            try:
                kept = services.keep_upload(
                    row, given.name, given.read(), form.cleaned_data["format"], by=request.user, now=now
                )
            except Unreadable as error:
                form.add_error("file", _placed(error))
            else:
                return redirect(f"{address(row, 'import')}?{urlencode({'file': kept.uuid})}")
        earlier = ImportBatch.objects.filter(bank=row.pk)[:5]
        return self.show(
            request, row, "admin/quizzes/import.html", title="Import questions", form=form,
            earlier=[(batch, address(batch)) for batch in earlier],
        )  # fmt: skip

    def upload(self, request: HttpRequest, row: BankExchange) -> ImportUpload:
        try:
            key = UUID(request.GET["file"])
        except ValueError:
            key = None
        found = ImportUpload.objects.of(request.user, timezone.now()).filter(bank=row.pk, uuid=key).first()
        if found is None:
            raise Http404("There is no such file of yours, or it has expired.")
        return found

    def second_step(self, request: HttpRequest, row: BankExchange, upload: ImportUpload) -> HttpResponse:
        reading = formats.read(bytes(upload.content), upload.format)
        form = CommitForm(request.POST if request.method == "POST" else None)
        problem = ""
        if request.method == "POST" and form.is_valid():
            try:
                batch = services.run(
                    row, reading, services.Source(upload.file_name, upload.format, upload.sha256),
                    mode=form.cleaned_data["mode"], seen=form.cleaned_data["seen"], by=request.user, now=timezone.now(),
                )  # fmt: skip
            except services.Refusal as refusal:
                problem = str(refusal)
            else:
                upload.delete()
                return self.done(request, row, batch)
        elif request.method == "POST":
            problem = "Choose what to import with one of the two buttons."
        return self.report(request, row, upload, comparison.plan(row, reading), problem)

    def report(
        self, request: HttpRequest, row, upload: ImportUpload, plan: comparison.Plan, problem: str
    ) -> HttpResponse:
        page = Paginator(plan.rows, A_PAGE).get_page(request.GET.get("page"))
        first = page.start_index() if plan.rows else 1
        told = plan.all_problems
        response = self.show(
            request, row, "admin/quizzes/import_report.html", title=f"What {upload.file_name} would do", problem=problem,
            upload=upload, format=FORMATS[upload.format].title, counts=_counted(plan), seen=plan.digest,
            told=told[:MOST_TOLD], more=max(0, len(told) - MOST_TOLD), has_errors=plan.has_errors,
            writes=len(plan.writes), page=page, query=urlencode({"file": upload.uuid}),
            questions=[Shown(n, each) for n, each in enumerate(page, first)],
        )  # fmt: skip
        response.status_code = 409 if problem else 200
        return response

    def done(self, request: HttpRequest, row: BankExchange, batch: ImportBatch) -> HttpResponse:
        made = counted(batch.items.count(), "1 item was imported.", "{} items were imported.")
        self.log_change(request, row, f"Imported {batch.file_name}. {made}")
        self.message_user(
            request, f"{made} One click takes this import back, as long as nobody edits it.", messages.SUCCESS
        )
        return redirect(address(batch))

    # --- export ---------------------------------------------------------------------------------------------------------

    def export_page(self, request: HttpRequest, row: BankExchange) -> HttpResponse:
        """GET throughout: it changes nothing. What cannot be carried stands before the link to the file."""
        if request.method == "POST":
            return redirect(address(row, "export"))
        pools = list(Item.objects.filter(bank=row.pk).order_by("pool").values_list("pool", flat=True).distinct())
        form = ExportForm(pools, request.GET if "format" in request.GET else None)
        exported, unread = None, []
        if form.is_bound and form.is_valid():
            items, unread = comparison.exportable(form.chosen(comparison.items_of(row)))
            exported = formats.export(items, form.cleaned_data["format"])
            if "download" in request.GET:
                return _file(row, form.cleaned_data["format"], exported.data)
        query = request.GET.copy()
        query["download"] = "1"
        return self.show(
            request, row, "admin/quizzes/export.html", title="Export questions", form=form, exported=exported,
            unread=unread, query=query.urlencode(),
        )  # fmt: skip


_PAGES = {"import": "Import questions", "export": "Export questions"}


def _placed(error: Unreadable) -> str:
    place = error.problem.place
    return f"Line {place.line}: {error}" if place.line else str(error)


def _counted(plan: comparison.Plan) -> list[tuple[int, str]]:
    return [(n, WORDS[state]) for state, n in plan.counts.items() if n]


def _file(row: BankExchange, format: str, data: bytes) -> HttpResponse:
    name = f"{slugify(row.title)[:60] or 'items'}{FORMATS[format].ending}"
    return HttpResponse(
        data,
        content_type=FORMATS[format].content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    """What was imported. A page says what each import did, and takes it back."""

    desk, rank = "Item bank", 7
    pages = {"undo": "quizzes.add_importbatch"}
    refusals = (services.Refusal,)
    list_display = ["file_name", "bank", "at", "by", "result", "undone_at"]
    list_filter = [("bank", admin.RelatedOnlyFieldListFilter), "at"]
    list_select_related = ["bank", "by"]
    search_fields = ["file_name", "bank__title", "sha256"]
    ordering = ["-at", "-pk"]
    fields = ["file_name", "bank", "at", "by", "format", "sha256", "mode", "result", "problems", "undone_at", "undone"]

    @admin.display(description="result")
    def result(self, batch: ImportBatch) -> str:
        counts = batch.report.get("counts", {})
        return ", ".join(f"{n} {WORDS[state]}" for state, n in counts.items() if n and state in WORDS) or "–"

    @admin.display(description="problems")
    def problems(self, batch: ImportBatch) -> str:
        told = batch.report.get("problems", [])[:MOST_TOLD]
        return (
            format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((each,) for each in told)))
            if told
            else "None"
        )

    @admin.display(description="taken back")
    def undone(self, batch: ImportBatch) -> str:
        report = batch.undo_report
        if not report:
            return "No"
        told = ((f"{code} was left as it is. {reason}",) for code, reason in report["left"])
        done = f"{report['removed']} removed, {report['restored']} with their earlier content, by {batch.undone_by or 'a command'}."
        return format_html("<p>{}</p><ul>{}</ul>", done, format_html_join("", "<li>{}</li>", told))

    def page_words(self, name: str) -> str:
        return "Take this import back"

    def tools(self, request: HttpRequest, row: ImportBatch) -> list[tuple[str, str]]:
        return [] if row.undone_at else super().tools(request, row)

    def undo_page(self, request: HttpRequest, batch: ImportBatch) -> HttpResponse:
        if not request.user.has_perm("quizzes.change_item"):
            raise PermissionDenied
        return self.act(
            request, batch, CleanForm(request.POST if request.method == "POST" else None), lambda data: self._undo(request, batch),
            title="Take this import back", button="Take it back", danger=True, intro=_intro(batch),
        )  # fmt: skip

    def _undo(self, request: HttpRequest, batch: ImportBatch) -> str:
        report = services.undo(batch, by=request.user, now=timezone.now()).undo_report
        left = (
            counted(len(report["left"]), " 1 was left as it is.", " {} were left as they are.")
            if report["left"]
            else ""
        )
        return f"The import is taken back: {report['removed']} removed, {report['restored']} with their earlier content.{left}"


def _intro(batch: ImportBatch) -> list[Any]:
    if batch.undone_at:
        return [f"This import was taken back on {date_format(timezone.localtime(batch.undone_at), 'j F Y, H:i')}."]
    back, left = services.undo_plan(batch)
    new = sum(each.what == "new" for each in back)
    said = [
        counted(new, "1 item that was new is removed.", "{} items that were new are removed."),
        counted(len(back) - new, "1 item gets its earlier content back.", "{} items get their earlier content back."),
    ]
    return [*said, *(f"{each.code} is left as it is. {reason}" for each, reason in left[:MOST_TOLD])]
