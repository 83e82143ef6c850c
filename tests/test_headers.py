"""S26 and section 13 of the threat model: the headers of every answer, in words. A real site adds those of HTTPS."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client
from django.urls import path

from ceu import urls as site_urls
from tests.addresses import every_address
from tests.test_settings import OURS, SECRETS
from tests.world import forget

ROOT = Path(__file__).resolve().parent.parent
CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",  # data: is the QR code of the authenticator set-up
    "connect-src": "'self'",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
# The preview of a letter frames one page of ours; that page may have the styles of a mail, and nothing else at all.
CSP_OF = {
    "admin:letter": CSP | {"frame-src": "'self'"},
    "admin:letter_page": {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'self'",
        "sandbox": "",
    },
}
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}


def wrong_with(response, name: str = "") -> list[str]:
    """What an answer lacks of the headers that every answer has. `name` is that of the address."""
    policy = CSP_OF.get(name, CSP) if getattr(response, "status_code", 200) == 200 else CSP
    found = [name for name, value in EVERYWHERE.items() if response.get(name) != value]
    return found + ([] if csp_of(response) == policy else ["Content-Security-Policy"])


def csp_of(response) -> dict[str, str]:
    directives = filter(None, (part.strip() for part in response.get("Content-Security-Policy", "").split(";")))
    return {name: value for name, _, value in (directive.partition(" ") for directive in directives)}


@pytest.fixture(autouse=True)
def quiet():
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


# --- every address ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["anonymous", "owner", "superuser"])
def test_s26_every_answer_has_its_headers_and_what_knows_a_person_is_stored_nowhere(world, who):
    client, wrong = world.visit(who), {}

    for pattern, address in every_address(world):
        if who != "owner" or not pattern.route.startswith("admin/"):
            forget()
            response = client.get(address)
            knows_somebody = who != "anonymous" or "session" in response.cookies
            if found := wrong_with(response, pattern.name) + (
                [] if is_kept_private(response, knows_somebody) else [response["Cache-Control"]]
            ):
                wrong[pattern.name] = found

    assert wrong == {}


def is_kept_private(response, knows_somebody: bool) -> bool:
    if knows_somebody:
        return response["Cache-Control"] == "no-store, private"
    return {"no-cache", "private"} <= {part.strip() for part in response["Cache-Control"].split(",")}


@pytest.mark.django_db
def test_a_certificate_as_pdf_is_a_file_and_is_stored_nowhere(world):
    response = world.visit("owner").get(f"/certificates/{world.certificate.uuid}/certificate.pdf")

    assert wrong_with(response) == []
    assert (response["Content-Type"], response["Cache-Control"]) == ("application/pdf", "no-store, private")
    assert response["Content-Disposition"] == f'attachment; filename="certificate-{world.certificate.number}.pdf"'


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["", "?number=MT-000001-A&name=Delgado", "?number=MT-000001-A&name=Nobody", "?number=x&name=y"]
)
def test_search_engines_are_told_to_list_no_certificate(world, query):
    assert world.visit("anonymous").get(f"/verify/{query}")["X-Robots-Tag"] == "noindex"


@pytest.mark.django_db
def test_search_engines_are_told_so_for_every_token(world):
    client = world.visit("anonymous")

    tags = [client.get(f"/verify/{token}/").get("X-Robots-Tag") for token in (world.certificate.token, "0" * 40, "x")]

    assert tags == ["noindex"] * 3


# --- errors, static files ---------------------------------------------------------------------------------------------


def fails(error: Exception):
    def view(request):
        raise error

    return view


urlpatterns = [
    *site_urls.urlpatterns,
    path("fails/400/", fails(SuspiciousOperation())),
    path("fails/403/", fails(PermissionDenied())),
    path("fails/500/", fails(RuntimeError())),
]


@pytest.mark.django_db
@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize(("method", "address", "status"), [
    ("GET", "/fails/400/", 400),
    ("GET", "/fails/403/", 403),
    ("GET", "/fails/404/", 404),
    ("GET", "/fails/500/", 500),
    ("GET", "/admin/fails/", 404),
    ("POST", "/accounts/login/", 403),
    ("POST", "/healthz", 403),
    ("DELETE", "/verify/", 403),
    ("GET", "/theme/", 405),
    ("HEAD", "/healthz", 200),
    ("OPTIONS", "/", 405),
])  # fmt: skip
def test_an_error_has_the_headers_of_a_page(world, settings, signed_in, method, address, status):
    settings.ROOT_URLCONF = __name__
    client = world.visit("superuser" if signed_in else "anonymous", enforce_csrf_checks=True)

    response = client.generic(method, address)

    expected = 302 if address == "/admin/fails/" and not signed_in else status
    assert (response.status_code, wrong_with(response)) == (expected, [])
    assert response["Cache-Control"] == ("no-store, private" if signed_in else "no-cache, private")


@pytest.mark.django_db
def test_a_host_that_is_not_ours_gets_the_headers_too():
    response = Client().get("/", headers={"host": "evil.example"})

    assert (response.status_code, wrong_with(response)) == (400, [])


@pytest.mark.parametrize("name", ["ceu/icons.svg", "ceu/site.css", "admin/css/base.css", "admin/js/theme.js"])
@pytest.mark.django_db
def test_a_static_file_has_the_headers_and_knows_nobody(name):
    response = Client().get(f"/static/{name}")

    assert (response.status_code, wrong_with(response), response.cookies) == (200, [], {})


# --- a real site ------------------------------------------------------------------------------------------------------

A_REAL_SITE = """
import json, django
django.setup()
from django.conf import settings
settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
from django.apps import apps
from django.core.management import call_command
settings.MIGRATION_MODULES = {each.label: None for each in apps.get_app_configs()}
call_command("migrate", run_syncdb=True, verbosity=0)
call_command("createcachetable", verbosity=0)
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.test import Client
user = get_user_model().objects.create_user("ana@example.org", "correct horse battery", legal_name="Ana Delgado")
EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)

def told(response):
    cookies = {name: cookie.OutputString() for name, cookie in response.cookies.items()}
    return {"status": response.status_code, "headers": dict(response.headers), "cookies": cookies}

def client():
    return Client(headers={"host": "ce.example.org"}, raise_request_exception=False)

signed_in = client()
print(json.dumps({
    "plain": told(client().get("/accounts/login/")),
    "plain post": told(client().post("/accounts/login/")),
    "spoofed": told(client().get("/accounts/login/", headers={"x-forwarded-proto": "https"})),
    "healthz": told(client().get("/healthz")),
    "readyz": told(client().get("/readyz")),
    "nearly healthz": told(client().get("/healthz/")),
    "page": told(client().get("/accounts/login/", secure=True)),
    "missing": told(client().get("/nope/", secure=True)),
    "login": told(signed_in.post("/accounts/login/", {"login": user.email, "password": "correct horse battery"}, secure=True)),
    "record": told(signed_in.get("/accounts/profile/", secure=True)),
    "theme": told(client().post("/theme/", {"theme": "dark"}, secure=True)),
    "no theme": told(client().post("/theme/", {"theme": "auto"}, secure=True)),
}))
"""
HSTS = "max-age=63072000; includeSubDomains; preload"


@pytest.fixture(scope="module")
def real_site(tmp_path_factory):
    """What a site in production mode answers, by name. It runs in a process of its own: settings are read at the start."""
    env = {name: value for name, value in os.environ.items() if name not in OURS} | SECRETS
    env |= {
        "DJANGO_SETTINGS_MODULE": "ceu.settings",
        "SQLITE_PATH": str(tmp_path_factory.mktemp("real") / "site.sqlite3"),
    }
    done = subprocess.run([sys.executable, "-c", A_REAL_SITE], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", ["plain", "plain post", "spoofed", "nearly healthz"])
def test_a_real_site_sends_plain_http_on_to_https(real_site, name):
    answer = real_site[name]

    assert answer["status"] == 301
    assert answer["headers"]["Location"].startswith("https://ce.example.org/")
    assert answer["cookies"] == {}


@pytest.mark.parametrize("name", ["healthz", "readyz"])
def test_whoever_watches_the_machines_may_ask_in_plain_http(real_site, name):
    assert real_site[name]["status"] == 200


@pytest.mark.parametrize("name", ["page", "missing", "login", "record", "theme"])
def test_a_real_site_is_reached_by_https_alone_for_two_years(real_site, name):
    answer = real_site[name]

    assert answer["headers"]["Strict-Transport-Security"] == HSTS
    assert wrong_with(answer["headers"]) == []


def test_the_cookies_of_a_real_site_stay_on_it(real_site):
    cookies = {name: text for answer in real_site.values() for name, text in answer["cookies"].items()}

    assert set(cookies) >= {"__Host-session", "__Host-csrf", "__Host-theme"}
    assert {name: _loose(name, text) for name, text in cookies.items()} == dict.fromkeys(cookies, [])


def _loose(name: str, text: str) -> list[str]:
    """What a cookie lacks: the prefix binds it to this host, and each attribute to its purpose."""
    parts = {part.strip().split("=")[0].lower() for part in text.split(";")[1:]}
    needed = {"secure", "samesite", "path"} | (set() if "Max-Age=0" in text else {"httponly"})
    found = sorted(needed - parts)
    found += ["domain"] if "domain" in parts else []
    return found + ([] if name.startswith("__Host-") else ["prefix"])
