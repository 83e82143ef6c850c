"""Publishing: an immutable, numbered edition, or a list of what still stops it."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from courses.catalogue import drafts
from courses.catalogue import services as catalogue
from courses.catalogue.models import Course, Edition
from quizzes.delivery.models import PublishedQuiz, Quiz
from tests.courses import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(days=1)


def publish(course, *, now=LATER, **fields) -> Edition:
    return catalogue.publish(course, by=None, now=now, **fields)


def test_an_edition_holds_the_course_and_pins_its_quizzes():
    course = make.make_course(modules=2, title="Nerves")

    edition = publish(course, note="First.")

    assert (edition.number, edition.note, edition.published_at) == (1, "First.", LATER)
    assert edition.frozen.title == "Nerves"
    assert edition.frozen == drafts.content_of(
        course, {row.code: row.published_quiz for row in edition.quizzes.select_related("published_quiz")}
    )
    assert Edition.objects.quizzes(edition.pk).keys() == {"M1", "M2"}
    for module in edition.frozen.modules:
        pinned = PublishedQuiz.objects.get(pk=Edition.objects.quizzes(edition.pk)[module.code])
        assert module.quiz.digest == pinned.digest


def test_publishing_what_is_unchanged_gives_the_same_edition():
    edition = make.make_edition()

    again = publish(edition.course, note="Nothing new")

    assert again == edition
    assert Edition.objects.count() == PublishedQuiz.objects.count() == 1


def test_zeros_at_the_end_of_the_pass_mark_are_no_change():
    edition = make.make_edition(pass_mark=Decimal("80"))
    Course.objects.update(pass_mark=Decimal("80.00"))

    assert publish(edition.course) == edition


def _lesson(course):
    course.modules.first().lessons.filter(slug="m1-l1").update(title="Another title")


def _item(course):
    course.bank.items.filter(code="M1-01").update(stem="Which one?")


def _key(course):
    item = course.bank.items.get(code="M1-01")
    item.options.update(correct=False)
    item.options.filter(position=item.options.first().position).update(correct=True)


def _policy(course):
    Course.objects.filter(pk=course.pk).update(cooldown_hours=48)


@pytest.mark.parametrize("change", [_lesson, _item, _key, _policy])
def test_a_change_makes_a_further_edition_and_leaves_the_first_as_it_was(change):
    first = make.make_edition()
    text = Edition.objects.get().content
    change(first.course)

    second = publish(first.course)

    assert (first.number, second.number) == (1, 2)
    assert first.sha256 != second.sha256
    assert Edition.objects.get(pk=first.pk).content == text


def test_going_back_to_what_an_older_edition_held_makes_a_new_number_with_the_old_quiz():
    first = make.make_edition()
    _item(first.course)
    publish(first.course)
    first.course.bank.items.filter(code="M1-01").update(stem="Which?")

    third = publish(first.course)

    assert third.number == 3
    assert third.sha256 == first.sha256
    assert Edition.objects.quizzes(third.pk) == Edition.objects.quizzes(first.pk)


def test_the_course_decides_pass_mark_and_attempts_of_its_quizzes():
    course = make.make_course(pass_mark=Decimal("75"), attempts_allowed=5, cooldown_after=3, cooldown_hours=12)

    publish(course)

    quiz = Quiz.objects.get(module__course=course)
    rules = PublishedQuiz.objects.content(PublishedQuiz.objects.get().pk).rules
    assert (rules.pass_mark, rules.attempts_allowed, rules.cooldown_after, rules.cooldown_hours) == (75, 5, 3, 12)
    assert quiz.pass_mark == 75


def test_an_edition_publishes_its_forms_and_its_task_and_counts_no_hours_for_them():
    course = make.make_task(make.make_forms(make.make_course(pass_mark=Decimal("75"), attempts_allowed=5)))

    edition = publish(course)

    content = edition.frozen
    assert Edition.objects.quizzes(edition.pk).keys() == {"M1", "A", "B", "T"}
    assert [(form.code, form.quiz.questions, form.quiz.pass_mark) for form in content.parallel_forms] == [
        ("A", 3, 0), ("B", 3, 0),
    ]  # fmt: skip
    assert (content.written_task.code, content.written_task.quiz.pass_mark) == ("T", 75)
    for code, row in content.assessments.items():
        assert row.quiz.digest == PublishedQuiz.objects.get(pk=Edition.objects.quizzes(edition.pk)[code]).digest
    assert (content.questions, [module.code for module in content.modules]) == (3, ["M1"])
    assert publish(course) == edition


def test_a_form_is_taken_once_for_nothing_and_tells_no_reason_by_itself():
    course = make.make_task(make.make_forms(make.make_course(pass_mark=Decimal("75"), attempts_allowed=5)))
    Quiz.objects.update(reveals="told")

    pinned = Edition.objects.quizzes(publish(course).pk)

    rules = {code: PublishedQuiz.objects.content(pk).rules for code, pk in pinned.items()}
    told = {
        code: (rule.pass_mark, rule.attempts_allowed, rule.cooldown_hours, rule.reveals) for code, rule in rules.items()
    }
    form = (0, 1, 0, "told")
    assert told == {"M1": (75, 5, 24, "settled"), "A": form, "B": form, "T": (75, 5, 0, "settled")}


def test_an_edition_without_forms_holds_no_word_of_them():
    """So that what was published before there were any keeps its text and its SHA-256."""
    assert not {"parallel_forms", "written_task"} & json.loads(make.make_edition().content)["course"].keys()


@pytest.mark.parametrize("spoil", [lambda course: course.assessments.filter(code="B").delete(), lambda course: (
    course.bank.items.filter(code="FB-03").update(status="draft")
)])  # fmt: skip
def test_forms_that_are_not_parallel_stop_a_publication(spoil):
    course = make.make_forms(make.make_course())
    spoil(course)

    with pytest.raises(catalogue.NotReady, match="form"):
        publish(course)


def test_a_course_that_is_not_ready_is_refused_with_all_that_blocks_and_nothing_is_written():
    course = make.make_course(summary="", audience="", pass_mark=Decimal("75"))
    course.references.filter(key="R5").delete()

    with pytest.raises(catalogue.NotReady) as refused:
        publish(course)

    assert {problem.code for problem in refused.value.problems} == {"course-summary", "course-audience"}
    assert "summary" in str(refused.value)
    assert Edition.objects.count() == PublishedQuiz.objects.count() == 0
    assert Quiz.objects.get().pass_mark == 80


def test_what_only_embarrasses_does_not_stop_a_publication():
    course = make.make_course()
    course.references.exclude(key="R1").delete()

    assert publish(course).number == 1


def test_an_enrolment_keeps_its_edition_and_a_new_learner_gets_the_newest():
    first = make.make_edition()
    early = make.make_enrolment(edition=first)
    _lesson(first.course)
    second = publish(first.course)

    late = make.make_enrolment(edition=second)

    early.refresh_from_db()
    assert (early.edition, late.edition) == (first, second)
    assert early.edition.frozen.lessons[0].title != late.edition.frozen.lessons[0].title


def test_only_the_newest_edition_of_a_course_on_offer_is_current():
    first = make.make_edition()
    _lesson(first.course)
    second = publish(first.course)
    other = make.make_edition()
    retired = make.make_edition()
    catalogue.retire(retired.course, now=LATER)

    assert set(Edition.objects.current()) == {second, other}
    assert set(Course.objects.offered()) == {first.course, other.course}


def test_a_retired_course_keeps_the_time_it_was_retired_and_can_come_back():
    course = make.make_edition().course
    catalogue.retire(course, now=NOW)
    catalogue.retire(course, now=LATER)

    course.refresh_from_db()
    assert course.retired_at == NOW

    catalogue.reinstate(course)
    assert list(Course.objects.offered()) == [course]


def test_instructors_become_the_authors_of_the_item_bank():
    by = make.make_learner()

    course = make.make_course(by=by)

    assert list(course.instructors.all()) == list(course.bank.authors.all()) == [by]


def test_the_order_of_an_edition_does_not_depend_on_the_database():
    course = make.make_course()
    course.references.all().delete()
    for key in ("b-1", "B-2", "a_1", "A-1", "é"):
        course.references.create(key=key, citation="x", year=2025)
        course.terms.create(term=key, meaning="x")

    content = drafts.content_of(course)

    assert [row.key for row in content.references] == ["A-1", "B-2", "a_1", "b-1", "é"]
    assert [row.term for row in content.terms] == ["A-1", "B-2", "Neurodynamics", "a_1", "b-1", "é"]
