import uuid

from django.db import models

from ceu.shared.frozen import FROZEN
from courses.catalogue.models import Edition


class Evaluation(models.Model):
    """One learner's judgement of an edition, without the learner: no link, no time of day, no running number."""

    # A random key: a counted one, beside the receipts' order, would tell who wrote which.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="evaluations")
    version = models.PositiveSmallIntegerField()
    answers = models.JSONField()
    minutes = models.PositiveIntegerField(null=True, blank=True)
    change = models.TextField(blank=True)
    comments = models.TextField(blank=True)
    grievance = models.BooleanField(default=False)
    submitted_on = models.DateField()

    protection = FROZEN

    class Meta:
        ordering = ["-submitted_on", "id"]

    def __str__(self) -> str:
        return f"{self.edition}, {self.submitted_on}"
