import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from ceu.accounts.models import Licence, User

PASSWORD = "correct horse battery"


@pytest.fixture
def person(db):
    """`person("ana")`: someone with a confirmed address, a password and a legal name."""

    def make(name: str = "ana", **fields) -> User:
        fields = {"legal_name": f"{name.title()} Delgado"} | fields
        user = User.objects.create_user(f"{name}@example.org", PASSWORD, **fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    return make


@pytest.fixture
def licence(db):
    def make(user: User, **fields) -> Licence:
        facts = {"jurisdiction": "Florida", "profession": "massage_therapist", "number": "MA0012345"}
        return Licence.objects.create(user=user, **(facts | fields))

    return make


@pytest.fixture
def code_in_mail():
    """The code that stands alone on a line of the last message."""

    def read() -> str:
        return re.findall(r"^ {4}(\S+)$", mail.outbox[-1].body, re.MULTILINE)[-1]

    return read
