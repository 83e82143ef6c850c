"""Mail about accounts and licences: who gets which, how often, and how it is stopped. Accounts nobody confirmed."""

import datetime as dt
import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import call_command
from django.test import Client

from ceu.accounts import choices, services
from ceu.accounts.models import Licence, MailChoice, User
from tests.courses import factories as make
from tests.factories import make_user

TODAY = dt.date(2027, 3, 1)
DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC), tick=False):
        yield


def make_licence(days: int, user=None) -> Licence:
    """One that expires in so many days."""
    return Licence.objects.create(
        user=user or make_user(), jurisdiction="Florida", profession="massage_therapist", number="MA0012345",
        expires_on=TODAY + days * DAY,
    )  # fmt: skip


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    def on(day: dt.date) -> int:
        now = dt.datetime.combine(day, dt.time(6), dt.UTC)
        with time_machine.travel(now, tick=False), django_capture_on_commit_callbacks(execute=True):
            return services.remind_of_licences(day)

    return on


# --- licences -----------------------------------------------------------------------------------------------------------


def test_a_licence_is_told_of_at_90_30_and_7_days_once_each(run):
    licence = make_licence(100)

    days = [n for n in range(100, -5, -1) if run(TODAY + (100 - n) * DAY) + run(TODAY + (100 - n) * DAY)]

    assert days == [90, 30, 7]
    assert [letter.subject for letter in mail.outbox] == [
        f"A licence of yours expires in {n} days" for n in (90, 30, 7)
    ]
    assert {tuple(letter.to) for letter in mail.outbox} == {(licence.user.email,)}
    assert "MA0012345" not in mail.outbox[0].body
    assert "…2345" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("days", "told"), [(91, 0), (90, 1), (84, 1), (83, 0), (30, 1), (20, 0), (7, 1), (0, 1), (-1, 0)]
)
def test_a_reminder_whose_day_is_past_does_not_follow_late(run, days, told):
    make_licence(days)

    assert run(TODAY) == told


def test_a_new_date_of_expiry_is_counted_anew(run):
    licence = make_licence(30)
    run(TODAY)
    Licence.objects.filter(pk=licence.pk).update(expires_on=TODAY + 90 * DAY)

    assert run(TODAY) == 1
    assert len(mail.outbox) == 2


def test_whoever_does_not_want_it_is_not_reminded(run):
    licence = make_licence(30)
    choices.choose(licence.user, {"licences": False})

    assert run(TODAY) == 0


def test_a_closed_account_is_not_written_to(run):
    User.objects.filter(pk=make_licence(30).user_id).update(is_active=False)

    assert run(TODAY) == 0


@pytest.mark.parametrize("change", [
    lambda licence: licence.delete(),
    lambda licence: Licence.objects.filter(pk=licence.pk).update(expires_on=TODAY + 400 * DAY),
    lambda licence: choices.choose(licence.user, {"licences": False}),
])  # fmt: skip
def test_a_letter_that_became_wrong_in_the_queue_is_not_sent(change, django_capture_on_commit_callbacks):
    licence = make_licence(30)
    with django_capture_on_commit_callbacks() as callbacks:
        services.remind_of_licences(TODAY)
    change(licence)

    for callback in callbacks:
        callback()

    assert (len(callbacks), mail.outbox) == (1, [])


# --- one click stops it -------------------------------------------------------------------------------------------------


def stop_address(run) -> tuple[User, str]:
    licence = make_licence(30)
    run(TODAY)
    address = mail.outbox[-1].extra_headers["List-Unsubscribe"].strip("<>")
    assert address in mail.outbox[-1].body
    return licence.user, address.removeprefix("http://127.0.0.1:8000")


def test_a_mail_program_stops_it_without_signing_in_and_without_a_token(run):
    user, address = stop_address(run)

    response = Client(enforce_csrf_checks=True).post(address, {"List-Unsubscribe": "One-Click"})

    assert response.status_code == 200
    assert choices.of(user) == {"licences": False, "stalled": False}


def test_opening_the_address_only_asks(run):
    user, address = stop_address(run)

    page = Client().get(address).content.decode()

    assert "Stop these mails?" in page
    assert not MailChoice.objects.exists()
    assert choices.wants(user, "licences")


def test_stopping_twice_is_as_good_as_once(run):
    user, address = stop_address(run)

    assert [Client().post(address).status_code for _ in range(2)] == [200, 200]
    assert MailChoice.objects.get().wanted is False


@pytest.mark.parametrize("token", ["x", "0" * 40, "W10:1:x", "\x00", "é"])
def test_a_token_that_we_did_not_make_stops_nothing(client, token):
    response = client.post(f"/accounts/mail/stop/{token}/")

    assert response.status_code == 404
    assert "This link does not work" in response.content.decode()


def test_a_token_stops_one_kind_for_one_person(client):
    ana, ben = make_user(), make_user()
    choices.choose(ben, {"stalled": True})

    client.post(choices.stop_address(ben, "stalled").removeprefix("http://127.0.0.1:8000"))

    assert choices.of(ana) == choices.of(ben) == {"licences": True, "stalled": False}


# --- the page of choices ------------------------------------------------------------------------------------------------


def test_the_choices_are_shown_as_they_hold_and_saved(client):
    user = make_user()
    client.force_login(user)
    opened = client.get("/accounts/mail/").content.decode()

    client.post("/accounts/mail/", {"stalled": "on"})

    assert re.findall(r'name="(\w+)"[^>]*checked', opened) == ["licences"]
    assert choices.of(user) == {"licences": False, "stalled": True}


# --- accounts that nobody confirmed ---------------------------------------------------------------------------------------


def make_unconfirmed(days: int = 31, *, verified: bool = False, **fields) -> User:
    user = make_user(**fields)
    User.objects.filter(pk=user.pk).update(date_joined=dt.datetime.now(dt.UTC) - days * DAY)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=verified)
    return user


def left() -> set[int]:
    services.sweep_unconfirmed(dt.datetime.now(dt.UTC))
    return set(User.objects.values_list("pk", flat=True))


def test_an_account_that_was_never_confirmed_goes_after_thirty_days():
    old, young = make_unconfirmed(31), make_unconfirmed(29)

    assert left() == {young.pk}
    assert not EmailAddress.objects.filter(user_id=old.pk).exists()


@pytest.mark.parametrize("has", [
    lambda user: EmailAddress.objects.filter(user=user).update(verified=True),
    lambda user: User.objects.filter(pk=user.pk).update(is_staff=True),
    lambda user: User.objects.filter(pk=user.pk).update(is_superuser=True),
    lambda user: make_licence(30, user),
    lambda user: choices.choose(user, {"licences": False}),
    lambda user: make.make_enrolment(user),
    lambda user: make.make_course(by=user),
], ids=["confirmed", "staff", "superuser", "licence", "choice", "enrolment", "course"])  # fmt: skip
def test_an_account_that_has_something_stays(has):
    user = make_unconfirmed()
    has(user)

    assert user.pk in left()


# --- what recurs --------------------------------------------------------------------------------------------------------


def test_a_tick_does_the_work_of_the_hour_once_an_hour(django_capture_on_commit_callbacks):
    make_unconfirmed()
    make_licence(30)

    with django_capture_on_commit_callbacks(execute=True):
        call_command("tick", verbosity=0)
    later = make_unconfirmed()
    call_command("tick", verbosity=0)

    assert len(mail.outbox) == 1
    assert User.objects.filter(pk=later.pk).exists()
    with time_machine.travel(dt.datetime(2027, 3, 1, 13, tzinfo=dt.UTC)):
        call_command("tick", verbosity=0)
    assert not User.objects.filter(pk=later.pk).exists()
