"""A small site with everything in it, and the people who may and may not see it. Tests that walk every address use it.

Each secret of the answer key (which option, which rationale, which accepted text) holds a canary: a word that stands
nowhere else. The clock stands an hour after the rows were made.
"""

import itertools
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from ceu.accounts import roles
from ceu.accounts.models import Licence, User
from courses.catalogue import services as catalogue
from courses.catalogue.models import Course
from courses.certificates import services as certificates
from courses.certificates.models import Certificate
from courses.learning import services as learning
from courses.learning.models import Enrolment
from quizzes.bank.authoring import write_question
from quizzes.bank.models import Item
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt
from quizzes.interchange.models import ImportBatch
from quizzes.questions import Question, choice, matching, numeric, ordering, text, written
from tests.courses import factories as make
from tests.factories import KINDS, NOW, make_attempt, make_marked, make_user, make_written

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>A nerve</title><desc>A line.</desc></svg>'
HOUR = timedelta(hours=1)
PASSWORD = "correct horse battery"
LEARNERS = ("stranger", "owner")
STAFF = ("instructor", "elsewhere", "registrar", "auditor", "superuser")
PEOPLE = ("anonymous", *LEARNERS, *STAFF)


@dataclass
class World:
    """`alpha`: a course with an open attempt of the owner, and a later edition. `beta`: finished, with a certificate.

    `texts`: the owner's attempts at a written question of alpha's bank: one that waits, one that did not pass, and its
    revision, which is open.
    """

    people: dict[str, User]
    alpha: Course
    beta: Course
    enrolment: Enrolment
    attempt: Attempt
    certificate: Certificate
    licence: Licence
    key: Authenticator
    texts: tuple[Attempt, ...]

    def visit(self, who: str, **options: Any) -> Client:
        """A browser of this person, newly signed in. A failure of the site is an answer with status 500."""
        client = Client(**({"raise_request_exception": False} | options))
        if who != "anonymous":
            sign_in(client, self.people[who])
        return client


def sign_in(client: Client, user: User) -> None:
    """As if the password had been given this very minute, so that nothing asks for it again."""
    client.force_login(user)
    session = client.session
    record_authentication(SimpleNamespace(session=session), user, "password", reauthenticated=True)
    session.save()


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Made once for a file of tests. What a test changes is rolled back, with the marker `django_db`."""
    with django_db_blocker.unblock(), time_machine.travel(NOW + HOUR), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


def make_world() -> World:
    people = make_people()
    alpha = make_canary_course("alpha", by=people["instructor"])
    alpha.figures.create(name="drawing", svg=DRAWING)
    make.make_approval(alpha)
    edition = catalogue.publish(alpha, by=people["instructor"], now=NOW)
    enrolment = make.make_enrolment(people["owner"], edition)
    for lesson in edition.frozen.modules[0].lessons:
        learning.finish_lesson(enrolment, lesson.slug, now=NOW)
    attempt = delivery.start(learning.enter_quiz(enrolment, "M1", home="/courses/alpha/", now=NOW), now=NOW)
    Course.objects.filter(pk=alpha.pk).update(subtitle="Now in its second edition")
    catalogue.publish(alpha, by=people["instructor"], now=NOW + HOUR / 2)

    beta = make_canary_course("beta", modules=1, by=people["instructor"])
    make.make_approval(beta)
    beta_edition = catalogue.publish(beta, by=people["instructor"], now=NOW)
    licence = Licence.objects.create(
        user=people["owner"], jurisdiction="Florida", profession="massage_therapist", number="MA0012345"
    )
    finished = make.make_enrolment(people["owner"], beta_edition)
    make.complete(finished, licence=licence)
    certificate = certificates.issue(finished, by=people["registrar"], now=NOW)
    make.complete(make.make_enrolment(make.make_learner(legal_name="Wanda Waiting"), beta_edition))
    make_canary_course("gamma", modules=1, by=people["elsewhere"])
    for bank in (alpha.bank, beta.bank):
        ImportBatch.objects.create(
            bank=bank, by=people["instructor"], file_name="items.gift", format="gift", mode="all"
        )

    key = make_key(people["owner"])
    TOTP.activate(people["owner"], "x" * 32)
    RecoveryCodes.activate(people["owner"])
    texts = make_texts(alpha, people)
    return World(people, alpha, beta, enrolment, attempt, certificate, licence, key, texts)


def make_texts(course: Course, people: dict[str, User]) -> tuple[Attempt, ...]:
    published = make_written(course.bank, question=canary_question("written"), teaches_at="m1-l1/start")
    entries = [delivery.enter(people["owner"], published, home="/courses/alpha/") for _ in range(2)]
    waits, marked = (make_attempt(entry, answers=[True], submit=True) for entry in entries)
    make_marked(marked, passes=False, by=people["instructor"])
    return waits, marked, delivery.start(entries[1], now=NOW)


def make_people() -> dict[str, User]:
    people = {name: make_person(name) for name in (*LEARNERS, *STAFF)}
    for name, role in {
        "instructor": "instructor",
        "elsewhere": "instructor",
        "registrar": "registrar",
        "auditor": "auditor",
    }.items():
        roles.give(people[name], role)
    User.objects.filter(pk=people["superuser"].pk).update(is_staff=True, is_superuser=True)
    for name in STAFF:
        Authenticator.objects.create(user=people[name], type=Authenticator.Type.TOTP, data={"secret": "x"})
        people[name].refresh_from_db()
    return people


def make_person(name: str) -> User:
    user = make_user(email=f"{name}@example.org", legal_name=f"{name.title()} Delgado", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_key(user: User) -> Authenticator:
    """A passkey as a browser would have registered it."""
    public = ES256({1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: b"y" * 32})
    held = AuthenticatorData.create(
        bytes(32), 0x41, 0, AttestedCredentialData.create(Aaguid(bytes(16)), b"blue", public)
    )
    response = {
        "clientDataJSON": websafe_encode(b'{"type":"webauthn.create","challenge":"","origin":"http://testserver"}'),
        "attestationObject": websafe_encode(AttestationObject.create("none", held, {})),
    }
    name = websafe_encode(b"blue")
    data = {"name": "Blue key", "credential": {"id": name, "rawId": name, "type": "public-key", "response": response}}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


# --- questions whose every secret is a canary -------------------------------------------------------------------------

CANARY = "canary"
_serial = itertools.count(1)


def canary() -> str:
    return f"{CANARY}{next(_serial):05}x"


def canary_number() -> Decimal:
    """A number that nothing else on a page is: 7 digits and 4 decimals, from a range of its own."""
    return Decimal(f"86{next(_serial):05}.7513")


def make_canary_course(slug: str, *, modules: int = 2, by: User) -> Course:
    course = make.make_course(modules=modules, items=KINDS, by=by, slug=slug, title=f"Course {slug.title()}")
    for item in Item.objects.filter(bank=course.bank):
        write_question(item, canary_question(item.kind))
    return course


def canary_question(kind: str) -> Question:
    return _QUESTIONS[kind]()


def _choice(kind: str, options: tuple[str, ...], correct: tuple[int, ...], choose: int | None = None):
    def make_it() -> Question:
        key = choice.Key(correct, tuple(canary() for _ in options))
        return Question(choice.Prompt(kind, "A case.", "Which of them?", options, choose), key)

    return make_it


def _matching() -> Question:
    pairs = [(left, right, canary()) for left, right in (("one", "uno"), ("two", "due"), ("three", "tre"))]
    return matching.arrange("Match them.", pairs, [("quattro", canary())])


def _ordering() -> Question:
    steps = [(step, canary()) for step in ("wash", "rinse", "dry", "fold")]
    return ordering.arrange("Order them.", steps, common_error=canary())


def _numeric() -> Question:
    wrong = (numeric.Wrong(canary_number(), canary()), numeric.Wrong(canary_number(), canary()))
    return Question(
        numeric.Prompt("numeric", "", "How many?", "times"),
        numeric.Key(canary_number(), Decimal("0.05"), wrong, canary()),
    )


def _written() -> Question:
    criteria = ("A true claim", "Doubt is named", "A stop rule", "Within scope", "Plain words")
    prompt = written.Prompt("written", "", "Write to a client.", criteria, pass_at=4, min_words=5, max_words=20)
    return Question(prompt, written.Key(tuple(canary() for _ in criteria), canary()))


def _text() -> Question:
    accepted = (text.Accepted(canary(), 100, canary()), text.Accepted(canary(), 50, canary()))
    return Question(text.Prompt("text", "", "Which nerve?"), text.Key(accepted, False, canary()))


_QUESTIONS = {
    "single": _choice("single", ("red", "green", "blue", "grey"), (2,)),
    "multiple": _choice("multiple", ("ape", "bee", "cat", "dog", "elk"), (0, 2, 3), 3),
    "true_false": _choice("true_false", ("True", "False"), (1,)),
    "matching": _matching,
    "ordering": _ordering,
    "numeric": _numeric,
    "text": _text,
    "written": _written,
}


def forget() -> None:
    """Rate limits count in the cache: a walk over every address is no attack."""
    cache.clear()
