"""The form of one item: which fields its kind has, and what they mean there."""

from typing import NamedTuple

from django import forms
from django.http import HttpRequest

from ceu.shared.admin import ScopedInline
from ceu.shared.admin_forms import CodesField, GuardedForm, PositionedForm, people_for
from quizzes.bank.models import Item, ItemBank, Kind, Option
from quizzes.questions.codec import plain


class Shape(NamedTuple):
    """What the page of a kind shows: fields of the item, columns of its table with their headings, and how to fill it."""

    fields: tuple[str, ...]
    columns: dict[str, str]
    help: str


_CHOICE = {"text": "option", "correct": "key", "rationale": "why it is right or wrong"}
SHAPES = {
    Kind.SINGLE: Shape((), _CHOICE, "One line an option. Tick the one that is the key."),
    Kind.MULTIPLE: Shape(("choose",), _CHOICE, "One line an option. Tick every key."),
    Kind.TRUE_FALSE: Shape((), _CHOICE, "True stands first, False second. Tick the one that is the key."),
    Kind.MATCHING: Shape(
        (),
        {"text": "left", "match": "goes with", "rationale": "why"},
        "One line a pair. A line without a left side is a distractor.",
    ),
    Kind.ORDERING: Shape(
        ("common_error",), {"text": "step", "rationale": "why here"}, "One line a step, in the correct order."
    ),
    Kind.NUMERIC: Shape(
        ("answer", "tolerance", "unit", "work"),
        {"text": "known wrong value", "rationale": "the mistake that leads to it"},
        "The lines are values that known mistakes lead to; there may be none.",
    ),
    Kind.TEXT: Shape(
        ("case_sensitive", "work"),
        {"text": "accepted answer", "share": "per cent", "rationale": "why"},
        "One line an accepted answer, with the share of the points it earns.",
    ),
    Kind.WRITTEN: Shape(
        ("min_words", "max_words", "pass_at", "model_answer"),
        {"text": "criterion", "rationale": "what the marker looks for"},
        "One line a criterion. Learners see the criteria from the start; what the marker looks for, and the model "
        "answer, they see with the released result. Its section of a quiz must ask every item of the pool.",
    ),
}


class BankForm(GuardedForm):
    class Meta:
        model = ItemBank
        fields = "__all__"

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if "authors" in self.fields:
            self.fields["authors"].queryset = people_for(self.instance, "item_banks")


class ItemForm(GuardedForm):
    references = CodesField(required=False, help_text="Keys of the reference list, with commas between them.")

    class Meta:
        model = Item
        fields = "__all__"
        widgets = {
            "stem": forms.Textarea(attrs={"rows": 3}),
            "vignette": forms.Textarea(attrs={"rows": 4}),
            "work": forms.Textarea(attrs={"rows": 3}),
            "common_error": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("answer", "tolerance"):
            if self.initial.get(name) is not None:
                self.initial[name] = plain(self.initial[name])
        if self.instance._state.adding:
            self._begin()

    def _begin(self) -> None:
        """The kind is chosen by the page, and one begins to type where something is still to be said."""
        if "kind" in self.fields:
            self.fields["kind"].widget = forms.HiddenInput()
        todo = [name for name in ("code", "pool", "stem") if name in self.fields and not self.initial.get(name)]
        for name in todo[:1]:
            self.fields[name].widget.attrs["autofocus"] = True

    def clean_tolerance(self):
        if (tolerance := self.cleaned_data["tolerance"]) is not None and tolerance < 0:
            raise forms.ValidationError("The tolerance may not be negative.")
        return tolerance


class OptionForm(PositionedForm):
    class Meta:
        model = Option
        fields = ["position", "text", "match", "correct", "share", "rationale"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 2, "cols": 40}),
            "match": forms.Textarea(attrs={"rows": 2, "cols": 40}),
            "rationale": forms.Textarea(attrs={"rows": 2, "cols": 50}),
        }


class StatementForm(OptionForm):
    """True and False stand from the start, and are saved even when nothing was added to them."""

    def has_changed(self) -> bool:
        return self.instance._state.adding or super().has_changed()


class OptionRows(ScopedInline):
    model = Option
    form = OptionForm
    fields = ["position", "text", "match", "correct", "share", "rationale"]
    verbose_name_plural = "answers"

    def get_fields(self, request: HttpRequest, obj: Item | None = None):
        fields = super().get_fields(request, obj)
        columns = SHAPES[kind_of(request, obj)].columns
        return ["position", *(name for name in fields if name in columns), *(["seen"] if "seen" in fields else [])]

    def get_formset(self, request: HttpRequest, obj: Item | None = None, **kwargs):
        kind = kind_of(request, obj)
        if kind == Kind.TRUE_FALSE:
            kwargs["form"] = StatementForm
        return super().get_formset(request, obj, labels=SHAPES[kind].columns, **kwargs)

    def get_extra(self, request: HttpRequest, obj: Item | None = None, **kwargs) -> int:
        if kind_of(request, obj) == Kind.TRUE_FALSE:
            return 0 if obj else len(STATEMENTS)
        return 0 if obj and obj.options.exists() else 4

    def get_max_num(self, request: HttpRequest, obj: Item | None = None, **kwargs) -> int:
        return len(STATEMENTS) if kind_of(request, obj) == Kind.TRUE_FALSE else MOST_OPTIONS


STATEMENTS = ("True", "False")
MOST_OPTIONS = 40


def kind_of(request: HttpRequest, item: Item | None) -> str:
    """An item keeps its kind; a new one has that of its page, and without a word of it the commonest."""
    if item is not None:
        return item.kind
    named = request.POST.get("kind") or request.GET.get("kind")
    return named if named in Kind.values else Kind.SINGLE
