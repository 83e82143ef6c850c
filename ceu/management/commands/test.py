"""The whole suite: `python3 manage.py test [--sqlite] [--postgresql] [--browser] [pytest's own arguments]`.

Each part is a pytest of its own with its own environment. Everything that is not ours is handed on to pytest:
`manage.py test tests/quizzes -k scoring -x`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from defusedxml import ElementTree
from django.core.management.base import BaseCommand

from ceu.management import postgresql

PARTS = {  # name -> which tests, in pytest's words
    "sqlite": "not browser and not postgresql",
    "postgresql": "not browser",
    "browser": "browser",
}
NOTHING_SELECTED, INTERRUPTED = 5, 2


@dataclass
class Outcome:
    part: str
    passed: int = 0
    failed: int = 0
    skipped: Counter = field(default_factory=Counter)
    told: str = ""
    code: int = 0

    @property
    def line(self) -> str:
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped.total()} skipped"
        return f"{self.part:<11}{counts}{f' ({self.told})' if self.told else ''}"


class Command(BaseCommand):
    help = __doc__

    def run_from_argv(self, argv: list[str]) -> None:
        parser = argparse.ArgumentParser(prog="manage.py test", description=__doc__, allow_abbrev=False)
        for part in PARTS:
            parser.add_argument(f"--{part}", action="append_const", dest="parts", const=part, help=f"Run {part} alone.")
        parser.add_argument(
            "--together",
            action="store_true",
            help="SQLite and PostgreSQL at once, one on each core; so it is with CI=true.",
        )
        parser.add_argument("-m", dest="marks", default="", help="Pytest's own: only tests with these marks.")
        options, rest = parser.parse_known_args(argv[2:])
        together = options.together or bool(os.environ.get("CI"))
        sys.exit(run(options.parts or list(PARTS), rest, marks=options.marks, together=together))


def run(parts: list[str], arguments: list[str], *, marks: str = "", together: bool = False) -> int:
    """Run the parts, print what became of each, and return the exit code."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ceu-test-")))
        runs = [_Part(part, folder, stack, arguments, marks) for part in parts]
        outcomes = _run_together(runs) if together else _run_in_turn(runs)
    passed, failed = sum(one.passed for one in outcomes), sum(one.failed for one in outcomes)
    skipped = sum((one.skipped for one in outcomes), Counter())
    print("\n" + "\n".join(one.line for one in outcomes))
    for reason, number in skipped.items():
        print(f"  skipped {number}: {reason}")
    if all(one.code == NOTHING_SELECTED for one in outcomes):
        print("  No test was selected.")
        failed = failed or 1
    print(f"{passed} passed, {failed} failed, {skipped.total()} skipped")
    return 1 if failed else 0


class _Part:
    def __init__(self, part: str, folder: Path, stack: ExitStack, arguments: list[str], marks: str) -> None:
        self.outcome, self.report, self.output = Outcome(part), folder / f"{part}.xml", folder / f"{part}.txt"
        expression = f"({PARTS[part]}) and ({marks})" if marks else PARTS[part]
        self.command = [sys.executable, "-m", "pytest", "-m", expression, f"--junitxml={self.report}", *arguments]
        # Nothing of a real site is touched: not its database, and not its cache, which the tests empty.
        elsewhere = {"DATABASE_URL", "REDIS_URL", "SQLITE_PATH", "EMAIL_URL"}
        self.environment = {name: value for name, value in os.environ.items() if name not in elsewhere}
        self.environment |= {"CEU_MODE": "test"}
        if part == "postgresql":
            found = stack.enter_context(postgresql.server())
            self.outcome.told = found.told
            self.environment["DATABASE_URL"] = found.url

    @property
    def missing(self) -> bool:
        return self.environment.get("DATABASE_URL") == ""

    def start(self, output=None) -> subprocess.Popen:
        return subprocess.Popen(self.command, env=self.environment, stdout=output, stderr=output)

    def finish(self, code: int) -> Outcome:
        """Read pytest's report. A pytest that broke off before it wrote one counts as a failure."""
        self.outcome.code = code
        if not self.report.exists():
            self.outcome.failed, self.outcome.told = 1, f"pytest broke off with exit code {code}"
            return self.outcome
        for case in ElementTree.parse(self.report).iter("testcase"):
            skip = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                self.outcome.failed += 1
            elif skip is not None:
                self.outcome.skipped[skip.get("message")] += 1
            else:
                self.outcome.passed += 1
        if code not in {0, 1, NOTHING_SELECTED}:
            self.outcome.failed += 1
            self.outcome.told = f"pytest ended with exit code {code}"
        return self.outcome

    def pass_over(self) -> Outcome:
        """There is no PostgreSQL: a skip for one developer, a failure for the machine that judges."""
        if os.environ.get("CI"):
            self.outcome.failed = 1
        else:
            self.outcome.skipped["every test on PostgreSQL: " + self.outcome.told] = 1
        return self.outcome


def _run_in_turn(runs: list[_Part]) -> list[Outcome]:
    outcomes = []
    for one in runs:
        if one.missing:
            outcomes.append(one.pass_over())
            continue
        print(f"\n=== {one.outcome.part} {one.outcome.told}", flush=True)
        outcomes.append(one.finish(one.start().wait()))
        first_failure = {"-x", "--exitfirst"} & set(one.command) and outcomes[-1].failed
        if outcomes[-1].code == INTERRUPTED or first_failure:
            break
    return outcomes


def _run_together(runs: list[_Part]) -> list[Outcome]:
    """All but the browser at once, their output kept until each is done."""
    databases = [one for one in runs if one.outcome.part != "browser" and not one.missing]
    started = []
    for one in databases:
        with one.output.open("w") as output:
            started.append(one.start(output))
    outcomes = []
    for one, process in zip(databases, started, strict=True):
        outcomes.append(one.finish(process.wait()))
        print(f"\n=== {one.outcome.part} {one.outcome.told}\n{one.output.read_text()}", flush=True)
    return outcomes + _run_in_turn([one for one in runs if one not in databases])
