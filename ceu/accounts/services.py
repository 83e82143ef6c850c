"""What recurs for accounts: a licence that is about to expire, an account that nobody ever confirmed."""

import datetime as dt

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError, QuerySet

from ceu.accounts import mail
from ceu.accounts.models import Licence, LoginSession, MailChoice, User
from ceu.shared import outbox

# Days before the expiry -> for how many days from then on the reminder may still leave, if no tick came earlier.
REMINDERS = {90: 7, 30: 7, 7: 8}
UNCONFIRMED_FOR = dt.timedelta(days=30)
MOST_AT_ONCE = 500


def remind_of_licences(today: dt.date) -> int:
    """A letter 90, 30 and 7 days before a licence expires, once each; how many. A licence that is entered late gets
    the reminders that are still to come, and none of those whose day is past."""
    return sum(_remind(before, today) for before in REMINDERS)


def _remind(before: int, today: dt.date) -> int:
    last = today + dt.timedelta(days=before)
    first = last - dt.timedelta(days=REMINDERS[before] - 1)
    refused = MailChoice.objects.filter(user=OuterRef("user"), about=MailChoice.About.LICENCES, wanted=False)
    rows = Licence.objects.filter(expires_on__range=(first, last), user__is_active=True).exclude(Exists(refused))
    told = 0
    for pk, expires_on, reminded in rows.values_list("pk", "expires_on", "reminded"):
        mark = f"{expires_on.isoformat()} {before}"
        if reminded != mark:
            told += _remind_of(pk, mark)
    return told


@transaction.atomic
def _remind_of(licence: int, mark: str) -> int:
    """One of two ticks at once writes the mark, and that one sends."""
    row = Licence.objects.filter(pk=licence, expires_on=mark.split()[0])
    marked = row.exclude(reminded=mark).update(reminded=mark)
    if marked:
        outbox.after_commit(mail.tell_expiring, licence=licence, mark=mark)
    return marked


def sweep_unconfirmed(now: dt.datetime) -> int:
    """Delete accounts that never confirmed their address in thirty days, and to which nothing belongs; how many."""
    swept = 0
    for pk in unconfirmed(now).order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE]:
        try:
            with transaction.atomic():
                # Asked again in the transaction that deletes: the code may have been typed in meanwhile.
                swept += unconfirmed(now).filter(pk=pk).delete()[0] > 0
        except ProtectedError:  # something came to belong to it this very moment
            continue
    return swept


def unconfirmed(now: dt.datetime) -> QuerySet[User]:
    rows = User.objects.filter(date_joined__lt=now - UNCONFIRMED_FOR, is_staff=False, is_superuser=False)
    rows = rows.exclude(Exists(EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)))
    for model, name in _belongings():
        rows = rows.exclude(Exists(model._base_manager.filter(**{name: OuterRef("pk")})))
    return rows


def _belongings() -> list[tuple[type, str]]:
    """Every model with a key to a user, also of apps above: what a person has. Addresses and login sessions are not."""
    held = [each for each in User._meta.get_fields(include_hidden=True) if each.one_to_many or each.one_to_one]
    nothing = {EmailAddress, LoginSession}
    return [
        (each.related_model, each.field.name)
        for each in held
        if each.auto_created
        and each.related_model not in nothing
        and each.related_model._meta.app_label != "usersessions"
    ]
