from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from courses.catalogue.services import NotReady
from courses.packages import archive, form
from courses.packages import services as packages


class Command(BaseCommand):
    help = "Load a course from a package folder or its zip. Nothing is loaded when anything is wrong."

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path)
        parser.add_argument("--publish", action="store_true", help="Publish an edition afterwards.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would change; write nothing.")

    def handle(self, path: Path, publish: bool, dry_run: bool, **options):
        try:
            report = packages.load(path, by=None, publish=publish, dry_run=dry_run)
        except (archive.BadArchive, form.BadPackage) as error:
            raise CommandError(f"Nothing was loaded.\n{error}") from error
        except NotReady as error:
            lines = "\n".join(f"{problem.place}: {problem.reason}" for problem in error.problems)
            raise CommandError(f"Nothing was loaded: the course is not ready to be published.\n{lines}") from error
        self._tell(report, dry_run)

    def _tell(self, report: packages.Report, dry_run: bool) -> None:
        verb = "Would change" if dry_run else "Changed"
        for name in report.changed:
            self.stdout.write(f"{verb}: {name}")
        if report.same:
            self.stdout.write("The draft holds this already. Nothing changed.")
        if report.edition:
            self.stdout.write(f"Published: edition {report.edition.number}, SHA-256 {report.edition.sha256}")
