from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

from ceu.accounts.models import Licence
from ceu.shared.forms import CleanCharField, CleanForm, CleanNameField


class VerifyForm(CleanForm):
    """The check of a certificate by what is printed on it."""

    number = CleanCharField(
        label="Certificate number",
        max_length=40,
        help_text="Dashes may be left out. O and 0 are read alike.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    name = CleanNameField(
        label="Last name", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )

    helper = FormHelper()
    helper.form_method = "get"
    helper.disable_csrf = True
    helper.add_input(Submit("", "Check"))


class AttestationForm(CleanForm):
    """The signature: the licence to print, if any, and the legal name typed by hand."""

    licence = forms.ModelChoiceField(
        Licence.objects.none(), required=False, empty_label="No licence on the certificate", label="Licence to print"
    )
    typed_name = CleanNameField(
        label="Type your legal name", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )

    helper = FormHelper()
    helper.form_tag = False

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        licences = list(Licence.objects.filter(user=user))
        self.fields["licence"].queryset = Licence.objects.filter(user=user)
        if len(licences) == 1:
            self.fields["licence"].initial = licences[0]
