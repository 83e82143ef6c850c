import hashlib
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from quizzes.bank.models import ItemBank
from quizzes.interchange import comparison, formats, services
from quizzes.interchange.formats import FORMATS
from quizzes.interchange.models import ImportBatch
from quizzes.interchange.values import Unreadable


def bank_of(given: str) -> ItemBank:
    """By its key, its uuid or its title. Raises CommandError."""
    rows = ItemBank.objects.filter(title=given)
    if given.isdecimal() and given.isascii() and len(given) < 19:
        rows = ItemBank.objects.filter(pk=int(given))
    else:
        with suppress(ValueError):
            rows = ItemBank.objects.filter(uuid=UUID(given))
    if len(found := list(rows[:2])) != 1:
        raise CommandError(f"There is {'no' if not found else 'more than one'} item bank {given}.")
    return found[0]


class Command(BaseCommand):
    help = "Look at a file of questions, or import it into an item bank. Without --commit nothing is written."

    def add_arguments(self, parser):
        parser.add_argument("bank", metavar="BANK", help="The key, the uuid or the title of the bank.")
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--format", choices=list(FORMATS), default="", help="Else the file's beginning tells.")
        parser.add_argument(
            "--commit", choices=[ImportBatch.Mode.ALL.value, ImportBatch.Mode.VALID.value],
            help="all: everything, if there is no error. valid: what has none, as drafts.",
        )  # fmt: skip
        parser.add_argument("--pool", default=comparison.POOL, help="For questions whose file names no category.")
        parser.add_argument("--by", metavar="EMAIL", help="Whose import it is.")

    def handle(self, bank: str, file: Path, format: str, commit: str | None, pool: str, by: str | None, **options):
        user = get_user_model().objects.filter(email__iexact=by).first() if by else None
        if by and user is None:
            raise CommandError(f"There is no account with the e-mail address {by}.")
        row, (reading, source) = bank_of(bank), self._read(file, format)
        if not 0 < len(pool) <= 40:
            raise CommandError("A pool's name has from 1 to 40 characters.")
        plan = comparison.plan(row, reading, pool=pool)
        for problem in plan.all_problems:
            self.stdout.write(f"{file.name}:{problem}")
        self.stdout.write(", ".join(f"{n} {state}" for state, n in plan.counts.items()) + ".")
        if not commit:
            self.stdout.write("Nothing was written. Give --commit all or --commit valid to import.")
            return
        try:
            batch = services.run(row, reading, source, mode=commit, by=user, now=timezone.now(), pool=pool)
        except services.NothingToImport as refusal:
            self.stdout.write(str(refusal))
        except services.Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        else:
            self.stdout.write(f"Imported as batch {batch.pk}.")

    def _read(self, file: Path, format: str):
        try:
            if file.stat().st_size > formats.MOST_BYTES:
                raise CommandError(
                    f"{file.name} is larger than {formats.MOST_BYTES // 1_000_000} MB. Nothing was read."
                )
            data = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        format = format or formats.guessed(data, file.name)
        try:
            reading = formats.read(data, format)
        except Unreadable as error:
            raise CommandError(f"{file.name}:{error.problem}") from error
        return reading, services.Source(services.file_name(file.name), format, hashlib.sha256(data).hexdigest())
