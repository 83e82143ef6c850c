"""What a registrar fills in to correct a certificate, or to take it back."""

from django import forms

from ceu.shared.forms import CleanForm, CleanNameField
from courses.certificates.models import CertificateEvent

_REASON = {"max_length": 1000, "label": "Reason", "widget": forms.Textarea(attrs={"rows": 3})}


class SupersedeForm(CleanForm):
    """The particulars as the new certificate prints them."""

    legal_name = CleanNameField(max_length=100, label="Legal name")
    licence_number = forms.CharField(max_length=40, required=False, label="Licence number")
    licence_jurisdiction = forms.CharField(max_length=60, required=False, label="Licence state or country")
    profession = forms.CharField(max_length=40, required=False, label="Profession")
    reason = forms.CharField(**_REASON, help_text="It is kept with the record of the old certificate.")


class RevokeForm(CleanForm):
    category = forms.ChoiceField(choices=[("", "Choose why"), *CertificateEvent.Category.choices], label="Category")
    reason = forms.CharField(
        **_REASON, help_text="It is kept with the record; the public page shows the category only."
    )
