"""What a person does on the pages, in steps that journeys share. What to answer comes from the keys in the database."""

import json
import re

from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from playwright.sync_api import Page, expect

from ceu.accounts import roles
from ceu.accounts.models import User
from quizzes.bank.models import ItemKey
from quizzes.delivery.forms import CONTROLS
from quizzes.delivery.models import Attempt, PublishedQuiz
from quizzes.questions import key_from_dict
from tests.courses.factories import right_answer

PASSWORD = "a-password-of-the-tests-41"


def sign_up(page: Page, base: str, email: str) -> None:
    page.goto(f"{base}/accounts/signup/")
    page.fill("[name=email]", email)
    page.fill("[name=password1]", PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.fill("[name=code]", code_in_mail(email))
    page.locator("main form button").first.click()


def code_in_mail(email: str) -> str:
    letter = next(message for message in reversed(mail.outbox) if email in message.to)
    return re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", letter.body, re.M)[1]


def answers(attempt: Attempt, n: int) -> list[tuple[str, str]]:
    """The fields and values that answer question n right, as its page shows it."""
    row = attempt.responses.select_related("revision").get(n=n)
    prompt = PublishedQuiz.objects.content(attempt.published_quiz_id).item(row.revision_id).prompt
    key = key_from_dict(json.loads(ItemKey.objects.get(revision=row.revision_id).key))
    control = CONTROLS[prompt.kind]
    return control.pairs(prompt, control.filled(row.order, right_answer(prompt.kind, key)))


def fill_in(page: Page, fields: list[tuple[str, str]]) -> None:
    for name, value in fields:
        box = page.locator(f"[name='{name}'][value='{value}']")
        if box.count():
            box.check()
        elif page.locator(f"select[name='{name}']").count():
            page.locator(f"select[name='{name}']").select_option(value)
        else:
            page.fill(f"[name='{name}']", value)


def take_quiz(page: Page, wrong: int = 0) -> None:
    """From the first question to the result: everything right, but for the first `wrong` questions left blank."""
    attempt = Attempt.objects.get(uuid=re.search(r"/attempts/([0-9a-f-]{36})/", page.url)[1])
    for n in range(1, attempt.responses.count() + 1):
        expect(page.locator("main .label").first).to_contain_text(f"Question {n} of")
        if n > wrong:
            fill_in(page, answers(attempt, n))
        page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    page.get_by_role("button", name=re.compile("^Submit")).click()


def make_staff(role: str) -> User:
    """A staff account with a verified address, a password and an authenticator."""
    user = User.objects.create_user(f"{role}@ce.example.org", PASSWORD, display_name=f"Test {role.title()}")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    roles.give(user, role)
    TOTP.activate(user, generate_totp_secret())
    return user


def sign_in(page: Page, base: str, user: User, to: str = "/") -> None:
    page.goto(f"{base}/accounts/login/?next={to}")
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    if Authenticator.objects.filter(user=user).exists():
        page.fill("[name=code]", totp_code(user))
        page.get_by_role("button", name="Sign in", exact=True).click()


def totp_code(user: User) -> str:
    secret = get_adapter().decrypt(Authenticator.objects.get(user=user, type="totp").data["secret"])
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))
