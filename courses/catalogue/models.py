import uuid
from decimal import Decimal
from functools import lru_cache

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from ceu.shared.frozen import FROZEN
from courses.catalogue import content as frozen_content
from quizzes.bank.models import ItemBank
from quizzes.delivery.models import PublishedQuiz, Quiz

SLUG = RegexValidator(r"^[a-z0-9]+(?:-[a-z0-9]+)*$", "Use small letters, digits and single hyphens.")


class CourseQuerySet(models.QuerySet):
    def for_user(self, user) -> "CourseQuerySet":
        """The courses whose drafts `user` may see in the admin: all for those who may view any, else the own ones."""
        if not user.is_active or not user.is_staff:
            return self.none()
        if user.is_superuser or user.has_perm("courses.view_all_courses"):
            return self
        return self.filter(instructors=user)

    def offered(self) -> "CourseQuerySet":
        """Published at least once and not retired."""
        return self.filter(Exists(Edition.objects.filter(course=OuterRef("pk"))), retired_at=None)


class Course(models.Model):
    """A course as its instructors draft it. Learners never see this row, only the editions made from it."""

    class Level(models.TextChoices):
        ESSENTIAL = "essential", "Essential"
        INTERMEDIATE = "intermediate", "Intermediate"
        ADVANCED = "advanced", "Advanced"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.CharField("address", max_length=60, unique=True, validators=[SLUG])
    title = models.CharField(max_length=200)
    subtitle = models.CharField(max_length=200, blank=True)
    summary = models.TextField(blank=True, help_text="Two or three sentences for the catalogue.")
    audience = models.TextField(blank=True)
    level = models.CharField(max_length=20, choices=Level.choices, default=Level.ESSENTIAL)
    prerequisites = models.TextField(blank=True)
    language = models.CharField(max_length=10, default="en")
    delivery_type = models.CharField(max_length=80, default="Home study (online, self-paced)")
    pass_mark = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=Decimal(80),
        validators=[MinValueValidator(50), MaxValueValidator(100)],
        help_text="Percent, for every quiz of the course.",
    )
    attempts_allowed = models.PositiveSmallIntegerField(
        null=True, blank=True, default=3, validators=[MinValueValidator(1)], help_text="Empty means no limit."
    )
    cooldown_after = models.PositiveSmallIntegerField(
        default=2, help_text="From this attempt on, the next one has to wait."
    )
    cooldown_hours = models.PositiveSmallIntegerField(default=24)
    difficulty = models.PositiveSmallIntegerField(
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text="1 to 5, for the Mergener formula.",
    )
    disclosures = models.TextField(blank=True, help_text="Conflicts of interest of everyone in control of content.")
    commercial_support = models.TextField(blank=True)
    scope_notice = models.TextField(
        blank=True, help_text="Asks the learner to check the practice act before enrolling."
    )
    contraindications = models.TextField(blank=True)
    disclaimer = models.TextField(blank=True)
    released_on = models.DateField(null=True, blank=True)
    reviewed_on = models.DateField(null=True, blank=True)
    review_due_on = models.DateField(null=True, blank=True)
    instructors = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="courses_taught")
    bank = models.OneToOneField(ItemBank, on_delete=models.PROTECT, related_name="course")
    issue_automatically = models.BooleanField(
        default=False, help_text="Issue the certificate as soon as the last requirement is met, without a registrar."
    )
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        permissions = [("view_all_courses", "Can see every course"), ("publish_course", "Can publish own courses")]

    def __str__(self) -> str:
        return self.title


class LearningObjective(models.Model):
    """What a learner can do after the course, worded so that an item can measure it."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="objectives")
    position = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=20)
    verb = models.CharField(max_length=40)
    bloom = models.CharField("Bloom level", max_length=20)
    text = models.TextField()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["course", "code"], name="an_objective_code_is_used_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.verb}"


class Module(models.Model):
    """A part of a course: lessons that belong together, and the quiz that closes them."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="modules")
    position = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=20, help_text="Also the item pool of its quiz, for example M1.")
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    quiz = models.OneToOneField(Quiz, on_delete=models.PROTECT, null=True, blank=True, related_name="module")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["course", "code"], name="a_module_code_is_used_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Assessment(models.Model):
    """A quiz of a course beside those that close its modules. It is never a requirement, and no hours are counted for it.

    The two parallel forms become a learner's pre-test and post-test, one of them each.
    """

    class Role(models.TextChoices):
        FORM_A = "form_a", "Parallel form, the first"
        FORM_B = "form_b", "Parallel form, the second"
        TASK = "task", "Written task"

    FORMS = (Role.FORM_A, Role.FORM_B)

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="assessments")
    role = models.CharField(max_length=10, choices=Role.choices)
    code = models.CharField(max_length=20, help_text="Names it in addresses, for example A, B or T.")
    quiz = models.OneToOneField(Quiz, on_delete=models.PROTECT, related_name="assessment")

    class Meta:
        ordering = ["role"]
        constraints = [
            models.UniqueConstraint(fields=["course", "role"], name="a_course_has_one_assessment_of_a_role"),
            models.UniqueConstraint(fields=["course", "code"], name="an_assessment_code_is_used_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} ({self.code})"

    @property
    def is_form(self) -> bool:
        return self.role in self.FORMS


class Lesson(models.Model):
    """A draft lesson: HTML of the lesson vocabulary (courses.catalogue.markup), cleaned on every way in."""

    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="lessons")
    position = models.PositiveSmallIntegerField(default=0)
    slug = models.CharField("address", max_length=60, validators=[SLUG])
    title = models.CharField(max_length=200)
    purpose = models.CharField(
        max_length=300, blank=True, help_text="What the reader can do afterwards, in one sentence."
    )
    objectives = models.CharField(max_length=200, blank=True, help_text="Codes, parted by commas.")
    body = models.TextField(blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["module", "slug"], name="a_lesson_address_is_used_once")]

    def __str__(self) -> str:
        return self.title


class Reference(models.Model):
    """A source that lessons and items cite by its key."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="references")
    key = models.CharField(max_length=40)
    citation = models.TextField()
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    doi = models.CharField("DOI", max_length=200, blank=True)
    url = models.URLField("address", max_length=400, blank=True)
    studied = models.CharField(
        max_length=120, blank=True, help_text="Who was studied, for example: two embalmed cadavers."
    )
    subjects = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
        help_text="Drawn as that many dots.",
    )
    species = models.CharField(max_length=20, blank=True)
    unconfirmed = models.BooleanField(
        "not re-checked",
        default=False,
        help_text="Its findings were not read at the source itself. Readers are told, and nothing that rests on it "
        "is stated plainly.",
    )

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["course", "key"], name="a_reference_key_is_used_once")]

    def __str__(self) -> str:
        return self.key


class GlossaryTerm(models.Model):
    """A key term of the course and its plain meaning."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="terms")
    term = models.CharField(max_length=80)
    meaning = models.TextField()

    class Meta:
        ordering = ["term"]
        constraints = [models.UniqueConstraint(fields=["course", "term"], name="a_term_is_explained_once")]

    def __str__(self) -> str:
        return self.term


class Correction(models.Model):
    """A belief that the course corrects, for the clinician who was taught it: shown in short on the course's page."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="corrections")
    position = models.PositiveSmallIntegerField(default=0)
    belief = models.TextField("common belief")
    finding = models.TextField("what the evidence says now")
    references = models.JSONField(default=list, blank=True, help_text="List of reference keys.")
    lesson = models.CharField(max_length=60, validators=[SLUG], help_text="The address of the lesson that says more.")

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.belief


class Figure(models.Model):
    """A drawing of the course: SVG that passed courses.catalogue.figures.clean."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="figures")
    name = models.CharField(max_length=60, validators=[SLUG])
    svg = models.TextField("SVG")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["course", "name"], name="a_figure_name_is_used_once")]

    def __str__(self) -> str:
        return self.name


class Accreditor(models.Model):
    """A body that approves courses. Its rules are data with a source and the day a person checked them."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200)
    unit = models.CharField(
        max_length=40, default="contact hour", help_text="The word this body allows: CE, contact hour …"
    )
    minutes_per_hour = models.PositiveSmallIntegerField(default=60)
    retention_years = models.PositiveSmallIntegerField(default=7)
    certificate_kind = models.CharField(
        max_length=20,
        choices=[("achievement", "Certificate of achievement"), ("completion", "Certificate of completion")],
        default="completion",
    )
    requires_licence_number = models.BooleanField(default=False)
    statement = models.TextField(blank=True, help_text="Printed on the certificate, word for word.")
    source_url = models.URLField(blank=True)
    checked_on = models.DateField(
        null=True, blank=True, help_text="When a person last compared these rules with the source."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ApprovalQuerySet(models.QuerySet):
    def valid_on(self, day) -> "ApprovalQuerySet":
        """In force on `day`; an open end counts as in force."""
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day))


class Approval(models.Model):
    """An accreditor's leave to award hours for a course, as its letter states it. Certificates print it as it was."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="approvals")
    accreditor = models.ForeignKey(Accreditor, on_delete=models.PROTECT, related_name="approvals")
    number = models.CharField(max_length=60)
    title = models.CharField("approved title", max_length=200, blank=True, help_text="Empty: the course's own title.")
    hours = models.DecimalField(max_digits=6, decimal_places=2, validators=[MinValueValidator(Decimal("0.25"))])
    jurisdictions = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["accreditor__name", "number"]
        constraints = [
            models.UniqueConstraint(fields=["course", "accreditor", "number"], name="an_approval_is_entered_once"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")),
                name="an_approval_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(hours__gt=0), name="an_approval_awards_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.accreditor}, {self.number}"


class EditionQuerySet(models.QuerySet):
    def current(self) -> "EditionQuerySet":
        """The newest edition of each course that is on offer."""
        newer = Edition.objects.filter(course=OuterRef("course"), number__gt=OuterRef("number"))
        return self.filter(~Exists(newer), course__retired_at=None)

    def content(self, pk: int) -> frozen_content.EditionContent:
        return _content(pk)

    def quizzes(self, pk: int) -> dict[str, int]:
        """Code of a module or an assessment -> primary key of the PublishedQuiz that the edition pins."""
        return _quizzes(pk)


class Edition(models.Model):
    """A course as published, numbered: canonical content and its SHA-256. It never changes."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    content = models.TextField()
    sha256 = models.CharField("SHA-256", max_length=64)
    note = models.TextField(blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    protection = FROZEN
    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["course", "-number"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="editions_of_a_course_are_numbered")]

    def __str__(self) -> str:
        return f"{self.course} · edition {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("courses:course", args=[self.frozen.slug])

    @property
    def frozen(self) -> frozen_content.EditionContent:
        return _content(self.pk)


class EditionQuiz(models.Model):
    """A published quiz of one edition, under the code of the module that it closes or of its assessment."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="quizzes")
    code = models.CharField(max_length=20)
    published_quiz = models.ForeignKey(PublishedQuiz, on_delete=models.PROTECT, related_name="+")

    protection = FROZEN

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="one_quiz_for_a_code_of_an_edition")]

    def __str__(self) -> str:
        return f"{self.edition} · {self.code}"


class LessonSection(models.Model):
    """A section of a lesson of one edition as plain text, for full-text search. `place` counts through the whole course.

    Each database keeps an index of its own beside it (courses.catalogue.fulltext).
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="sections")
    place = models.PositiveIntegerField()
    lesson = models.CharField(max_length=60)
    anchor = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=10)
    heading = models.TextField()
    text = models.TextField()

    protection = FROZEN

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "place"], name="a_section_has_a_place_in_its_edition")
        ]

    def __str__(self) -> str:
        return f"{self.edition} · {self.lesson}#{self.anchor}"


# Frozen rows never change, so what was read once is kept for the life of the process, by primary key.


@lru_cache(maxsize=512)
def _content(pk: int) -> frozen_content.EditionContent:
    return frozen_content.loads(Edition.objects.values_list("content", flat=True).get(pk=pk))


@lru_cache(maxsize=512)
def _quizzes(pk: int) -> dict[str, int]:
    return dict(EditionQuiz.objects.filter(edition=pk).values_list("code", "published_quiz"))
