"""What the demo shows: an account for each role, the courses of fixtures/, and a board's leave, which is a specimen.

Everything here may be called again and again; what stands already is left as it is.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import transaction

from ceu.accounts import roles
from courses.catalogue import hours
from courses.catalogue import services as catalogue
from courses.catalogue.models import Accreditor, Approval, Edition
from courses.packages import services as packages
from courses.packages.archive import BadArchive
from courses.packages.form import BadPackage

PASSWORD = "specimen-only-2026"  # noqa: S105 (printed at every start; the demo refuses to run on a real site)
ROLES = ("learner", roles.INSTRUCTOR, roles.REGISTRAR, roles.AUDITOR, "superuser")


@dataclass(frozen=True)
class Loaded:
    """What became of one package: its edition, or why there is none."""

    name: str
    edition: Edition | None
    reason: str = ""


def email(role: str) -> str:
    return f"{role}@demo.example"


@transaction.atomic
def make_accounts(password: str = PASSWORD) -> dict[str, object]:
    """Role -> its user, each with a verified e-mail address. New ones get `password`; others keep theirs."""
    users = {user.email: user for user in get_user_model().objects.filter(email__in=map(email, ROLES))}
    encoded = "" if len(users) == len(ROLES) else make_password(password)
    return {role: users.get(email(role)) or _make_account(role, encoded) for role in ROLES}


def _make_account(role: str, encoded: str):
    name, chief = f"Demo {role.title()}", role == "superuser"
    user = get_user_model().objects.create(
        email=email(role),
        display_name=name,
        legal_name=f"{name} (specimen)",
        password=encoded,
        is_staff=chief,
        is_superuser=chief,
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    if role in roles.ROLES:
        roles.give(user, role)
    return user


def load_courses(folder: Path, *, by) -> Iterator[Loaded]:
    """Load and publish every package in `folder`. One that is not ready stays a draft and does not stop the others."""
    for path in sorted(file.parent for file in folder.glob("*/course.json")):
        try:
            yield Loaded(path.name, packages.load(path, by=by, publish=True).edition)
        except catalogue.NotReady as refusal:
            packages.load(path, by=by)
            yield Loaded(path.name, None, f"a draft only. {refusal}")
        except (BadArchive, BadPackage) as mistake:
            yield Loaded(path.name, None, f"not loaded. {mistake}")


def approve(edition: Edition, *, today: dt.date) -> Approval:
    """The Specimen Board's leave for a course, with the hours that the Mergener formula gives."""
    board, _ = Accreditor.objects.get_or_create(
        code="SPECIMEN",
        defaults={"name": "Specimen Board", "statement": "This is a specimen. No board has approved this course."},
    )
    approval = {"course": edition.course, "accreditor": board, "number": "000000-00"}
    return Approval.objects.filter(**approval).first() or Approval.objects.create(
        **approval,
        hours=_hours(edition),
        valid_from=today.replace(month=1, day=1),
        valid_to=dt.date(today.year + 1, 12, 31),
    )


def _hours(edition: Edition):
    content = edition.frozen
    questions = sum(module.quiz.questions for module in content.modules if module.quiz)
    mergener, *_ = hours.methods(hours.Effort(content.words, questions, content.difficulty))
    return mergener.awarded
