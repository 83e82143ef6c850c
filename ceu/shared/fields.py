"""Model fields that keep their promise on every way to the database: form, admin, service, update() and lookup."""

from django.db import models

from ceu.shared.forms import CleanNameField
from ceu.shared.text import clean_name


class NameField(models.CharField):
    """A person's name in one normal form: NFC, one line, single spaces. A refused name raises ValidationError."""

    def to_python(self, value):
        value = super().to_python(value)
        return value if value is None else clean_name(value)

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return clean_name(value) if isinstance(value, str) else value

    def pre_save(self, model_instance, add):
        value = self.to_python(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, value)
        return value

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": CleanNameField, **kwargs})
