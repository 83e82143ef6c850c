"""A course once more, as a draft of its own: everything that authors wrote, and nothing of learners or accreditors."""

from collections.abc import Iterable
from typing import TypeVar

from django.db import models, transaction

from courses.catalogue.models import Assessment, Course, Lesson
from quizzes.bank import services as bank
from quizzes.bank.models import Item, ItemBank
from quizzes.delivery.models import Quiz, Section

Row = TypeVar("Row", bound=models.Model)
# A copy has not been released, reviewed or approved, whatever its source was.
_OF_THE_SOURCE = {"uuid", "slug", "title", "bank", "retired_at", "released_on", "reviewed_on", "review_due_on"}


@transaction.atomic
def copy_course(course: Course, *, slug: str, title: str) -> Course:
    """The draft, its bank, its items and its quizzes, with the same instructors. Editions, approvals, enrolments and
    revisions stay with the source. `slug` must be free."""
    copy = Course(slug=slug, title=title, bank=ItemBank.objects.create(title=title), **_values(course, _OF_THE_SOURCE))
    copy.save()
    copy.instructors.set(course.instructors.all())
    copy.bank.authors.set(course.instructors.all())
    for rows in (course.objectives, course.references, course.terms, course.figures, course.corrections):
        rows.model.objects.bulk_create(_anew(rows.all(), course=copy))
    for item in Item.objects.filter(bank=course.bank_id).order_by("code").prefetch_related("options"):
        bank.copy_into(item, copy.bank, code=item.code, status=item.status)
    _copy_outline(course, copy)
    return copy


def _copy_outline(course: Course, copy: Course) -> None:
    rows = Quiz.objects.filter(bank=course.bank_id).prefetch_related("sections")
    quizzes = {quiz.pk: _copy_quiz(quiz, copy.bank) for quiz in rows.order_by("pk")}
    for module in course.modules.prefetch_related("lessons"):
        made = _again(module, course=copy, quiz=quizzes.get(module.quiz_id))
        Lesson.objects.bulk_create(_anew(module.lessons.all(), module=made))
    Assessment.objects.bulk_create(
        Assessment(course=copy, role=row.role, code=row.code, quiz=quizzes[row.quiz_id])
        for row in course.assessments.all()
    )


def _copy_quiz(quiz: Quiz, into: ItemBank) -> Quiz:
    made = _again(quiz, bank=into)
    Section.objects.bulk_create(_anew(quiz.sections.all(), quiz=made))
    return made


def _again(row: Row, **changed) -> Row:
    (made,) = _anew([row], **changed)
    made.save(force_insert=True)
    return made


def _anew(rows: Iterable[Row], **changed) -> list[Row]:
    return [type(row)(**_values(row, {"uuid", *changed}), **changed) for row in rows]


def _values(row: models.Model, without: set[str]) -> dict[str, object]:
    fields = [field for field in row._meta.concrete_fields if not field.primary_key and field.name not in without]
    return {field.attname: getattr(row, field.attname) for field in fields}
