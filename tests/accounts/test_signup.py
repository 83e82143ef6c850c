import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache

from ceu.accounts.models import Licence, User
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NEW = {"email": "zoe@example.org", "password1": PASSWORD}


def sign_up(client, **fields):
    return client.post("/accounts/signup/", NEW | fields, follow=True)


def without_what_differs(response, email: str) -> str:
    """A page without the address that was typed and without its tokens."""
    text = response.content.decode().replace(email, "ADDRESS")
    return "\n".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line)


def test_a_new_account_goes_from_address_to_code_to_name_to_licence_and_then_where_it_was_going(client, code_in_mail):
    sign_up(client, next="/accounts/sessions/")
    named = client.post("/accounts/confirm-email/", {"code": code_in_mail()})
    profile = client.get(named["Location"])
    asked = client.post(
        named["Location"],
        {"legal_name": "Zoë  Nguyễn ", "time_zone": "America/New_York", "next": "/accounts/sessions/"},
    )
    facts = {
        "jurisdiction": " New  York",
        "profession": "massage_therapist",
        "number": "00981",
        "next": "/accounts/sessions/",
    }
    done = client.post(asked["Location"], facts)

    user = User.objects.get()
    assert named["Location"] == "/accounts/profile/?next=%2Faccounts%2Fsessions%2F"
    assert "step 1 of 2" in profile.content.decode()
    assert asked["Location"] == "/accounts/licences/add/?next=%2Faccounts%2Fsessions%2F"
    assert done["Location"] == "/accounts/sessions/"
    assert (user.legal_name, user.time_zone) == ("Zoë Nguyễn", "America/New_York")
    assert Licence.objects.get().jurisdiction == "New York"
    assert EmailAddress.objects.get().verified


def test_the_licence_may_be_left_for_later(client, code_in_mail):
    sign_up(client)
    client.post("/accounts/confirm-email/", {"code": code_in_mail()})

    asked = client.post("/accounts/profile/", {"legal_name": "Zoë", "time_zone": "UTC"}, follow=True)

    assert '<a class="button button--quiet" href="/">Not now</a>' in asked.content.decode()


def test_without_the_code_nobody_is_signed_in(client):
    response = sign_up(client)
    wrong = client.post("/accounts/confirm-email/", {"code": "NOTIT"})

    assert response.context["user"].is_anonymous
    assert "This code is not right" in wrong.content.decode()
    assert client.get("/accounts/profile/").status_code == 302


def test_three_wrong_codes_end_the_attempt(client, code_in_mail):
    sign_up(client)
    right = code_in_mail()
    for _ in range(3):
        client.post("/accounts/confirm-email/", {"code": "NOTIT"})

    client.post("/accounts/confirm-email/", {"code": right})

    assert client.get("/accounts/profile/").status_code == 302


def test_who_mistyped_the_address_starts_again(client, code_in_mail):
    sign_up(client, email="wrogn@example.org")
    again = client.post("/accounts/logout/", {"next": "/accounts/signup/"})
    sign_up(client)

    client.post("/accounts/confirm-email/", {"code": code_in_mail()})

    assert again["Location"] == "/accounts/signup/"
    assert client.get("/accounts/profile/").context["user"].email == "zoe@example.org"


def test_the_code_can_be_sent_again(client, code_in_mail):
    sign_up(client)
    cache.clear()  # ten seconds later
    client.post("/accounts/confirm-email/", {"action": "resend"})

    client.post("/accounts/confirm-email/", {"code": code_in_mail()})

    assert len(mail.outbox) == 2
    assert client.get("/accounts/profile/").status_code == 200


def test_the_owner_of_an_address_that_another_gave_gets_the_account(client, code_in_mail):
    sign_up(client)
    client.cookies.clear()
    client.post("/accounts/password/reset/", {"email": "zoe@example.org"})
    client.post("/accounts/password/reset/confirm/", {"code": code_in_mail()})

    client.post("/accounts/password/reset/complete/", {"password1": "another horse battery"})
    client.post("/accounts/login/", {"login": "zoe@example.org", "password": "another horse battery"})

    assert client.get("/accounts/profile/").status_code == 200


def test_s24_sign_up_says_the_same_for_a_known_and_an_unknown_address(client, person):
    person("ana")

    known = sign_up(client, email="ana@example.org")
    known_mail = mail.outbox[-1]
    client.cookies.clear()
    unknown = sign_up(client)

    assert known.redirect_chain == unknown.redirect_chain
    assert without_what_differs(known, "ana@example.org") == without_what_differs(unknown, "zoe@example.org")
    assert "There is one already" in known_mail.body
    assert User.objects.filter(email="ana@example.org").count() == 1


def test_b14_case_variants_are_one_account(client, person):
    person("ana")

    sign_up(client, email="ANA@Example.org")

    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "email", ["a@b.c\r\nBcc: x@example.org", "x" * 300 + "@example.org", "plain", "", "a\x00@example.org"]
)
def test_b14_an_address_that_is_none_is_refused_with_words(client, email):
    response = sign_up(client, email=email)

    assert "There is a problem" in response.content.decode()
    assert not User.objects.exists()
    assert not mail.outbox


def test_a_plus_address_is_an_address(client):
    sign_up(client, email="zoe+ce@example.org")

    assert mail.outbox[0].to == ["zoe+ce@example.org"]


@pytest.mark.parametrize("password", ["short", "zoe@example.org", "password123", ""])
def test_a_weak_password_is_refused(client, password):
    sign_up(client, password1=password)

    assert not User.objects.exists()


def test_s04_a_new_account_takes_no_rights_from_the_form(client):
    sign_up(client, is_staff="1", is_superuser="on", is_active="", legal_name="Boss")

    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.is_active, user.legal_name) == (False, False, True, "")
