"""Each problem of readiness, by the defect that brings it; and a clean course, which has none."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from courses.catalogue import drafts, readiness
from courses.catalogue.content import Assessment, Correction, Module, Objective, QuizSummary, Reference
from courses.catalogue.parallel import Asked, Paper
from courses.catalogue.readiness import ItemFacts, QuizFinding
from quizzes.delivery.models import Quiz
from tests.courses import factories as make
from tests.courses.catalogue.test_content import COURSE, LESSON

YEAR = 2027
BODY = f'<h2 id="start">Start</h2>\n<p>{"word " * 60}<cite>R1</cite></p>\n'
LESSONS = (replace(LESSON, slug="one", body=BODY), replace(LESSON, slug="two", body=BODY))
QUIZ = QuizSummary("Quiz", "", 3, COURSE.pass_mark, False)
CLEAN = replace(
    COURSE,
    summary="s", audience="a", disclosures="d", commercial_support="c", scope_notice="n", review_due_on="2030-01-01",
    objectives=tuple(Objective(f"O{n}", "Name", "Remember", "x") for n in (1, 2, 3)),
    modules=(Module("M1", "One", "", LESSONS, QUIZ),),
    references=tuple(Reference(f"R{n}", f"Author {n}.", year=2025) for n in range(1, 6)),
)  # fmt: skip
ITEMS = tuple(ItemFacts(f"I{n}", f"O{n}", "one/start", ("R1",)) for n in (1, 2, 3))


FORMS = tuple(Assessment(code, QUIZ) for code in "AB")
WITH_FORMS = replace(CLEAN, parallel_forms=FORMS)


def paper(code: str, **fields) -> Paper:
    """A form that asks one item on each objective."""
    asked = tuple(Asked(f"{code}-{n}", f"O{n}", Decimal(1)) for n in (1, 2, 3))
    return replace(Paper(code, asked), **fields)


def judged(course=CLEAN, items=ITEMS, quizzes=(), papers=()):
    return readiness.problems(course, items=items, quizzes=quizzes, papers=papers, year=YEAR)


def with_body(body: str):
    return replace(CLEAN, modules=(replace(CLEAN.modules[0], lessons=(replace(LESSONS[0], body=body), LESSONS[1])),))


def with_module(**fields):
    return replace(CLEAN, modules=(replace(CLEAN.modules[0], **fields),))


def with_objectives(*objectives):
    return replace(CLEAN, objectives=objectives)


def with_correction(**fields):
    return replace(CLEAN, corrections=(replace(Correction("Once taught", "Now known", ("R1",), "one"), **fields),))


def with_item(**fields):
    return {"items": (replace(ITEMS[0], **fields), *ITEMS[1:])}


O1, O2, O3 = CLEAN.objectives
DEFECTS = {  # code -> what is given in place of the clean course, and the place that is named
    "course-title": ({"course": replace(CLEAN, title="")}, "course"),
    "course-summary": ({"course": replace(CLEAN, summary="")}, "course"),
    "course-audience": ({"course": replace(CLEAN, audience="")}, "course"),
    "course-disclosures": ({"course": replace(CLEAN, disclosures="")}, "course"),
    "course-commercial_support": ({"course": replace(CLEAN, commercial_support="")}, "course"),
    "course-scope_notice": ({"course": replace(CLEAN, scope_notice="")}, "course"),
    "course-released_on": ({"course": replace(CLEAN, released_on=None)}, "course"),
    "course-review_due_on": ({"course": replace(CLEAN, review_due_on=None)}, "course"),
    "course-instructors": ({"course": replace(CLEAN, instructors=())}, "course"),
    "course-pass-mark": ({"course": replace(CLEAN, pass_mark=COURSE.pass_mark + 21)}, "course"),
    "objectives-number": ({"course": with_objectives(O1, O2)}, "course"),
    "objective-twice": ({"course": with_objectives(O1, O1, O2, O3)}, "objective:O1"),
    "objective-verb": ({"course": with_objectives(replace(O1, verb="Understand "), O2, O3)}, "objective:O1"),
    "objective-unmeasured": ({"items": ITEMS[1:]}, "objective:O1"),
    "no-modules": ({"course": replace(CLEAN, modules=())}, "course"),
    "module-code": ({"course": with_module(code="M 1")}, "module:M 1"),
    "no-lessons": ({"course": with_module(lessons=())}, "module:M1"),
    "no-quiz": ({"course": with_module(quiz=None)}, "module:M1"),
    "lesson-twice": ({"course": with_module(lessons=(LESSONS[0], LESSONS[0]))}, "lesson:one"),
    "lesson-empty": ({"course": with_body(BODY.replace("word ", "", 20))}, "lesson:one"),
    "citation-unknown": ({"course": with_body(BODY.replace("R1", "R9"))}, "lesson:one"),
    "figure-unknown": ({"course": with_body(BODY + '<figure data-figure="none"></figure>')}, "lesson:one"),
    "lesson-objective": (
        {"course": with_module(lessons=(replace(LESSONS[0], objectives=("O9",)), LESSONS[1]))}, "lesson:one",
    ),
    "anchor-twice": ({"course": with_body(BODY + '<h2 id="start">Again</h2>')}, "lesson:one"),
    "heading-anchor": ({"course": with_body(BODY + "<h2>No anchor</h2>")}, "lesson:one"),
    "heading-order": ({"course": with_body('<h3 id="deep">Deep</h3>' + BODY)}, "lesson:one"),
    "link-dead": ({"course": with_body(BODY + '<p><a href="#gone">x</a></p>')}, "lesson:one"),
    "item-objective": (with_item(objective="O9"), "item:I1"),
    "item-lesson": (with_item(teaches_at="one/gone"), "item:I1"),
    "item-reference": (with_item(references=("R9",)), "item:I1"),
    "reference-empty": (
        {"course": replace(CLEAN, references=(*CLEAN.references, Reference("R6", " – ")))}, "reference:R6",
    ),
    "references-few": ({"course": replace(CLEAN, references=CLEAN.references[:4])}, "course"),
    "references-old": (
        {"course": replace(CLEAN, references=tuple(replace(row, year=2017) for row in CLEAN.references))}, "course",
    ),
    "correction-lesson": ({"course": with_correction(lesson="gone")}, "course"),
    "correction-reference": ({"course": with_correction(references=("R1", "R9"))}, "course"),
    "assessment-code": ({"course": replace(CLEAN, written_task=Assessment("M1", QUIZ))}, "course"),
    "form-alone": ({"course": replace(CLEAN, parallel_forms=FORMS[:1])}, "course"),
    "quiz-blueprint": ({"quizzes": (QuizFinding("M1", "blueprint", "Too few."),)}, "quiz:M1"),
    "quiz-question": ({"quizzes": (QuizFinding("M1", "question", "No key.", "I1"),)}, "item:I1"),
}  # fmt: skip
EMBARRASSING = {"references-few", "references-old"}


def test_a_clean_course_has_no_problem():
    assert judged() == []


@pytest.mark.parametrize("code", DEFECTS)
def test_a_defect_is_named_with_its_place_and_a_sentence(code):
    given, place = DEFECTS[code]

    found = [problem for problem in judged(**given) if problem.code == code]

    assert [problem.place for problem in found] == [place]
    assert found[0].reason.endswith(".")
    assert found[0].blocks is (code not in EMBARRASSING)


def test_a_code_that_does_not_fit_into_an_address_is_named():
    (problem,) = judged(replace(CLEAN, written_task=Assessment("the task", QUIZ)))

    assert (problem.code, problem.place) == ("assessment-code", "course")


def test_parallel_forms_have_no_problem():
    assert judged(WITH_FORMS, papers=(paper("A"), paper("B"), Paper("M1", (Asked("I1", "O1", Decimal(1)),)))) == []


def test_a_difference_of_the_forms_blocks_and_leads_to_the_quiz_or_the_item():
    shared = paper("B", asked=paper("A").asked[:1] + paper("B").asked[1:])

    found = judged(WITH_FORMS, papers=(paper("A", drawn=True), shared))

    assert [(problem.code, problem.place, problem.blocks) for problem in found] == [
        ("form-drawn", "quiz:A", True), ("form-shared", "item:A-1", True),
    ]  # fmt: skip


def test_an_objective_that_only_a_form_asks_about_is_not_measured():
    """A certificate rests on the quizzes of the modules; nobody has to take a form."""
    items = (*ITEMS[:2], replace(ITEMS[2], code="A-3"))

    found = judged(WITH_FORMS, items=items, papers=(paper("A"), paper("B")))

    assert [(problem.code, problem.place) for problem in found] == [("objective-unmeasured", "objective:O3")]


def test_every_problem_code_has_its_defect_here():
    source = Path(readiness.__file__).read_text()

    codes = set(re.findall(r'Problem\(\s*"([a-z_-]+)"', source)) | {
        f"course-{name}" for name in re.findall(r'^        "([a-z_]+)": "a', source, re.MULTILINE)
    }

    assert codes == {code for code in DEFECTS if not code.startswith("quiz-")}


def test_blocking_problems_come_first():
    found = judged(course=replace(CLEAN, references=(), title=""))

    assert [problem.blocks for problem in found] == sorted((problem.blocks for problem in found), reverse=True)


@pytest.mark.parametrize("year", [2018, 2027, None])
def test_two_references_of_the_last_ten_years_are_recent_enough(year):
    rows = tuple(replace(row, year=year if n > 1 else 2018) for n, row in enumerate(CLEAN.references))

    assert judged(course=replace(CLEAN, references=rows)) == []


@pytest.mark.django_db
def test_what_stops_a_quiz_stops_its_course():
    course = make.make_course()
    course.modules.get().quiz.sections.update(count=4)
    course.bank.items.filter(code="M1-02").update(teaches_at="")

    found = {(problem.code, problem.place) for problem in drafts.readiness(course, year=YEAR)}

    assert found == {
        ("quiz-blueprint", "quiz:M1"), ("quiz-no_lesson", "item:M1-02"), ("item-lesson", "item:M1-02"),
    }  # fmt: skip


@pytest.mark.django_db
def test_parallel_forms_of_a_draft_are_compared_as_their_pools_stand():
    course = make.make_forms(make.make_course())
    assert drafts.readiness(course, year=YEAR) == []
    course.bank.items.filter(code="FB-02").update(pool="FA")
    course.bank.items.filter(code="FA-01").update(points=2)
    course.bank.items.filter(code="M1-01").update(pool="FB")
    Quiz.objects.filter(assessment__code="B").update(safety_must_pass=True)
    course.modules.get().quiz.sections.update(count=2, pool="FB")

    found = {(problem.code, problem.place) for problem in drafts.readiness(course, year=YEAR)}

    assert found == {
        ("form-safety", "quiz:B"), ("form-objective", "quiz:B"), ("form-number", "quiz:B"),
        ("form-graded", "item:FB-01"), ("form-graded", "item:FB-03"), ("form-graded", "item:M1-01"),
        ("objective-unmeasured", "objective:O1"),
    }  # fmt: skip


@pytest.mark.django_db
def test_drafts_and_retired_items_measure_nothing():
    course = make.make_course(items=("single",) * 4)
    course.bank.items.filter(objective="O3").update(status="retired")

    codes = {problem.code for problem in drafts.readiness(course, year=YEAR)}

    assert "objective-unmeasured" in codes
