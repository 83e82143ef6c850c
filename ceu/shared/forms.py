"""Forms in our words and our look: clean text at the edge, sentences for what is missing, one renderer for every form."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.renderers import TemplatesSetting
from django.http import Http404

from ceu.shared import text


class SiteRenderer(TemplatesSetting):
    """What `{{ form }}` and `{{ form.field.as_field_group }}` look like. The admin renders its forms by itself."""

    form_template_name = "ceu_forms/form.html"
    field_template_name = "ceu_forms/field.html"


class CleanCharField(forms.CharField):
    """Free text: NFC, LF line ends; NUL and lone surrogates are errors on every database."""

    def to_python(self, value: Any) -> str:
        return text.clean(super().to_python(_text(value)))


class CleanNameField(forms.CharField):
    """A person's name: also one line, single spaces, nothing invisible."""

    def to_python(self, value: Any) -> str:
        return text.clean_name(super().to_python(_text(value)))


class RowField(forms.ModelChoiceField):
    """One row by its key. A row that is there and not offered was never on the page: it gives what a stranger's row gives
    everywhere, 404. One that is gone is an error of the form, so that nobody loses a page for what a colleague deleted."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            refuse_strangers(self.queryset.model, [value])
            raise


class RowsField(forms.ModelMultipleChoiceField):
    """Some rows by their keys, as `RowField`. What cannot be a key is no choice; SQLite would fail on a number that is too
    large."""

    def clean(self, value: Any) -> Any:
        for each in value if isinstance(value, list | tuple) else ():
            if not is_key(self.queryset.model._meta.pk, each):
                raise ValidationError(
                    self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": each}
                )
        try:
            return super().clean(value)
        except ValidationError:
            if isinstance(value, list | tuple):
                offered = {str(pk) for pk in self.queryset.values_list("pk", flat=True)}
                refuse_strangers(self.queryset.model, [each for each in value if str(each) not in offered])
            raise


def refuse_strangers(model: type[models.Model], keys: Iterable[Any]) -> None:
    """Raises Http404 when one of these keys, none of which was offered, is a row's all the same."""
    asked = [each for each in keys if each not in (None, "") and is_key(model._meta.pk, each)]
    if asked and model._base_manager.filter(pk__in=asked).exists():
        raise Http404("There is no such row for you.")


def is_key(key: models.Field, value: Any) -> bool:
    """Whether a row could have this key; 10 to the 30th, for one, is too large for any."""
    try:
        key.clean(value, None)
    except ValidationError:
        return False
    return True


def _text(value: Any) -> Any:
    """A list or an object where text was expected (JSON, parameter pollution) is a form error, not the text of its repr."""
    if value is not None and not isinstance(value, str | int | float):
        raise ValidationError("Give this as text.", code="not_text")
    return value


class CleanFormMixin:
    """For any form: every text is cleaned, and a missing value is asked for by name: "Enter the licence number."

    A field's own `error_messages={"required": …}` wins over the sentence made here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            standard = type(field).default_error_messages.get(
                "required", forms.Field.default_error_messages["required"]
            )
            if str(field.error_messages.get("required")) == str(standard):
                field.error_messages["required"] = _ask_for(str(field.label or name.replace("_", " ")), field)

    def _clean_fields(self) -> None:
        super()._clean_fields()
        for name, value in list(self.cleaned_data.items()):
            if isinstance(value, str):
                try:
                    cleaned = text.clean(value)
                except ValidationError as error:
                    self.add_error(name, error)
                else:
                    # A password is kept byte for byte: it is compared, never shown.
                    secret = isinstance(self.fields[name].widget, forms.PasswordInput)
                    self.cleaned_data[name] = value if secret else cleaned


def _ask_for(label: str, field: forms.Field) -> str:
    if isinstance(field, forms.BooleanField):
        return f"Tick “{label}”."
    if label.endswith("?"):
        return f"Answer “{label}”."
    first = label.split()[0] if label else ""
    words = label if len(first) > 1 and first.isalpha() and first.isupper() else label[:1].lower() + label[1:]
    return f"{'Choose' if isinstance(field, forms.ChoiceField | forms.ModelChoiceField) else 'Enter'} the {words}."


class CleanForm(CleanFormMixin, forms.Form):
    """The plain form of this site."""


class CleanModelForm(CleanFormMixin, forms.ModelForm):
    """The model form of this site."""
