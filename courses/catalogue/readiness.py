"""PURE. What still stops a course from being published: each problem with its reason and the place where to fix it."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from courses.catalogue import markup, parallel
from courses.catalogue.content import EditionContent, Lesson
from courses.catalogue.parallel import Paper

# Verbs that cannot be observed, so that no item can measure them.
VAGUE_VERBS = {"understand", "know", "learn", "appreciate", "believe", "realise", "realize", "be"}
RECENT_YEARS = 10


@dataclass(frozen=True)
class Problem:
    """`place` is neutral: "course", "objective:CODE", "module:CODE", "lesson:SLUG", "quiz:CODE", "item:CODE"."""

    code: str
    place: str
    reason: str
    blocks: bool = True


@dataclass(frozen=True)
class QuizFinding:
    """What the assessment engine says of one quiz of the course, carried over in plain words."""

    quiz: str
    code: str
    reason: str
    item: str | None = None


@dataclass(frozen=True)
class ItemFacts:
    """What readiness needs of an item: which objective it measures and where it is taught ("slug/anchor")."""

    code: str
    objective: str
    teaches_at: str
    references: tuple[str, ...]


def problems(
    course: EditionContent,
    *,
    items: tuple[ItemFacts, ...],
    quizzes: tuple[QuizFinding, ...],
    year: int,
    papers: tuple[Paper, ...] = (),
) -> list[Problem]:
    """All that is wrong, blocking problems first. `year` is this year, for the age of references.

    `papers` are the quizzes of modules and assessments with what they ask.
    """
    beside = {item.code for paper in papers if paper.code in course.assessments for item in paper.asked}
    found = [
        *_described(course),
        *_objectives(course, tuple(item for item in items if item.code not in beside)),
        *_outline(course),
        *(problem for lesson in course.lessons for problem in _lesson(lesson, course)),
        *_items(course, items),
        *(_quiz(finding) for finding in quizzes),
        *_assessments(course),
        *_parallel(course, papers),
        *_references(course, year),
        *_corrections(course),
    ]
    return sorted(found, key=lambda problem: not problem.blocks)


def _described(course: EditionContent) -> Iterator[Problem]:
    for name, words in {
        "title": "a title",
        "summary": "a summary",
        "audience": "an audience",
        "disclosures": "a statement on conflicts of interest (write that there are none, if so)",
        "commercial_support": "a statement on commercial support (“none received” must be said)",
        "scope_notice": "a notice on scope of practice",
        "released_on": "a release date",
        "review_due_on": "a date of the next review",
    }.items():
        if not getattr(course, name):
            yield Problem(
                f"course-{name}", "course", f"The course has no {words.removeprefix('a ').removeprefix('an ')}."
            )
    if not course.instructors:
        yield Problem("course-instructors", "course", "Nobody is named as instructor.")
    if not 50 <= course.pass_mark <= 100:
        yield Problem("course-pass-mark", "course", "The pass mark must lie between 50 and 100 percent.")


def _objectives(course: EditionContent, items: tuple[ItemFacts, ...]) -> Iterator[Problem]:
    measured = {item.objective for item in items}
    if not 3 <= len(course.objectives) <= 7:
        yield Problem("objectives-number", "course", "A course has three to seven learning objectives.")
    for code, times in Counter(objective.code for objective in course.objectives).items():
        if times > 1:
            yield Problem("objective-twice", f"objective:{code}", f"The code {code} is used {times} times.")
    for objective in course.objectives:
        place = f"objective:{objective.code}"
        if objective.verb.strip().lower() in VAGUE_VERBS or not objective.verb.strip():
            yield Problem(
                "objective-verb",
                place,
                f"{objective.code}: “{objective.verb}” cannot be observed. Choose a verb that can.",
            )
        if objective.code not in measured:
            yield Problem("objective-unmeasured", place, f"No item measures {objective.code}.")


def _outline(course: EditionContent) -> Iterator[Problem]:
    if not course.modules:
        yield Problem("no-modules", "course", "The course has no module yet.")
    for module in course.modules:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", module.code):
            yield Problem(
                "module-code", f"module:{module.code}", f"The code “{module.code}” does not fit into an address."
            )
        if not module.lessons:
            yield Problem("no-lessons", f"module:{module.code}", f"Module {module.code} has no lesson yet.")
        if module.quiz is None:
            yield Problem("no-quiz", f"module:{module.code}", f"Module {module.code} has no quiz yet.")
    for slug, times in Counter(lesson.slug for lesson in course.lessons).items():
        if times > 1:
            yield Problem("lesson-twice", f"lesson:{slug}", f"{times} lessons share the address “{slug}”.")


def _lesson(lesson: Lesson, course: EditionContent) -> Iterator[Problem]:
    place = f"lesson:{lesson.slug}"
    survey = markup.survey(lesson.body)
    named = f"Lesson “{lesson.title}”"
    if survey.words < 50:
        yield Problem("lesson-empty", place, f"{named} has only {survey.words} words.")
    keys = {reference.key for reference in course.references}
    for key in sorted(set(survey.citations) - keys):
        yield Problem("citation-unknown", place, f"{named} cites {key}, which is not in the reference list.")
    drawn = {figure.name for figure in course.figures}
    for name in sorted(set(survey.figures) - drawn):
        yield Problem("figure-unknown", place, f"{named} shows the figure “{name}”, which does not exist.")
    codes = {objective.code for objective in course.objectives}
    for code in sorted(set(lesson.objectives) - codes):
        yield Problem("lesson-objective", place, f"{named} names the objective {code}, which does not exist.")
    for anchor, times in Counter(survey.anchors).items():
        if times > 1:
            yield Problem("anchor-twice", place, f"{named} uses the anchor “{anchor}” {times} times.")
    yield from _headings(survey, place, named)
    for link in survey.links:
        if link.startswith("#") and link[1:] not in survey.anchors:
            yield Problem("link-dead", place, f"{named} links to “{link}”, which is not on the page.")


def _headings(survey: markup.Survey, place: str, named: str) -> Iterator[Problem]:
    for heading in survey.headings:
        if not heading.anchor:
            yield Problem("heading-anchor", place, f"{named}: the heading “{heading.text}” has no anchor.")
    levels = [1, *(heading.level for heading in survey.headings)]
    if any(after - before > 1 for before, after in pairwise(levels)):
        yield Problem("heading-order", place, f"{named} skips a heading level.")


def _items(course: EditionContent, items: tuple[ItemFacts, ...]) -> Iterator[Problem]:
    codes = {objective.code for objective in course.objectives}
    keys = {reference.key for reference in course.references}
    anchors = {lesson.slug: set(markup.survey(lesson.body).anchors) for lesson in course.lessons}
    for item in items:
        place = f"item:{item.code}"
        if item.objective not in codes:
            yield Problem(
                "item-objective",
                place,
                f"Item {item.code} measures {item.objective or 'no objective'}, which the course does not have.",
            )
        slug, _, anchor = item.teaches_at.partition("/")
        if anchor not in anchors.get(slug, set()):
            yield Problem(
                "item-lesson",
                place,
                f"Item {item.code} points to “{item.teaches_at}”, which is no section of a lesson.",
            )
        for key in sorted(set(item.references) - keys):
            yield Problem("item-reference", place, f"Item {item.code} cites {key}, which is not in the reference list.")


def _quiz(finding: QuizFinding) -> Problem:
    place = f"item:{finding.item}" if finding.item else f"quiz:{finding.quiz}"
    return Problem(f"quiz-{finding.code}", place, finding.reason)


def _assessments(course: EditionContent) -> Iterator[Problem]:
    taken = {module.code for module in course.modules}
    for code in course.assessments:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", code):
            yield Problem("assessment-code", "course", f"The code “{code}” does not fit into an address.")
        if code in taken:
            yield Problem(
                "assessment-code", "course", f"The code {code} names a module. Give the assessment another one."
            )
    if len(course.parallel_forms or ()) == 1:
        yield Problem(
            "form-alone",
            "course",
            "There is one parallel form only. A gain is read off two: add the other, or remove it.",
        )


def _parallel(course: EditionContent, papers: tuple[Paper, ...]) -> Iterator[Problem]:
    codes = [form.code for form in course.parallel_forms or ()]
    forms = [paper for paper in papers if paper.code in codes]
    graded = [paper for paper in papers if paper.code in course.by_code]
    objectives = [objective.code for objective in course.objectives]
    for found in parallel.differences(objectives, forms, graded):
        yield Problem(found.code, f"item:{found.item}" if found.item else f"quiz:{found.quiz}", found.reason)


def _references(course: EditionContent, year: int) -> Iterator[Problem]:
    for reference in course.references:
        if not re.search(r"\w", reference.citation):
            yield Problem("reference-empty", f"reference:{reference.key}", f"{reference.key} has no citation.")
    recent = [reference for reference in course.references if (reference.year or 0) > year - RECENT_YEARS]
    if len(course.references) < 5:
        yield Problem("references-few", "course", "Fewer than five references.", blocks=False)
    elif len(recent) < 2:
        yield Problem(
            "references-old", "course", f"Fewer than two references from the last {RECENT_YEARS} years.", blocks=False
        )


def _corrections(course: EditionContent) -> Iterator[Problem]:
    keys = {reference.key for reference in course.references}
    for n, correction in enumerate(course.corrections or (), start=1):
        if correction.lesson not in course.by_slug:
            yield Problem(
                "correction-lesson",
                "course",
                f"Correction {n} points to the lesson “{correction.lesson}”, which does not exist.",
            )
        for key in sorted(set(correction.references) - keys):
            yield Problem(
                "correction-reference", "course", f"Correction {n} cites {key}, which is not in the reference list."
            )
