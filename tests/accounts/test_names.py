"""B07: a name on a certificate is compared letter for letter by a stranger with a list."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError

from ceu.accounts.forms import ProfileForm
from ceu.accounts.models import User

pytestmark = pytest.mark.django_db
KEPT = [
    ("Zoe\u0308 Delgado", "Zoë Delgado"),
    ("  Ana   María\tDelgado-Øst ", "Ana María Delgado-Øst"),
    ("ʻOkina Kealoha", "ʻOkina Kealoha"),
    ("Siobhán O’Neill-O'Brien", "Siobhán O’Neill-O'Brien"),
    ("Madonna", "Madonna"),
    ("李小龍", "李小龍"),
    ("محمد", "محمد"),
    ("Nguye\u0302\u0303n", "Nguyễn"),
    ("ANA DELGADO", "ANA DELGADO"),
    ("X" * 100, "X" * 100),
]
REFUSED = [
    "Ana\u200bDelgado",
    "Ana\u202eDelgado",
    "\u0301Ana",
    "Ana\x00",
    "Ana\ufeff",
    "Ana\x07",
    "Ana\ud800",
    "A\u00adna",
    "X" * 101,
]


def form_with(name: str) -> ProfileForm:
    return ProfileForm({"legal_name": name, "time_zone": "UTC"}, instance=User(email="a@example.org"))


@pytest.mark.parametrize(("typed", "kept"), KEPT)
def test_a_name_is_kept_in_one_normal_form(typed, kept):
    form = form_with(typed)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["legal_name"] == kept


@pytest.mark.parametrize("typed", REFUSED)
def test_a_name_that_cannot_be_read_is_refused(typed):
    assert "legal_name" in form_with(typed).errors


def test_a_legal_name_is_asked_for_in_words():
    assert form_with("  ").errors["legal_name"] == ["Enter your legal name, as it stands on your licence."]


def test_every_way_to_the_database_normalises(person):
    user = person(legal_name="Zoe\u0308  Delgado", display_name=" Zoe\u0308 ")
    made = (user.legal_name, user.display_name)
    User.objects.filter(legal_name="Zoe\u0308 Delgado").update(legal_name=" A\u030angstro\u0308m ")
    user.refresh_from_db()

    assert made == ("Zoë Delgado", "Zoë")
    assert user.legal_name == unicodedata.normalize("NFC", "A\u030angstro\u0308m")


@pytest.mark.parametrize("name", ["Ana\u200b", "Ana\x00"])
def test_no_way_to_the_database_lets_a_refused_name_through(person, name):
    user = person()
    user.legal_name = name

    with pytest.raises(ValidationError):
        user.save()
    with pytest.raises(ValidationError):
        User.objects.update(display_name=name)


def test_a_refused_name_is_not_shown_as_the_users(client, person):
    user = person(display_name="Ana")
    client.force_login(user)

    response = client.post(
        "/accounts/profile/", {"legal_name": "", "display_name": "Boss", "time_zone": "Mars/Olympus"}
    )

    assert response.context["user"].get_full_name() == "Ana"
    assert set(response.context["form"].errors) == {"legal_name", "time_zone"}


def test_saving_a_profile_writes_nothing_else(client, person):
    user = person()
    client.force_login(user)

    client.post(
        "/accounts/profile/", {"legal_name": "Ana", "time_zone": "UTC", "is_staff": "1", "email": "eve@example.org"}
    )
    user.refresh_from_db()

    assert (user.legal_name, user.is_staff, user.email) == ("Ana", False, "ana@example.org")


def test_the_time_zone_that_is_kept_is_the_one_that_is_shown(client, person):
    client.force_login(person(time_zone="America/New_York"))

    page = client.get("/accounts/profile/").content.decode()

    assert page.count(" selected") == 1
    assert '<option value="America/New_York" selected>New York</option>' in page


def test_a_time_zone_is_escaped_like_any_text(client, person):
    client.force_login(person())

    page = client.post("/accounts/profile/", {"legal_name": "A", "time_zone": '"><script>'}).content.decode()

    assert "><script>" not in page
