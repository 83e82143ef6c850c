#!/usr/bin/env python3
"""Django's command line. On a machine without the packages, `demo` and `test` set them up first."""

import importlib.util
import os
import sys

NEEDED = {"demo": ("django",), "test": ("django", "pytest", "playwright")}


def main() -> None:
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    missing = [name for name in NEEDED.get(command, ("django",)) if importlib.util.find_spec(name) is None]
    if missing:
        if command not in NEEDED:
            sys.exit("Django is not installed here. Start with: python3 manage.py demo")
        from ceu import bootstrap

        bootstrap.hand_over(command)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ceu.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
