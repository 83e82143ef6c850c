"""Rows that never change: the database itself refuses UPDATE and DELETE, on PostgreSQL and on SQLite.

A model says so with a class attribute, `protection = Protection(...)`, and every migrate installs the triggers anew:
SQLite drops a table's triggers whenever Django remakes the table. Conditions are SQL over OLD (and NEW, for updates)
that both databases read the same way; table names in them must be quoted as Django names them. PostgreSQL refuses
TRUNCATE as well, which SQLite does not know.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connections, models


@dataclass(frozen=True)
class Protection:
    """When a row may not be updated and when it may not be deleted, as SQL conditions over OLD."""

    update_when: str = "1=1"
    delete_when: str = "1=1"


FROZEN = Protection()
KEPT = Protection(update_when="1=0")  # may be updated, never deleted


def protected_models() -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        if isinstance(getattr(model, "protection", None), Protection) and not model._meta.proxy:
            yield model


def install(using: str = "default") -> None:
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in protected_models():
            if model._meta.db_table in tables:
                for statement in _create(connection.vendor, model):
                    cursor.execute(statement)


def uninstall(using: str = "default") -> None:
    """For the test suite, which empties tables between tests. The product never calls it."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for model in protected_models():
            for statement in _drop(connection.vendor, model._meta.db_table):
                cursor.execute(statement)


def _conditions(protection: Protection) -> list[tuple[str, str]]:
    return [("update", protection.update_when), ("delete", protection.delete_when)]


def _create(vendor: str, model: type[models.Model]) -> Iterator[str]:
    table = model._meta.db_table
    yield from _drop(vendor, table)
    for verb, condition in _conditions(model.protection):
        if vendor == "postgresql":
            yield from _create_on_postgresql(table, model._meta.pk.column, verb, condition)
        else:
            yield (
                f'CREATE TRIGGER "{table}_no_{verb}" BEFORE {verb.upper()} ON "{table}" WHEN {condition} '
                f"BEGIN SELECT RAISE(ABORT, '{table}: this row is frozen (no {verb})'); END"
            )
    if vendor == "postgresql":
        yield _raising(table, "truncate")
        yield f'CREATE TRIGGER "{table}_no_truncate" BEFORE TRUNCATE ON "{table}" EXECUTE FUNCTION "{table}_no_truncate"()'


def _create_on_postgresql(table: str, pk: str, verb: str, condition: str) -> Iterator[str]:
    name, on = f"{table}_no_{verb}", f'{verb.upper()} ON "{table}"'
    if "SELECT" not in condition:
        yield _raising(table, verb)
        yield f'CREATE TRIGGER "{name}" BEFORE {on} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION "{name}"()'
        return
    # WHEN may not hold a subquery. Asked once for all rows of a statement, it costs a tenth of asking for each row.
    rows, tables = "was", "OLD TABLE AS was"
    if verb == "update":
        # A row whose key was changed finds no partner: its new columns count as NULL.
        rows, tables = f'was LEFT JOIN became ON became."{pk}" = was."{pk}"', f"{tables} NEW TABLE AS became"
    where = condition.replace("OLD.", "was.").replace("NEW.", "became.")
    yield _raising(table, verb, f"EXISTS (SELECT 1 FROM {rows} WHERE {where})")  # noqa: S608 - from our own models
    yield f'CREATE TRIGGER "{name}" AFTER {on} REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION "{name}"()'


def _raising(table: str, verb: str, condition: str = "true") -> str:
    return (
        f'CREATE OR REPLACE FUNCTION "{table}_no_{verb}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
        f"IF {condition} THEN RAISE EXCEPTION '{table}: this row is frozen (no {verb})' "
        f"USING ERRCODE = 'restrict_violation'; END IF; RETURN NULL; END $$"
    )


def _drop(vendor: str, table: str) -> Iterator[str]:
    for verb in ("update", "delete", "truncate"):
        on = f' ON "{table}"' if vendor == "postgresql" else ""
        yield f'DROP TRIGGER IF EXISTS "{table}_no_{verb}"{on}'


def trigger_names(using: str = "default") -> set[str]:
    """The names of our triggers that stand in the database now."""
    connection = connections[using]
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall() if row[0].endswith(("_no_update", "_no_delete"))}
