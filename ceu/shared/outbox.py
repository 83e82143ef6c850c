"""Effects that leave the house, such as mail: they follow the commit, and a crash right after it does not lose them."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q
from django_tasks import TaskResultStatus, task_backends
from django_tasks.base import Task
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult

MOST_TRIES = 8
A_LONG_RUN = dt.timedelta(minutes=15)


def after_commit(task: Task, **arguments: Any) -> None:
    """Queue `task` with the data it belongs to.

    A queue in the database takes the job in the data's own transaction: both are there or neither. Any other queue
    (the demo runs tasks at once) hears of it only after the commit.
    """
    if isinstance(task_backends[task.backend], DatabaseBackend):
        task.enqueue(**arguments)
    else:
        transaction.on_commit(lambda: task.enqueue(**arguments))


def try_again(now: dt.datetime) -> int:
    """Put failed jobs, and those whose worker died, back into the queue; how many.

    Each failure doubles the wait, from two minutes on; after eight tries a job stays failed, for a person to look at.
    Every job of ours may run twice, so one that is slow and not dead does no harm.
    """
    rows = DBTaskResult.objects.filter(
        Q(status=TaskResultStatus.FAILED) | Q(status=TaskResultStatus.RUNNING, started_at__lt=now - A_LONG_RUN)
    )
    again = 0
    for row in rows.only("status", "worker_ids"):
        tries = len(row.worker_ids)
        if tries < MOST_TRIES:
            # The status is asked for again: the worker may have finished meanwhile.
            waiting = DBTaskResult.objects.filter(pk=row.pk, status=row.status)
            after = now + dt.timedelta(minutes=2**tries)
            again += waiting.update(status=TaskResultStatus.READY, run_after=after)
    return again
