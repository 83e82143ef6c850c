from django.conf import settings
from django.db import models
from django.utils import timezone

from ceu.shared.frozen import FROZEN
from quizzes.bank.models import Kind
from quizzes.delivery.models import Attempt, PublishedQuiz, Response

MOST_COMMENT = 2000


class WrittenMarkQuerySet(models.QuerySet):
    def for_user(self, user) -> "WrittenMarkQuerySet":
        """All of them with the right to that, else those in the banks that this person authors."""
        if user.has_perm("quizzes.view_every_writtenmark"):
            return self
        return self.filter(response__attempt__published_quiz__in=PublishedQuiz.objects.for_user(user))


class WrittenMark(models.Model):
    """What a person found in one written answer: the criteria it meets, and a word to its learner. Immutable.

    Marked again, the answers stand in a further attempt with marks of their own, and those say what they supersede.
    """

    response = models.OneToOneField(Response, on_delete=models.PROTECT, related_name="written_mark")
    met = models.JSONField(help_text="Canonical indexes of the criteria that the answer meets.")
    comment = models.TextField(blank=True, max_length=MOST_COMMENT, help_text="To the learner.")
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    reason = models.CharField(max_length=500, blank=True, help_text="Why it was marked again. For the record.")
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField(default=timezone.now)

    objects = WrittenMarkQuerySet.as_manager()
    protection = FROZEN

    class Meta:
        verbose_name = "written answer marked"
        verbose_name_plural = "written answers marked"
        ordering = ["-marked_at", "-pk"]
        permissions = [("view_every_writtenmark", "Can see the marks of every written answer")]

    def __str__(self) -> str:
        return f"Marks no. {self.pk}"


class AnswerToMarkQuerySet(models.QuerySet):
    def for_user(self, user) -> "AnswerToMarkQuerySet":
        return self.filter(attempt__published_quiz__in=PublishedQuiz.objects.for_user(user))

    def waiting(self) -> "AnswerToMarkQuerySet":
        """Not marked yet: `correct` is NULL in those alone."""
        return self.filter(attempt__state=Attempt.State.WAITING, correct=None)

    def not_of(self, user) -> "AnswerToMarkQuerySet":
        """Nobody marks an answer of their own."""
        return self.exclude(attempt__entry__user=user.pk)


class AnswerToMarkManager(models.Manager.from_queryset(AnswerToMarkQuerySet)):
    def get_queryset(self) -> AnswerToMarkQuerySet:
        """Written answers that were handed in, marked or not; one that was left blank needs no marker."""
        handed_in = [Attempt.State.WAITING, Attempt.State.SUBMITTED]
        written = super().get_queryset().filter(revision__kind=Kind.WRITTEN, answer__isnull=False)
        return written.filter(attempt__state__in=handed_in)


class AnswerToMark(Response):
    """The markers' queue: a written answer that was handed in."""

    objects = AnswerToMarkManager()

    class Meta:
        proxy = True
        verbose_name = "written answer waiting"
        verbose_name_plural = "written answers waiting"
        ordering = ["attempt__submitted_at", "pk"]

    def __str__(self) -> str:
        return f"Written answer no. {self.pk}"
