"""The whole site on this machine: `python3 manage.py demo`."""

import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.servers import basehttp
from django.utils import timezone

from ceu import demo
from courses.catalogue import fulltext

ADDRESS = "127.0.0.1"


class Command(BaseCommand):
    help = "Prepare the database, load the courses, make an account for each role, and serve the site on this machine."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-serve", action="store_true", help="Prepare everything, then stop.")

    def handle(self, *, port: int, no_serve: bool, **options) -> None:
        if settings.CEU_MODE != "demo":
            raise CommandError(
                "The demo makes accounts with a known password, so it does not run on a real site. "
                "If this is none, set CEU_MODE=demo."
            )
        settings.SITE_URL = f"http://{ADDRESS}:{port}"  # certificates print it, and the port is known only here
        call_command("migrate", verbosity=0)
        accounts = demo.make_accounts()
        self._load(accounts["instructor"])
        fulltext.index_missing()  # of a database that was there before the search
        self._tell(accounts)
        if not no_serve:
            self._serve(port)

    def _load(self, instructor) -> None:
        for loaded in demo.load_courses(settings.BASE_DIR / "fixtures", by=instructor):
            if loaded.edition:
                demo.approve(loaded.edition, today=timezone.localdate())
            self.stdout.write(f"  {loaded.edition or f'{loaded.name}: {loaded.reason}'}")

    def _tell(self, accounts: dict[str, object]) -> None:
        self.stdout.write(f"\n  Accounts (password of all: {demo.PASSWORD})")
        for role, user in accounts.items():
            self.stdout.write(f"    {role:<11}{user.email}")
        self.stdout.write("  Mail that the site sends is printed here.\n")

    def _serve(self, port: int) -> None:
        try:
            basehttp.run(
                ADDRESS, port, basehttp.get_internal_wsgi_application(), threading=True, on_bind=self._tell_address
            )
        except OSError as error:
            raise CommandError(f"Port {port} cannot be used ({error.strerror}). Try: --port {port + 1}") from error
        except KeyboardInterrupt:
            sys.exit(0)

    def _tell_address(self, port: int) -> None:
        self.stdout.write(f"  Open {settings.SITE_URL}/ and stop with Ctrl-C.\n")
        self.stdout.flush()
