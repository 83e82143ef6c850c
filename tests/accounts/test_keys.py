"""Passkeys in a real browser with a virtual key, under the real content security policy."""

import base64

import pytest
from allauth.mfa.models import Authenticator

from tests.accounts.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VIRTUAL_KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(browser, live_site, person):
    person()
    page = browser.page()
    page.cdp = page.context.new_cdp_session(page)
    page.cdp.send("WebAuthn.enable")
    page.key = page.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL_KEY})["authenticatorId"]
    page.site = live_site.url.replace("127.0.0.1", "localhost")
    page.goto(f"{page.site}/accounts/login/?next=/accounts/2fa/webauthn/add/")
    page.fill("#id_login", "ana@example.org")
    page.fill("#id_password", PASSWORD)
    page.click("main form .button:has-text('Sign in')")
    page.wait_for_url("**/reauthenticate/**")
    page.fill("#id_password", PASSWORD)
    page.click("main .button:has-text('Continue')")
    page.wait_for_url("**/webauthn/add/")
    return page


def add_key_and_sign_out(page, *, alone: bool) -> None:
    page.set_checked("#id_passwordless", alone)
    page.fill("#id_name", "Phone")
    page.click("text=Add the key")
    page.wait_for_url("**/recovery-codes/")
    page.goto(f"{page.site}/accounts/logout/")
    page.click("main button:has-text('Sign out')")
    page.wait_for_url(lambda url: "logout" not in url)
    page.goto(f"{page.site}/accounts/login/?next=/accounts/profile/")


def test_a_passkey_signs_in_by_itself(page):
    add_key_and_sign_out(page, alone=True)

    page.click("#passkey_login")
    page.wait_for_url("**/accounts/profile/")

    assert page.input_value("#id_legal_name") == "Ana Delgado"


def test_a_key_that_is_only_a_second_step_does_not_replace_the_password(page):
    add_key_and_sign_out(page, alone=False)
    (credential,) = page.cdp.send("WebAuthn.getCredentials", {"authenticatorId": page.key})["credentials"]
    user_pk = Authenticator.objects.filter(type="webauthn").get().user_id
    # A thief who holds the key makes it answer as if it were a passkey.
    forged = credential | {"isResidentCredential": True, "userHandle": base64.b64encode(str(user_pk).encode()).decode()}
    page.cdp.send("WebAuthn.clearCredentials", {"authenticatorId": page.key})
    page.cdp.send("WebAuthn.addCredential", {"authenticatorId": page.key, "credential": forged})

    with page.expect_response(lambda answer: "webauthn/login" in answer.url and answer.request.method == "POST"):
        page.click("#passkey_login")
    page.goto(f"{page.site}/accounts/profile/")

    assert "/accounts/login/" in page.url


def test_a_key_that_does_not_answer_is_told_on_the_page(page):
    add_key_and_sign_out(page, alone=True)
    page.cdp.send("WebAuthn.clearCredentials", {"authenticatorId": page.key})

    page.click("#passkey_login")

    page.wait_for_selector("text=The key did not answer")
