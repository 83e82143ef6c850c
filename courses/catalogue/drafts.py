"""Draft rows read as the content an edition would have. Nothing here decides or writes."""

from dataclasses import replace
from decimal import Decimal

from courses.catalogue import content
from courses.catalogue.models import Assessment, Course, Module
from courses.catalogue.parallel import Asked, Paper
from courses.catalogue.readiness import ItemFacts, Problem, QuizFinding, problems
from quizzes.bank.models import Item
from quizzes.delivery import services as delivery
from quizzes.delivery.models import PublishedQuiz, Quiz, Section


def content_of(course: Course, published: dict[str, PublishedQuiz] | None = None) -> content.EditionContent:
    """What an edition made now would hold. Without `published`, quizzes carry an empty digest (readiness, preview).

    What has no position is sorted here: the collations of databases differ, and with them the SHA-256 would.
    """
    modules = course.modules.select_related("quiz").prefetch_related("lessons", "quiz__sections")
    beside = {row.role: _assessment(row, published or {}, course) for row in _assessments(course)}
    return content.EditionContent(
        uuid=str(course.uuid),
        slug=course.slug,
        title=course.title,
        subtitle=course.subtitle,
        summary=course.summary,
        audience=course.audience,
        level=course.level,
        prerequisites=course.prerequisites,
        language=course.language,
        delivery_type=course.delivery_type,
        pass_mark=plain(course.pass_mark),
        difficulty=course.difficulty,
        disclosures=course.disclosures,
        commercial_support=course.commercial_support,
        scope_notice=course.scope_notice,
        contraindications=course.contraindications,
        disclaimer=course.disclaimer,
        instructors=tuple(str(person) for person in course.instructors.order_by("pk")),
        objectives=tuple(content.Objective(row.code, row.verb, row.bloom, row.text) for row in course.objectives.all()),
        modules=tuple(_module(module, (published or {}).get(module.code), course) for module in modules),
        references=tuple(
            content.Reference(
                row.key,
                row.citation,
                row.year,
                row.doi or None,
                row.url or None,
                row.studied or None,
                row.subjects,
                row.species or None,
                row.unconfirmed or None,
            )
            for row in sorted(course.references.all(), key=lambda row: row.key)
        ),
        terms=tuple(
            content.Term(row.term, row.meaning) for row in sorted(course.terms.all(), key=lambda row: row.term)
        ),
        figures=tuple(
            content.Figure(row.name, row.svg) for row in sorted(course.figures.all(), key=lambda row: row.name)
        ),
        released_on=_iso(course.released_on),
        reviewed_on=_iso(course.reviewed_on),
        review_due_on=_iso(course.review_due_on),
        corrections=_corrections(course),
        parallel_forms=tuple(beside[role] for role in Assessment.FORMS if role in beside) or None,
        written_task=beside.get(Assessment.Role.TASK),
    )


def readiness(course: Course, *, year: int) -> list[Problem]:
    """Everything that stops, or might embarrass, a publication made now."""
    items = list(Item.objects.filter(bank=course.bank, status=Item.Status.READY))
    facts = tuple(ItemFacts(item.code, item.objective, item.teaches_at, tuple(item.references)) for item in items)
    modules = course.modules.exclude(quiz=None).select_related("quiz").prefetch_related("quiz__sections")
    rows = [*modules, *_assessments(course)]
    findings = tuple(
        QuizFinding(row.code, problem.code, problem.sentence, problem.item_code)
        for row in rows
        for problem in delivery.problems(row.quiz)
    )
    papers = tuple(_paper(row, items) for row in rows)
    return problems(content_of(course), items=facts, quizzes=findings, papers=papers, year=year)


def _assessments(course: Course):
    return course.assessments.select_related("quiz").prefetch_related("quiz__sections")


def _paper(row: Module | Assessment, items: list[Item]) -> Paper:
    sections = row.quiz.sections.all()
    pools = {section.pool for section in sections}
    return Paper(
        code=row.code,
        asked=tuple(Asked(item.code, item.objective, item.points, item.kind) for item in items if item.pool in pools),
        drawn=any(section.mode == Section.Mode.DRAWN for section in sections),
        can_fail=row.quiz.safety_must_pass,
    )


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros or exponent, so that 80.00 and 80 publish alike."""
    value = value.normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral() else value


def _module(module: Module, published: PublishedQuiz | None, course: Course) -> content.Module:
    return content.Module(
        code=module.code,
        title=module.title,
        summary=module.summary,
        lessons=tuple(
            content.Lesson(row.slug, row.title, row.purpose, _codes(row.objectives), row.body)
            for row in module.lessons.all()
        ),
        quiz=_quiz(module.quiz, published, course) if module.quiz else None,
    )


def _assessment(row: Assessment, published: dict[str, PublishedQuiz], course: Course) -> content.Assessment:
    summary = _quiz(row.quiz, published.get(row.code), course)
    if row.is_form:
        summary = replace(summary, pass_mark=Decimal(0), attempts_allowed=1)
    return content.Assessment(row.code, summary)


def _quiz(quiz: Quiz, published: PublishedQuiz | None, course: Course) -> content.QuizSummary:
    return content.QuizSummary(
        title=quiz.title,
        digest=published.digest if published else "",
        questions=delivery.length(quiz),
        pass_mark=plain(course.pass_mark),
        safety_must_pass=quiz.safety_must_pass,
        attempts_allowed=course.attempts_allowed,
    )


def _corrections(course: Course) -> tuple[content.Correction, ...] | None:
    """None when there are none: editions of before there were corrections stay as they are, digest and all."""
    rows = course.corrections.all()
    return tuple(content.Correction(row.belief, row.finding, tuple(row.references), row.lesson) for row in rows) or None


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code.strip() for code in text.split(",") if code.strip())


def _iso(day) -> str | None:
    return day.isoformat() if day else None
