"""The author's desk: a course from its first page to a new edition, what is cleaned, and what is said about it."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from courses.catalogue import hours, markup
from courses.catalogue.models import Approval, Course, Figure, Lesson, Module
from courses.learning.assessments import Part
from courses.learning.models import Enrolment
from quizzes.bank.models import Item, ItemBank, Kind
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Quiz, Section
from quizzes.questions import QUESTION_KINDS
from tests.admin_pages import DRAWING, boss, filled, make_world, post, problems, signed_in, staff, url
from tests.courses import factories as make
from tests.factories import NOW, make_item

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def teacher():
    return staff("instructor")


@pytest.fixture
def client(teacher):
    return signed_in(teacher)


@pytest.fixture
def course(teacher):
    return make_world(teacher, learners=1)[0]


def said(answer) -> str:
    return " ".join(str(message) for message in answer.wsgi_request._messages)


# --- courses ------------------------------------------------------------------------------------------------------------


def test_a_new_course_has_a_bank_and_its_author_as_instructor(client, teacher):
    answer = post(client, url(Course, "add"), title="Fascia", slug="fascia")

    assert answer.status_code == 302, problems(answer)
    course = Course.objects.get(slug="fascia")
    assert list(course.instructors.all()) == [teacher]
    assert (course.bank.title, list(course.bank.authors.all())) == ("Fascia", [teacher])


def test_a_superuser_names_the_instructors_of_a_new_course(teacher):
    answer = post(signed_in(boss()), url(Course, "add"), title="Fascia", slug="fascia", instructors=[teacher.pk])

    assert answer.status_code == 302, problems(answer)
    assert list(Course.objects.get(slug="fascia").bank.authors.all()) == [teacher]


def test_saving_a_course_hands_its_bank_to_the_instructors_and_its_policy_to_the_quizzes(course, teacher):
    colleague = staff("instructor")

    answer = post(
        signed_in(boss()), url(Course, "change", course.pk), instructors=[teacher.pk, colleague.pk], pass_mark="85"
    )

    assert answer.status_code == 302, problems(answer)
    assert set(course.bank.authors.all()) == {teacher, colleague}
    assert {quiz.pass_mark for quiz in Quiz.objects.filter(module__course=course)} == {85}


def test_readiness_stands_on_the_page_with_a_link_to_what_is_to_be_mended(client, course):
    item = Item.objects.filter(bank=course.bank).first()
    Item.objects.filter(pk=item.pk).update(teaches_at="nowhere/at-all")
    course.objectives.create(code="O9", verb="know", bloom="Remember", text="something")
    Module.objects.filter(course=course).update(quiz=None)

    page = client.get(url(Course, "change", course.pk)).content.decode()

    assert "which is no section of a lesson" in page and url(Item, "change", item.pk) in page
    assert "cannot be observed" in page and f"{url(Course, 'change', course.pk)}#objectives-group" in page
    assert "has no quiz yet" in page and url(Module, "change", course.modules.get().pk) in page


def test_rows_are_numbered_anew_and_one_without_a_place_goes_to_the_end(client, course):
    page = client.get(url(Course, "change", course.pk))
    data = filled(page) | {"objectives-0-position": "9", "objectives-TOTAL_FORMS": "4"}
    new = {"code": "O4", "verb": "Name", "bloom": "Remember", "text": "it", "position": "", "course": course.pk}
    data |= {f"objectives-3-{name}": value for name, value in new.items()}

    answer = client.post(url(Course, "change", course.pk), data)

    assert answer.status_code == 302, problems(answer)
    assert [(row.position, row.code) for row in course.objectives.all()] == [(1, "O2"), (2, "O3"), (3, "O1"), (4, "O4")]


# --- contact hours --------------------------------------------------------------------------------------------------------


def hours_told(client, course) -> str:
    """What the panel says, which stands on the course's page and alone on one to be printed."""
    page, alone = (client.get(url(Course, name, course.pk)).content.decode() for name in ("change", "hours"))
    told = alone[alone.index("What the draft asks") : alone.index("The approved number always wins")]
    assert told in page
    return " ".join(re.sub(r"<[^>]+>", " ", told).split())


def test_the_hours_of_the_draft_stand_side_by_side_by_each_method_with_formula_and_source(client, course):
    told = hours_told(client, course)

    words = sum(markup.count_words(row.body) for row in Lesson.objects.filter(module__course=course))
    counted = hours.methods(hours.Effort(words, Section.objects.get(quiz__module__course=course).count, 2))
    assert [
        f"{method.name} {method.minutes:.1f} {method.hours:.2f} {method.awarded:.2f}" in told for method in counted
    ] == [True] * 3
    assert "−22.3 + 0.00209 × words" in told and "Board of Certification" in told


def test_an_approval_above_what_a_method_gives_is_warned_of_and_without_one_no_hours_are_claimed(client, course):
    Approval.objects.filter(course=course).delete()
    assert "certificates claim no hours" in hours_told(client, course)

    make.make_approval(course, hours=Decimal(9), valid_from=dt.date(2020, 1, 1))

    told = hours_told(client, course)
    assert "9 contact hours" in told
    assert told.count("More than") == 3 and "More than NCBTMB gives: 0.01 hours." in told


# --- beside the modules ---------------------------------------------------------------------------------------------------


def add_assessment(client, course, quiz, **fields):
    data = {"assessments-TOTAL_FORMS": "1", "assessments-0-course": course.pk, "assessments-0-quiz": quiz.pk}
    given = {"role": "task", "code": "T"} | fields
    return post(
        client,
        url(Course, "change", course.pk),
        **data,
        **{f"assessments-0-{name}": value for name, value in given.items()},
    )


def test_an_author_names_a_quiz_of_the_own_bank_as_the_written_task(client, course):
    quiz = Quiz.objects.create(bank=course.bank, title="Consent")

    answer = add_assessment(client, course, quiz)

    assert answer.status_code == 302, problems(answer)
    assert [(row.role, row.code, row.quiz) for row in course.assessments.all()] == [("task", "T", quiz)]
    quiz.refresh_from_db()
    assert (quiz.cooldown_hours, quiz.pass_mark) == (0, course.pass_mark)


def test_a_quiz_of_another_bank_or_of_a_module_is_refused_beside_the_modules(client, course, teacher):
    other = make.make_course(by=teacher)
    foreign = make.make_course()

    for quiz, said in (
        (other.modules.get().quiz, "item bank"),
        (course.modules.get().quiz, "closes a module"),
    ):
        assert said in problems(add_assessment(client, course, quiz))
    assert add_assessment(client, course, foreign.modules.get().quiz).status_code == 404
    assert not course.assessments.exists()


def test_the_publish_page_names_changed_forms_and_their_items_and_is_quiet_when_nothing_changed(client, course):
    make.make_task(make.make_forms(course))
    plan = client.get(url(Course, "publish", course.pk)).context["plan"]
    assert plan.lessons.elsewhere == ("parallel forms", "written task")
    assert plan.items.new == ("FA-01", "FA-02", "FA-03", "FB-01", "FB-02", "FB-03", "T-01")
    assert client.post(url(Course, "publish", course.pk), {"note": ""}).status_code == 302

    plan = client.get(url(Course, "publish", course.pk)).context["plan"]
    assert plan.unchanged

    Quiz.objects.filter(assessment__code="A").update(title="Form A, anew")
    Item.objects.filter(bank=course.bank, code="FB-01").update(stem="Which one?")
    plan = client.get(url(Course, "publish", course.pk)).context["plan"]
    assert (plan.lessons.elsewhere, plan.items.changed) == (("parallel forms",), ("FB-01",))


def test_a_problem_of_a_form_leads_to_its_quiz(client, course):
    make.make_forms(course)
    form = course.assessments.get(code="B")
    form.quiz.sections.update(mode="drawn", count=3, min_vignettes=0)

    found = client.get(url(Course, "publish", course.pk)).context["plan"].blocking

    assert [(each.address, "Form B draws its questions anew" in each.reason) for each in found] == [
        (url(Quiz, "change", form.quiz_id), True)
    ]


def test_the_page_of_an_enrolment_shows_what_was_done_beside_the_modules(client, course):
    make.make_edition(make.make_task(make.make_forms(course)))
    enrolment = make.make_enrolment(edition=course.editions.first())
    make.take_test(enrolment, Part.PRE_TEST, right=2)
    make.finish_lessons(enrolment)
    text = make.start_assessment(enrolment, Part.WRITTEN_TASK)

    before = client.get(url(Enrolment, "change", enrolment.pk)).content.decode()
    delivery.save_answer(text, 1, "It may help.", rev=0, now=NOW)
    delivery.submit(text, now=NOW)
    after = client.get(url(Enrolment, "change", enrolment.pk)).content.decode()

    assert "2 of 3 points" in before and "Not handed in" in before
    assert "Waiting to be marked" in after


# --- publish, retire ------------------------------------------------------------------------------------------------------


def test_publishing_says_what_changes_and_for_whom_and_makes_the_next_edition(client, course, teacher):
    module = course.modules.get()
    first, second = module.lessons.all()
    Lesson.objects.filter(pk=first.pk).update(body=make.make_body("other"))
    second.delete()
    module.lessons.create(slug="m1-l3", title="Brand new", position=3, body=make.make_body("new"))
    item = Item.objects.filter(bank=course.bank).first()
    item.options.update(rationale="Another reason.")
    added = make_item(course.bank, pool="M1", objective="O1", teaches_at="m1-l1/start", references=["R1"])

    page = client.get(url(Course, "publish", course.pk))
    plan, text = page.context["plan"], page.content.decode()

    assert (plan.lessons.changed, plan.lessons.new, plan.lessons.removed) == (
        (first.title,),
        ("Brand new",),
        (second.title,),
    )
    assert (plan.items.new, plan.items.changed, plan.items.removed) == ((added.code,), (item.code,), ())
    assert "1 learner stays on the edition." in " ".join(text.split())
    assert course.editions.count() == 1

    answer = client.post(url(Course, "publish", course.pk), {"note": "Newer sources."})

    assert answer.status_code == 302
    edition = course.editions.first()
    assert (edition.number, edition.published_by, edition.note) == (2, teacher, "Newer sources.")
    assert Enrolment.objects.get(course=course).edition.number == 1


def test_publishing_what_has_not_changed_makes_no_edition_and_says_so(client, course):
    page = client.get(url(Course, "publish", course.pk))
    answer = client.post(url(Course, "publish", course.pk))

    assert page.context["plan"].unchanged
    assert "Nothing has changed since edition 1" in said(answer)
    assert course.editions.count() == 1


def test_a_course_that_is_not_ready_is_not_published(client, course):
    course.objectives.all().delete()

    page = client.get(url(Course, "publish", course.pk)).content.decode()
    answer = client.post(url(Course, "publish", course.pk))

    assert "It cannot be published yet" in page and 'value="Publish"' not in page
    assert answer.status_code == 200 and "three to seven learning objectives" in answer.content.decode()
    assert course.editions.count() == 1


def test_a_course_is_retired_and_comes_back(client, course):
    client.post(url(Course, "retire", course.pk))
    course.refresh_from_db()
    retired = course.retired_at
    page = client.get(url(Course, "change", course.pk)).content.decode()
    client.post(url(Course, "reinstate", course.pk))
    course.refresh_from_db()

    assert retired is not None and course.retired_at is None
    assert url(Course, "reinstate", course.pk) in page and url(Course, "retire", course.pk) not in page


def test_looking_at_a_page_that_acts_does_nothing(client, course):
    for page in ("publish", "retire", "reinstate"):
        assert client.get(url(Course, page, course.pk)).status_code == 200
    course.refresh_from_db()

    assert (course.retired_at, course.editions.count()) == (None, 1)


# --- lessons and figures --------------------------------------------------------------------------------------------------


def test_a_lesson_is_cleaned_and_its_author_is_told_what_was_taken_out(client, course):
    lesson = Lesson.objects.first()
    body = make.make_body("word") + '<script>alert(1)</script><p onclick="x()" style="color:red">End</p>'

    answer = post(client, url(Lesson, "change", lesson.pk), body=body)

    assert answer.status_code == 302, problems(answer)
    lesson.refresh_from_db()
    assert lesson.body == make.make_body("word") + "<p>End</p>"
    gone = "&lt;script&gt;, onclick of &lt;p&gt;, style of &lt;p&gt;"
    assert gone in client.get(url(Lesson)).content.decode()


def test_a_lesson_that_holds_nothing_strange_is_saved_without_a_word(client, course):
    lesson = Lesson.objects.first()
    body = '<h2 id="a">One &amp; two</h2>\r\n<p class="lede">A&nbsp;b<br/> <a href="#a">c</a><cite>R1</cite></p>\r\n'

    answer = post(client, url(Lesson, "change", lesson.pk), body=body)

    assert "Taken out" not in said(answer)


def test_an_author_previews_the_draft_in_the_learners_page(client, course):
    lesson = Lesson.objects.first()
    Lesson.objects.filter(pk=lesson.pk).update(body=make.make_body("draftword") + "<script>x</script>")

    page = client.get(url(Lesson, "preview", lesson.pk)).content.decode()

    assert "draftword" in page and "Author 1. A study. 2025." in page and "<script>x" not in page
    assert "Mark as read" not in page and url(Lesson, "change", lesson.pk) in page


def test_a_drawing_that_is_not_allowed_is_a_form_error_with_its_reason(client, course):
    figure = Figure.objects.first()

    refused = post(
        client, url(Figure, "change", figure.pk), svg=DRAWING.replace("<title>", "<script>x</script><title>")
    )

    assert "The element &#x27;script&#x27; is not allowed in a drawing." in problems(refused)
    figure.refresh_from_db()
    assert figure.svg == DRAWING


# --- items ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", QUESTION_KINDS)
def test_the_page_of_an_item_shows_the_fields_of_its_kind_and_sends_back_what_it_was(kind, client, course):
    item = make_item(course.bank, kind=kind)
    before = list(item.options.values())

    page = client.get(url(Item, "change", item.pk))
    answer = client.post(url(Item, "change", item.pk), filled(page))

    assert answer.status_code == 302, problems(answer)
    assert list(item.options.values()) == before
    shown = set(page.context["adminform"].form.fields)
    assert ("answer" in shown, "choose" in shown) == (kind == Kind.NUMERIC, kind == Kind.MULTIPLE)


def test_an_item_with_problems_is_not_made_ready_and_the_list_says_why(client, course):
    good, bad = make_item(course.bank, status="draft"), make_item(course.bank, status="draft")
    bad.options.update(correct=False)

    answer = client.post(url(Item), {"action": "make_ready", "_selected_action": [good.pk, bad.pk]})

    assert "1 item is ready." in said(answer) and f"{bad.code} stays as it is." in said(answer)
    assert set(Item.objects.ready().filter(pk__in=[good.pk, bad.pk])) == {good}


def test_a_quiz_says_what_stops_it(client, course):
    quiz = Quiz.objects.first()
    quiz.sections.update(count=99)

    assert "problems" in client.get(url(Quiz, "change", quiz.pk)).content.decode()
    assert ItemBank.objects.for_user(course.instructors.get()).count() == 1
