import uuid

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower

from ceu.shared.fields import NameField


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail. The legal name is printed on certificates, the display name on pages."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField("e-mail address", max_length=254, unique=True)
    legal_name = NameField(max_length=100, blank=True, help_text="As on your licence. It is printed on certificates.")
    display_name = NameField(max_length=60, blank=True, help_text="Shown on pages of this site.")
    time_zone = models.CharField(
        max_length=64, default="UTC", help_text="Completion dates on certificates are reckoned in this zone."
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("staff", default=False, help_text="May open the admin.")
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_for_an_email_address")]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return self.display_name or self.legal_name or self.email

    def get_short_name(self) -> str:
        return self.get_full_name()


class Profession(models.TextChoices):
    MASSAGE_THERAPIST = "massage_therapist", "Massage therapist"
    PHYSICAL_THERAPIST = "physical_therapist", "Physical therapist"
    PHYSICAL_THERAPIST_ASSISTANT = "physical_therapist_assistant", "Physical therapist assistant"
    OCCUPATIONAL_THERAPIST = "occupational_therapist", "Occupational therapist"
    OCCUPATIONAL_THERAPY_ASSISTANT = "occupational_therapy_assistant", "Occupational therapy assistant"
    CHIROPRACTOR = "chiropractor", "Chiropractor"
    ATHLETIC_TRAINER = "athletic_trainer", "Athletic trainer"
    OTHER = "other", "Other manual therapist"


class Licence(models.Model):
    """A licence to practise that a user holds in one jurisdiction."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="licences")
    jurisdiction = models.CharField(max_length=60, help_text="State, province or country, for example Florida.")
    profession = models.CharField(max_length=40, choices=Profession.choices)
    number = models.CharField(max_length=40, help_text="Exactly as registered, with leading zeros and letters.")
    issued_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    # The last reminder: the date of expiry and the days before it, such as "2027-08-31 30".
    reminded = models.CharField(max_length=20, blank=True, default="", editable=False)

    class Meta:
        ordering = ["jurisdiction", "profession"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "jurisdiction", "profession", "number"],
                name="a_licence_is_entered_once",
                violation_error_message="This licence is already on your list.",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_on__isnull=True)
                | models.Q(issued_on__isnull=True)
                | models.Q(expires_on__gt=models.F("issued_on")),
                name="a_licence_expires_after_it_was_issued",
                violation_error_message="The date of expiry must come after the date of issue.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_profession_display()}, {self.jurisdiction}"

    @property
    def masked_number(self) -> str:
        return "…" + self.number[-4:] if len(self.number) > 4 else self.number


class MailChoice(models.Model):
    """What somebody chose about one kind of mail that they may do without. No row: as `usual` has it."""

    class About(models.TextChoices):
        LICENCES = "licences", "A reminder before a licence expires"
        STALLED = "stalled", "A reminder of a course that I have not opened for two weeks"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_choices")
    about = models.CharField(max_length=20, choices=About.choices)
    wanted = models.BooleanField()
    last_sent_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "about"], name="one_choice_about_a_kind_of_mail")]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_about_display()}"

    @classmethod
    def usual(cls, about: str) -> bool:
        """What holds for whoever has chosen nothing."""
        return about == cls.About.LICENCES


class LoginSession(AbstractBaseSession):
    """One browser's session, with the user signed in to it, so that both are read in one statement."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")

    @classmethod
    def get_session_store_class(cls):
        from ceu.accounts.sessions import SessionStore

        return SessionStore
