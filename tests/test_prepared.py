import uuid

import pytest
from django.db import connection
from django.db.models import F

from ceu.accounts.models import User
from ceu.shared.prepared import Json, prepared, prepared_update
from quizzes.delivery.models import Response
from tests.factories import make_attempt, make_user

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


def test_an_update_says_how_many_rows_it_changed():
    ana, ben = make_user(), make_user()
    rename = prepared_update(
        lambda pk, name, active: (User.objects.filter(pk=pk), {"display_name": name, "is_active": active}),
        pk=int, name=User._meta.get_field("display_name"), active=bool,
    )  # fmt: skip

    assert rename(pk=ana.pk, name="Ana", active=False) == 1
    assert rename(pk=0, name="Nobody", active=True) == 0

    ana.refresh_from_db()
    ben.refresh_from_db()
    assert (ana.display_name, ana.is_active, ben.is_active) == ("Ana", False, True)


@pytest.mark.parametrize("answer", [3, [1, None], "é\ue000", {"a": 1}, None])
def test_an_update_stores_json_and_counts_up(answer):
    row = make_attempt().responses.get(n=1)
    store = prepared_update(
        lambda pk, answer: (Response.objects.filter(pk=pk), {"answer": answer, "rev": F("rev") + 1}),
        pk=int,
        answer=Json,
    )

    assert store(pk=row.pk, answer=answer) == 1

    row.refresh_from_db()
    assert (row.answer, row.rev) == (answer, 1)
    assert Response.objects.filter(pk=row.pk, answer__isnull=True).exists() == (answer is None)


@pytest.mark.postgresql
def test_postgresql_keeps_the_plan_of_what_is_asked_again():
    read = prepared(lambda email: User.objects.filter(email=email).values_list("pk"), email=str)
    for _ in range(4):
        read(email="nobody@ce.example.org")

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%accounts_user%email%'")
        assert cursor.fetchone()[0] == 1
