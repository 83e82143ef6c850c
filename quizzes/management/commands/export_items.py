from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from quizzes.bank.models import Item
from quizzes.interchange import comparison, formats
from quizzes.interchange.formats import FORMATS
from quizzes.management.commands.import_items import bank_of


class Command(BaseCommand):
    help = "Write an item bank, or some of its pools, into a file. What the format cannot carry is listed first."

    def add_arguments(self, parser):
        parser.add_argument("bank", metavar="BANK", help="The key, the uuid or the title of the bank.")
        parser.add_argument("file", metavar="FILE", type=Path, nargs="?", help="None: only the list is shown.")
        parser.add_argument("--format", choices=list(FORMATS), default="gift")
        parser.add_argument("--pool", action="append", default=[], help="May be given more than once.")

    def handle(self, bank: str, file: Path | None, format: str, pool: list[str], **options):
        rows = comparison.items_of(bank_of(bank)).exclude(status=Item.Status.RETIRED)
        items, unread = comparison.exportable(rows.filter(pool__in=pool) if pool else rows)
        exported = formats.export(items, format)
        for code in unread:
            self.stdout.write(f"{code}: It is left out: its answers cannot be read.")
        for loss in exported.losses:
            self.stdout.write(f"{loss.code}: {loss.text}")
        if file:
            try:
                file.write_bytes(exported.data)
            except OSError as error:
                raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        verb = f"were written to {file}" if file else "would be written"
        self.stdout.write(f"{exported.count} items {verb}.")
