import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core import mail

from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(client, email="ana@example.org", password=PASSWORD, **fields):
    return client.post("/accounts/login/", {"login": email, "password": password} | fields)


def is_signed_in(client) -> bool:
    return client.get("/accounts/profile/").status_code == 200


def test_a_person_signs_in_with_address_and_password(client, person):
    person()

    response = sign_in(client, email=" Ana@Example.org ")

    assert response.status_code == 302
    assert is_signed_in(client)


def test_the_session_ends_with_the_browser_unless_it_is_to_be_kept(client, person):
    person()

    short = sign_in(client).cookies["session"]["max-age"]
    client.logout()
    kept = sign_in(client, remember="on").cookies["session"]["max-age"]

    assert (short, kept) == ("", 14 * 24 * 3600)


def test_a_person_signs_in_with_a_code(client, person, code_in_mail):
    person()
    client.post("/accounts/login/code/", {"email": "ana@example.org"})

    client.post("/accounts/login/code/confirm/", {"code": code_in_mail()})

    assert is_signed_in(client)


def test_s24_a_code_is_promised_to_a_known_and_to_an_unknown_address_alike(client, person):
    person()

    known = client.post("/accounts/login/code/", {"email": "ana@example.org"})
    client.cookies.clear()
    unknown = client.post("/accounts/login/code/", {"email": "who@example.org"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert "There is no account" in mail.outbox[-1].body


def test_s24_a_wrong_password_and_an_unknown_address_get_the_same_words(client, person):
    person()

    wrong = sign_in(client, password="wrong wrong wrong").context["form"].non_field_errors()
    unknown = sign_in(client, email="who@example.org").context["form"].non_field_errors()

    assert wrong == unknown == ["The e-mail address and the password do not belong together. Check both and try again."]


def test_s24_after_five_wrong_passwords_even_the_right_one_waits(client, person):
    person()
    for _ in range(5):
        sign_in(client, password="wrong wrong wrong")

    response = sign_in(client)

    assert response.context["form"].non_field_errors() == [
        "There were too many failed tries. Wait five minutes, then try again."
    ]
    assert not is_signed_in(client)


def test_s24_a_flood_of_tries_is_answered_with_429_in_words(client):
    answers = [sign_in(client, email=f"a{n}@example.org") for n in range(40)]

    assert answers[-1].status_code == 429
    assert "Too many tries" in answers[-1].content.decode()


def test_a_new_password_by_code(client, person, code_in_mail):
    person()
    client.post("/accounts/password/reset/", {"email": "ana@example.org"})
    client.post("/accounts/password/reset/confirm/", {"code": code_in_mail()})

    client.post("/accounts/password/reset/complete/", {"password1": "another horse battery"})

    assert sign_in(client, password="another horse battery").status_code == 302
    assert is_signed_in(client)


def test_s24_reset_says_the_same_for_a_known_and_an_unknown_address(client, person):
    person()

    known = client.post("/accounts/password/reset/", {"email": "ana@example.org"})
    client.cookies.clear()
    unknown = client.post("/accounts/password/reset/", {"email": "who@example.org"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_a_closed_account_is_told_so_and_stays_out(client, person):
    person(is_active=False)

    response = sign_in(client)

    assert response["Location"] == "/accounts/inactive/"
    assert not is_signed_in(client)


def test_a_second_step_is_asked_for_and_a_recovery_code_is_good_once(client, person):
    user = person()
    totp.TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    codes = RecoveryCodes.activate(user).get_unused_codes()

    asked = sign_in(client)
    before = is_signed_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    after = is_signed_in(client)
    client.logout()
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})

    assert asked["Location"].startswith("/accounts/2fa/authenticate/")
    assert (before, after, is_signed_in(client)) == (False, True, False)


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example/", "javascript:alert(1)",
        "/%0d%0aSet-Cookie:a=b", "\\\\evil.example", "///evil.example", "http:///evil.example", "data:text/html,x",
    ],
)  # fmt: skip
def test_s23_nothing_leads_off_this_host(client, person, target):
    person()

    signed_in = sign_in(client, next=target)
    saved = client.post("/accounts/profile/", {"legal_name": "Ana", "time_zone": "UTC", "next": target})
    coloured = client.post("/theme/", {"theme": "dark"}, headers={"referer": target})

    for response in (signed_in, saved, coloured):
        assert response.status_code == 302
        assert response["Location"].startswith("/") and not response["Location"].startswith(("//", "/\\"))
        assert "evil" not in response["Location"]
        assert "\n" not in response["Location"]


def test_next_on_this_host_is_followed(client, person):
    person()

    assert sign_in(client, next="/accounts/sessions/")["Location"] == "/accounts/sessions/"


@pytest.mark.parametrize("path", ["login", "signup", "login/code", "password/reset"])
def test_passwords_may_be_pasted_and_fields_name_what_they_hold(client, path):
    page = client.get(f"/accounts/{path}/").content.decode()

    assert "placeholder" not in page
    assert "onpaste" not in page
    assert 'autocomplete="email"' in page
