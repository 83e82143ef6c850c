import uuid
from decimal import Decimal
from functools import lru_cache

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ceu.shared.frozen import FROZEN, Protection
from quizzes.bank.models import ItemBank, ItemRevision
from quizzes.delivery import paper, release


class QuizQuerySet(models.QuerySet):
    def for_user(self, user) -> "QuizQuerySet":
        return self.filter(bank__in=ItemBank.objects.for_user(user))


class Quiz(models.Model):
    """A quiz in the making: its rules, and through its sections the pools it draws from."""

    class Reveals(models.TextChoices):
        SETTLED = release.SETTLED, "Once passed, or when no attempt is left"
        TOLD = release.TOLD, "When whatever the quiz belongs to says so"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=200)
    bank = models.ForeignKey(ItemBank, on_delete=models.PROTECT, related_name="quizzes")
    pass_mark = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=Decimal(80),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Per cent of the points. 0: it only shows where one stands, and nothing can be failed.",
    )
    attempts_allowed = models.PositiveSmallIntegerField(
        null=True, blank=True, default=3, help_text="Empty: as many as one likes."
    )
    cooldown_after = models.PositiveSmallIntegerField(
        default=2, help_text="From this attempt on, wait before the next."
    )
    cooldown_hours = models.PositiveSmallIntegerField(default=24)
    time_limit_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Empty: no limit."
    )
    safety_must_pass = models.BooleanField(default=False, help_text="A missed safety item fails the attempt.")
    reveals = models.CharField(
        "reasons open", max_length=10, choices=Reveals.choices, default=Reveals.SETTLED,
        help_text="When the right answers and the reasons are shown to who took it.",
    )  # fmt: skip

    objects = QuizQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        verbose_name_plural = "quizzes"
        constraints = [
            models.CheckConstraint(
                condition=Q(pass_mark__gte=0, pass_mark__lte=100), name="the_pass_mark_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(attempts_allowed=None) | Q(attempts_allowed__gte=1),
                name="a_quiz_allows_at_least_one_attempt",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Section(models.Model):
    """A part of a quiz: all items of one pool, or a draw from it that meets a blueprint."""

    class Mode(models.TextChoices):
        DRAWN = "drawn", "Drawn anew for each attempt"
        FIXED = "fixed", "All items of the pool, in order"

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=200, blank=True)
    pool = models.CharField(max_length=40)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.DRAWN)
    count = models.PositiveSmallIntegerField(default=10, help_text="Drawn: how many items.")
    min_vignettes = models.PositiveSmallIntegerField(default=1)
    max_true_false = models.PositiveSmallIntegerField(default=2)
    min_safety = models.PositiveSmallIntegerField(default=0)
    objectives = models.JSONField(
        default=list, blank=True, help_text="Codes of the objectives that every paper covers."
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["quiz", "pool"], name="a_quiz_uses_a_pool_in_one_section")]

    def __str__(self) -> str:
        return self.title or self.pool


@lru_cache(maxsize=128)
def _content(pk: int) -> paper.QuizContent:
    return paper.loads(PublishedQuiz.objects.values_list("content", flat=True).get(pk=pk))


class PublishedQuizQuerySet(models.QuerySet):
    def for_user(self, user) -> "PublishedQuizQuerySet":
        return self.filter(quiz__in=Quiz.objects.for_user(user))

    def content(self, pk: int) -> paper.QuizContent:
        """The decoded paper, kept in the process by primary key: the row is frozen, so nothing ever goes stale.

        Never call it in the transaction that publishes: after a rollback SQLite may give the same key again.
        """
        return _content(pk)


class PublishedQuiz(models.Model):
    """A quiz as learners meet it: rules, sections and every prompt of the pools, without a key. Immutable."""

    quiz = models.ForeignKey(Quiz, on_delete=models.PROTECT, related_name="published")
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField()
    content = models.TextField(help_text="Canonical JSON of quizzes.delivery.paper.QuizContent.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content.")
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty: a command did it.",
    )

    objects = PublishedQuizQuerySet.as_manager()
    protection = FROZEN

    class Meta:
        ordering = ["quiz", "number"]
        verbose_name_plural = "published quizzes"
        constraints = [
            models.UniqueConstraint(fields=["quiz", "number"], name="one_publication_for_a_number_of_a_quiz"),
            models.UniqueConstraint(fields=["quiz", "digest"], name="one_publication_for_a_content_of_a_quiz"),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} no. {self.number}"


class EntryQuerySet(models.QuerySet):
    def for_user(self, user) -> "EntryQuerySet":
        """What staff may see. A learner's own entries are `of(user)`."""
        return self.filter(published_quiz__in=PublishedQuiz.objects.for_user(user))

    def of(self, user) -> "EntryQuerySet":
        return self.filter(user=user.pk)


class Entry(models.Model):
    """A learner's entry for one published quiz: what they are allowed, and the attempts they made."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="quiz_entries")
    published_quiz = models.ForeignKey(PublishedQuiz, on_delete=models.PROTECT, related_name="entries")
    title = models.CharField(max_length=200, blank=True, help_text="What the learner's pages call this quiz.")
    home = models.CharField(max_length=200, blank=True, help_text="The address one comes back to from the quiz.")
    place = models.CharField(
        max_length=200, blank=True, editable=False, help_text="A note that whoever made the entry left for itself."
    )
    extra_attempts = models.PositiveSmallIntegerField(default=0)
    time_multiplier = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal(1))],
        help_text="1.50 gives half as much time again.",
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.CheckConstraint(condition=Q(time_multiplier__gte=1), name="an_allowance_never_takes_time_away")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.published_quiz}"


class EntryGrant(models.Model):
    """One allowance given to one entry: what, why, by whom. Append-only; `Entry` holds the sums."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="grants")
    extra_attempts = models.PositiveSmallIntegerField(default=0, help_text="Added to what was there.")
    time_multiplier = models.DecimalField(
        max_digits=4, decimal_places=2, null=True, help_text="Put in place of what was there."
    )
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    protection = FROZEN

    class Meta:
        ordering = ["entry", "pk"]

    def __str__(self) -> str:
        return self.reason


class AttemptQuerySet(models.QuerySet):
    def for_user(self, user) -> "AttemptQuerySet":
        """What staff may see. A learner's own attempts are `of(user)`."""
        return self.filter(published_quiz__in=PublishedQuiz.objects.for_user(user))

    def of(self, user) -> "AttemptQuerySet":
        return self.filter(entry__user=user.pk)

    def open(self) -> "AttemptQuerySet":
        return self.filter(state=Attempt.State.OPEN)

    def submitted(self) -> "AttemptQuerySet":
        return self.filter(state=Attempt.State.SUBMITTED)

    def waiting(self) -> "AttemptQuerySet":
        """Handed in, with a written answer that nobody has marked yet; passed is NULL."""
        return self.filter(state=Attempt.State.WAITING)

    def passed(self) -> "AttemptQuerySet":
        """Submitted and passed; an open attempt (passed is NULL) is not among them."""
        return self.submitted().filter(passed=True)


class Attempt(models.Model):
    """One go at a quiz. Which questions it holds and what they earned stands in its responses."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        WAITING = "waiting", "Waiting to be marked"
        SUBMITTED = "submitted", "Submitted"
        VOID = "void", "Void"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="attempts")
    published_quiz = models.ForeignKey(PublishedQuiz, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    seed = models.CharField(max_length=64, editable=False)
    started_at = models.DateTimeField()
    deadline = models.DateTimeField(null=True, blank=True, help_text="Empty: no time limit.")
    submitted_at = models.DateTimeField(null=True, blank=True)
    late = models.BooleanField(
        default=False, help_text="An answer or the submission came after the deadline and its grace."
    )
    earned = models.DecimalField(max_digits=9, decimal_places=4, null=True, blank=True)
    possible = models.DecimalField(max_digits=9, decimal_places=4, null=True, blank=True)
    percent = models.DecimalField(
        max_digits=7, decimal_places=4, null=True, blank=True, help_text="Cut off, never rounded up."
    )
    passed = models.BooleanField(null=True, blank=True)
    missed_safety = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many safety items were missed."
    )

    objects = AttemptQuerySet.as_manager()
    # What waits for a marker changes once more: it gets its score, and nothing else of it may move.
    protection = Protection(
        update_when="OLD.state NOT IN ('open', 'waiting') OR (OLD.state = 'waiting' AND "
        "(NEW.state <> 'submitted' OR NEW.submitted_at <> OLD.submitted_at OR NEW.late <> OLD.late))"
    )

    class Meta:
        ordering = ["entry", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(state__in=["open", "waiting"]), name="one_unfinished_attempt_for_an_entry"
            ),
            models.UniqueConstraint(fields=["entry", "number"], name="one_attempt_for_a_number_of_an_entry"),
            models.CheckConstraint(
                condition=~Q(state="submitted")
                | Q(
                    submitted_at__isnull=False,
                    earned__isnull=False,
                    possible__isnull=False,
                    percent__isnull=False,
                    passed__isnull=False,
                    missed_safety__isnull=False,
                ),
                name="a_submitted_attempt_has_its_score_and_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting")
                | Q(
                    submitted_at__isnull=False,
                    earned__isnull=True,
                    possible__isnull=True,
                    percent__isnull=True,
                    passed__isnull=True,
                    missed_safety__isnull=True,
                ),
                name="a_waiting_attempt_has_its_time_and_no_score",
            ),
        ]
        indexes = [
            models.Index(fields=["deadline"], condition=Q(state="open"), name="open_attempt_by_deadline"),
            models.Index(fields=["submitted_at"], condition=Q(state="waiting"), name="waiting_attempt_by_time"),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.number} of {self.entry}"


_STATE = """(SELECT state FROM "quizzes_attempt" WHERE id = OLD.attempt_id)"""


class Response(models.Model):
    """The answer to the n-th question of one attempt, and once submitted what it earned (0 to 1, before points)."""

    # The constraint's index begins with the attempt: a second one would be written to with each answer.
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="responses", db_index=False)
    n = models.PositiveSmallIntegerField()
    revision = models.ForeignKey(ItemRevision, on_delete=models.PROTECT, related_name="responses")
    order = models.JSONField(help_text="Canonical indexes in the order shown.")
    answer = models.JSONField(null=True, blank=True, help_text="In canonical indexes; empty: not answered.")
    rev = models.PositiveIntegerField(default=0)
    flagged = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True, blank=True)
    earned = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    correct = models.BooleanField(null=True, blank=True)

    # While its attempt waits, an answer that has no mark yet gets one. What was answered no longer changes.
    protection = Protection(
        update_when=f"{_STATE} <> 'open' AND ({_STATE} <> 'waiting' OR OLD.correct IS NOT NULL OR NEW.correct IS NULL "
        "OR NEW.rev <> OLD.rev OR COALESCE(CAST(NEW.answer AS text), '') <> COALESCE(CAST(OLD.answer AS text), ''))"
    )

    class Meta:
        ordering = ["attempt", "n"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "n"], name="one_response_for_a_question_of_an_attempt")
        ]

    def __str__(self) -> str:
        return f"Question {self.n} of {self.attempt_id}"
