"""The item bank: one page an item, with what is still wrong with it. Revisions are there to be read."""

import json

from django.contrib import admin, messages
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest
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
from quizzes.bank import services as bank
from quizzes.bank.admin_items import SHAPES, BankForm, ItemForm, OptionRows, begin
from quizzes.bank.changes import question_in
from quizzes.bank.models import Item, ItemBank, ItemRevision, Kind
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

    @admin.display(description="Ready items", ordering="ready")
    def ready_items(self, row: ItemBank) -> int:
        return row.ready

    @admin.display(description="Drafts", ordering="drafts")
    def draft_items(self, row: ItemBank) -> int:
        return row.drafts


@admin.register(Item)
class ItemAdmin(ScopedAdmin):
    desk, rank = "Item bank", 1
    form = ItemForm
    inlines = [OptionRows]
    list_display = ["code", "stem_start", "kind", "pool", "objective", "safety", "points", "status"]
    list_filter = ["status", "kind", "safety", ("bank", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["bank"]
    search_fields = ["code", "stem", "vignette", "pool", "objective"]
    autocomplete_fields = ["bank"]
    ordering = ["bank", "code"]
    actions = ["make_ready", "retire"]

    # --- the page of one item -------------------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Item | None = None):
        if obj is None:
            note = "Its answers are entered on the next page: they depend on the kind."
            return [(None, {"fields": ["bank", "code", "kind", "pool", "vignette", "stem"], "description": note})]
        shape = SHAPES[obj.kind]
        about = ["objective", "bloom", "safety", "points", "references", "teaches_at"]
        seen = ["seen"] if self.has_change_permission(request, obj) else []
        return [
            ("Still to mend", {"fields": ["problems", *seen]}),
            (None, {"fields": [("bank", "kind"), ("code", "pool", "status"), "vignette", "stem"]}),
            ("What it measures", {"fields": [*about, "revisions_made"]}),
            (obj.get_kind_display(), {"fields": [*shape.fields, "how_to"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Item | None = None):
        return ["problems", "kind", "bank", "revisions_made", "how_to"] if obj else []

    def get_inlines(self, request: HttpRequest, obj: Item | None):
        return self.inlines if obj else []

    @admin.display(description="What stops it from being published")
    def problems(self, item: Item) -> str:
        return sentences(bank.problems_of(item))

    @admin.display(description="Published")
    def revisions_made(self, item: Item) -> str:
        return counted(item.revisions.count(), "1 revision.", "{} revisions.")

    @admin.display(description="How its answers are entered")
    def how_to(self, item: Item) -> str:
        return SHAPES[item.kind].help

    def has_delete_permission(self, request: HttpRequest, obj: Item | None = None) -> bool:
        """An item that was published is part of somebody's paper: it is retired and not deleted."""
        published = obj is not None and obj.revisions.exists()
        return super().has_delete_permission(request, obj) and not published

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        item = form.instance
        if not change:
            begin(item)
        number_anew(item.options.order_by("position", "pk"))
        item._prefetched_objects_cache = {}
        if item.status == Item.Status.READY and (found := bank.problems_of(item)):
            self.message_user(
                request, f"{item.code} is marked ready and cannot be published: {' '.join(found)}", messages.WARNING
            )

    def response_add(self, request: HttpRequest, obj: Item, post_url_continue=None):
        request.POST = request.POST.copy()
        request.POST.setdefault("_continue", "1")
        return super().response_add(request, obj, post_url_continue)

    # --- the list -------------------------------------------------------------------------------------------------------

    @admin.display(description="Stem", ordering="stem")
    def stem_start(self, item: Item) -> str:
        return item.stem if len(item.stem) <= 90 else f"{item.stem[:89]}…"

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
