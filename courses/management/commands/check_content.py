from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ceu.shared import grade
from courses.catalogue import hours
from courses.editorial import grams, rules, sections
from courses.packages import archive, form

FIXTURES = settings.BASE_DIR / "fixtures"
BESIDE = Path(grams.__file__).parent
GRAMS = BESIDE / "source_grams.txt"
SECTIONS = BESIDE / "sections.json"


class Command(BaseCommand):
    help = "Judge course packages as an editor would: length, sources, marks of doubt, rationales, own words."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "paths", nargs="*", type=Path, metavar="PATH", help="Folders or zips. None: all of fixtures/."
        )
        parser.add_argument(
            "--report", action="store_true", help="Lengths, reading grades, hours, unconfirmed statements."
        )
        parser.add_argument(
            "--source", type=Path, metavar="FILE", help="Make the fingerprints anew from the source document first."
        )
        parser.add_argument("--grams", type=Path, default=GRAMS, help="The file of fingerprints.")

    def handle(self, paths: list[Path], report: bool, source: Path | None, grams: Path, **options):
        if source:
            grams.write_text(_fingerprints(source))
        known = _known(grams)
        sheets = {
            path: self._sheet(path) for path in paths or sorted(row.parent for row in FIXTURES.glob("*/course.json"))
        }
        found = [f"{path}/{finding}" for path, sheet in sheets.items() for finding in rules.findings(sheet, known)]
        if not paths:
            found += _untraced(sheets.values())
        if report:
            for path, sheet in sheets.items():
                self._report(path, sheet)
        if found:
            raise CommandError("\n".join([*found, f"{len(found)} findings."]))
        self.stdout.write(f"No findings in {len(sheets)} packages.")

    def _sheet(self, path: Path) -> rules.Sheet:
        try:
            files = archive.read(path)
            return rules.Sheet(form.read(files), {name: content.decode() for name, content in files.items()})
        except (archive.BadArchive, form.BadPackage) as error:
            raise CommandError(f"{path} is not a package.\n{error}") from error

    # --- the report -----------------------------------------------------------------------------------------------------

    def _report(self, path: Path, sheet: rules.Sheet) -> None:
        lessons = rules.facts(sheet)
        self.stdout.write(f"\n{path.name}: {sheet.package.course.title}\n\n  words  grade  lesson")
        for lesson in lessons:
            self.stdout.write(f"  {lesson.words:5}  {lesson.grade:5.1f}  {lesson.slug}")
        modules = {module.code for module in sheet.package.course.modules}  # a test before the course earns no hours
        effort = hours.Effort(
            words=sum(lesson.words for lesson in lessons),
            questions=sum(quiz.count for code, quiz in sheet.package.quizzes if code in modules),
            difficulty=sheet.package.course.difficulty,
        )
        self.stdout.write(
            f"  {effort.words:5}         in all; {effort.questions} items drawn, difficulty {effort.difficulty}\n"
        )
        for method in hours.methods(effort):
            self.stdout.write(
                f"  {method.name}: {method.minutes:.1f} minutes, {method.awarded.normalize():f} h ({method.source})"
            )
        self.stdout.write(f"\n  {grade.SOURCE}\n\n  Unconfirmed statements, as marked:")
        for lesson in lessons:
            for statement in lesson.unconfirmed:
                self.stdout.write(f"  lessons/{lesson.slug}.html:{statement.line}: {statement.text}")


def _fingerprints(source: Path) -> str:
    try:
        return grams.dumps(source.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{source} cannot be read: {error}") from error


def _known(path: Path) -> frozenset[str]:
    try:
        return grams.loads(path.read_text())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error}") from error


def _untraced(sheets) -> list[str]:
    lessons = {f"{sheet.package.course.slug}/{row.slug}" for sheet in sheets for row in sheet.package.lessons}
    traced = sections.untraced(sections.loads(SECTIONS.read_text()), lessons)
    return [f"{SECTIONS.name}: {reason}" for _, reason in traced]
