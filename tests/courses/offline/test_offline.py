"""A course kept on a device: what belongs to it, whose it is, and what the site tells the browser."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.courses import factories as make
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def enrolment(client):
    enrolment = make.make_enrolment(make.make_learner(), modules=2)
    client.force_login(enrolment.user)
    return enrolment


def parts(client, enrolment) -> dict:
    return client.get(reverse("courses:offline", args=[enrolment.course.slug])).json()


def test_a_copy_is_made_of_the_lessons_and_what_shows_them_and_of_no_quiz(client, enrolment):
    found, slug = parts(client, enrolment), enrolment.course.slug

    assert [address for address in found["addresses"] if not address.startswith("/static/")] == [
        "/offline/",
        f"/courses/{slug}/",
        *(f"/courses/{slug}/lessons/m{m}-l{n}/" for m in (1, 2) for n in (1, 2)),
    ]
    assert (found["lessons"], found["version"], found["title"]) == (4, 1, enrolment.edition.frozen.title)


def test_every_part_of_a_copy_can_be_fetched_and_names_the_same_reader(client, enrolment):
    found = parts(client, enrolment)

    for address in found["addresses"]:
        response = client.get(address)
        reader = found["reader"] if not address.startswith("/static/") else None
        assert (response.status_code, response.get("X-Reader")) == (200, reader)


def test_all_that_a_kept_lesson_loads_is_kept_with_it(client, enrolment):
    found, slug = parts(client, enrolment), enrolment.course.slug
    pages = [client.get(address).text for address in found["addresses"] if not address.startswith("/static/")]
    loaded = {each.partition("#")[0] for page in pages for each in re.findall(r'(?:src|href)="(/static/[^"]+)"', page)}

    assert slug and loaded <= set(found["addresses"])


def test_the_reader_is_the_login_session_and_nobody_without_one(client, enrolment):
    mine = client.get("/")["X-Reader"]
    other = Client()
    other.force_login(enrolment.user)

    assert mine == client.get("/record/")["X-Reader"] != other.get("/")["X-Reader"]
    assert Client().get("/")["X-Reader"] == "none"
    assert client.cookies["session"].value not in mine


def test_signing_out_clears_what_the_device_kept_and_nothing_else_does(client):
    client.force_login(make_user())
    asked = client.get(reverse("account_logout"))
    client.cookies["session"] = "x" * 32
    expired = client.get("/record/")
    client.force_login(make_user())
    left = client.post(reverse("account_logout"))

    assert [response.get("Clear-Site-Data") for response in (asked, expired, left)] == [None, None, '"storage"']


def test_a_copy_costs_two_statements(client, enrolment, max_statements):
    parts(client, enrolment)

    with max_statements(2):
        parts(client, enrolment)


def test_the_worker_is_a_script_at_the_root(client):
    response = client.get("/sw.js")

    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert "no-cache" in response["Cache-Control"]
    assert 'addEventListener("fetch"' in response.text


def test_the_manifest_names_the_site_and_its_icon(client, settings):
    settings.SITE_NAME = "Clinic of Hands"

    response = client.get("/manifest.webmanifest")
    told = json.loads(response.content)

    assert response["Content-Type"] == "application/manifest+json"
    assert (told["name"], told["display"], told["scope"]) == ("Clinic of Hands", "standalone", "/")
    assert client.get(told["icons"][0]["src"]).status_code == 200
    assert '<link rel="manifest" href="/manifest.webmanifest">' in client.get("/").text


def test_the_offline_page_says_what_needs_a_connection(client):
    page = client.get(reverse("offline")).text

    assert "Quizzes need a connection." in page


def test_only_who_is_enrolled_is_offered_a_copy(client, enrolment):
    address = reverse("courses:course", args=[enrolment.course.slug])

    assert "data-keep" in client.get(address).text
    assert "data-keep" not in Client().get(address).text
