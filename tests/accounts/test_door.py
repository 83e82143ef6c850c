import pytest
from allauth.mfa.totp.internal.auth import TOTP

from ceu.accounts import roles

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def second_factor_required(settings):
    settings.STAFF_SECOND_FACTOR = True


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/?next=/admin/accounts/"])
def test_a_visitor_is_sent_to_sign_in_and_back(client, path):
    response = client.get(path)

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=/admin/")


def test_a_learner_is_refused(client, person):
    client.force_login(person())

    assert client.get("/admin/").status_code == 403
    assert client.get("/admin/login/").status_code == 403


def test_staff_without_a_second_factor_are_sent_to_set_one_up(client, person):
    client.force_login(person(is_staff=True, is_superuser=True))

    response = client.get("/admin/", follow=True)

    assert response.redirect_chain == [("/accounts/2fa/", 302)]
    assert "The desks open after you have set up a second step" in response.content.decode()


def test_staff_with_a_second_factor_come_in(client, person):
    user = person(is_staff=True, is_superuser=True)
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    client.force_login(user)

    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/login/")["Location"] == "/admin/"


def test_a_post_is_turned_away_like_a_get(client, person):
    client.force_login(person(is_staff=True, is_superuser=True))

    assert client.post("/admin/logout/")["Location"] == "/accounts/2fa/"


def test_a_role_gives_the_group_and_the_door(person):
    user = person()

    roles.give(user, roles.REGISTRAR)
    user.refresh_from_db()

    assert user.is_staff
    assert [group.name for group in user.groups.all()] == ["registrar"]
