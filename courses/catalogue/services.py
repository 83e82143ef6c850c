"""The verbs of the catalogue. Each is one transaction, and the admin and the commands call the same ones."""

import datetime as dt

from django.db import transaction

from ceu.shared import canonical
from courses.catalogue import content, drafts, fulltext
from courses.catalogue.models import Assessment, Course, Edition, EditionQuiz, Lesson, Module
from courses.catalogue.outline import Order
from courses.catalogue.readiness import Problem
from quizzes.bank.models import ItemBank
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Quiz


class NotReady(Exception):
    """The course cannot be published yet. `problems` says why, and where to mend it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem.reason for problem in problems))
        self.problems = problems


class Rearranged(Exception):
    """Someone else changed the outline since it was read. `theirs` is how it stands now."""

    def __init__(self, theirs: Order) -> None:
        super().__init__("Someone else changed the outline in the meantime, so nothing was written.")
        self.theirs = theirs


class AddressTaken(Exception):
    """Two lessons of one module would have the same address."""


@transaction.atomic
def create_course(*, slug: str, title: str, by=None, **fields) -> Course:
    """A new draft with an item bank of its own; `by` becomes its first instructor."""
    bank = ItemBank.objects.create(title=title)
    course = Course.objects.create(slug=slug, title=title, bank=bank, **fields)
    if by is not None:
        course.instructors.add(by)
        share_bank(course)
    return course


def share_bank(course: Course) -> None:
    """The instructors of a course are the authors of its item bank: quizzes keeps that list, courses decides it."""
    course.bank.authors.set(course.instructors.all())


def apply_policy(course: Course) -> None:
    """The course decides pass mark and attempts; its quizzes follow.

    A parallel form is taken once, has nothing to pass, and keeps its reasons until the course opens them. A written task
    may be revised at once, as often as a quiz may be tried: its marking is wait enough.
    """
    graded = {
        "pass_mark": course.pass_mark,
        "attempts_allowed": course.attempts_allowed,
        "cooldown_after": course.cooldown_after,
        "cooldown_hours": course.cooldown_hours,
        "reveals": Quiz.Reveals.SETTLED,
    }
    form = {"pass_mark": 0, "attempts_allowed": 1, "cooldown_hours": 0, "reveals": Quiz.Reveals.TOLD}
    beside = Quiz.objects.filter(assessment__course=course)
    Quiz.objects.filter(module__course=course).update(**graded)
    beside.filter(assessment__role__in=Assessment.FORMS).update(**graded | form)
    beside.filter(assessment__role=Assessment.Role.TASK).update(**graded | {"cooldown_hours": 0})


@transaction.atomic
def publish(course: Course, *, by, now: dt.datetime, note: str = "") -> Edition:
    """Freeze the draft as the next edition. Unchanged content gives the newest edition back. Raises NotReady."""
    course = Course.objects.select_for_update().get(pk=course.pk)
    apply_policy(course)
    blocking = [problem for problem in drafts.readiness(course, year=now.year) if problem.blocks]
    if blocking:
        raise NotReady(blocking)
    quizzes = [*course.modules.select_related("quiz__bank"), *course.assessments.select_related("quiz__bank")]
    published = {row.code: delivery.publish_quiz(row.quiz, by=by) for row in quizzes}
    text = content.dumps(drafts.content_of(course, published))
    newest = Edition.objects.filter(course=course).order_by("-number").first()
    sha256 = canonical.digest(text)
    if newest and newest.sha256 == sha256:
        return newest
    edition = Edition.objects.create(
        course=course,
        number=newest.number + 1 if newest else 1,
        content=text,
        sha256=sha256,
        note=note,
        published_at=now,
        published_by=by,
    )
    EditionQuiz.objects.bulk_create(
        EditionQuiz(edition=edition, code=code, published_quiz=quiz) for code, quiz in published.items()
    )
    fulltext.index(edition)
    return edition


def retire(course: Course, *, now: dt.datetime) -> None:
    """Take the course off the catalogue. Who is enrolled goes on; certificates stay."""
    Course.objects.filter(pk=course.pk, retired_at=None).update(retired_at=now)


def reinstate(course: Course) -> None:
    Course.objects.filter(pk=course.pk).update(retired_at=None)


def order_of(course: Course) -> Order:
    """The outline as it is stored. Two statements."""
    lessons: dict[int, list[int]] = {}
    for pk, module in Lesson.objects.filter(module__course=course).values_list("pk", "module"):
        lessons.setdefault(module, []).append(pk)
    return Order(tuple((pk, tuple(lessons.get(pk, ()))) for pk in course.modules.values_list("pk", flat=True)))


@transaction.atomic
def arrange(course: Course, order: Order, *, seen: Order) -> None:
    """Put modules and lessons into this order, writing those that move. `seen` is what the author looked at, and
    has the same parts. Raises Rearranged, and AddressTaken."""
    Course.objects.select_for_update().get(pk=course.pk)
    if (stored := order_of(course)) != seen:
        raise Rearranged(stored)
    rows = {row.pk: row for row in Lesson.objects.filter(module__course=course).defer("body")}
    modules = {row.pk: row for row in course.modules.all()}
    moved, changed = [], []
    for place, (module, lessons) in enumerate(order.modules, 1):
        slugs = [rows[pk].slug for pk in lessons]
        if taken := next((slug for slug in slugs if slugs.count(slug) > 1), None):
            raise AddressTaken(f"Two lessons of one module would have the address “{taken}”. Change one of them first.")
        changed += [rows[pk] for n, pk in enumerate(lessons, 1) if _placed(rows[pk], module_id=module, position=n)]
        moved += [modules[module]] if _placed(modules[module], position=place) else []
    Module.objects.bulk_update(moved, ["position"])
    Lesson.objects.bulk_update(changed, ["module", "position"])


def _placed(row: Module | Lesson, **place: int) -> bool:
    """Give the row its place. Whether it had another one."""
    differs = any(getattr(row, name) != value for name, value in place.items())
    for name, value in place.items():
        setattr(row, name, value)
    return differs
