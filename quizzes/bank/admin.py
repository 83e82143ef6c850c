"""The item bank: one page an item, with what is still wrong with it. Revisions are there to be read."""

import json
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import Count, Exists, OuterRef, Q, prefetch_related_objects
from django.forms import Script
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from ceu.shared.admin import (
    KeptAdmin,
    ReadOnlyAdmin,
    ScopedAdmin,
    Waiting,
    address,
    counted,
)
from ceu.shared.admin_forms import number_anew
from ceu.shared.forms import CleanForm, is_key
from quizzes.bank import services as bank
from quizzes.bank.admin_items import SHAPES, STATEMENTS, BankForm, ItemForm, OptionRows, kind_of
from quizzes.bank.changes import question_in
from quizzes.bank.history import Versions
from quizzes.bank.lint import MUST, findings
from quizzes.bank.models import Item, ItemBank, ItemRevision, Kind
from quizzes.bank.typed import draft_of
from quizzes.bank.uses import uses_of
from quizzes.questions import QUESTION_KINDS, prompt_from_dict


def sentences(found) -> str:
    """A list for a page; nothing to list says so."""
    if not found:
        return format_html('<p class="ready">{}</p>', "Nothing. It can be published.")
    return format_html('<ul class="problems">{}</ul>', format_html_join("", "<li>{}</li>", ((each,) for each in found)))


@admin.register(ItemBank)
class ItemBankAdmin(KeptAdmin):
    desk, rank = "Item bank", 3
    list_display = ["title", "ready_items", "draft_items"]
    search_fields = ["title"]
    fields = ["title", "authors"]
    ordering = ["title", "pk"]
    form = BankForm

    def get_queryset(self, request: HttpRequest):
        ready, draft = (Count("items", filter=Q(items__status=status)) for status in ("ready", "draft"))
        return super().get_queryset(request).annotate(ready=ready, drafts=draft)

    def tools(self, request: HttpRequest, row: ItemBank) -> list[tuple[str, str]]:
        onward = reverse("admin:quizzes_bankexchange_change", args=[row.pk])
        mine = [(onward, "Import and export")] if request.user.has_perm("quizzes.view_bankexchange") else []
        return [*super().tools(request, row), *mine]

    @admin.display(description="Ready items", ordering="ready")
    def ready_items(self, row: ItemBank) -> int:
        return row.ready

    @admin.display(description="Drafts", ordering="drafts")
    def draft_items(self, row: ItemBank) -> int:
        return row.drafts


# What "save and add another" carries over: the next item is mostly about the same.
CARRIED = ("bank", "pool", "objective", "bloom", "teaches_at")


@admin.register(Item)
class ItemAdmin(ScopedAdmin):
    desk, rank = "Item bank", 1
    form = ItemForm
    inlines = [OptionRows]
    pages = {"versions": "quizzes.change_item", "uses": "quizzes.view_item", "duplicate": "quizzes.add_item"}
    list_display = ["code", "stem_start", "kind", "pool", "objective", "safety", "points", "status", "to_mend"]
    list_filter = ["status", "kind", "safety", ("bank", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["bank"]
    search_fields = ["code", "stem", "vignette", "pool", "objective"]
    autocomplete_fields = ["bank"]
    ordering = ["bank", "code"]
    actions = ["make_ready", "retire"]

    class Media:
        js = [Script("ceu/item.js", type="module")]

    # --- the page of one item -------------------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Item | None = None):
        shape = SHAPES[kind_of(request, obj)]
        name = Kind(kind_of(request, obj)).label
        about = ["objective", "teaches_at", "references", "bloom", ("safety", "points")]
        question = {"fields": ["vignette", "stem", *shape.fields], "description": shape.help}
        if obj is None:
            top = [(None, {"fields": [("bank", "kind"), ("code", "pool")]})]
            return [*top, (name, question), ("What it measures", {"fields": about, "classes": ["later"]})]
        seen = ["seen"] if self.has_change_permission(request, obj) else []
        return [
            (None, {"fields": [("bank", "kind"), ("code", "pool", "status"), *seen]}),
            (name, question),
            ("What it measures", {"fields": about, "classes": ["later"]}),
            ("Where it stands", {"fields": ["problems", "revisions_made"], "classes": ["later"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Item | None = None):
        return ["problems", "kind", "bank", "revisions_made"] if obj else []

    @admin.display(description="What stops it from being published")
    def problems(self, item: Item) -> str:
        return sentences(bank.problems_of(item))

    @admin.display(description="Published")
    def revisions_made(self, item: Item) -> str:
        return counted(item.revisions.count(), "1 revision.", "{} revisions.")

    def get_changeform_initial_data(self, request: HttpRequest):
        """The bank where it can be told, and the next code after the newest item of it."""
        given = {name: request.GET[name] for name in CARRIED if name in request.GET}
        rows = self.get_queryset(request).order_by("-pk")
        if "bank" in given:
            rows = rows.filter(bank=given["bank"]) if is_key(ItemBank._meta.pk, given["bank"]) else rows.none()
        if "pool" in given:
            rows = rows.filter(pool=given["pool"])
        newest = rows.only("code", "pool", "bank").first()
        if newest is not None and ("bank" in given or self._has_one_bank(request)):
            taken = Item.objects.filter(bank=newest.bank_id).values_list("code", flat=True)
            given = {
                "bank": newest.bank_id,
                "pool": newest.pool,
                "code": bank.next_code(newest.code, set(taken)),
            } | given
        return given | {"kind": kind_of(request, None)}

    def _has_one_bank(self, request: HttpRequest) -> bool:
        return len(ItemBank.objects.for_user(request.user).values_list("pk", flat=True)[:2]) == 1

    def get_formset_kwargs(self, request: HttpRequest, obj: Item, inline, prefix: str):
        given = super().get_formset_kwargs(request, obj, inline, prefix)
        if obj._state.adding and kind_of(request, None) == Kind.TRUE_FALSE:
            given["initial"] = [{"text": text} for text in STATEMENTS]
        return given

    def render_change_form(self, request: HttpRequest, context: dict, *args, **kwargs):
        item = kwargs.get("obj")
        kind = kind_of(request, item)
        context |= {"kind": kind, "kinds": [] if item else self._kinds(request, kind)}
        return super().render_change_form(request, context, *args, **kwargs)

    def _kinds(self, request: HttpRequest, chosen: str) -> list[tuple[str, str, bool]]:
        """(query, words, whether it is this one) of each kind that a new item may have."""
        kept = {name: request.GET[name] for name in CARRIED if name in request.GET}
        return [("?" + urlencode(kept | {"kind": kind.value}), kind.label, kind == chosen) for kind in Kind]

    def has_delete_permission(self, request: HttpRequest, obj: Item | None = None) -> bool:
        """An item that was published is part of somebody's paper: it is retired and not deleted."""
        published = obj is not None and obj.revisions.exists()
        return super().has_delete_permission(request, obj) and not published

    def save_model(self, request: HttpRequest, obj: Item, form, change: bool) -> None:
        if change:
            bank.keep(obj, by=None)  # what stood there before, where no page of ours wrote it
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        item = form.instance
        number_anew(item.options.order_by("position", "pk"))
        item._prefetched_objects_cache = {}
        bank.keep(item, by=request.user)
        if item.status == Item.Status.READY and (found := bank.problems_of(item)):
            self.message_user(
                request, f"{item.code} is marked ready and cannot be published: {' '.join(found)}", messages.WARNING
            )

    def response_add(self, request: HttpRequest, obj: Item, post_url_continue=None):
        return self._add_another(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Item):
        return self._add_another(request, obj) or super().response_change(request, obj)

    def _add_another(self, request: HttpRequest, item: Item) -> HttpResponse | None:
        if "_addanother" not in request.POST or not self.has_add_permission(request):
            return None
        self.message_user(request, f"{item.code} is saved. Here is the next.", messages.SUCCESS)
        carried = {name: item.bank_id if name == "bank" else getattr(item, name) for name in CARRIED}
        return redirect(f"{reverse('admin:quizzes_item_add')}?{urlencode(carried | {'kind': item.kind})}")

    # --- further pages ----------------------------------------------------------------------------------------------------

    def page_words(self, name: str) -> str:
        return {"versions": "Compare and restore", "uses": "Where it is asked"}.get(name) or super().page_words(name)

    def duplicate_page(self, request: HttpRequest, item: Item) -> HttpResponse:
        if request.method != "POST":
            intro = ["A new draft in the same bank asks the same, under the next free code. This item stays as it is."]
            return self.act(
                request, item, CleanForm(), str, title="Duplicate", intro=intro, button="Duplicate the item"
            )
        copy = bank.duplicate(item, by=request.user)
        self.log_addition(request, copy, f"Copied from {item.code}.")
        self.message_user(request, f"This is {copy.code}, a copy of {item.code}.", messages.SUCCESS)
        return redirect(address(copy))

    def uses_page(self, request: HttpRequest, item: Item) -> HttpResponse:
        return self.show(
            request, item, "admin/quizzes/item/uses.html", title="Where it is asked", uses=uses_of(item).items()
        )

    def versions_page(self, request: HttpRequest, item: Item) -> HttpResponse:
        """What it was, compared with what it is; a version is brought back on POST."""
        versions = Versions(item)
        if request.method == "POST":
            version = versions.get(request.POST.get("version", ""))
            bank.restore(item, version.content, by=request.user)
            self.log_change(request, item, f"Restored: {version.words}")
            self.message_user(request, f"{item.code} is again as it was: {version.words}", messages.SUCCESS)
            return redirect(address(item))
        chosen = versions.get(request.GET["version"]) if "version" in request.GET else None
        context = {"versions": versions.rows, "chosen": chosen, "changes": versions.changes(chosen) if chosen else []}
        return self.show(request, item, "admin/quizzes/item/versions.html", title="Compare and restore", **context)

    # --- the list -------------------------------------------------------------------------------------------------------

    def prepare(self, rows: list[Item]) -> None:
        prefetch_related_objects(rows, "options")

    @admin.display(description="Stem", ordering="stem")
    def stem_start(self, item: Item) -> str:
        return item.stem if len(item.stem) <= 90 else f"{item.stem[:89]}…"

    @admin.display(description="to mend")
    def to_mend(self, item: Item) -> str:
        found = findings(draft_of(item, list(item.options.all())))
        must = [each.reason for each in found if each.severity == MUST]
        advice = counted(len(found) - len(must), "1 piece of advice", "{} pieces of advice")
        if not found:
            return "Nothing"
        return format_html("{}{}", sentences(must), advice if len(found) > len(must) else "") if must else advice

    @admin.action(description="Mark as ready", permissions=["change"])
    def make_ready(self, request: HttpRequest, rows) -> None:
        """Those that have no problem; for the others it is said what stops them."""
        made = 0
        for item in rows.prefetch_related("options"):
            if found := bank.problems_of(item):
                self.message_user(request, f"{item.code} stays as it is. {' '.join(found)}", messages.WARNING)
            else:
                made += Item.objects.filter(pk=item.pk).update(status=Item.Status.READY)
        self.message_user(request, counted(made, "1 item is ready.", "{} items are ready."))

    @admin.action(description="Retire", permissions=["change"])
    def retire(self, request: HttpRequest, rows) -> None:
        for item in rows:
            bank.retire(item, by=request.user)
        done = counted(len(rows), "1 item is retired.", "{} items are retired.")
        self.message_user(request, f"{done} No later paper asks for it; earlier ones keep it.", messages.SUCCESS)

    def waiting(self, request: HttpRequest) -> Waiting | None:
        drafts = self.get_queryset(request).filter(status=Item.Status.DRAFT).count()
        sentence = counted(drafts, "1 item is still a draft.", "{} items are still drafts.")
        return Waiting(sentence, self.list_address("?status__exact=draft")) if drafts else None


@admin.register(ItemRevision)
class ItemRevisionAdmin(ReadOnlyAdmin):
    desk, rank = "Item bank", 5
    scope_path = "item"
    list_display = ["item", "number", "kind", "pool", "newest", "created_at", "created_by"]
    list_display_links = ["item", "number"]
    list_filter = ["kind", ("item__bank", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["item", "created_by"]
    search_fields = ["item__code", "pool", "digest"]
    ordering = ["item__code", "-number"]

    def get_queryset(self, request: HttpRequest):
        later = ItemRevision.objects.filter(item=OuterRef("item"), number__gt=OuterRef("number"))
        return super().get_queryset(request).annotate(has_later=Exists(later))

    def get_fieldsets(self, request: HttpRequest, obj: ItemRevision | None = None):
        particulars = [
            ("item_link", "number", "kind"),
            ("pool", "objective", "bloom"),
            ("safety", "points"),
            "teaches_at",
        ]
        particulars += ["digest", ("created_at", "created_by")]
        shown = [(None, {"fields": particulars}), ("What learners see", {"fields": ["question"]})]
        if request.user.has_perm("quizzes.view_itemkey"):
            shown.append(("Key", {"fields": ["key_in_words"]}))
        return shown

    @admin.display(description="newest", boolean=True)
    def newest(self, row: ItemRevision) -> bool:
        return not row.has_later

    @admin.display(description="item")
    def item_link(self, row: ItemRevision) -> str:
        return format_html('<a href="{}">{}</a>', address(row.item), row.item)

    @admin.display(description="Question")
    def question(self, row: ItemRevision) -> str:
        prompt = prompt_from_dict(json.loads(row.prompt))
        lines = [getattr(prompt, name, ()) for name in ("options", "lefts", "rights", "steps", "criteria")]
        listed = format_html_join("", "<li>{}</li>", ((line,) for group in lines for line in group))
        return format_html('<div class="question">{}<p>{}</p><ul>{}</ul></div>', prompt.vignette, prompt.stem, listed)

    @admin.display(description="Answers and why")
    def key_in_words(self, row: ItemRevision) -> str:
        question = question_in(row)
        review = QUESTION_KINDS[row.kind].review(question.prompt, question.key, None)
        right = "criterion" if row.kind == Kind.WRITTEN else "right"
        lines = ((reason.text, right if reason.correct else "wrong", reason.rationale) for reason in review.reasons)
        listed = format_html_join("", "<li><b>{}</b> ({}) {}</li>", lines)
        return format_html("<ul>{}</ul><p>{}</p>", listed, review.note)
