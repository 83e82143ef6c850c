"""What `manage.py demo` prepares."""

import datetime as dt
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import get_user_model

from ceu import demo
from courses.catalogue.models import Approval, Edition

pytestmark = pytest.mark.django_db
FIXTURES = settings.BASE_DIR / "fixtures"


def test_there_is_one_account_for_each_role_with_a_verified_address():
    accounts = demo.make_accounts()

    assert list(accounts) == ["learner", "instructor", "registrar", "auditor", "superuser"]
    assert {role: list(user.groups.values_list("name", flat=True)) for role, user in accounts.items()} == {
        "learner": [],
        "instructor": ["instructor"],
        "registrar": ["registrar"],
        "auditor": ["auditor"],
        "superuser": [],
    }
    assert [role for role, user in accounts.items() if not user.is_staff] == ["learner"]
    assert [role for role, user in accounts.items() if user.is_superuser] == ["superuser"]
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == 5


def test_accounts_are_named_as_specimens_and_share_the_printed_password():
    learner = demo.make_accounts()["learner"]

    assert (learner.email, learner.display_name) == ("learner@demo.example", "Demo Learner")
    assert learner.legal_name == "Demo Learner (specimen)"
    assert learner.check_password(demo.PASSWORD)


def test_a_second_start_changes_no_account():
    demo.make_accounts()
    before = list(get_user_model().objects.order_by("pk").values())

    demo.make_accounts(password="another-password")

    assert list(get_user_model().objects.order_by("pk").values()) == before


def test_courses_are_published_once_and_approved_by_the_specimen_board():
    instructor = demo.make_accounts()["instructor"]
    loaded = {each.name: each for each in demo.load_courses(FIXTURES, by=instructor)}
    edition = loaded["neural-mobilization"].edition

    approval = demo.approve(edition, today=dt.date(2027, 3, 1))
    again = {each.name: each.edition for each in demo.load_courses(FIXTURES, by=instructor)}
    demo.approve(again["neural-mobilization"], today=dt.date(2028, 3, 1))

    assert (approval.accreditor.name, approval.number) == ("Specimen Board", "000000-00")
    assert approval.hours >= Decimal("0.25")
    assert Approval.objects.get() == approval
    assert again == {name: each.edition for name, each in loaded.items()}
    assert Edition.objects.count() == sum(each.edition is not None for each in loaded.values())


def test_every_course_in_fixtures_is_published():
    loaded = demo.load_courses(FIXTURES, by=demo.make_accounts()["instructor"])

    assert [f"{each.name}: {each.reason}" for each in loaded if each.edition is None] == []


def test_a_package_that_cannot_be_read_is_told_and_does_not_stop_the_others(tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "course.json").write_text("{")

    (told,) = demo.load_courses(tmp_path, by=demo.make_accounts()["instructor"])

    assert (told.name, told.edition) == ("broken", None)
    assert told.reason.startswith("not loaded. course.json")
