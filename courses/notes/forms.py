from django import forms

from ceu.shared.forms import CleanCharField, CleanForm
from courses.notes.models import LONGEST


class NoteForm(CleanForm):
    """What a page sends about one section. `do` is the button."""

    do = forms.ChoiceField(choices=[(each, each) for each in ("save", "delete", "bookmark", "unbookmark")])
    lesson = forms.SlugField(max_length=60)
    anchor = forms.SlugField(max_length=64, required=False)
    rev = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    text = CleanCharField(
        label="note",
        required=False,
        max_length=LONGEST,
        strip=False,
        error_messages={
            "max_length": f"A note holds {LONGEST:,} characters at most. Shorten it, or put the rest beside another section."
        },
    )
