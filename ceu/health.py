"""Two questions for whoever watches the machines: is the process alive, and may it be given work?"""

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 while the database does not answer or waits for a migration. A long queue is told, but is not a reason."""
    state: dict[str, object] = {"database": "unreachable", "migrations": "unknown", "oldest_task_seconds": None}
    try:
        waiting = _waiting_migrations()
        state |= {"database": "ok", "migrations": f"{waiting} waiting" if waiting else "ok"}
        if not waiting:
            state["oldest_task_seconds"] = _oldest_task_seconds()
    except DatabaseError:
        waiting = 1
    ready = state["database"] == "ok" and not waiting
    return JsonResponse({"status": "ok" if ready else "not ready", **state}, status=200 if ready else 503)


def _waiting_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _oldest_task_seconds() -> int:
    from django_tasks import TaskResultStatus
    from django_tasks_db.models import DBTaskResult

    enqueued = (
        DBTaskResult.objects.using(DEFAULT_DB_ALIAS)
        .filter(status=TaskResultStatus.READY)
        .order_by("enqueued_at")
        .values_list("enqueued_at", "run_after")
        .first()
    )
    if enqueued is None:
        return 0
    return max(int((timezone.now() - max(filter(None, enqueued))).total_seconds()), 0)
