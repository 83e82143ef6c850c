"""A real site starts only when it has been told its secrets, and then starts strictly."""

import os
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
OURS = ("CEU_MODE", "SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "SITE_URL")
NO_KEY = "SECRET_KEY is not set: give a long random value that stays the same between restarts."
NO_HOSTS = "ALLOWED_HOSTS is not set: give the host names this site answers to, parted by commas."
SECRETS = {
    "SECRET_KEY": "kV8-a-value-of-more-than-fifty-signs-made-up-for-this-test-alone-0Zq",
    "ALLOWED_HOSTS": "ce.example.org",
}


def start(*command: str, **environment: str) -> subprocess.CompletedProcess:
    """Run `manage.py …` as on a machine whose environment holds only these of our variables."""
    env = {name: value for name, value in os.environ.items() if name not in OURS} | environment
    return subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, capture_output=True, text=True)


def test_a_site_without_its_secrets_says_a_sentence_for_each_and_stops():
    started = start("check")

    assert (started.returncode, started.stderr.splitlines()) == (1, [NO_KEY, NO_HOSTS])


def test_a_site_without_one_of_them_names_that_one():
    without_key = start("check", ALLOWED_HOSTS=SECRETS["ALLOWED_HOSTS"])
    without_hosts = start("check", SECRET_KEY=SECRETS["SECRET_KEY"])

    assert (without_key.returncode, without_key.stderr.splitlines()) == (1, [NO_KEY])
    assert (without_hosts.returncode, without_hosts.stderr.splitlines()) == (1, [NO_HOSTS])


def test_the_deployment_check_has_nothing_to_say_and_nothing_is_silenced():
    checked = start("check", "--deploy", "--fail-level", "WARNING", **SECRETS)

    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout == "System check identified no issues (0 silenced).\n"
    assert settings.SILENCED_SYSTEM_CHECKS == []


def test_the_demo_does_not_run_where_a_real_sites_secrets_are_set():
    started = start("demo", "--no-serve", **SECRETS)

    assert started.returncode == 1
    assert started.stderr.startswith("CommandError: The demo makes accounts with a known password")


def test_debug_pages_are_off_in_every_mode():
    assert settings.DEBUG is False
    assert start("shell", "-c", "from django.conf import settings; exit(settings.DEBUG)", **SECRETS).returncode == 0


def test_the_readme_tells_of_every_variable_that_the_settings_read():
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', (ROOT / "ceu" / "settings.py").read_text()))
    rows = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("| `")]

    told = {name for row in rows for name in re.findall(r"`([A-Z][A-Z_]+)`", row.split("|")[1])}

    assert told == read
