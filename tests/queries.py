"""How many SQL statements a page costs, without those that only open and close transactions."""

from django.test.utils import CaptureQueriesContext

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE SAVEPOINT", "SET TRANSACTION")


def listed(ctx: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in ctx.captured_queries if not query["sql"].upper().startswith(TRANSACTION)]


def statements(ctx: CaptureQueriesContext) -> int:
    return len(listed(ctx))
