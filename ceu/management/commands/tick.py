"""Recurring work, to be called every minute by the machine's own scheduler. Each part may run twice and at once."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from ceu.accounts.sessions import SessionStore
from ceu.shared import outbox
from quizzes.delivery import services as delivery


class Command(BaseCommand):
    help = "Close quiz attempts whose time is over, try failed jobs again, forget login sessions that have expired."

    def handle(self, **options):
        now = timezone.now()
        closed, again = delivery.close_overdue(now), outbox.try_again(now)
        SessionStore.clear_expired()
        if closed or again:
            self.stdout.write(f"{closed} attempts closed at their deadline, {again} jobs put back into the queue.")
