"""Uploads that wait for their second step, imports that were made, and what each of them did to which item."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from quizzes.bank.models import Item, ItemBank, ItemDraft

KEPT_FOR = timedelta(hours=2)


class ImportUploadQuerySet(models.QuerySet):
    def of(self, user, now: datetime) -> "ImportUploadQuerySet":
        """This person's own that have not expired, in banks that they may still see."""
        fresh = self.filter(user=user.pk, created_at__gt=now - KEPT_FOR)
        return fresh.filter(bank__in=ItemBank.objects.for_user(user))

    def expired(self, now: datetime) -> "ImportUploadQuerySet":
        return self.filter(created_at__lte=now - KEPT_FOR)


class ImportUpload(models.Model):
    """A file between the look at it and the import. A person has one at a time, and it goes when it is used."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bank = models.ForeignKey(ItemBank, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=200)
    format = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    objects = ImportUploadQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user"], name="one_upload_of_a_person")]

    def __str__(self) -> str:
        return self.file_name


class ImportBatchQuerySet(models.QuerySet):
    def for_user(self, user) -> "ImportBatchQuerySet":
        return self.filter(bank__in=ItemBank.objects.for_user(user))


class ImportBatch(models.Model):
    """One import into one bank: who, when, which file, what it said. Undone at most once."""

    class Mode(models.TextChoices):
        ALL = "all", "All of it, or nothing"
        VALID = "valid", "Those without an error, as drafts"

    bank = models.ForeignKey(ItemBank, on_delete=models.PROTECT, related_name="imports")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty: a command did it.",
    )
    at = models.DateTimeField(default=timezone.now)
    file_name = models.CharField(max_length=200)
    format = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    mode = models.CharField(max_length=10, choices=Mode.choices)
    report = models.JSONField(default=dict, help_text="Counts by result, and the problems.")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undo_report = models.JSONField(default=dict, help_text="Counts, and the items left as they were, with the reason.")

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "import batches"

    def __str__(self) -> str:
        return f"{self.file_name}, {timezone.localtime(self.at):%d %b %Y %H:%M}"


class ImportedItem(models.Model):
    """What one import did to one item. `before` is what stood there; it is empty for an item that was new."""

    class What(models.TextChoices):
        NEW = "new", "New"
        CHANGED = "changed", "Changed"

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="items")
    item = models.ForeignKey(Item, on_delete=models.SET_NULL, null=True, related_name="imports")
    code = models.CharField(max_length=40)
    what = models.CharField(max_length=10, choices=What.choices)
    before = models.ForeignKey(ItemDraft, on_delete=models.SET_NULL, null=True, related_name="+")
    status_before = models.CharField(max_length=10, blank=True)
    status_after = models.CharField(max_length=10)
    digest_after = models.CharField(max_length=64, help_text="SHA-256 of the content that the import left.")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["batch", "item"], name="an_import_touches_an_item_once")]

    def __str__(self) -> str:
        return self.code


class BankExchange(ItemBank):
    """An item bank, as seen by those who bring questions in and take them out."""

    class Meta:
        proxy = True
        verbose_name = "import and export"
        verbose_name_plural = "import and export"
