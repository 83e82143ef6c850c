import uuid

import pytest

from ceu.accounts.models import Licence

pytestmark = pytest.mark.django_db
FACTS = {"jurisdiction": "Florida", "profession": "massage_therapist", "number": "MA0012345"}


@pytest.fixture
def ana(person):
    return person()


@pytest.fixture
def signed_in(client, ana):
    client.force_login(ana)
    return client


def test_a_licence_is_added_changed_and_removed(signed_in, ana):
    signed_in.post("/accounts/licences/add/", FACTS | {"issued_on": "2025-09-01", "expires_on": "2027-08-31"})
    licence = Licence.objects.get(user=ana)
    listed = signed_in.get("/accounts/licences/").content.decode()
    signed_in.post(f"/accounts/licences/{licence.uuid}/", FACTS | {"jurisdiction": "Georgia"})
    licence.refresh_from_db()
    signed_in.post(f"/accounts/licences/{licence.uuid}/delete/")

    assert "Massage therapist, Florida" in listed
    assert "…2345" in listed and "MA0012345" not in listed
    assert licence.jurisdiction == "Georgia"
    assert not Licence.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("tail", ["", "delete/"])
def test_s05_the_licence_of_another_is_missing(signed_in, person, licence, method, tail):
    theirs = licence(person("eve"))

    foreign = getattr(signed_in, method)(f"/accounts/licences/{theirs.uuid}/{tail}", FACTS)
    missing = getattr(signed_in, method)(f"/accounts/licences/{uuid.uuid4()}/{tail}", FACTS)

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert Licence.objects.get().number == "MA0012345"


@pytest.mark.parametrize(
    "given", ["-1", "0", "1" + "0" * 30, "1.0", "١٢", "1%00", "{fcf71418-54f3-47e5-bb9d-29d8c2572344}", "x" * 4000]
)
def test_b13_an_id_that_is_none_is_missing(signed_in, given):
    assert signed_in.get(f"/accounts/licences/{given}/").status_code == 404


def test_a_visitor_is_sent_to_sign_in(client, licence, ana):
    path = f"/accounts/licences/{licence(ana).uuid}/"

    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


def test_the_same_licence_is_entered_once(signed_in, ana, licence):
    licence(ana)

    response = signed_in.post("/accounts/licences/add/", FACTS | {"number": " MA0012345 "})

    assert response.context["form"].non_field_errors() == ["This licence is already on your list."]
    assert Licence.objects.count() == 1


def test_the_same_licence_entered_in_another_tab_a_moment_ago_is_no_crash(ana, licence):
    from ceu.accounts.forms import LicenceForm

    form = LicenceForm(FACTS, instance=Licence(user=ana))
    assert form.is_valid()
    licence(ana)

    assert form.save() is None
    assert form.non_field_errors() == ["This licence is already on your list."]


def test_a_licence_expires_after_it_was_issued(signed_in):
    response = signed_in.post(
        "/accounts/licences/add/", FACTS | {"issued_on": "2026-01-01", "expires_on": "2026-01-01"}
    )

    assert response.context["form"].errors == {"expires_on": ["The date of expiry must come after the date of issue."]}


@pytest.mark.parametrize("day", ["01/02/03", "2026-02-30", "tomorrow", "0000-00-00", "99999-01-01"])
def test_a_date_that_could_be_two_days_is_asked_for_again(signed_in, day):
    response = signed_in.post("/accounts/licences/add/", FACTS | {"expires_on": day})

    assert "year, month and day" in response.context["form"].errors["expires_on"][0]


def test_s04_a_licence_cannot_be_given_to_another(signed_in, ana, person):
    eve = person("eve")

    signed_in.post("/accounts/licences/add/", FACTS | {"user": eve.pk, "uuid": str(uuid.uuid4()), "id": 7})

    assert Licence.objects.get().user == ana


def test_the_list_costs_the_same_for_three_and_for_thirty(signed_in, ana, licence, max_statements):
    for number in range(30):
        licence(ana, number=f"N{number}")

    with max_statements(2):
        signed_in.get("/accounts/licences/")
