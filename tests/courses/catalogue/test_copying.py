"""A copy of a course: all that authors wrote, in rows of its own, and nothing of learners or accreditors."""

import re
from pathlib import Path

import pytest

from courses.catalogue import drafts
from courses.catalogue import services as catalogue
from courses.catalogue.checklist import OTHER, TOPICS, checks, topic_of
from courses.catalogue.copying import copy_course
from courses.catalogue.models import Course, Lesson
from courses.catalogue.publication import findings
from courses.learning import services as learning
from quizzes.bank.authoring import question_of
from quizzes.bank.models import Item
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Quiz
from tests.admin_pages import post, problems, signed_in, staff, url
from tests.courses import factories as make
from tests.factories import KINDS, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def teacher():
    return staff("instructor")


@pytest.fixture
def course(teacher):
    """With an item of every kind, tests and a task beside, an approval, an edition and a learner."""
    course = make.make_task(make.make_forms(make.make_course(modules=2, items=KINDS, by=teacher)))
    make.make_approval(course)
    course.corrections.create(belief="It tears.", finding="It glides.", lesson="m1-l1", position=1)
    make.make_enrolment(edition=make.make_edition(course))
    return course


def test_a_copy_reads_as_its_source_and_shares_no_row_with_it(course, teacher):
    copy = copy_course(course, slug="again", title="Again")

    one, other = drafts.content_of(course), drafts.content_of(copy)
    differing = {name for name in vars(one) if getattr(one, name) != getattr(other, name)}
    assert differing == {"uuid", "slug", "title", "released_on", "reviewed_on", "review_due_on"}
    assert copy.bank != course.bank and list(copy.bank.authors.all()) == [teacher]
    items = {item.code: item for item in Item.objects.filter(bank=course.bank)}
    copied = Item.objects.filter(bank=copy.bank)
    assert [question_of(item) for item in copied] == [question_of(items[item.code]) for item in copied]
    assert copied.count() == len(items)
    assert not {quiz.pk for quiz in Quiz.objects.filter(bank=copy.bank)} & {
        quiz.pk for quiz in Quiz.objects.filter(bank=course.bank)
    }


def test_a_copy_has_nothing_of_learners_or_accreditors(course):
    copy = copy_course(course, slug="again", title="Again")

    assert not copy.editions.exists() and not copy.enrolments.exists() and not copy.approvals.exists()
    assert not any(item.revisions.exists() for item in Item.objects.filter(bank=copy.bank))
    assert copy.released_on is None and copy.retired_at is None


def test_a_copy_is_published_by_itself_once_its_dates_are_given(course, teacher):
    copy = copy_course(course, slug="again", title="Again")
    Course.objects.filter(pk=copy.pk).update(released_on=NOW.date(), review_due_on=NOW.date())

    edition = catalogue.publish(copy, by=teacher, now=NOW)

    assert (edition.course, edition.number, edition.frozen.slug) == (copy, 1, "again")


def test_a_retired_course_gives_a_draft(course):
    catalogue.retire(course, now=NOW)

    assert copy_course(Course.objects.get(pk=course.pk), slug="again", title="Again").retired_at is None


def test_an_instructor_copies_an_own_course_from_its_page(course, teacher):
    client = signed_in(teacher)

    taken = client.post(url(Course, "copy", course.pk), {"title": "Again", "slug": course.slug})
    answer = client.post(url(Course, "copy", course.pk), {"title": "Again", "slug": "again"})

    made = Course.objects.get(slug="again")
    assert taken.status_code == 200 and "already exists" in taken.content.decode()
    assert answer["Location"] == url(Course, "change", made.pk)
    assert list(made.instructors.all()) == [teacher]


# --- the checklist --------------------------------------------------------------------------------------------------------


def test_every_question_stands_in_the_checklist_and_is_settled_when_nothing_is_found(course):
    found = checks(findings(course, today=NOW.date()))

    assert [check.question for check in found] == list(TOPICS)
    assert [check.question for check in found if not check.met] == []


@pytest.mark.parametrize(
    ("code", "question"),
    [
        ("course-disclosures", "Disclosures"),
        ("course-summary", "Description and people"),
        ("objective-unmeasured", "Each objective is measured by an item"),
        ("objective-verb", "Objectives can be observed"),
        ("lesson-twice", "Modules, lessons and quizzes"),
        ("lesson-empty", "Lessons are written"),
        ("item-reference", "Citations, references and their age"),
        ("correction-reference", "Citations, references and their age"),
        ("correction-lesson", "Corrections"),
        ("quiz-no_lesson", "Each item points to where it is taught"),
        ("quiz-question", "Items have a key and reasons"),
        ("quiz-blueprint", "Blueprints of the quizzes can be met"),
        ("form-alone", "Parallel forms and written task"),
        ("hours-overstated", "Hours and approvals"),
        ("something-else", OTHER),
    ],
)
def test_each_problem_belongs_to_a_question(code, question):
    assert topic_of(code) == question


def test_every_code_of_readiness_has_a_question():
    folder = Path(__file__).parents[3] / "courses" / "catalogue"
    codes = set()
    for name in ("readiness", "parallel", "publication"):
        codes |= set(re.findall(r'(?:Problem|Finding|Difference)\(\s*"([a-z-]+)"', (folder / f"{name}.py").read_text()))

    assert len(codes) > 25
    assert {code for code in codes if topic_of(code) == OTHER} == set()


def test_an_approval_above_every_method_and_one_that_ended_are_advice(course):
    course.approvals.update(hours=99)
    said = [each.reason for each in findings(course, today=NOW.date()) if each.code == "hours-overstated"]
    assert len(said) == 1 and "more hours than any method gives" in said[0]

    course.approvals.update(valid_from="2020-01-01", valid_to="2020-12-31")
    found = [each for each in findings(course, today=NOW.date()) if each.code == "approval-ended"]
    assert [each.blocks for each in found] == [False]


def test_the_publish_page_says_what_happens_to_attempts_that_are_open(course, teacher):
    enrolment = course.enrolments.get()
    make.finish_lessons(enrolment)
    delivery.start(learning.enter_quiz(enrolment, "M1", home="/", now=NOW), now=NOW)
    Lesson.objects.filter(module__course=course).update(title="Another")

    page = " ".join(signed_in(teacher).get(url(Course, "publish", course.pk)).content.decode().split())

    assert "1 open attempt stays as it is: its questions, its keys and its rules do not change." in page


# --- previews and size ----------------------------------------------------------------------------------------------------


def test_the_whole_draft_is_previewed_with_ways_to_its_lessons_and_quizzes(course, teacher):
    page = signed_in(teacher).get(url(Course, "preview", course.pk)).content.decode()

    for lesson in Lesson.objects.filter(module__course=course):
        assert url(Lesson, "preview", lesson.pk) in page
    for quiz in Quiz.objects.filter(bank=course.bank):
        assert url(Quiz, "rehearse", quiz.pk) in page


def test_a_course_of_forty_modules_and_the_largest_item_are_saved_within_the_limit_of_fields(course, teacher, settings):
    client = signed_in(teacher)
    for n in range(3, 41):
        course.modules.create(code=f"M{n}", title=f"Module {n}", position=n)
    for n in range(4, 8):
        course.objectives.create(code=f"O{n}", verb="name", bloom="Remember", text="it", position=n)
    item = Item.objects.filter(bank=course.bank, kind="multiple").first()
    item.options.bulk_create(
        item.options.model(item=item, position=n, text=f"Option {n}", rationale="Why.")
        for n in range(item.options.count() + 1, 41)
    )

    answers = [
        post(client, url(Course, "change", course.pk), title="Forty"),
        post(client, url(Item, "change", item.pk), stem="Forty?"),
    ]

    assert [answer.status_code for answer in answers] == [302, 302], [problems(answer) for answer in answers]
    assert settings.DATA_UPLOAD_MAX_NUMBER_FIELDS == 1000
    assert (Course.objects.get(pk=course.pk).title, Item.objects.get(pk=item.pk).stem) == ("Forty", "Forty?")
    assert item.options.count() == 40
