import datetime as dt

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from ceu.accounts.models import LoginSession
from ceu.shared import outbox
from quizzes.delivery.models import Attempt
from tests.factories import make_attempt, make_entry, make_published

pytestmark = pytest.mark.django_db
DONE: list[str] = []


@task()
def note(word: str) -> None:
    DONE.append(word)


@task()
def fail() -> None:
    raise ConnectionRefusedError("The mail server is down.")


@pytest.fixture
def queue(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture(autouse=True)
def nothing_done():
    DONE.clear()


def test_a_job_of_a_rolled_back_transaction_never_runs(queue, django_capture_on_commit_callbacks):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.after_commit(note, word="lost")
        raise ZeroDivisionError

    assert not DBTaskResult.objects.exists()


def test_a_job_stands_in_the_queue_before_the_commit(queue):
    with transaction.atomic():
        outbox.after_commit(note, word="kept")

        assert DBTaskResult.objects.get().status == TaskResultStatus.READY


def test_without_a_queue_the_job_waits_for_the_commit(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        outbox.after_commit(note, word="at once")
        assert DONE == []

    assert DONE == ["at once"]


@pytest.mark.parametrize(("tries", "minutes"), [(1, 2), (3, 8), (7, 128)])
def test_a_failed_job_is_tried_again_and_each_time_later(queue, tries, minutes):
    now = timezone.now()
    row = make_result(TaskResultStatus.FAILED, tries=tries)

    assert outbox.try_again(now) == 1

    row.refresh_from_db()
    assert row.status == TaskResultStatus.READY
    assert row.run_after == now + dt.timedelta(minutes=minutes)


def test_after_eight_tries_a_job_is_left_for_a_person(queue):
    row = make_result(TaskResultStatus.FAILED, tries=8)

    assert outbox.try_again(timezone.now()) == 0
    assert DBTaskResult.objects.get(pk=row.pk).status == TaskResultStatus.FAILED


def test_the_job_of_a_dead_worker_is_taken_up_and_that_of_a_living_one_is_not(queue):
    now = timezone.now()
    dead = make_result(TaskResultStatus.RUNNING, started_at=now - dt.timedelta(minutes=20))
    living = make_result(TaskResultStatus.RUNNING, started_at=now - dt.timedelta(minutes=1))

    outbox.try_again(now)

    assert DBTaskResult.objects.get(pk=dead.pk).status == TaskResultStatus.READY
    assert DBTaskResult.objects.get(pk=living.pk).status == TaskResultStatus.RUNNING


def make_result(status, tries: int = 1, **fields) -> DBTaskResult:
    with transaction.atomic():
        outbox.after_commit(fail)
    row = DBTaskResult.objects.latest("enqueued_at")
    changed = {"status": status, "worker_ids": ["worker"] * tries} | fields
    DBTaskResult.objects.filter(pk=row.pk).update(**changed)
    row.refresh_from_db()
    return row


def test_a_tick_closes_what_is_overdue_and_forgets_old_login_sessions():
    now = timezone.now()
    overdue = make_attempt(make_entry(None, make_published(time_limit_minutes=1)), now=now - dt.timedelta(hours=1))
    LoginSession.objects.create(session_key="a" * 32, session_data="", expire_date=now - dt.timedelta(days=1))

    call_command("tick", verbosity=0)

    assert Attempt.objects.get(pk=overdue.pk).state == Attempt.State.SUBMITTED
    assert not LoginSession.objects.exists()
