"""Many at once, with real threads, real processes and real commits."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from django.db import connections

from quizzes.delivery import marking
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt, Response
from tests.factories import NOW, make_attempt, make_entry, make_published, make_user

ROOT = Path(__file__).resolve().parents[2]


def at_once(*verbs) -> list:
    """Each verb in a thread and a connection of its own, begun together. What it gave, or the refusal it raised."""
    barrier = threading.Barrier(len(verbs))

    def run(verb):
        try:
            barrier.wait()
            return verb()
        except delivery.Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_eight_submits_of_each_of_fifty_attempts_give_one_result_each():
    published = make_published()
    attempts = [make_attempt(make_entry(make_user(), published), answers=[True]) for _ in range(50)]

    for attempt in attempts:
        done = at_once(*[partial(delivery.submit, attempt, now=NOW)] * 8)
        assert {(each.state, each.earned, each.submitted_at) for each in done} == {("submitted", 1, NOW)}

    assert Attempt.objects.submitted().count() == 50


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_twenty_starts_make_one_open_attempt():
    entry = make_entry()

    started = at_once(*[lambda: delivery.start(entry, now=NOW)] * 20)

    assert len({attempt.pk for attempt in started}) == 1
    assert (Attempt.objects.count(), Response.objects.count()) == (1, 4)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_one_is_stored_and_the_other_is_told():
    for _ in range(30):
        attempt = make_attempt()

        said = at_once(*[partial(delivery.save_answer, attempt, 1, raw, rev=0, now=NOW) for raw in range(4)])

        stored = Response.objects.get(attempt=attempt, n=1)
        assert stored.rev == 1
        assert said.count(delivery.Saved(1)) == 1
        stale = [each for each in said if isinstance(each, delivery.StaleAnswer)]
        assert [each.stored for each in stale] == [stored.answer] * 3


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_an_answer_saved_while_submitting_is_marked_or_refused():
    for _ in range(60):
        attempt = make_attempt(kinds=("single",))

        saved, _ = at_once(
            partial(delivery.save_answer, attempt, 1, 2, rev=0, now=NOW), partial(delivery.submit, attempt, now=NOW)
        )

        stored = Response.objects.get(attempt=attempt, n=1)
        assert (stored.answer, stored.correct) == ((2, True) if saved == delivery.Saved(1) else (None, False))
        assert saved == delivery.Saved(1) or isinstance(saved, delivery.AttemptClosed)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_an_answer_that_comes_between_reading_and_marking_is_read_again(monkeypatch):
    attempt = make_attempt(kinds=("single", "single"), answers=[False, True])
    said = []

    def another_tab(name: str) -> None:
        if name == "submit.marked" and not said:
            said.extend(at_once(partial(delivery.save_answer, attempt, 1, 2, rev=1, now=NOW)))

    monkeypatch.setattr(marking, "failpoint", another_tab)
    done = delivery.submit(attempt, now=NOW)

    assert said == [delivery.Saved(2)]
    assert list(attempt.responses.order_by("n").values_list("answer", "correct")) == [(2, True), (2, True)]
    assert (done.earned, done.possible) == (2, 2)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_sweepers_close_an_attempt_once():
    attempt = make_attempt(time_limit_minutes=1)
    later = attempt.deadline.replace(hour=23)

    assert sum(at_once(*[lambda: delivery.close_overdue(later)] * 2)) == 1


WRITER = """
import django; django.setup()
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt
from tests.factories import NOW
import sys
attempt = Attempt.objects.get(pk=int(sys.argv[1]))
for rev in range(10):
    delivery.save_answer(attempt, 1, rev % 4, rev=rev, now=NOW)
"""
SUBMITTER = """
import django; django.setup()
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt
from tests.factories import NOW
import sys
delivery.submit(Attempt.objects.get(pk=int(sys.argv[1])), now=NOW)
"""


def python(program: str, pk: int, database: Path, **environment: str) -> subprocess.Popen:
    env = os.environ | {"SQLITE_PATH": str(database), "DATABASE_URL": "", "CEU_MODE": "test"} | environment
    command = [sys.executable, "-c", program, str(pk)]
    return subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def sqlite_file(tmp_path_factory):
    """A database file that other processes can open, filled in a process of its own."""
    database = tmp_path_factory.mktemp("races") / "db.sqlite3"
    env = os.environ | {"SQLITE_PATH": str(database), "DATABASE_URL": "", "CEU_MODE": "test"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)

    def ask(program: str) -> str:
        found = subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{program}"],
            cwd=ROOT,
            env=env,
            check=True,
            capture_output=True,
            text=True,
        )
        return found.stdout.strip()

    return database, ask


def made(ask, count: int) -> list[int]:
    program = f"""
from tests.factories import make_attempt, make_entry, make_published, make_user
published = make_published()
for _ in range({count}):
    print(make_attempt(make_entry(make_user(), published), answers=[]).pk)
"""
    return [int(line) for line in ask(program).split()]


def test_twenty_processes_write_to_one_sqlite_file_and_none_is_locked_out(sqlite_file):
    database, ask = sqlite_file
    attempts = made(ask, 20)

    writers = [python(WRITER, pk, database) for pk in attempts]
    complaints = [writer.communicate(timeout=300)[1] for writer in writers]

    assert complaints == [""] * 20
    first = f"Response.objects.filter(n=1, attempt__in={attempts})"
    revs = ask(f"from quizzes.models import Response; print(list({first}.values_list('rev', flat=True)))")
    assert revs == str([10] * 20)


@pytest.mark.parametrize(
    ("point", "state_after"),
    [
        ("submit.locked", "open"),
        ("submit.marked", "open"),
        ("submit.responses_written", "open"),
        ("submit.before_commit", "open"),
        ("submit.after_commit", "submitted"),
    ],
)
def test_a_process_killed_while_submitting_leaves_all_or_nothing_and_a_retry_finishes(sqlite_file, point, state_after):
    database, ask = sqlite_file
    (pk,) = made(ask, 1)
    state = f"""
from quizzes.models import Attempt
attempt = Attempt.objects.get(pk={pk})
print(attempt.state, sorted(set(attempt.responses.values_list('correct', flat=True)), key=str))
"""

    killed = python(SUBMITTER, pk, database, CEU_FAILPOINT=f"{point}=kill")
    killed.communicate(timeout=60)

    assert killed.returncode == -9
    assert ask(state) == f"{state_after} [{'False' if state_after == 'submitted' else 'None'}]"
    retried = python(SUBMITTER, pk, database)
    assert retried.communicate(timeout=60)[1] == ""
    assert ask(state) == "submitted [False]"
