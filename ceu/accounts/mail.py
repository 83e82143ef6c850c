"""Letters about accounts and licences. allauth sends those of signing in; here stand their names for the preview."""

import datetime as dt

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django_tasks import task

from ceu.accounts import choices
from ceu.accounts.models import Licence, MailChoice
from ceu.shared import letters

EXPIRING = "accounts/mail/expiring"


@task()
def tell_expiring(licence: int, mark: str) -> None:
    """Silent where the licence is gone or renewed, or the mail is stopped by the time it leaves."""
    row = Licence.objects.select_related("user").filter(pk=licence, reminded=mark).first()
    if row is None or f"{row.expires_on}" != mark.split()[0] or not choices.wants(row.user, MailChoice.About.LICENCES):
        return
    context = {"licence": row, "days": (row.expires_on - timezone.now().date()).days, **_addresses()}
    letter = letters.write(EXPIRING, context, stop=choices.stop_address(row.user, MailChoice.About.LICENCES))
    letter.send(row.user.email, message_id=f"expiring.{row.uuid}.{mark.replace(' ', '.')}")


def _addresses() -> dict[str, str]:
    pages = {"licences": "account_licences", "mail": "account_mail"}
    return {f"{name}_address": settings.SITE_URL + reverse(view) for name, view in pages.items()}


# --- what a preview shows ---------------------------------------------------------------------------------------------


def _expiring() -> dict:
    expires = timezone.now().date() + dt.timedelta(days=30)
    licence = Licence(
        profession="massage_therapist", jurisdiction="Example State", number="00012345", expires_on=expires
    )
    stop = settings.SITE_URL + reverse("account_mail_stop", args=["specimen"])
    return {"licence": licence, "days": 30, "stop": stop, **_addresses()}


def _account() -> dict:
    return {
        "code": "K7M2QX",
        "email": "learner@example.org",
        "signup_url": settings.SITE_URL + reverse("account_signup"),
        "password_reset_url": settings.SITE_URL + reverse("account_reset_password"),
        "from_email": "old@example.org",
        "to_email": "new@example.org",
        "deleted_email": "old@example.org",
        "ip": "192.0.2.1",
        "user_agent": "Firefox on Linux",
        "timestamp": timezone.now(),
    }


_OF_ACCOUNTS = {
    "account/email/email_confirmation": "Somebody signs up, or changes the address: the code that confirms it",
    "account/email/login_code": "Somebody asks for a code to sign in",
    "account/email/password_reset_code": "Somebody asks for a new password",
    "account/email/unknown_account": "Somebody asks for a code with an address that has no account",
    "account/email/account_already_exists": "Somebody signs up with an address that has an account",
    "account/email/email_confirm": "The address was confirmed",
    "account/email/email_changed": "The address was changed",
    "account/email/email_deleted": "An address was removed",
    "account/email/password_changed": "The password was changed",
    "account/email/password_reset": "A new password was chosen with a code",
    "account/email/password_set": "A password was set",
    "mfa/email/totp_activated": "An authenticator app was set up",
    "mfa/email/totp_deactivated": "An authenticator app was removed",
    "mfa/email/webauthn_added": "A key was added",
    "mfa/email/webauthn_removed": "A key was removed",
    "mfa/email/recovery_codes_generated": "New recovery codes were made",
}
for _prefix, _when in _OF_ACCOUNTS.items():
    letters.kind(_prefix.split("/")[-1].replace("_", "-"), _prefix, when=_when, sample=_account)
letters.kind(
    "licence-expiring", EXPIRING, when="90, 30 and 7 days before a licence expires; can be stopped", sample=_expiring
)
