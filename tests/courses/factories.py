"""Courses, learners and their work for tests, made by plain functions. Each makes what it needs unless it is given."""

import datetime as dt
import itertools
import json
from decimal import Decimal

from courses.catalogue import services as catalogue
from courses.catalogue.models import Accreditor, Approval, Assessment, Course, Edition
from courses.evaluations import questions
from courses.evaluations import services as evaluations
from courses.learning import assessments
from courses.learning import services as learning
from courses.learning.assessments import Part
from courses.learning.models import Attestation, Enrolment
from quizzes.bank.models import ItemKey
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt, Quiz
from quizzes.questions import key_from_dict
from quizzes.questions.codec import plain
from tests.factories import NOW, make_item, make_user

OBJECTIVES = (("O1", "Identify", "Remember"), ("O2", "Explain", "Understand"), ("O3", "Choose", "Apply"))
DESCRIBED = {
    "subtitle": "A small course",
    "summary": "Made for a test, and complete all the same.",
    "audience": "Manual therapists",
    "disclosures": "There are no conflicts of interest.",
    "commercial_support": "None received.",
    "scope_notice": "Check your practice act before you enrol.",
    "released_on": dt.date(2027, 1, 1),
    "reviewed_on": dt.date(2027, 1, 1),
    "review_due_on": dt.date(2030, 1, 1),
}
_serial = itertools.count(1)


def make_course(modules: int = 1, lessons: int = 2, items=("single",) * 3, *, by=None, **fields) -> Course:
    """A draft that is ready to be published. `items` are the kinds asked in each module's quiz, at least three of
    them, so that every objective is measured. Modules are M1, M2, …; lessons are m1-l1, m1-l2, …"""
    n = next(_serial)
    named = {"slug": f"course-{n}", "title": f"Course {n}", "by": by or make_user(legal_name=f"Ira Instructor {n}")}
    course = catalogue.create_course(**(named | DESCRIBED | fields))
    for position, (code, verb, bloom) in enumerate(OBJECTIVES):
        course.objectives.create(position=position, code=code, verb=verb, bloom=bloom, text=f"the point of {code}.")
    for key in range(1, 6):
        course.references.create(
            key=f"R{key}", citation=f"Author {key}. A study. 2025.", year=2025, doi=f"10.1000/{key}"
        )
    course.terms.create(term="Neurodynamics", meaning="How nerves move and feel.")
    if modules and lessons:
        course.corrections.create(belief="Nerves never move.", finding="They slide.", references=["R1"], lesson="m1-l1")
    for position in range(1, modules + 1):
        make_module(course, position, lessons=lessons, items=items)
    return course


def make_module(course: Course, position: int = 1, *, lessons: int = 2, items=("single",) * 3):
    code = f"M{position}"
    quiz = Quiz.objects.create(bank=course.bank, title=f"Quiz {code}")
    quiz.sections.create(pool=code, count=len(items), min_vignettes=0, max_true_false=100)
    module = course.modules.create(position=position, code=code, title=f"Module {code}", quiz=quiz)
    for n in range(1, lessons + 1):
        slug = f"{code.lower()}-l{n}"
        module.lessons.create(
            position=n,
            slug=slug,
            title=f"Lesson {code}.{n}",
            objectives="O1, O2",
            body=make_body(slug),
            purpose="Know.",
        )
    for n, kind in enumerate(items):
        make_item(
            course.bank, kind=kind, code=f"{code}-{n + 1:02}", pool=code, objective=OBJECTIVES[n % 3][0],
            teaches_at=f"{code.lower()}-l1/start", references=["R1"],
        )  # fmt: skip
    return module


def make_forms(course: Course, items=("single",) * 3) -> Course:
    """Gives the course parallel forms A and B with the pools FA and FB. `items` are the kinds that each of them asks."""
    for role, code in zip(Assessment.FORMS, "AB", strict=True):
        _make_beside(course, role, code, f"F{code}", items)
    return course


def make_task(course: Course) -> Course:
    """Gives the course a written task T with the pool T."""
    _make_beside(course, Assessment.Role.TASK, "T", "T", ("written",))
    return course


def _make_beside(course: Course, role: str, code: str, pool: str, items) -> None:
    quiz = Quiz.objects.create(bank=course.bank, title=f"Quiz {code}")
    quiz.sections.create(pool=pool, mode="fixed")
    course.assessments.create(role=role, code=code, quiz=quiz)
    for n, kind in enumerate(items):
        make_item(
            course.bank, kind=kind, code=f"{pool}-{n + 1:02}", pool=pool, objective=OBJECTIVES[n % 3][0],
            teaches_at="m1-l1/start", references=["R1"],
        )  # fmt: skip


def make_body(words: str = "nerve") -> str:
    """HTML of the lesson vocabulary with one section `start`, sixty words and one citation."""
    return f'<h2 id="start">Where it starts</h2>\n<p>{f"{words} " * 60}<cite>R1</cite></p>\n'


def make_edition(course: Course | None = None, *, now: dt.datetime = NOW, **fields) -> Edition:
    return catalogue.publish(course or make_course(**fields), by=None, now=now)


def make_learner(**fields):
    return make_user(**{"legal_name": f"Lea Learner {next(_serial)}"} | fields)


def make_enrolment(user=None, edition: Edition | None = None, *, now: dt.datetime = NOW, **fields) -> Enrolment:
    """An enrolment on the course's newest edition. Other fields make the course."""
    edition = edition or make_edition(**fields)
    return learning.enrol(
        user or make_learner(), edition.course, scope_confirmed=True, profession="massage_therapist",
        jurisdiction="Florida", now=now,
    )  # fmt: skip


def finish_lessons(enrolment: Enrolment, *, now: dt.datetime = NOW) -> None:
    for lesson in enrolment.edition.frozen.lessons:
        learning.finish_lesson(enrolment, lesson.slug, now=now)


def pass_quizzes(enrolment: Enrolment, *, now: dt.datetime = NOW) -> list[Attempt]:
    return [take_quiz(enrolment, module.code, now=now) for module in enrolment.edition.frozen.modules if module.quiz]


def take_quiz(enrolment: Enrolment, module_code: str, *, right: bool = True, now: dt.datetime = NOW) -> Attempt:
    """A real attempt, submitted: every question answered right, or none of them answered."""
    entry = learning.enter_quiz(enrolment, module_code, home="/", now=now)
    attempt = delivery.start(entry, now=now)
    if right:
        answer_right(attempt, now=now)
    return delivery.submit(attempt, now=now)


def take_test(enrolment: Enrolment, part: Part, *, right: int | None = None, now: dt.datetime = NOW) -> Attempt:
    """The pre-test or the post-test, submitted: the first `right` questions answered right, or all of them."""
    attempt = start_assessment(enrolment, part, now=now)
    answer_right(attempt, most=right, now=now)
    return delivery.submit(attempt, now=now)


def start_assessment(enrolment: Enrolment, part: Part, *, now: dt.datetime = NOW) -> Attempt:
    code = assessments.codes(enrolment.edition.frozen, enrolment.uuid.int)[part]
    home = f"/courses/{enrolment.course.slug}/"
    return delivery.start(learning.enter_assessment(enrolment, code, home=home, now=now), now=now)


def answer_right(attempt: Attempt, *, most: int | None = None, now: dt.datetime = NOW) -> None:
    """All questions, or only the first few of them."""
    responses = list(attempt.responses.select_related("revision").order_by("n"))[:most]
    keys = dict(ItemKey.objects.filter(pk__in=[row.revision_id for row in responses]).values_list("pk", "key"))
    for row in responses:
        answer = right_answer(row.revision.kind, key_from_dict(json.loads(keys[row.revision_id])))
        delivery.save_answer(attempt, row.n, answer, rev=0, now=now, revision_id=row.revision_id)


def right_answer(kind: str, key):
    """What earns all points, in canonical indexes, from the key itself."""
    if kind in {"single", "true_false"}:
        return key.correct[0]
    if kind == "multiple":
        return list(key.correct)
    if kind == "matching":
        return list(key.pairs)
    if kind == "ordering":
        return list(key.order)
    if kind == "numeric":
        return plain(key.answer)
    return max(key.accepted, key=lambda accepted: accepted.share).text


def evaluate(enrolment: Enrolment, *, now: dt.datetime = NOW, **given):
    """The evaluation handed in: four of five for every statement, unless something else is given."""
    asked = questions.statements(enrolment.edition.frozen)
    usual = {
        "answers": {each.key: 4 for each in asked},
        "minutes": 90,
        "change": "",
        "comments": "",
        "grievance": False,
    }
    return evaluations.hand_in(enrolment, **(usual | given), now=now)


def attest(enrolment: Enrolment, *, licence=None, now: dt.datetime = NOW, **given) -> Attestation:
    usual = {"typed_name": enrolment.user.legal_name, "ip_address": "192.0.2.1", "user_agent": "Test"}
    return learning.attest(enrolment, licence=licence, **(usual | given), now=now)


def complete(enrolment: Enrolment, *, licence=None, now: dt.datetime = NOW) -> Attestation:
    """All that the course asks, done: lessons, quizzes, evaluation, attestation."""
    finish_lessons(enrolment, now=now)
    pass_quizzes(enrolment, now=now)
    evaluate(enrolment, now=now)
    return attest(enrolment, licence=licence, now=now)


def make_accreditor(**fields) -> Accreditor:
    n = next(_serial)
    return Accreditor.objects.create(**({"code": f"A{n}", "name": f"Board {n}"} | fields))


def make_approval(course: Course | None = None, accreditor: Accreditor | None = None, **fields) -> Approval:
    usual = {"number": f"N-{next(_serial)}", "hours": Decimal("2.5"), "valid_from": dt.date(2027, 1, 1)}
    return Approval.objects.create(
        course=course or make_course(), accreditor=accreditor or make_accreditor(), **(usual | fields)
    )
