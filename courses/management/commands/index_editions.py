"""Index editions that were published before there was a search."""

from django.core.management.base import BaseCommand

from courses.catalogue import fulltext


class Command(BaseCommand):
    help = "Make the search index of every edition that has none. New editions are indexed as they are published."

    def handle(self, **options):
        self.stdout.write(f"{fulltext.index_missing()} editions indexed.")
