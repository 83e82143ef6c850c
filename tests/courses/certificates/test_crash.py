"""F01, F14, F15: a process killed at any point of issue or submit leaves what was before or what comes after."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from courses.certificates import ledger
from courses.certificates import services as certificates
from courses.certificates.models import (
    Certificate,
    CertificateDocument,
    CertificateEvent,
    CertificateHolder,
    Register,
)
from courses.learning import services as learning
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt
from tests.courses import factories as make
from tests.courses.certificates.certified import LATER, make_issued, make_many
from tests.factories import NOW

ROOT = Path(__file__).resolve().parents[3]
ISSUE = """
import sys, django; django.setup()
from courses.certificates import services
from courses.learning.models import Enrolment
from tests.courses.certificates.certified import LATER
services.issue(Enrolment.objects.get(pk=sys.argv[1]), by=None, now=LATER)
"""
SUBMIT = """
import sys, django; django.setup()
from quizzes.delivery import services
from quizzes.delivery.models import Attempt
from tests.factories import NOW
services.submit(Attempt.objects.get(pk=sys.argv[1]), now=NOW)
"""
ISSUE_POINTS = {
    "issue.locked": 0,
    "issue.numbered": 0,
    "issue.rendered": 0,
    "issue.written": 0,
    "issue.before_commit": 0,
    "issue.after_commit": 1,
}
SUBMIT_POINTS = {
    "submit.locked": "open",
    "submit.marked": "open",
    "submit.responses_written": "open",
    "submit.before_commit": "open",
    "submit.after_commit": "submitted",
}

pytestmark = pytest.mark.django_db(transaction=True)


def process(program: str, pk: int, point: str) -> subprocess.Popen:
    """A process of its own on the database of this test, which stops dead at `point`."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        place = {"SQLITE_PATH": str(known["NAME"]), "DATABASE_URL": ""}
    else:
        login = f"{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT'] or 5432}"
        place = {"DATABASE_URL": f"postgres://{login}/{known['NAME']}"}
    env = os.environ | {"CEU_MODE": "test", "DJANGO_SETTINGS_MODULE": "ceu.settings", "CEU_FAILPOINT": f"{point}=kill"}
    return subprocess.Popen(
        [sys.executable, "-c", program, str(pk)], cwd=ROOT, env=env | place, stderr=subprocess.PIPE, text=True
    )


def kill_all(program: str, points, subjects) -> None:
    """One process for each point, each with a subject of its own; all of them die there."""
    killed = [process(program, row.pk, point) for point, row in zip(points, subjects, strict=True)]
    for point, child in zip(points, killed, strict=True):
        complaint = child.communicate(timeout=120)[1]
        assert child.returncode == -signal.SIGKILL, (point, complaint)


def counted() -> tuple[int, ...]:
    return tuple(
        model.objects.count() for model in (Certificate, CertificateHolder, CertificateDocument, CertificateEvent)
    )


def test_f15_a_process_killed_while_issuing_leaves_all_or_nothing_and_a_retry_finishes():
    enrolments = make_many(len(ISSUE_POINTS))

    kill_all(ISSUE, ISSUE_POINTS, enrolments)

    for enrolment, done in zip(enrolments, ISSUE_POINTS.values(), strict=True):
        assert enrolment.certificates.count() == done
    assert counted() == (1, 1, 1, 1)
    assert Register.objects.get().last_serial == 1
    assert ledger.verify() == []
    given = {certificates.issue(enrolment, by=None, now=LATER).serial for enrolment in enrolments * 2}
    assert given == set(range(1, len(ISSUE_POINTS) + 1))
    assert counted() == (len(ISSUE_POINTS),) * 4


def test_f15_the_first_certificate_of_all_may_crash_too():
    (enrolment,) = make_many(1)

    kill_all(ISSUE, ["issue.before_commit"], [enrolment])

    assert (counted(), Register.objects.count()) == ((0, 0, 0, 0), 0)
    assert make_issued(enrolment).serial == 1


def test_f01_a_process_killed_while_submitting_leaves_all_or_nothing_and_a_retry_finishes():
    edition = make.make_edition(modules=1)
    attempts = []
    for _ in SUBMIT_POINTS:
        enrolment = make.make_enrolment(edition=edition)
        make.finish_lessons(enrolment)
        entry = learning.enter_quiz(enrolment, "M1", home="/", now=NOW)
        attempts.append(delivery.start(entry, now=NOW))
        make.answer_right(attempts[-1])

    kill_all(SUBMIT, SUBMIT_POINTS, attempts)

    for attempt, state in zip(attempts, SUBMIT_POINTS.values(), strict=True):
        attempt.refresh_from_db()
        marks = set(attempt.responses.values_list("correct", flat=True))
        assert (attempt.state, attempt.passed, marks) == (
            (state, True, {True}) if state == "submitted" else (state, None, {None})
        )
        assert delivery.submit(attempt, now=NOW).passed
    assert Attempt.objects.filter(passed=True, state="submitted").count() == len(SUBMIT_POINTS)
    assert ledger.verify() == []
