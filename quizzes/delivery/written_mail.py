"""The letter that written answers are marked, sent by the task queue after the commit. It may run twice and says the same."""

import uuid

from django.conf import settings
from django.urls import reverse
from django_tasks import task

from ceu.shared import letters
from quizzes.delivery.models import Attempt

MARKED = "quizzes/mail/marked"


@task()
def tell_marked(attempt: int) -> None:
    """No mark stands in it: a mailbox is read by others too."""
    row = Attempt.objects.select_related("entry__user", "published_quiz__quiz").get(pk=attempt)
    letter = letters.write(MARKED, _context(row.entry.title or row.published_quiz.quiz.title, row.uuid))
    # One attempt, one letter: the same Message-ID, so that a second sending is seen as the same.
    letter.send(row.entry.user.email, message_id=f"marked.{row.uuid}")


def _context(title: str, attempt: uuid.UUID) -> dict:
    return {"title": title, "address": settings.SITE_URL + reverse("quizzes:result", args=[attempt])}


letters.kind(
    "written-answer-marked",
    MARKED,
    when="An instructor has marked a written answer",
    sample=lambda: _context("A case to write about", uuid.UUID(int=0)),
)
