"""What pages keep of their frame: equal for equal visitors, and never one visitor's for another."""

import pytest
from django.template import engines
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation

from tests.factories import make_user

pytestmark = pytest.mark.django_db


def masthead(user=None, cookies=()) -> str:
    client = Client()
    if user:
        client.force_login(user)
    for name, value in cookies:
        client.cookies[name] = value
    return client.get(reverse("courses:catalogue")).content.decode().partition("<main")[0]


def test_staff_see_the_desks_and_others_do_not_whoever_came_first(settings):
    settings.STAFF_SECOND_FACTOR = False
    learner, staff = make_user(), make_user(is_staff=True)

    seen = ["Desks" in masthead(who) for who in (learner, staff, learner, staff, None)]

    assert seen == [False, True, False, True, False]


def test_who_is_signed_out_is_offered_to_sign_in():
    assert ["Sign in" in masthead(who) for who in (make_user(), None, make_user())] == [False, True, False]


def test_chosen_colours_are_painted_for_who_chose_them(settings):
    name = settings.THEME_COOKIE_NAME
    painted = [masthead(cookies=cookies) for cookies in ([(name, "dark")], [], [(name, "light")])]

    assert ['data-theme="dark"' in page for page in painted] == [True, False, False]
    assert ['data-theme="light"' in page for page in painted] == [False, False, True]


def test_the_site_s_name_is_that_of_the_settings():
    assert "Clinic of Hands" not in masthead()
    with override_settings(SITE_NAME="Clinic of Hands"):
        assert "Clinic of Hands</a>" in masthead()


def test_each_page_marks_its_own_place(client):
    assert 'aria-current="page">Courses' in client.get(reverse("courses:catalogue")).content.decode()
    assert 'aria-current="page">Verify' in client.get(reverse("courses:verify")).content.decode()


def test_a_template_in_hand_is_rendered_each_time():
    template = engines["django"].from_string("{% load design %}{% kept a %}{{ b }}{% endkept %}")

    assert [template.render({"a": 1, "b": b}) for b in (1, 2)] == ["1", "2"]


# --- {% extends %} ----------------------------------------------------------------------------------------------------

FILES = {
    "root": "<{% block a %}root a{% endblock %}|{% block b %}root b{% endblock %}>",
    "middle": "{% extends 'root' %}{% block a %}middle {{ block.super }}{% block inner %}inner{% endblock %}{% endblock %}",
    "leaf": "{% extends 'middle' %}{% block b %}leaf {{ word }}{% endblock %}{% block inner %}leaf inner{% endblock %}",
    "other": "{% extends 'root' %}{% block b %}other{% endblock %}",
    "chosen": "{% extends parent %}{% block b %}chosen{% endblock %}",
}


@pytest.fixture
def files(settings):
    options = settings.TEMPLATES[0]["OPTIONS"]
    loaders = [("django.template.loaders.cached.Loader", [("django.template.loaders.locmem.Loader", FILES)])]
    template = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": loaders, "builtins": options["builtins"]},
    }
    settings.TEMPLATES = [template]


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_page_inherits_as_django_says_each_time_it_is_asked_for(files, language):
    with translation.override(language):
        for word in ("one", "two"):
            assert render_to_string("leaf", {"word": word}) == f"<middle root aleaf inner|leaf {word}>"
            assert render_to_string("middle") == "<middle root ainner|root b>"
            assert render_to_string("other") == "<root a|other>"


def test_a_parent_that_the_page_names_itself_is_looked_up_each_time(files):
    said = [render_to_string("chosen", {"parent": parent}) for parent in ("root", "middle", "root")]

    assert said == ["<root a|chosen>", "<middle root ainner|chosen>", "<root a|chosen>"]
