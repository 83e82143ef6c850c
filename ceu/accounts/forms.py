"""The account's forms. allauth's own keep their rules and take our words."""

import json
from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm as AllauthGenerateRecoveryCodesForm
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction

from ceu.accounts import zones
from ceu.accounts.models import Licence, MailChoice, Profession, User
from ceu.shared.forms import CleanForm, CleanFormMixin, CleanModelForm

LABELS = {
    "email": "E-mail address",
    "login": "E-mail address",
    "password": "Password",
    "oldpassword": "Current password",
    "remember": "Keep me signed in on this device for two weeks",
    "code": "Code",
    "name": "Name of the key",
    "passwordless": "Sign in with this key alone, without a password",
}
HINTS = {
    "password": "",
    "oldpassword": "",
    "passwordless": "The key then asks for your fingerprint, face or PIN.",
    "name": "A name you will know it by, for example “Phone” or “Blue key”.",
}
EMAIL_LENGTH = User._meta.get_field("email").max_length
HINT_FOR_NEW = "At least 10 characters. A few words in a row are good, and you may paste it."


# --- What this site asks about a person -----------------------------------------------------------------------------
class ProfileForm(CleanModelForm):
    class Meta:
        model = User
        fields = ["legal_name", "display_name", "time_zone"]
        labels = {"legal_name": "Legal name", "display_name": "Name on this site", "time_zone": "Time zone"}
        help_texts = {
            "legal_name": "Printed on your certificates, letter for letter. Write it as it stands on your licence.",
            "display_name": "Shown to you on these pages. Leave it empty to use your legal name.",
            "time_zone": "The date of completion on a certificate is reckoned in this zone.",
        }
        error_messages = {"legal_name": {"required": "Enter your legal name, as it stands on your licence."}}
        widgets = {
            "legal_name": forms.TextInput(attrs={"autocomplete": "name", "dir": "auto", "spellcheck": "false"}),
            "display_name": forms.TextInput(attrs={"autocomplete": "nickname", "dir": "auto", "spellcheck": "false"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["legal_name"].required = True
        self.fields["time_zone"] = forms.ChoiceField(
            choices=zones.choices,
            widget=zones.ZoneSelect,
            label=self.fields["time_zone"].label,
            help_text=self.fields["time_zone"].help_text,
            error_messages={"required": "Choose a time zone.", "invalid_choice": "Choose a time zone from the list."},
        )
        if not self.instance.legal_name:
            self.fields["time_zone"].widget.attrs["data-guess-zone"] = ""


class LicenceForm(CleanModelForm):
    class Meta:
        model = Licence
        fields = ["jurisdiction", "profession", "number", "issued_on", "expires_on"]
        labels = {
            "jurisdiction": "State, province or country",
            "number": "Licence number",
            "issued_on": "Date of issue",
            "expires_on": "Date of expiry",
        }
        help_texts = {
            "jurisdiction": "Where the licence is valid, for example Florida.",
            "number": "Exactly as registered, with leading zeros and letters.",
        }
        error_messages = {
            "jurisdiction": {"required": "Enter the state, province or country that gave the licence."},
            "profession": {"required": "Choose the profession on the licence."},
            "number": {"required": "Enter the licence number."},
            "issued_on": {"invalid": "Enter the date of issue as year, month and day, for example 2024-08-31."},
            "expires_on": {"invalid": "Enter the date of expiry as year, month and day, for example 2027-08-31."},
        }
        widgets = {
            "jurisdiction": forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
            "number": forms.TextInput(
                attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
            ),
            "issued_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "expires_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["profession"].choices = [("", "Choose one"), *Profession.choices]

    def clean_jurisdiction(self) -> str:
        return " ".join(self.cleaned_data["jurisdiction"].split())

    def clean_number(self) -> str:
        return " ".join(self.cleaned_data["number"].split())

    def clean(self) -> None:
        super().clean()
        issued, expires = self.cleaned_data.get("issued_on"), self.cleaned_data.get("expires_on")
        if issued and expires and expires <= issued:
            self.add_error("expires_on", "The date of expiry must come after the date of issue.")

    def _get_validation_exclusions(self) -> set[str]:
        # The user is not in the form but is set, and the rule "entered once" needs it.
        return super()._get_validation_exclusions() - {"user"}

    def save(self, commit: bool = True) -> Licence | None:
        """None when the same licence was entered in another tab a moment ago: the constraint knows first."""
        try:
            with transaction.atomic():
                return super().save(commit)
        except IntegrityError:
            self.add_error(None, "This licence is already on your list.")
            return None


class MailForm(CleanForm):
    """One box for each kind of mail that somebody may do without."""

    HINTS = {  # noqa: RUF012 (read only)
        MailChoice.About.LICENCES: "90, 30 and 7 days before the date of expiry that you entered.",
        MailChoice.About.STALLED: "At most one mail in two weeks. It ends when you finish the course, or leave it.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for about, words in MailChoice.About.choices:
            self.fields[about] = forms.BooleanField(required=False, label=words, help_text=self.HINTS[about])


# --- allauth's forms in our words -----------------------------------------------------------------------------------
class InOurWords:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)  # A password can be looked at instead of being typed twice.
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = HINTS.get(name, field.help_text)
            if isinstance(field, forms.EmailField):
                field.validators.append(MaxLengthValidator(EMAIL_LENGTH, "Enter an address of at most 254 characters."))
                field.error_messages["invalid"] = "Enter an e-mail address like name@example.com."
            if name == "code":
                field.widget.attrs |= {
                    "autocomplete": "one-time-code",
                    "spellcheck": "false",
                    "autocapitalize": "characters",
                }
                field.max_length = 64
        if "password1" in self.fields:
            self.fields["password1"].label = self.label_for_new
            self.fields["password1"].help_text = HINT_FOR_NEW

    labels = LABELS
    label_for_new = "New password"


class OurForm(CleanFormMixin, InOurWords):
    pass


class LoginForm(OurForm, account.LoginForm):
    pass


class SignupForm(OurForm, account.SignupForm):
    label_for_new = "Password"

    def try_save(self, request):
        if self.account_already_exists:
            # As long as a new account takes: the time must not tell that there is one.
            User().set_password(self.cleaned_data["password1"])
        return super().try_save(request)


class ResetPasswordForm(OurForm, account.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(OurForm, account.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(OurForm, account.ChangePasswordForm):
    pass


class SetPasswordForm(OurForm, account.SetPasswordForm):
    pass


class NewAddress(OurForm):
    labels = LABELS | {"email": "New e-mail address"}


class ChangeEmailForm(NewAddress, account.ChangeEmailForm):
    pass


class AddEmailForm(NewAddress, account.AddEmailForm):
    pass


class ReauthenticateForm(OurForm, account.ReauthenticateForm):
    pass


class RequestLoginCodeForm(OurForm, account.RequestLoginCodeForm):
    pass


class ConfirmLoginCodeForm(OurForm, account.ConfirmLoginCodeForm):
    pass


class ConfirmEmailVerificationCodeForm(OurForm, account.ConfirmEmailVerificationCodeForm):
    pass


class ConfirmPasswordResetCodeForm(OurForm, account.ConfirmPasswordResetCodeForm):
    pass


class AuthenticateForm(OurForm, mfa.AuthenticateForm):
    pass


class ReauthenticateByCodeForm(OurForm, mfa.ReauthenticateForm):
    pass


class ActivateTOTPForm(OurForm, totp.ActivateTOTPForm):
    pass


class DeactivateTOTPForm(OurForm, totp.DeactivateTOTPForm):
    pass


class GenerateRecoveryCodesForm(OurForm, AllauthGenerateRecoveryCodesForm):
    pass


class KeyForm(OurForm):
    """What a browser sends for a key is JSON that anyone may have written: whatever fails in reading it is refused."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "credential" in self.fields:
            self.fields["credential"].error_messages["required"] = "The key did not answer. Try again."
        if "name" in self.fields:
            self.fields["name"].max_length = 60
            self.fields["name"].widget.attrs["maxlength"] = "60"

    def clean_name(self) -> str:
        name = super().clean_name() if hasattr(super(), "clean_name") else self.cleaned_data["name"]
        if len(name) > 60:
            raise ValidationError("Give the key a name of at most 60 characters.")
        return name

    def _clean_fields(self) -> None:
        try:
            super()._clean_fields()
        except (TypeError, ValueError, KeyError, AttributeError, LookupError, RecursionError):
            self._refuse_key()
        if "\\u0000" in json.dumps(self.cleaned_data.get("credential"), default=str):
            self._refuse_key()  # PostgreSQL keeps no NUL in JSON.

    def _clean_form(self) -> None:
        try:
            super()._clean_form()
        except (TypeError, ValueError, KeyError, AttributeError, LookupError, RecursionError):
            self._refuse_key()

    def _refuse_key(self) -> None:
        self.cleaned_data.pop("credential", None)
        if "credential" not in self.errors:
            self.add_error("credential", "The key sent something that we cannot read. Try again.")


class AddWebAuthnForm(KeyForm, webauthn.AddWebAuthnForm):
    pass


class EditWebAuthnForm(KeyForm, webauthn.EditWebAuthnForm):
    pass


class AuthenticateWebAuthnForm(KeyForm, webauthn.AuthenticateWebAuthnForm):
    pass


class ReauthenticateWebAuthnForm(KeyForm, webauthn.ReauthenticateWebAuthnForm):
    pass


class LoginWebAuthnForm(KeyForm, webauthn.LoginWebAuthnForm):
    def clean_credential(self):
        """allauth lets any key of the account in. Only one that was made to stand alone may stand for the password."""
        authenticator = super().clean_credential()
        if authenticator.wrap().is_passwordless is not True:
            raise ValidationError("This key is a second step only. Sign in with your password first, then use the key.")
        return authenticator
