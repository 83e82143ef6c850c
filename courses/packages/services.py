"""Load a package into draft rows, and dump draft rows as a package. One transaction, all or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from courses.catalogue import services as catalogue
from courses.catalogue.content import Correction, Objective, Reference, Term
from courses.catalogue.drafts import plain
from courses.catalogue.models import (
    Assessment,
    Course,
    Edition,
    Figure,
    GlossaryTerm,
    LearningObjective,
    Lesson,
    Module,
)
from courses.catalogue.models import Correction as CorrectionRow
from courses.catalogue.models import Reference as ReferenceRow
from courses.packages import archive, form, items, places
from courses.packages.form import (
    Package,
    PackageCourse,
    PackageFixedQuiz,
    PackageLesson,
    PackageModule,
    PackageQuiz,
)
from quizzes.bank.models import ItemBank
from quizzes.delivery.models import Quiz, Section


@dataclass
class Report:
    """What loading did, or in a dry run would do: the files that differ from the draft, and the edition published."""

    course: Course | None
    new: bool
    changed: list[str] = field(default_factory=list)
    edition: Edition | None = None

    @property
    def same(self) -> bool:
        return not self.new and not self.changed


class _DryRun(Exception):
    pass


def load(path: Path, *, by, publish: bool = False, dry_run: bool = False) -> Report:
    """Load the package at `path` (a folder or a zip). Raises BadArchive, BadPackage, or catalogue.NotReady.

    What the draft holds already is left alone; what differs, the package decides. Items that the package does not
    hold are retired and not deleted. `by` becomes the instructor of a new course.
    """
    files = archive.read(Path(path))
    package = form.read(files)
    try:
        with transaction.atomic():
            report = _load(package, by=by)
            if publish and report.course:
                report.edition = catalogue.publish(report.course, by=by, now=timezone.now())
            if dry_run:
                raise _DryRun
    except items.BadValue as error:
        raise form.BadPackage(_mistakes(error, files)) from error
    except _DryRun:
        report.course = report.course if not report.new else None
    return report


_LESSON_LINES = {"/title": 1, "/purpose": 2, "/objectives": 3}


def _mistakes(error: items.BadValue, files: dict[str, bytes]) -> list[form.Mistake]:
    text = files[error.file].decode()
    is_json = error.file.endswith(".json")
    return [
        form.Mistake(error.file, places.line_of(text, at) if is_json else _LESSON_LINES.get(at, 1), f"{at}: {said}")
        for at, said in error.found
    ]


def _load(package: Package, *, by) -> Report:
    course = Course.objects.select_for_update().filter(uuid=package.course.uuid).first()
    new = course is None
    wanted = form.write(package)
    present = form.write(_package(course)) if course else {}
    changed = sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))
    course = course or Course(uuid=package.course.uuid)
    if changed:
        _write(course, package)
    if new and by is not None:
        course.instructors.add(by)
        catalogue.share_bank(course)
    return Report(course, new, changed)


class CannotDump(Exception):
    """The draft holds something for which the package format has no place; `str()` of it says what."""


def dump(course: Course) -> dict[str, bytes]:
    """The package of a draft: relative path -> bytes, in canonical form. Raises CannotDump."""
    beside = _assessments(course)
    modules = course.modules.exclude(quiz=None).select_related("quiz").prefetch_related("quiz__sections")
    for row in (*modules, *beside):
        if not _fits(row.quiz):
            raise CannotDump(f"The quiz {row.code} is not of one section: a package cannot hold it.")
    if len(_forms(beside) or ()) == 1:
        raise CannotDump("The course has one parallel form only: a package holds two, or none.")
    return form.write(_package(course))


def write_folder(files: dict[str, bytes], folder: Path) -> None:
    """Make `folder` hold exactly `files`; only files of a package's kind are ever removed. Raises BadArchive.

    Codes of items and modules are file names here, and authors choose them: none may lead out of the folder.
    """
    archive.check_names(files)
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in archive.ENDINGS and path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != content:
            target.write_bytes(content)


# --- package -> rows ------------------------------------------------------------------------------------------------

_COURSE_FIELDS = (
    "slug", "title", "subtitle", "summary", "audience", "level", "prerequisites", "language", "delivery_type",
    "pass_mark", "attempts_allowed", "cooldown_after", "cooldown_hours", "difficulty", "disclosures",
    "commercial_support", "scope_notice", "contraindications", "disclaimer", "released_on", "reviewed_on",
    "review_due_on",
)  # fmt: skip


def _write(course: Course, package: Package) -> None:
    for name in _COURSE_FIELDS:
        setattr(course, name, getattr(package.course, name))
    items.check(course, "course.json", exclude=["bank"], unique=True)
    if course.pk is None:
        course.bank = ItemBank.objects.create(title=course.title)
        course.save()
    else:
        course.save(update_fields=_COURSE_FIELDS)
    items.write(course.bank, package.items)
    _replace(LearningObjective, course, "code", ("course.json", "/objectives/{n}"), (
        {"position": n, "code": row.code, "verb": row.verb, "bloom": row.bloom, "text": row.text}
        for n, row in enumerate(package.course.objectives)
    ))  # fmt: skip
    _replace(ReferenceRow, course, "key", ("references.json", "/references/{n}"), (
        {
            "key": row.key, "citation": row.citation, "year": row.year, "doi": row.doi or "", "url": row.url or "",
            "studied": row.studied or "", "subjects": row.subjects, "species": row.species or "",
            "unconfirmed": bool(row.unconfirmed),
        }
        for row in package.references
    ))  # fmt: skip
    terms = ({"term": row.term, "meaning": row.meaning} for row in package.terms)
    _replace(GlossaryTerm, course, "term", ("glossary.json", "/terms/{n}"), terms)
    drawings = ({"name": name, "svg": svg} for name, svg in package.figures)
    _replace(Figure, course, "name", ("figures/{name}.svg", ""), drawings)
    _replace(CorrectionRow, course, "belief", ("course.json", "/corrections/{n}"), (
        {
            "position": n, "belief": row.belief, "finding": row.finding, "references": list(row.references),
            "lesson": row.lesson,
        }
        for n, row in enumerate(package.course.corrections or ())
    ))  # fmt: skip
    _write_modules(course, package)
    _write_assessments(course, package)
    catalogue.apply_policy(course)


def _replace(model, parent, key: str, at: tuple[str, str], rows: Iterable[dict], owner: str = "course") -> dict:
    """Make the parent's rows equal `rows`, matched by `key`: same row updated, new row made, others deleted.

    `at` is the file and the pointer that the n-th row comes from, for what its model may refuse.
    """
    file, pointer = at
    present = {getattr(row, key): row for row in model.objects.filter(**{owner: parent})}
    kept = {}
    for n, values in enumerate(rows):
        row = present.pop(values[key], None) or model(**{owner: parent})
        for name, value in values.items():
            setattr(row, name, value)
        items.check(row, file.format(**values), pointer.format(n=n), exclude=[owner])
        row.save()
        kept[values[key]] = row
    for row in present.values():
        row.delete()
    return kept


def _write_modules(course: Course, package: Package) -> None:
    lessons = {lesson.slug: lesson for lesson in package.lessons}
    modules = _replace(Module, course, "code", ("course.json", "/modules/{n}"), (
        {"position": n, "code": row.code, "title": row.title, "summary": row.summary}
        for n, row in enumerate(package.course.modules)
    ))  # fmt: skip
    quizzes = dict(package.quizzes)
    for row in package.course.modules:
        module = modules[row.code]
        _replace(Lesson, module, "slug", ("lessons/{slug}.html", ""), (
            {
                "position": n, "slug": slug, "title": lessons[slug].title, "purpose": lessons[slug].purpose,
                "objectives": lessons[slug].objectives, "body": lessons[slug].body,
            }
            for n, slug in enumerate(row.lessons)
        ), owner="module")  # fmt: skip
        wanted = quizzes.get(row.code)
        quiz = _write_quiz(course, row.code, module.quiz, wanted) if wanted else None
        Module.objects.filter(pk=module.pk).update(quiz=quiz)


def _write_assessments(course: Course, package: Package) -> None:
    """A quiz stays with its code. The rows themselves are made anew when another code takes a role: nothing rests on
    them, and two that change places would meet in one."""
    forms, task = package.course.parallel_forms or (), package.course.written_task
    roles = dict(zip(Assessment.FORMS, forms, strict=False)) | ({Assessment.Role.TASK: task} if task else {})
    present = list(course.assessments.select_related("quiz"))
    had, same = {row.code: row.quiz for row in present}, {row.role: row.code for row in present} == roles
    quizzes, pointers = dict(package.quizzes), {code: pointer for pointer, code in package.course.assessments.items()}
    if not same:
        course.assessments.all().delete()
    for role, code in roles.items():
        quiz = _write_quiz(course, code, had.get(code), quizzes[code])
        if not same:
            row = Assessment(course=course, role=role, code=code, quiz=quiz)
            items.check(row, "course.json", pointers[code], exclude=["course", "quiz"])
            row.save()


def _write_quiz(course: Course, code: str, quiz: Quiz | None, wanted: PackageQuiz | PackageFixedQuiz) -> Quiz:
    quiz = quiz or Quiz(bank=course.bank)
    quiz.title, quiz.safety_must_pass = wanted.title, wanted.safety_must_pass
    quiz.time_limit_minutes = wanted.time_limit_minutes
    file = f"quizzes/{code}.json"
    items.check(quiz, file, exclude=["bank"])
    quiz.save()
    _replace(Section, quiz, "pool", (file, ""), [_section(wanted)], owner="quiz")
    return quiz


def _section(wanted: PackageQuiz | PackageFixedQuiz) -> dict:
    if isinstance(wanted, PackageFixedQuiz):
        return {"position": 1, "mode": Section.Mode.FIXED, "pool": wanted.pool}
    return {
        "position": 1,
        "mode": Section.Mode.DRAWN,
        "pool": wanted.pool,
        "count": wanted.count,
        "min_vignettes": wanted.min_vignettes,
        "max_true_false": wanted.max_true_false,
        "min_safety": wanted.min_safety,
        "objectives": list(wanted.objectives),
    }


# --- rows -> package ------------------------------------------------------------------------------------------------


def _package(course: Course) -> Package:
    modules = list(course.modules.select_related("quiz").prefetch_related("lessons", "quiz__sections"))
    beside = _assessments(course)
    return Package(
        course=_course(course, modules, beside),
        lessons=tuple(
            PackageLesson(row.slug, row.title, row.purpose, row.objectives, row.body)
            for module in modules
            for row in module.lessons.all()
        ),
        items=items.read(course.bank),
        quizzes=tuple((row.code, _quiz(row.quiz)) for row in (*modules, *beside) if row.quiz and _fits(row.quiz)),
        references=tuple(
            Reference(
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
            Term(row.term, row.meaning) for row in sorted(course.terms.all(), key=lambda row: row.term.casefold())
        ),
        figures=tuple((row.name, row.svg) for row in course.figures.all()),
    )


def _course(course: Course, modules: list[Module], beside: list[Assessment]) -> PackageCourse:
    values = {name: getattr(course, name) for name in _COURSE_FIELDS}
    for name in ("released_on", "reviewed_on", "review_due_on"):
        values[name] = values[name].isoformat() if hasattr(values[name], "isoformat") else values[name]
    return PackageCourse(
        **values | {"pass_mark": plain(course.pass_mark)},
        format=form.FORMAT,
        uuid=str(course.uuid),
        objectives=tuple(Objective(row.code, row.verb, row.bloom, row.text) for row in course.objectives.all()),
        modules=tuple(_module(row) for row in modules),
        corrections=tuple(
            Correction(row.belief, row.finding, tuple(row.references), row.lesson) for row in course.corrections.all()
        )
        or None,
        parallel_forms=_forms(beside),
        written_task=next((row.code for row in beside if not row.is_form), None),
    )


def _assessments(course: Course) -> list[Assessment]:
    return list(course.assessments.select_related("quiz").prefetch_related("quiz__sections"))


def _forms(beside: list[Assessment]) -> tuple[str, ...] | None:
    return tuple(row.code for row in beside if row.is_form) or None


def _module(row: Module) -> PackageModule:
    lessons = tuple(lesson.slug for lesson in row.lessons.all())
    return PackageModule(row.code, row.title, row.summary, lessons, row.quiz is not None)


def _fits(quiz: Quiz) -> bool:
    """Whether the package format can hold the quiz: one section."""
    return len(quiz.sections.all()) == 1


def _quiz(quiz: Quiz) -> PackageQuiz | PackageFixedQuiz:
    section = quiz.sections.all()[0]
    if section.mode == Section.Mode.FIXED:
        return PackageFixedQuiz(
            title=quiz.title,
            pool=section.pool,
            mode=form.FIXED,
            safety_must_pass=quiz.safety_must_pass,
            time_limit_minutes=quiz.time_limit_minutes,
        )
    return PackageQuiz(
        title=quiz.title,
        pool=section.pool,
        count=section.count,
        min_vignettes=section.min_vignettes,
        max_true_false=section.max_true_false,
        min_safety=section.min_safety,
        objectives=tuple(section.objectives),
        safety_must_pass=quiz.safety_must_pass,
        time_limit_minutes=quiz.time_limit_minutes,
    )
