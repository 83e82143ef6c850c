import uuid
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from ceu.shared.frozen import FROZEN, Protection


class Kind(models.TextChoices):
    """The keys of `quizzes.questions.QUESTION_KINDS`, named for authors."""

    SINGLE = "single", "Single best answer"
    MULTIPLE = "multiple", "Multiple response"
    TRUE_FALSE = "true_false", "True or false"
    MATCHING = "matching", "Matching"
    ORDERING = "ordering", "Ordering"
    NUMERIC = "numeric", "Number"
    TEXT = "text", "Short text"
    WRITTEN = "written", "Written, marked by a person"


class ItemBankQuerySet(models.QuerySet):
    def for_user(self, user) -> "ItemBankQuerySet":
        """What this person may see in the admin: every bank with the right to that, else the banks they author."""
        return self if user.has_perm("quizzes.view_every_itembank") else self.filter(authors=user.pk)


class ItemBank(models.Model):
    """A collection of items with the authors who may see and change them."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=200)
    authors = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="item_banks")

    objects = ItemBankQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        permissions = [("view_every_itembank", "Can see every item bank, not only own ones")]

    def __str__(self) -> str:
        return self.title


class ItemQuerySet(models.QuerySet):
    def for_user(self, user) -> "ItemQuerySet":
        return self.filter(bank__in=ItemBank.objects.for_user(user))

    def ready(self) -> "ItemQuerySet":
        return self.filter(status=Item.Status.READY)


class Item(models.Model):
    """One question in the making. Learners never meet it: they meet its revisions."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        READY = "ready", "Ready"
        RETIRED = "retired", "Retired"

    class Bloom(models.TextChoices):
        REMEMBER = "Remember"
        UNDERSTAND = "Understand"
        APPLY = "Apply"
        ANALYZE = "Analyze"
        EVALUATE = "Evaluate"
        CREATE = "Create"

    bank = models.ForeignKey(ItemBank, on_delete=models.PROTECT, related_name="items")
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=40, help_text="Unique in the bank, for example M1-01.")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    pool = models.CharField(max_length=40, help_text="The pool that sections draw from, for example M1.")
    vignette = models.TextField(blank=True, help_text="The case. Plain text; an empty line parts paragraphs.")
    stem = models.TextField()
    objective = models.CharField(
        max_length=40, blank=True, help_text="Code of the learning objective, for example C1-O1."
    )
    bloom = models.CharField(max_length=12, choices=Bloom.choices, default=Bloom.UNDERSTAND)
    safety = models.BooleanField(default=False, help_text="A wrong answer could harm a client.")
    points = models.DecimalField(
        max_digits=5, decimal_places=2, default=Decimal(1), validators=[MinValueValidator(Decimal("0.01"))]
    )
    references = models.JSONField(default=list, blank=True, help_text="List of reference keys.")
    teaches_at = models.CharField(max_length=200, blank=True, help_text="Where it is taught: lesson-slug/anchor.")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    choose = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Multiple response: how many to choose.")
    answer = models.DecimalField(
        max_digits=20, decimal_places=8, null=True, blank=True, help_text="Number: the answer."
    )
    tolerance = models.DecimalField(max_digits=20, decimal_places=8, null=True, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    work = models.TextField(blank=True, help_text="Number and short text: the working, shown with the result.")
    common_error = models.TextField(blank=True, help_text="Ordering: the usual mistake, shown with the result.")
    case_sensitive = models.BooleanField(default=False, help_text="Short text: tell capital from small letters.")
    min_words = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Written: how many words to aim for. Nobody is held to it."
    )
    max_words = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Written: the most words. A longer answer is not taken."
    )
    pass_at = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Written: how many of the criteria must be met to pass."
    )
    model_answer = models.TextField(
        blank=True, help_text="Written: an answer that meets every criterion. Learners see it with the released result."
    )

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["bank", "code"]
        constraints = [models.UniqueConstraint(fields=["bank", "code"], name="one_item_for_a_code_in_a_bank")]
        indexes = [models.Index(fields=["bank", "pool", "status"], name="item_by_pool")]

    def __str__(self) -> str:
        return self.code


class Option(models.Model):
    """One line of an item's answer table. What the columns mean depends on the item's kind:

    single, multiple, true_false: `text` is an option, `correct` says whether it is a key. True or false has the
    option True first and False second. matching: `text` goes with `match`; a row without `text` is a distractor.
    ordering: `text` is a step, rows stand in the correct order. numeric: `text` is a known wrong value and
    `rationale` says where it comes from. text: `text` is an accepted answer worth `share` per cent. written: `text` is
    a criterion that learners see, `rationale` what the marker looks for.
    """

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=1000, blank=True)
    match = models.CharField(max_length=1000, blank=True)
    correct = models.BooleanField(default=False)
    share = models.PositiveSmallIntegerField(default=100, validators=[MinValueValidator(1), MaxValueValidator(100)])
    rationale = models.TextField(blank=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text or self.match


class ItemDraft(models.Model):
    """An item as it stood when somebody had saved it: what its history shows and a restoration brings back.

    It never changes. It goes only with its item, which may be deleted as long as it was never published.
    """

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="drafts")
    content = models.TextField(help_text="Canonical JSON of quizzes.bank.contents.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content.")
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty: it was there before anybody saved it here.",
    )

    protection = Protection(
        delete_when='EXISTS (SELECT 1 FROM "quizzes_itemrevision" WHERE "quizzes_itemrevision"."item_id" = OLD."item_id")'
    )

    class Meta:
        ordering = ["item", "-pk"]

    def __str__(self) -> str:
        return f"{self.item} as saved on {self.saved_at:%d %B %Y}"


class ItemRevision(models.Model):
    """An item as published: what may be shown, immutable. Its key is a row apart, `ItemKey`."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="revisions")
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="SHA-256 over prompt, key and particulars.")
    prompt = models.TextField(help_text="Canonical JSON.")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    pool = models.CharField(max_length=40)
    objective = models.CharField(max_length=40, blank=True)
    bloom = models.CharField(max_length=12)
    safety = models.BooleanField()
    has_vignette = models.BooleanField()
    points = models.DecimalField(max_digits=5, decimal_places=2)
    teaches_at = models.CharField(max_length=200, blank=True)
    references = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty: a command did it.",
    )

    protection = FROZEN

    class Meta:
        ordering = ["item", "number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="one_revision_for_a_number_of_an_item"),
            models.UniqueConstraint(fields=["item", "digest"], name="one_revision_for_a_content_of_an_item"),
        ]

    def __str__(self) -> str:
        return f"{self.item} revision {self.number}"


class ItemKey(models.Model):
    """The key of one revision: which answers earn what, and why. Read only to mark and to show a released result."""

    revision = models.OneToOneField(ItemRevision, on_delete=models.PROTECT, primary_key=True, related_name="key")
    key = models.TextField(help_text="Canonical JSON.")

    protection = FROZEN

    def __str__(self) -> str:
        return f"Key of revision {self.pk}"
