#!/usr/bin/env python3
"""Django's command line. `demo` and `test` see to their packages first: ceu/bootstrap.py."""

import os
import sys

from ceu import bootstrap


def choose_mode(command: str) -> None:
    """`demo` and `test` bring their own mode. A demo never does so where a real site's secrets are set."""
    if command == "test":
        os.environ["CEU_MODE"] = "test"
    elif command == "demo" and not os.environ.get("SECRET_KEY") and not os.environ.get("ALLOWED_HOSTS"):
        os.environ.setdefault("CEU_MODE", "demo")


def main() -> None:
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    bootstrap.hand_over(command)
    choose_mode(command)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ceu.settings")

    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        if settings.configured:
            raise
        sys.exit(str(error))  # from the settings themselves: a sentence for each thing missing, and no traceback


if __name__ == "__main__":
    main()
