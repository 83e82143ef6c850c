from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ceu.accounts.models import LoginSession, User
from ceu.accounts.sessions import SessionStore
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
PAGE = "/accounts/inactive/"  # Knows who is signed in, and asks nothing else.


@pytest.fixture
def ana(person):
    return person()


@pytest.fixture
def signed_in(client, ana):
    client.post("/accounts/login/", {"login": ana.email, "password": PASSWORD})
    assert is_signed_in(client)
    return client


def is_signed_in(client) -> bool:
    return client.get(PAGE).context["user"].is_authenticated


def statements(client, path: str = PAGE) -> int:
    with CaptureQueriesContext(connection) as ctx:
        client.get(path)
    return len(ctx)


def test_a_page_costs_one_statement_for_session_and_user(signed_in):
    assert statements(signed_in) == 1


def test_a_visitor_without_a_session_costs_none(client, db):
    assert statements(client) == 0


def test_the_user_that_came_with_the_session_is_the_user(signed_in, ana):
    user = signed_in.get(PAGE).context["user"]

    fetched = {field.attname: getattr(user, field.attname) for field in User._meta.concrete_fields}
    ana.refresh_from_db()
    assert fetched == {field.attname: getattr(ana, field.attname) for field in User._meta.concrete_fields}
    assert not user._state.adding


def test_signing_out_ends_the_session_in_the_database(signed_in):
    stolen = signed_in.cookies["session"].value

    signed_in.post("/accounts/logout/")
    signed_in.cookies["session"] = stolen

    assert not is_signed_in(signed_in)
    assert not LoginSession.objects.filter(session_key=stolen).exists()


def test_s25_a_deactivated_user_is_out_at_once(signed_in, ana):
    User.objects.filter(pk=ana.pk).update(is_active=False)

    assert not is_signed_in(signed_in)


def test_a_changed_password_ends_the_session(signed_in, ana):
    ana.set_password("another horse battery")
    ana.save()

    assert not is_signed_in(signed_in)


def test_whoever_changes_the_password_stays_in_and_other_devices_are_out(signed_in, ana):
    other = Client()
    other.post("/accounts/login/", {"login": ana.email, "password": PASSWORD})

    signed_in.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "another horse battery"})

    assert is_signed_in(signed_in)
    assert not is_signed_in(other)


def test_an_expired_session_is_over(signed_in):
    LoginSession.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert not is_signed_in(signed_in)


def test_a_deleted_user_takes_the_sessions_along(signed_in, ana):
    ana.delete()

    assert not is_signed_in(signed_in)
    assert not LoginSession.objects.exists()


def test_a_session_ended_from_the_list_is_over(signed_in, ana):
    other = Client()
    other.post(
        "/accounts/login/", {"login": ana.email, "password": PASSWORD}, headers={"user-agent": "Firefox Windows"}
    )
    listed = signed_in.get("/accounts/sessions/").content.decode()

    signed_in.post("/accounts/sessions/")

    assert "Firefox on Windows" in listed
    assert not is_signed_in(other)
    assert is_signed_in(signed_in)
    assert UserSession.objects.count() == 1


def test_a_session_row_that_names_another_user_lets_nobody_in_as_them(signed_in, person):
    stranger = person("eve")

    LoginSession.objects.update(user=stranger)

    assert signed_in.get(PAGE).context["user"].email == "ana@example.org"


def test_a_session_without_a_user_costs_one_statement_and_is_anonymous(client, db):
    client.session["seen"] = 1
    session = SessionStore()
    session["seen"] = 1
    session.save()
    client.cookies["session"] = session.session_key

    assert statements(client) == 1
    assert not is_signed_in(client)


def test_a_rotated_secret_key_keeps_people_signed_in(signed_in, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one " * 5

    assert is_signed_in(signed_in)


def test_signing_in_changes_the_session_key(client, ana):
    client.get("/accounts/login/")
    session = SessionStore()
    session.save()
    client.cookies["session"] = session.session_key

    client.post("/accounts/login/", {"login": ana.email, "password": PASSWORD})

    assert client.cookies["session"].value != session.session_key
    assert LoginSession.objects.get(user=ana).get_decoded()[SESSION_KEY] == str(ana.pk)


@pytest.mark.parametrize("key", ["abcdefgh\x00ijkl", "é" * 32, "' OR 1=1 --", "a" * 5000, "../../etc", ""])
def test_b13_a_cookie_that_is_no_key_is_a_visitor(client, db, key):
    client.cookies["session"] = key

    assert not is_signed_in(client)


def test_expired_sessions_can_be_swept(signed_in):
    LoginSession.objects.update(expire_date=timezone.now() - timedelta(days=1))

    SessionStore.clear_expired()

    assert not LoginSession.objects.exists()


@pytest.mark.parametrize("path", [PAGE, "/accounts/profile/", "/nope/", "/accounts/logout/", "/admin/", "/healthz"])
def test_s26_whatever_a_signed_in_browser_is_sent_is_not_stored(signed_in, path):
    response = signed_in.get(path)

    assert response["Cache-Control"] == "no-store, private"
    assert "Cookie" in response["Vary"]


def test_s26_the_answer_that_signs_in_is_not_stored(client, ana):
    response = client.post("/accounts/login/", {"login": ana.email, "password": PASSWORD})

    assert response["Cache-Control"] == "no-store, private"


def test_s26_a_shared_cache_keeps_nothing_of_a_visitor_either(client, db):
    response = client.get(PAGE)

    assert response["Cache-Control"] == "no-cache, private"
    assert response["Vary"] == "Cookie"
