from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from courses.catalogue.models import Course
from courses.packages import archive
from courses.packages import services as packages


class Command(BaseCommand):
    help = "Write a course's draft as a package folder, in canonical form."

    def add_arguments(self, parser):
        parser.add_argument("slug")
        parser.add_argument("path", type=Path)

    def handle(self, slug: str, path: Path, **options):
        course = Course.objects.filter(slug=slug).first()
        if course is None:
            raise CommandError(f"There is no course with the address {slug!r}.")
        try:
            files = packages.dump(course)
            packages.write_folder(files, path)
        except (packages.CannotDump, archive.BadArchive) as error:
            raise CommandError(f"Nothing was written. {error}") from error
        self.stdout.write(f"{len(files)} files written to {path}")
