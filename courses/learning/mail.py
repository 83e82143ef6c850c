"""Letters about a course: somebody enrolled, somebody has not been there for a while. Sent by the queue, after the commit."""

import datetime as dt

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django_tasks import task

from ceu.accounts import choices
from ceu.accounts.models import MailChoice
from ceu.shared import letters
from courses.catalogue import pages as catalogue
from courses.learning import facts
from courses.learning.models import Enrolment

ENROLLED, STALLED = "courses/mail/enrolled", "courses/mail/stalled"


@task()
def tell_enrolled(enrolment: int) -> None:
    row = Enrolment.objects.select_related("user", "course", "edition").get(pk=enrolment)
    approvals = catalogue.approvals_of([row.course_id], timezone.now().date())[row.course_id]
    card = catalogue.card(row.edition_id, row.course.slug, approvals)
    context = {
        "title": card.course.title,
        "edition": row.edition.number,
        "steps": _steps(card.course),
        "hours": f"{card.hours:f} {card.unit}{'' if card.hours == 1 else 's'}" if card.hours else "",
        "address": _address(row.course.slug),
    }
    letters.write(ENROLLED, context).send(row.user.email, message_id=f"enrolled.{row.uuid}")


@task()
def tell_stalled(enrolment: int, day: str) -> None:
    """Silent where the course was finished or left, or the mail is stopped, by the time it leaves."""
    rows = Enrolment.objects.active().unfinished().with_milestones().select_related("user", "course", "edition")
    row = rows.filter(pk=enrolment, user__is_active=True).first()
    if row is None or not choices.wants(row.user, MailChoice.About.STALLED):
        return
    progress = facts.progress_of(row, now=timezone.now())
    context = {
        "title": row.edition.frozen.title,
        "seen": row.last_seen_at or row.enrolled_at,
        "explanation": progress.explanation,
        "next": f"{progress.next.number} {progress.next.title}".strip() if progress.next else "",
        "address": _address(row.course.slug),
        "mail_address": settings.SITE_URL + reverse("account_mail"),
    }
    letter = letters.write(STALLED, context, stop=choices.stop_address(row.user, MailChoice.About.STALLED))
    letter.send(row.user.email, message_id=f"stalled.{row.uuid}.{day}")


def _steps(course) -> list[str]:
    quizzes = sum(module.quiz is not None for module in course.modules)
    return [
        f"read {len(course.lessons)} lesson{'' if len(course.lessons) == 1 else 's'},",
        f"pass {quizzes} quiz{'' if quizzes == 1 else 'zes'}, with at least {course.pass_mark.normalize():f}% in each,",
        "hand in the evaluation,",
        "confirm your name and sign the attestation.",
    ]


def _address(slug: str) -> str:
    return settings.SITE_URL + reverse("courses:course", args=[slug])


# --- what a preview shows ---------------------------------------------------------------------------------------------


def _sample() -> dict:
    return {
        "title": "A course",
        "edition": 2,
        "steps": ["read 12 lessons,", "pass 4 quizzes, with at least 80% in each,", "hand in the evaluation,",
                  "confirm your name and sign the attestation."],
        "hours": "2.5 contact hours",
        "address": _address("a-course"),
        "seen": timezone.now() - dt.timedelta(days=15),
        "explanation": "5 of 12 lessons read, 1 of 4 quizzes passed.",
        "next": "2.3 A lesson",
    }  # fmt: skip


def _stalled() -> dict:
    addresses = {"mail_address": reverse("account_mail"), "stop": reverse("account_mail_stop", args=["specimen"])}
    return _sample() | {name: settings.SITE_URL + path for name, path in addresses.items()}


letters.kind("enrolled", ENROLLED, when="Somebody enrolled in a course", sample=_sample)
letters.kind(
    "course-stalled",
    STALLED,
    when="A course was not opened for two weeks; only to those who asked for it",
    sample=_stalled,
)
