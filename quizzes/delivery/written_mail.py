"""The letter that written answers are marked, sent by the task queue after the commit. It may run twice and says the same."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django_tasks import task

from quizzes.delivery.models import Attempt


@task()
def tell_marked(attempt: int) -> None:
    """No mark stands in it: a mailbox is read by others too."""
    row = Attempt.objects.select_related("entry__user", "published_quiz__quiz").get(pk=attempt)
    context = {
        "user": row.entry.user,
        "title": row.entry.title or row.published_quiz.quiz.title,
        "address": settings.SITE_URL + reverse("quizzes:result", args=[row.uuid]),
        "site_name": settings.SITE_NAME,
    }
    message = EmailMultiAlternatives(
        "Your written answer is marked",
        render_to_string("quizzes/mail/marked.txt", context),
        to=[row.entry.user.email],
        # One attempt, one letter: the same Message-ID, so that a second sending is seen as the same.
        headers={"Message-ID": f"<marked.{row.uuid}@{settings.SITE_URL.split('//')[-1].split(':')[0]}>"},
    )
    message.attach_alternative(render_to_string("quizzes/mail/marked.html", context), "text/html")
    message.send()
