"""B10, B13: whatever is posted to a form of the account is answered with a page or a named refusal."""

import json

import pytest
from allauth.mfa.models import Authenticator

pytestmark = pytest.mark.django_db
OUTSIDE = ["login", "signup", "login/code", "login/code/confirm", "password/reset", "password/reset/confirm",
           "password/reset/complete", "confirm-email", "2fa/webauthn/login", "2fa/authenticate", "logout"]  # fmt: skip
INSIDE = ["profile", "licences/add", "email", "password/change", "password/set", "reauthenticate", "2fa/reauthenticate",
          "2fa/reauthenticate/webauthn", "2fa/totp/activate", "2fa/totp/deactivate", "2fa/recovery-codes/generate",
          "2fa/webauthn/add", "2fa/webauthn/keys/1/edit", "2fa/webauthn/keys/1/remove", "sessions", "licences"]  # fmt: skip
FIELDS = ["login", "email", "password", "password1", "oldpassword", "code", "legal_name", "display_name", "time_zone",
          "jurisdiction", "profession", "number", "issued_on", "expires_on", "name", "credential", "next", "action", "remember"]  # fmt: skip
FORM = "application/x-www-form-urlencoded"
KEYS = ["[]", "1", '"x"', "null", '{"response":[]}', '{"id":"x","response":{"userHandle":1}}', "{" * 5000, "NaN", "1e999",
        '{"id":"eA","rawId":"eA","type":"public-key","response":{"userHandle":"__8","clientDataJSON":"e30","authenticatorData":"eA","signature":"eA","attestationObject":"eA"}}']  # fmt: skip


def filled(value: str) -> str:
    return "&".join(f"{field}={value}" for field in FIELDS)


BODIES = {
    "nul": (filled("a%00b"), FORM),
    "bad utf-8": (filled("%ff%fe%c0"), FORM),
    "surrogate": (filled("%ed%a0%80"), FORM),
    "override": (filled("%e2%80%ae%00"), FORM),
    "long": (filled("x" * 20_000), FORM),
    "number": (filled("1" + "0" * 30), FORM),
    "twice": (filled("a") + "&" + filled("b"), FORM),
    "brackets": ("&".join(f"{field}[]=a" for field in FIELDS), FORM),
    "crlf": (filled("%0d%0aBcc:x%40example.org"), FORM),
    "empty": ("", FORM),
    "1001 fields": ("&".join(f"f{n}=1" for n in range(1001)), FORM),
    "too large": ("code=" + "x" * 3_000_000, FORM),
    "json": (json.dumps(dict.fromkeys(FIELDS, ["a"])), "application/json"),
    "broken multipart": ("--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
    "no boundary": ("abc", "multipart/form-data"),
    "no type": ("abc", ""),
}


@pytest.fixture
def visitor(client):
    client.raise_request_exception = False
    return client


@pytest.fixture
def ana(visitor, person):
    user = person()
    Authenticator.objects.create(
        pk=1, user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "k", "credential": {}}
    )
    visitor.post("/accounts/login/code/", {"email": user.email})
    visitor.force_login(user)
    return visitor


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("path", OUTSIDE)
def test_b10_from_outside(visitor, path, body):
    text, kind = BODIES[body]

    assert visitor.post(f"/accounts/{path}/", text, content_type=kind).status_code < 500


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("path", INSIDE)
def test_b10_from_inside(ana, path, body):
    text, kind = BODIES[body]

    assert ana.post(f"/accounts/{path}/", text, content_type=kind).status_code < 500


@pytest.mark.parametrize("key", KEYS)
def test_b10_a_key_may_say_anything(visitor, person, key):
    person()
    visitor.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})
    outside = visitor.post("/accounts/2fa/webauthn/login/", {"credential": key})
    visitor.post("/accounts/login/", {"login": "ana@example.org", "password": "correct horse battery"})
    visitor.get("/accounts/2fa/webauthn/add/")
    inside = visitor.post("/accounts/2fa/webauthn/add/", {"credential": key, "name": "n" * 100})

    assert outside.status_code < 500
    assert inside.status_code < 500
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options", "head", "trace"])
@pytest.mark.parametrize("path", ["login", "signup", "profile", "licences/add", "sessions"])
def test_b10_other_methods(ana, path, method):
    assert getattr(ana, method)(f"/accounts/{path}/").status_code < 500


@pytest.mark.parametrize("host", ["evil.example", "evil.example:99999", "a" * 300, "[::1", "localhost, evil.example"])
def test_b10_a_spoofed_host_is_refused(visitor, db, host):
    assert (
        visitor.post("/accounts/password/reset/", {"email": "a@example.org"}, headers={"host": host}).status_code == 400
    )
