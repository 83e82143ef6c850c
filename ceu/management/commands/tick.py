"""Recurring work, to be called every minute by the machine's own scheduler. Each part may run twice and at once."""

import datetime as dt

from django.core.cache import cache
from django.core.management.base import BaseCommand
from django.utils import timezone

from ceu.accounts import services as accounts
from ceu.accounts.sessions import SessionStore
from ceu.shared import outbox
from courses.catalogue import fulltext
from courses.learning import reminders
from quizzes.delivery import services as delivery
from quizzes.interchange import services as interchange


class Command(BaseCommand):
    help = (
        "Close quiz attempts whose time is over, try failed jobs again, forget login sessions and uploads that have expired; once an "
        "hour also remind of licences and courses, and delete accounts that were never confirmed."
    )

    def handle(self, **options):
        now = timezone.now()
        closed, again = delivery.close_overdue(now), outbox.try_again(now)
        SessionStore.clear_expired()
        interchange.sweep_uploads(now)
        fulltext.index_missing()
        if closed or again:
            self.stdout.write(f"{closed} attempts closed at their deadline, {again} jobs put back into the queue.")
        if is_first_of_the_hour(now):
            self.hourly(now)

    def hourly(self, now: dt.datetime) -> None:
        told = accounts.remind_of_licences(now.date()) + reminders.remind_of_stalled(now)
        swept = accounts.sweep_unconfirmed(now)
        if told or swept:
            self.stdout.write(f"{told} reminders written, {swept} accounts deleted that were never confirmed.")


def is_first_of_the_hour(now: dt.datetime) -> bool:
    """Whether no tick before this one, on any machine, did the work of the hour. The cache tells; if it forgets, the
    work is done again, which does no harm."""
    return cache.add(f"tick-{now:%Y-%m-%dT%H}", 1, timeout=2 * 3600)
