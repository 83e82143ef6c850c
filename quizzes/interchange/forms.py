"""The forms of import and export."""

from django import forms

from ceu.shared.forms import CleanForm
from quizzes.bank.models import Item
from quizzes.interchange import formats
from quizzes.interchange.formats import FORMATS
from quizzes.interchange.models import ImportBatch

_FORMATS = [(name, each.title) for name, each in FORMATS.items()]


class UploadForm(CleanForm):
    file = forms.FileField(
        label="File",
        help_text="GIFT, Moodle XML or CSV, in UTF-8. You see what would happen before anything is written.",
        widget=forms.FileInput(attrs={"accept": ".gift,.txt,.xml,.csv"}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    format = forms.ChoiceField(
        required=False, choices=[("", "As the file's beginning tells"), *_FORMATS], label="Format"
    )

    def clean_file(self):
        """The bytes are read by the view: only after their number is known to be bearable."""
        file = self.cleaned_data["file"]
        if file.size > formats.MOST_BYTES:
            most = formats.MOST_BYTES // 1_000_000
            raise forms.ValidationError(f"The file is larger than {most} MB. Part it into several.")
        return file


class CommitForm(CleanForm):
    mode = forms.ChoiceField(choices=ImportBatch.Mode.choices)
    seen = forms.CharField(max_length=64)


class ExportForm(CleanForm):
    """Read from the address. Empty pools: all of them."""

    format = forms.ChoiceField(choices=_FORMATS, label="Format")
    pool = forms.MultipleChoiceField(
        required=False, label="Pools", widget=forms.CheckboxSelectMultiple, help_text="None ticked: all of them."
    )
    code = forms.CharField(
        required=False, max_length=20_000, label="Only these items",
        help_text="Codes with commas between them. Empty: every item of the pools that is not retired.",
    )  # fmt: skip

    def __init__(self, pools: list[str], *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pool"].choices = [(pool, pool) for pool in pools]

    def chosen(self, items):
        """Of `items`: the ready ones and the drafts that were asked for. A retired one goes only by its code."""
        codes = [code.strip() for code in self.cleaned_data["code"].split(",") if code.strip()]
        if self.cleaned_data["pool"]:
            items = items.filter(pool__in=self.cleaned_data["pool"])
        return [item for item in items if (item.code in codes if codes else item.status != Item.Status.RETIRED)]
