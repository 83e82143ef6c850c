"""Reads for the page that publishes: what stops it and where to mend that, what would change, and for whom."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ceu.shared.admin import address
from courses.catalogue import changes, drafts, workload
from courses.catalogue.changes import Changes
from courses.catalogue.models import Course, Edition, EditionQuiz, Lesson
from courses.catalogue.readiness import Problem
from quizzes.bank.changes import changed
from quizzes.bank.models import Item, ItemRevision
from quizzes.delivery import readiness as quizzes
from quizzes.delivery.models import Attempt, PublishedQuiz


@dataclass(frozen=True)
class Finding:
    """A problem of readiness with the address of the page where it is mended."""

    code: str
    reason: str
    address: str
    blocks: bool


@dataclass(frozen=True)
class ItemChanges:
    """Codes of items."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """`newest` None: this is the first edition, and there is nothing to compare with."""

    findings: list[Finding]
    newest: Edition | None
    lessons: Changes | None
    items: ItemChanges | None
    staying: int
    open_attempts: int

    @property
    def blocking(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.blocks]

    @property
    def advice(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.blocks]

    @property
    def unchanged(self) -> bool:
        items = self.items and (self.items.new or self.items.changed or self.items.removed)
        return self.newest is not None and not self.lessons and not items


def plan(course: Course, *, today: dt.date) -> Plan:
    newest = course.editions.defer("content").order_by("-number").first()
    return Plan(
        findings=findings(course, today=today),
        newest=newest,
        lessons=changes.between(newest.frozen, drafts.content_of(course)) if newest else None,
        items=_item_changes(course, newest) if newest else None,
        staying=course.enrolments.filter(withdrawn_at=None).count(),
        open_attempts=_open_attempts(course),
    )


def findings(course: Course, *, today: dt.date) -> list[Finding]:
    """Everything that stops a publication, and the advice, approvals among it: they stop no edition."""
    places = Places(course)
    found = [places.finding(problem) for problem in drafts.readiness(course, year=today.year)]
    return [*found, *_approvals(course, today)]


def _approvals(course: Course, today: dt.date) -> Iterator[Finding]:
    work = workload.of(course, today)
    for award in work.awards:
        if len(award.below) == len(work.methods):
            reason = f"{award.approval} awards more hours than any method gives. Compare it with its letter."
            yield Finding("hours-overstated", reason, address(course, "hours"), blocks=False)
    ended = course.approvals.filter(valid_to__lt=today).exists()
    if ended and not work.awards:
        reason = "Its approvals have ended, so its certificates claim no hours. A registrar enters the new ones."
        yield Finding("approval-ended", reason, address(course), blocks=False)


def _open_attempts(course: Course) -> int:
    """At every paper that an edition of the course holds, begun and not handed in."""
    papers = EditionQuiz.objects.filter(edition__course=course).values("published_quiz")
    return Attempt.objects.open().filter(published_quiz__in=papers).count()


class Places:
    """The neutral places of readiness as addresses in the admin. Each table is read once, and only when asked for."""

    def __init__(self, course: Course) -> None:
        self.course = course

    def finding(self, problem: Problem) -> Finding:
        return Finding(problem.code, problem.reason, self.address(problem.place), problem.blocks)

    def address(self, place: str) -> str:
        kind, _, name = place.partition(":")
        rows = {
            "module": "_modules",
            "lesson": "_lessons",
            "item": "_items",
            "reference": "_references",
            "quiz": "_quizzes",
        }
        found = getattr(self, rows[kind]).get(name) if kind in rows else None
        return address(found or self.course) + ("#objectives-group" if kind == "objective" else "")

    @cached_property
    def _modules(self) -> dict:
        return {row.code: row for row in self.course.modules.select_related("quiz")}

    @cached_property
    def _quizzes(self) -> dict:
        beside = {row.code: row.quiz for row in self.course.assessments.select_related("quiz")}
        return beside | {code: module.quiz or module for code, module in self._modules.items()}

    @cached_property
    def _lessons(self) -> dict:
        return {row.slug: row for row in Lesson.objects.filter(module__course=self.course).only("slug")}

    @cached_property
    def _items(self) -> dict:
        return {row.code: row for row in Item.objects.filter(bank=self.course.bank_id).only("code")}

    @cached_property
    def _references(self) -> dict:
        return {row.key: row for row in self.course.references.only("key")}


def _item_changes(course: Course, newest: Edition) -> ItemChanges:
    published = _published(newest)
    rows = [*course.modules.exclude(quiz=None).select_related("quiz"), *course.assessments.select_related("quiz")]
    items = {item.pk: item for row in rows for item in quizzes.drafts(row.quiz)[1]}
    return ItemChanges(
        new=_codes(item for pk, item in items.items() if pk not in published),
        changed=_codes(changed(items.values(), published.values())),
        removed=_codes(revision.item for pk, revision in published.items() if pk not in items),
    )


def _published(edition: Edition) -> dict[int, ItemRevision]:
    """Item -> the revision of it that the edition's papers hold."""
    papers = EditionQuiz.objects.filter(edition=edition).values_list("published_quiz", flat=True)
    pinned = [item.revision for paper in papers for item in PublishedQuiz.objects.content(paper).items]
    rows = ItemRevision.objects.filter(pk__in=pinned).select_related("item", "key")
    return {row.item_id: row for row in rows}


def _codes(items: Iterable[Item]) -> tuple[str, ...]:
    return tuple(sorted(item.code for item in items))
