"""The evaluation: required, handed in once, and kept where nothing leads back to who wrote it."""

import datetime as dt
import re

import pytest
from django.db import models
from django.urls import reverse

from courses.evaluations import questions
from courses.evaluations.forms import EvaluationForm
from courses.evaluations.models import Evaluation
from courses.learning import services as learning
from courses.learning.models import Enrolment, EvaluationReceipt
from tests.courses import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def ready(**fields) -> Enrolment:
    enrolment = make.make_enrolment(**fields)
    make.finish_lessons(enrolment)
    make.pass_quizzes(enrolment)
    return enrolment


def answers(course, value="4") -> dict[str, str]:
    return {each.key: value for each in questions.statements(course)} | {"minutes": "95"}


# --- not linkable -----------------------------------------------------------------------------------------------------


def test_answers_have_no_key_to_a_person_and_no_time_of_day():
    fields = {field.name: field for field in Evaluation._meta.get_fields()}

    related = {name for name, field in fields.items() if field.is_relation}
    assert related == {"edition"}
    assert isinstance(fields["id"], models.UUIDField)
    assert not any(isinstance(field, models.DateTimeField | models.AutoField) for field in fields.values())


def test_no_value_of_the_answers_stands_in_the_receipt_the_enrolment_or_the_user():
    enrolment = ready()
    make.evaluate(enrolment, comments="A comment", change="A change")
    row = Evaluation.objects.values().get()
    receipt = EvaluationReceipt.objects.values().get()
    others = [
        receipt,
        Enrolment.objects.values().get(),
        type(enrolment.user).objects.values().get(pk=enrolment.user_id),
    ]

    texts = [str(value) for other in others for value in other.values()]

    assert str(row["id"]) not in texts
    assert "A comment" not in texts and "A change" not in texts
    assert row["submitted_on"] == dt.date(2027, 3, 1)
    assert {"id", "enrolment_id", "submitted_at"} == receipt.keys()


def test_the_keys_of_answers_do_not_follow_the_order_in_which_they_came():
    edition = make.make_edition()
    for _ in range(8):
        enrolment = make.make_enrolment(edition=edition)
        make.finish_lessons(enrolment)
        make.pass_quizzes(enrolment)
        make.evaluate(enrolment)

    keys = list(Evaluation.objects.values_list("id", flat=True))

    assert {key.version for key in keys} == {4}
    assert len(set(keys)) == 8


# --- handing in -----------------------------------------------------------------------------------------------------


def test_handing_in_writes_the_answers_and_a_receipt():
    enrolment = ready()

    make.evaluate(enrolment, minutes=120, comments="Good.", grievance=True)

    row = Evaluation.objects.get()
    assert (row.edition, row.version, row.minutes, row.grievance) == (enrolment.edition, questions.VERSION, 120, True)
    assert row.answers == {each.key: 4 for each in questions.statements(enrolment.edition.frozen)}
    assert EvaluationReceipt.objects.get().enrolment == enrolment


def test_handed_in_twice_the_first_stays():
    enrolment = ready()

    first = make.evaluate(enrolment, comments="First")
    second = make.evaluate(enrolment, comments="Second")

    assert first == second
    assert [row.comments for row in Evaluation.objects.all()] == ["First"]


def test_an_evaluation_before_its_time_is_refused_by_the_service():
    enrolment = make.make_enrolment()
    make.finish_lessons(enrolment)

    with pytest.raises(learning.NotOpenYet, match="every quiz is passed"):
        make.evaluate(enrolment)

    assert not Evaluation.objects.exists()
    assert not EvaluationReceipt.objects.exists()


# --- the form -------------------------------------------------------------------------------------------------------


@pytest.fixture
def course():
    return make.make_edition().frozen


def test_every_objective_and_every_general_statement_is_asked(course):
    keys = [each.key for each in questions.statements(course)]

    assert keys == ["objective-1", "objective-2", "objective-3", *(each.key for each in questions.GENERAL)]
    assert list(EvaluationForm(course=course).fields)[: len(keys)] == keys


def test_all_statements_and_the_minutes_are_required(course):
    form = EvaluationForm({}, course=course)

    assert not form.is_valid()
    assert form.errors.keys() == {each.key for each in questions.statements(course)} | {"minutes"}
    assert all(re.match(r"Choose an answer for “.+”|Enter the minutes", said[0]) for said in form.errors.values())


@pytest.mark.parametrize("left_out", ["objective-2", "access", "minutes"])
def test_one_answer_left_out_is_asked_for(course, left_out):
    given = answers(course)
    del given[left_out]

    assert EvaluationForm(given, course=course).errors.keys() == {left_out}


@pytest.mark.parametrize("value", ["0", "6", "", "x", "4.0", "٤", "-1", "10" * 40, "\x00"])
def test_an_answer_off_the_scale_is_refused(course, value):
    assert "access" in EvaluationForm(answers(course) | {"access": value}, course=course).errors


@pytest.mark.parametrize("value", ["0", "-5", "6001", "1e9", "9" * 60, "x", "1.5"])
def test_minutes_are_a_sensible_whole_number(course, value):
    assert "minutes" in EvaluationForm(answers(course) | {"minutes": value}, course=course).errors


@pytest.mark.parametrize("value", ["x" * 4001, "a\x00b", "a\ud800b"])
def test_comments_that_a_database_would_refuse_are_refused(course, value):
    assert "comments" in EvaluationForm(answers(course) | {"comments": value}, course=course).errors


@pytest.mark.parametrize("value", ["1", "2", "3", "4", "5"])
def test_no_answer_is_better_than_another(course, value):
    form = EvaluationForm(answers(course, value), course=course)

    assert form.is_valid()
    assert set(form.answers().values()) == {int(value)}


# --- the page ---------------------------------------------------------------------------------------------------------


def page(enrolment) -> str:
    return reverse("courses:evaluation", args=[enrolment.course.slug])


def test_handing_in_by_the_page_leads_on_to_the_attestation(client):
    enrolment = ready()
    client.force_login(enrolment.user)

    response = client.post(
        page(enrolment), answers(enrolment.edition.frozen) | {"comments": "Good.", "grievance": "on"}
    )

    assert response.headers["Location"] == reverse("courses:attestation", args=[enrolment.course.slug])
    assert (Evaluation.objects.get().comments, Evaluation.objects.get().grievance) == ("Good.", True)
    assert client.post(page(enrolment), answers(enrolment.edition.frozen)).status_code == 302
    assert Evaluation.objects.count() == 1


def test_a_page_with_answers_left_out_says_so_and_keeps_the_rest(client):
    enrolment = ready()
    client.force_login(enrolment.user)
    given = answers(enrolment.edition.frozen) | {"comments": "Kept words."}
    del given["access"]

    response = client.post(page(enrolment), given)

    assert response.status_code == 200
    assert "Choose an answer for" in response.text and "Kept words." in response.text
    assert not Evaluation.objects.exists()


def test_before_its_time_the_page_is_locked_and_a_post_writes_nothing(client):
    enrolment = make.make_enrolment()
    client.force_login(enrolment.user)

    assert "Opens when every lesson is read and every quiz is passed." in client.get(page(enrolment)).text
    response = client.post(page(enrolment), answers(enrolment.edition.frozen), follow=True)

    assert "Opens when every lesson is read and every quiz is passed." in response.text
    assert not Evaluation.objects.exists()


def test_a_stranger_gets_404_and_the_anonymous_are_asked_to_sign_in(client):
    enrolment = ready()
    assert client.get(page(enrolment)).status_code == 302

    client.force_login(make.make_learner())

    assert client.get(page(enrolment)).status_code == 404
    assert client.post(page(enrolment), answers(enrolment.edition.frozen)).status_code == 404
    assert not Evaluation.objects.exists()


def test_the_day_is_all_that_is_kept_of_the_time():
    enrolment = ready()

    make.evaluate(enrolment, now=NOW + dt.timedelta(hours=11, minutes=59))

    assert Evaluation.objects.get().submitted_on == dt.date(2027, 3, 1)
