import uuid

import pytest

from ceu.accounts.models import User
from ceu.shared.prepared import prepared
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_it_answers_what_the_queryset_answers():
    ana, ben = make_user(), make_user()
    read = prepared(
        lambda pk: User.objects.filter(pk=pk).values_list("uuid", "email", "date_joined", "is_staff"), pk=int
    )

    assert read(pk=ana.pk) == list(
        User.objects.filter(pk=ana.pk).values_list("uuid", "email", "date_joined", "is_staff")
    )
    assert read(pk=ben.pk)[0][1] == ben.email


def test_the_sql_is_worded_once(max_statements):
    made = []

    def make(email):
        made.append(email)
        return User.objects.filter(email=email).values_list("pk")

    read, user = prepared(make, email=str), make_user()
    read(email=user.email)
    before = len(made)

    with max_statements(2):
        assert read(email=user.email) == [(user.pk,)]
        assert read(email="nobody@ce.example.org") == []

    assert len(made) == before


def test_a_uuid_finds_its_row_on_both_databases():
    user = make_user()
    read = prepared(lambda key: User.objects.filter(uuid=key).values_list("pk"), key=uuid.UUID)

    assert read(key=user.uuid) == [(user.pk,)]


def test_a_value_that_is_no_parameter_is_refused():
    read = prepared(lambda pk, other: User.objects.filter(pk=pk).values_list("pk"), pk=int, other=int)

    with pytest.raises(ValueError, match="other"):
        read(pk=1, other=2)


def test_the_names_must_be_those_declared():
    read = prepared(lambda pk: User.objects.filter(pk=pk).values_list("pk"), pk=int)

    with pytest.raises(TypeError):
        read(user=1)
