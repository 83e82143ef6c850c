"""Who is reminded of a course that lies still: those who asked for it, of one course, at most once in two weeks."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from ceu.accounts.models import MailChoice
from ceu.shared import outbox
from courses.learning import mail
from courses.learning.models import AssessmentEntry, Enrolment, ModuleEntry

TWO_WEEKS = dt.timedelta(days=14)
GIVEN_UP = dt.timedelta(days=180)  # whoever has not come back by then does not want to be asked again
MOST_AT_ONCE = 500


def remind_of_stalled(now: dt.datetime) -> int:
    """How many were reminded."""
    quiet = Q(last_sent_at=None) | Q(last_sent_at__lte=now - TWO_WEEKS)
    asked = MailChoice.objects.filter(quiet, about=MailChoice.About.STALLED, wanted=True, user__is_active=True)
    asked = asked.filter(Exists(stalled(now).filter(user=OuterRef("user"))))
    return sum(_remind(row, quiet, now) for row in asked.order_by("pk")[:MOST_AT_ONCE])


def stalled(now: dt.datetime) -> QuerySet[Enrolment]:
    """Under way, and neither a lesson nor a quiz was opened for two weeks."""
    since = now - TWO_WEEKS
    tried = [
        Exists(tie.objects.filter(enrolment=OuterRef("pk"), entry__attempts__started_at__gt=since))
        for tie in (ModuleEntry, AssessmentEntry)
    ]
    rows = Enrolment.objects.active().unfinished().annotate(seen=Coalesce(F("last_seen_at"), F("enrolled_at")))
    return rows.filter(seen__lte=since, seen__gt=now - GIVEN_UP).exclude(tried[0] | tried[1])


@transaction.atomic
def _remind(choice: MailChoice, quiet: Q, now: dt.datetime) -> int:
    """One of two ticks at once moves the date, and that one sends."""
    moved = MailChoice.objects.filter(quiet, pk=choice.pk, wanted=True).update(last_sent_at=now)
    if moved:
        row = stalled(now).filter(user=choice.user_id).order_by("-seen", "pk").first()
        if row is None:
            return 0
        outbox.after_commit(mail.tell_stalled, enrolment=row.pk, day=now.date().isoformat())
    return moved
