from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from courses.catalogue.services import NotReady
from courses.packages import archive, form
from courses.packages import services as packages


class Command(BaseCommand):
    help = "Load a course from a package folder or its zip. Nothing is loaded when anything is wrong."

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path)
        parser.add_argument("--publish", action="store_true", help="Publish an edition afterwards.")
        parser.add_argument("--by", metavar="EMAIL", help="Who publishes; the instructor of a course that is new.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would change; write nothing.")

    def handle(self, path: Path, publish: bool, dry_run: bool, by: str | None, **options):
        user = get_user_model().objects.filter(email__iexact=by).first() if by else None
        if by and user is None:
            raise CommandError(f"There is no account with the e-mail address {by}.")
        try:
            report = packages.load(path, by=user, publish=publish, dry_run=dry_run)
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
            verb = "Would publish" if dry_run else "Published"
            self.stdout.write(f"{verb}: edition {report.edition.number}, SHA-256 {report.edition.sha256}")
