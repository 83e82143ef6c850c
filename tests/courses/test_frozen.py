"""Immutability: the database itself refuses UPDATE and DELETE on every protected row, by the ORM and by raw SQL."""

import pytest
from django.db import DatabaseError, connection, transaction

from ceu.shared import frozen
from courses.certificates import services as certificates
from courses.certificates.models import Register
from courses.learning.assessments import Part
from courses.learning.models import Enrolment
from quizzes.bank import services as bank
from quizzes.bank.models import Item
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Entry
from tests.courses import factories as make
from tests.factories import NOW, make_marked, make_user

pytestmark = pytest.mark.django_db

PROTECTED = sorted(frozen.protected_models(), key=lambda model: model._meta.label)
# May be updated: a learner's place is kept in the enrolment, and the register counts.
UPDATABLE = {Enrolment, Register}
MUST_BE_FROZEN = {
    "courses.Attestation", "courses.Certificate", "courses.CertificateEvent", "courses.Edition", "courses.EditionQuiz",
    "courses.Evaluation", "courses.EvaluationReceipt", "courses.LessonProgress", "courses.ModuleEntry",
    "courses.AssessmentEntry", "quizzes.WrittenMark",
    "quizzes.Attempt", "quizzes.EntryGrant", "quizzes.ItemKey", "quizzes.ItemRevision", "quizzes.PublishedQuiz",
    "quizzes.Response", "quizzes.ItemDraft", "courses.CertificateHolder", "courses.CertificateDocument",
}  # fmt: skip


@pytest.fixture
def world():
    """A course completed and certified, so that every protected table holds a row."""
    enrolment = make.make_enrolment(edition=make.make_edition(make.make_task(make.make_forms(make.make_course()))))
    make.take_test(enrolment, Part.PRE_TEST)
    make.complete(enrolment)
    certificates.issue(enrolment, by=make_user(), now=NOW)
    text = make.start_assessment(enrolment, Part.WRITTEN_TASK)
    delivery.save_answer(text, 1, "It may help.", rev=0, now=NOW)
    make_marked(delivery.submit(text, now=NOW))
    delivery.allow(Entry.objects.first(), extra_attempts=1, reason="Ill", by=None)
    bank.keep(Item.objects.filter(revisions__isnull=False).first(), by=None)


def refused(act) -> bool:
    try:
        with transaction.atomic():
            act()
    except DatabaseError as error:
        assert "frozen" in str(error)
        return True
    return False


def run(sql: str):
    def act():
        with connection.cursor() as cursor:
            cursor.execute(sql)

    return act


def table(model) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def column(model) -> str:
    """Some column that is not the key."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    return connection.ops.quote_name(fields[-1].column)


def test_what_must_be_frozen_is_protected():
    assert {model._meta.label for model in PROTECTED} >= MUST_BE_FROZEN


def test_each_protected_table_has_both_triggers():
    wanted = {f"{model._meta.db_table}_no_{verb}" for model in PROTECTED for verb in ("update", "delete")}

    assert wanted <= frozen.trigger_names()


def test_every_protected_row_refuses_to_be_changed_or_deleted(world):
    for model in PROTECTED:
        assert model.objects.exists(), f"{model._meta.label}: no row to try"
        name, pk = column(model), model.objects.values_list("pk", flat=True).first()
        field = next(f for f in model._meta.concrete_fields if not f.primary_key)
        value = model.objects.values_list(field.attname, flat=True).get(pk=pk)

        assert refused(run(f"DELETE FROM {table(model)}")), f"{model._meta.label}: DELETE by SQL"
        assert refused(lambda m=model, pk=pk: m.objects.filter(pk=pk)._raw_delete(m.objects.db)), model._meta.label
        updated = refused(run(f"UPDATE {table(model)} SET {name} = {name}"))
        by_orm = refused(lambda m=model, pk=pk, f=field, v=value: m.objects.filter(pk=pk).update(**{f.attname: v}))

        assert (updated, by_orm) == ((model not in UPDATABLE),) * 2, f"{model._meta.label}: UPDATE"


@pytest.mark.postgresql
def test_no_protected_table_can_be_emptied_at_one_go():
    for model in PROTECTED:
        assert refused(run(f"TRUNCATE {table(model)} CASCADE")), f"{model._meta.label}: TRUNCATE"


def test_a_submitted_answer_can_no_longer_change():
    enrolment = make.make_enrolment()
    make.finish_lessons(enrolment)

    attempt = make.take_quiz(enrolment, "M1")

    assert refused(lambda: attempt.responses.model.objects.filter(attempt=attempt).update(answer=1))
    assert refused(lambda: attempt.responses.model.objects.filter(attempt=attempt).update(flagged=True))


def test_an_enrolment_remembers_a_place_and_is_never_deleted():
    enrolment = make.make_enrolment()

    Enrolment.objects.update(last_lesson="m1-l2")

    assert refused(run(f"DELETE FROM {table(Enrolment)}"))
    assert Enrolment.objects.get(pk=enrolment.pk).last_lesson == "m1-l2"
