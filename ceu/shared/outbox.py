"""Effects that leave the house, such as mail: they follow the commit, and a crash right after it does not lose them."""

from typing import Any

from django.db import transaction
from django_tasks import task_backends
from django_tasks.base import Task
from django_tasks_db import DatabaseBackend


def after_commit(task: Task, **arguments: Any) -> None:
    """Queue `task` with the data it belongs to.

    A queue in the database takes the job in the data's own transaction: both are there or neither. Any other queue
    (the demo runs tasks at once) hears of it only after the commit.
    """
    if isinstance(task_backends[task.backend], DatabaseBackend):
        task.enqueue(**arguments)
    else:
        transaction.on_commit(lambda: task.enqueue(**arguments))
