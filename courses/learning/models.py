import uuid

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from ceu.shared.frozen import FROZEN, KEPT
from courses.catalogue.models import Course, Edition
from courses.learning import assessments
from quizzes.delivery.models import Entry


class EnrolmentQuerySet(models.QuerySet):
    def of(self, user) -> "EnrolmentQuerySet":
        return self.filter(user=user)

    def active(self) -> "EnrolmentQuerySet":
        return self.filter(withdrawn_at=None)

    def unfinished(self) -> "EnrolmentQuerySet":
        return self.filter(~Exists(Attestation.objects.filter(enrolment=OuterRef("pk"))))

    def completed(self) -> "EnrolmentQuerySet":
        """The attestation is the last requirement, so a signed one means complete."""
        return self.filter(Exists(Attestation.objects.filter(enrolment=OuterRef("pk"))))

    def with_milestones(self) -> "EnrolmentQuerySet":
        """Adds `evaluated` and `attested`, so that facts need no statement of their own for them."""
        return self.annotate(
            evaluated=Exists(EvaluationReceipt.objects.filter(enrolment=OuterRef("pk"))),
            attested=Exists(Attestation.objects.filter(enrolment=OuterRef("pk"))),
        )

    def for_user(self, user) -> "EnrolmentQuerySet":
        """Which enrolments `user` may see in the admin: those of courses whose drafts they may see."""
        return self.filter(course__in=Course.objects.for_user(user))


class Enrolment(models.Model):
    """A learner in a course, on the edition they enrolled in. Facts only: progress is derived from them."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enrolments")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="enrolments")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="enrolments")
    enrolled_at = models.DateTimeField()
    profession = models.CharField(max_length=40, blank=True)
    jurisdiction = models.CharField(max_length=60, blank=True)
    scope_confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    last_lesson = models.CharField(max_length=60, blank=True)
    last_anchor = models.CharField(max_length=64, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)

    protection = KEPT
    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["-enrolled_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "course"], condition=Q(withdrawn_at=None), name="one_active_enrolment_in_a_course"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.course}"


class LessonProgress(models.Model):
    """A lesson read to its end and said so, in the wording that `digest` names."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="lessons_finished")
    lesson = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    finished_at = models.DateTimeField()

    protection = FROZEN

    class Meta:
        verbose_name_plural = "lesson progress"
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "lesson", "digest"], name="a_lesson_is_finished_once")
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.lesson}"


class ModuleEntry(models.Model):
    """A quiz entry made for one module of one enrolment."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="module_entries")
    module_code = models.CharField(max_length=20)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="module_entry")

    protection = FROZEN

    class Meta:
        verbose_name_plural = "module entries"

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.module_code}"


class AssessmentEntry(models.Model):
    """A quiz entry made for the pre-test, the post-test or the written task of one enrolment.

    There is one for each part, on the paper it was made for: a later edition gives no second try.
    """

    class Part(models.TextChoices):
        PRE_TEST = assessments.Part.PRE_TEST.value, "Pre-test"
        POST_TEST = assessments.Part.POST_TEST.value, "Post-test"
        WRITTEN_TASK = assessments.Part.WRITTEN_TASK.value, "Written task"

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="assessment_entries")
    part = models.CharField(max_length=20, choices=Part.choices)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="assessment_entry")

    protection = FROZEN

    class Meta:
        verbose_name_plural = "assessment entries"
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "part"], name="an_assessment_is_entered_once_by_an_enrolment")
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.get_part_display()}"


class Attestation(models.Model):
    """The learner's signed word that they did the work themselves, with the text they saw. The last requirement."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="attestation")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    text_version = models.PositiveSmallIntegerField()
    text = models.TextField()
    legal_name = models.CharField(max_length=100)
    licence_number = models.CharField(max_length=40, blank=True)
    licence_jurisdiction = models.CharField(max_length=60, blank=True)
    licence_profession = models.CharField(max_length=40, blank=True)
    typed_name = models.CharField(max_length=100)
    time_zone = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)

    protection = FROZEN

    def __str__(self) -> str:
        return f"{self.typed_name}, {self.signed_at:%d %B %Y}"


class EvaluationReceipt(models.Model):
    """The fact that the learner of an enrolment handed an evaluation in, and nothing of what it said."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="evaluation_receipt")
    submitted_at = models.DateTimeField()

    protection = FROZEN

    def __str__(self) -> str:
        return str(self.enrolment)
