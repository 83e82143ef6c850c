from crispy_forms.helper import FormHelper
from django import forms

from ceu.accounts.models import Profession
from ceu.shared.forms import CleanCharField, CleanForm


class EnrolForm(CleanForm):
    """The scope gate: who asks, where they practise, and that they have checked their rules."""

    profession = forms.ChoiceField(label="Profession", choices=[("", "Choose one"), *Profession.choices])
    jurisdiction = CleanCharField(
        label="Where you practise",
        max_length=60,
        help_text="State, province or country, for example Florida.",
        error_messages={"required": "Enter where you practise."},
    )
    confirmed = forms.BooleanField(
        label="I have checked what my licence and my local rules allow.",
        error_messages={"required": "Confirm that you have checked what your licence allows."},
    )

    helper = FormHelper()
    helper.form_tag = False
