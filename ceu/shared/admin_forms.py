"""Forms of the admin: one that writes over nobody's work, one for rows in an order, and a field for lists of codes."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import models

from ceu.shared import canonical
from ceu.shared.forms import CleanModelForm


class GuardedForm(CleanModelForm):
    """Refuses to write over what someone else saved since the page was opened. A row that is new has nothing to guard."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Now: a formset gives the form further fields later.
        self.now = self.initial["seen"] = self._fingerprint()
        for field in self.fields.values():
            if isinstance(field.widget, forms.Textarea):
                field.strip = False  # else a page sent back as it was opened could change the last line of a text

    def _fingerprint(self) -> str:
        if self.instance._state.adding:
            return ""
        names = sorted(name for name in self.fields if name != "seen" and name in self.initial)
        return canonical.digest(canonical.dumps([[name, _plain(self.initial[name])] for name in names]))

    def clean(self) -> dict[str, Any] | None:
        seen = self.cleaned_data.get("seen")
        if seen and seen != self.now:
            raise ValidationError(
                "Someone else saved this in the meantime, so nothing was written. Copy what you want to keep and open "
                "the page again."
            )
        return super().clean()


def people_for(row: models.Model, relation: str):
    """Who may be given a row that `relation` ties to people: staff, and whoever has it already, so that none is lost."""
    has_it = models.Q(**{relation: row.pk}) if row.pk else models.Q()
    people = get_user_model()._default_manager.filter(models.Q(is_staff=True, is_active=True) | has_it)
    return people.distinct().order_by("display_name", "email")


_AT_THE_END = 32767


class PositionedForm(GuardedForm):
    """A row with a place in a list. A row without one goes to the end; `number_anew` closes the gaps."""

    class Media:
        js = [forms.Script("ceu/order.js", type="module")]

    position = forms.IntegerField(
        required=False, min_value=0, max_value=_AT_THE_END, widget=forms.NumberInput(attrs={"size": 3}),
        help_text="Rows are put in this order and numbered anew. Empty: at the end.",
    )  # fmt: skip

    def clean_position(self) -> int:
        position = self.cleaned_data["position"]
        return _AT_THE_END if position is None else position


def number_anew(rows: Iterable[models.Model]) -> None:
    """Positions from 1, in the order in which the rows are given."""
    for position, row in enumerate(rows, 1):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])


def _plain(value: Any) -> str | list[str]:
    if isinstance(value, list | tuple):
        return [str(getattr(item, "pk", item)) for item in value]
    return str(value)


class CodesField(forms.CharField):
    """A list of short codes, typed with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        return [code.strip() for code in super().clean(value).split(",") if code.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.prepare_value(initial or []) != (data or "")
