"""What every page shares: health, colours, error pages, headers."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import path
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from ceu import urls as site_urls


def broken(request):
    raise RuntimeError("a canary")


def denied(request):
    raise PermissionDenied


urlpatterns = [*site_urls.urlpatterns, path("broken/", broken), path("denied/", denied)]


@pytest.fixture
def visitor(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


def test_the_process_is_alive_without_a_database(client):
    # No database mark: pytest-django refuses every statement here.
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_the_site_is_ready_when_database_and_migrations_are(client):
    assert client.get("/readyz").json() == {
        "status": "ok",
        "database": "ok",
        "migrations": "ok",
        "oldest_task_seconds": 0,
    }


@pytest.mark.django_db
def test_a_waiting_migration_is_not_ready(client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'accounts'")

    response = client.get("/readyz")

    assert (response.status_code, response.json()["status"]) == (503, "not ready")
    assert response.json()["migrations"].endswith("waiting")


@pytest.mark.django_db
def test_the_age_of_the_oldest_task_is_told(client):
    task = DBTaskResult.objects.create(args_kwargs={"args": [], "kwargs": {}}, task_path="x", backend_name="default")
    DBTaskResult.objects.filter(pk=task.pk).update(
        enqueued_at=timezone.now() - timezone.timedelta(seconds=90),
        run_after=timezone.now() - timezone.timedelta(days=9),
    )

    assert client.get("/readyz").json()["oldest_task_seconds"] == 90


@pytest.mark.django_db
def test_colours_are_kept_in_a_cookie_and_painted_by_the_server(client):
    client.post("/theme/", {"theme": "dark"}, headers={"referer": "http://testserver/accounts/login/"})
    dark = client.get("/accounts/login/").content.decode()
    client.post("/theme/", {"theme": "auto"})
    auto = client.get("/accounts/login/").content.decode()

    assert '<html lang="en-gb" dir="ltr" data-theme="dark">' in dark
    assert '<html lang="en-gb" dir="ltr">' in auto


@pytest.mark.django_db
def test_the_size_of_text_is_kept_beside_the_colours(client):
    client.post("/theme/", {"theme": "dark"})
    client.post("/theme/", {"size": "largest"})
    both = client.get("/accounts/login/").text
    client.post("/theme/", {"size": "usual"})
    usual = client.get("/accounts/login/").text

    assert '<html lang="en-gb" dir="ltr" data-theme="dark" data-size="largest">' in both
    assert 'value="largest" aria-pressed="true"' in both
    assert '<html lang="en-gb" dir="ltr" data-theme="dark">' in usual


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["", "huge", '"><script>', "\x00"])
def test_a_size_that_is_none_is_the_usual(client, value):
    client.cookies["size"] = value

    assert "data-size" not in client.get("/accounts/login/").text


@pytest.mark.django_db
def test_colours_asked_for_by_a_script_answer_without_a_page(client):
    response = client.post("/theme/", {"theme": "light"}, headers={"accept": "application/json"})

    assert (response.status_code, response.cookies["theme"].value) == (204, "light")


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["", "red", '"><script>', "\x00"])
def test_colours_that_are_none_are_as_the_device(client, value):
    client.cookies["theme"] = value

    assert "data-theme" not in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize(("address", "status", "words"), [
    ("/nope/", 404, "There is no such page"),
    ("/denied/", 403, "This page is not open to you"),
    ("/broken/", 500, "Something broke on our side"),
])  # fmt: skip
@pytest.mark.django_db
def test_an_error_page_says_what_happened_what_is_safe_and_what_next(visitor, address, status, words):
    response = visitor.get(address)

    assert response.status_code == status
    assert words in response.content.decode()
    assert "canary" not in response.content.decode()
    assert "{%" not in response.content.decode()


@pytest.mark.django_db
def test_s11_a_form_without_its_token_is_refused_in_words():
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a", "password": "b"})

    assert response.status_code == 403
    assert "Please send this once more" in response.content.decode()


@pytest.mark.django_db
def test_a_page_holds_no_inline_script_or_style(client):
    page = client.get("/accounts/login/").content.decode()

    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert page.count("<script") == page.count('<script src="') + page.count(
        '<script type="module" src="'
    ) + page.count("<script data-allauth-onload")
