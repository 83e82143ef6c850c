"""Rows that never change: the database itself refuses UPDATE and DELETE, on PostgreSQL and on SQLite.

A model says so with a class attribute, `protection = Protection(...)`, and every migrate installs the triggers anew:
SQLite drops a table's triggers whenever Django remakes the table. Conditions are SQL over OLD (and NEW, for updates)
that both databases read the same way; table names in them must be quoted as Django names them.
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
                for statement in _create(connection.vendor, model._meta.db_table, model.protection):
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


def _create(vendor: str, table: str, protection: Protection) -> Iterator[str]:
    yield from _drop(vendor, table)
    for verb, condition in _conditions(protection):
        name = f"{table}_no_{verb}"
        if vendor == "postgresql":
            # The condition stands in the function and not in WHEN, which may not hold a subquery.
            yield (
                f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
                f"IF {condition} THEN RAISE EXCEPTION '{table}: this row is frozen (no {verb})' "
                f"USING ERRCODE = 'restrict_violation'; END IF; "
                f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
            )
            yield (
                f'CREATE TRIGGER "{name}" BEFORE {verb.upper()} ON "{table}" FOR EACH ROW EXECUTE FUNCTION "{name}"()'
            )
        else:
            yield (
                f'CREATE TRIGGER "{name}" BEFORE {verb.upper()} ON "{table}" WHEN {condition} '
                f"BEGIN SELECT RAISE(ABORT, '{table}: this row is frozen (no {verb})'); END"
            )


def _drop(vendor: str, table: str) -> Iterator[str]:
    for verb in ("update", "delete"):
        if vendor == "postgresql":
            yield f'DROP TRIGGER IF EXISTS "{table}_no_{verb}" ON "{table}"'
        else:
            yield f'DROP TRIGGER IF EXISTS "{table}_no_{verb}"'


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
