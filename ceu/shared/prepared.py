"""A statement that the ORM words once in each process and that then runs at the price of its SQL.

Building and compiling a query costs the ORM three to ten times what the database needs to answer it, and PostgreSQL
needs as long again to plan one that it has not seen. A page that is asked for often says its read as a QuerySet with
marks where the values go; the SQL, the places of the values and the column converters are kept, each call is one
`cursor.execute`, and PostgreSQL keeps the plan with the connection.

    finished = prepared(lambda user: LessonProgress.objects.filter(enrolment__user=user).values_list("lesson"), user=int)
    finished(user=7)  # -> [("1-1-cable",), …]

    rename = prepared_update(lambda pk, name: (User.objects.filter(pk=pk), {"display_name": name}), pk=int, name=str)
    rename(pk=7, name="Ana")  # -> 1, the rows changed
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connections, models, router
from django.db.models import Expression, Field
from django.db.models.sql import UpdateQuery


class Json:
    """The kind of a value for a JSONField. None is the column's NULL, not JSON's."""


_FIELDS: dict[type, type[Field]] = {
    int: models.BigIntegerField,
    str: models.TextField,
    bool: models.BooleanField,
    uuid.UUID: models.UUIDField,
    datetime: models.DateTimeField,
    Json: models.JSONField,
}


class _Mark(Expression):
    """Stands in a QuerySet for a value that each call brings; it compiles to a parameter that is the mark itself."""

    def __init__(self, name: str, field: Field) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler, connection) -> tuple[str, list]:
        return "%s", [self]

    def adapted(self, value: Any, connection) -> Any:
        return self.output_field.get_db_prep_save(value, connection)


class _Worded:
    """What both kinds share: the marks, and for each database the SQL and its parameters, some of which are marks."""

    def __init__(self, make: Callable[..., Any], **kinds: type | Field) -> None:
        self.make, self.kinds = make, kinds
        self.kept: dict[str, tuple] = {}

    def _marked(self) -> Any:
        return self.make(**{name: _Mark(name, _field(kind)) for name, kind in self.kinds.items()})

    def _run(self, cursor, values: dict[str, Any], sql: str, parameters: tuple, connection) -> None:
        cursor.execute(
            sql,
            [p.adapted(values[p.name], connection) if isinstance(p, _Mark) else p for p in parameters],
        )

    def _checked(self, values: dict[str, Any]) -> None:
        if values.keys() != self.kinds.keys():
            raise TypeError(f"Give exactly: {', '.join(self.kinds)}.")

    def _found(self, parameters: tuple) -> tuple:
        missing = self.kinds.keys() - {p.name for p in parameters if isinstance(p, _Mark)}
        if missing:
            raise ValueError(f"Not in the SQL as parameters: {sorted(missing)}.")
        return tuple(parameters)


def _field(kind: type | Field) -> Field:
    return kind if isinstance(kind, Field) else _FIELDS[kind]()


class prepared(_Worded):  # noqa: N801 - it reads as a verb where it is used
    """`make` takes one mark for each of `kinds` (a type of `_FIELDS` or a model field) and gives a values_list QuerySet.

    Each mark must reach the SQL as a parameter; a QuerySet whose shape depends on a value cannot be kept.
    """

    def __call__(self, **values: Any) -> list[tuple]:
        self._checked(values)
        using = next(iter(self.kept), None) or router.db_for_read(self._marked().model)
        connection = connections[using]
        sql, parameters, converters = self.kept.get(using) or self._prepare(using)
        with hot_cursor(connection) as cursor:
            self._run(cursor, values, sql, parameters, connection)
            rows = cursor.fetchall()
        return [_converted(row, converters, connection) for row in rows] if converters else list(rows)

    def _prepare(self, using: str) -> tuple:
        compiler = self._marked().using(using).query.get_compiler(using)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        self.kept[using] = sql, self._found(parameters), converters
        return self.kept[using]


class prepared_update(_Worded):  # noqa: N801
    """`make` gives a QuerySet and what to set, as for `update(**what)`. A call answers how many rows it changed."""

    def __call__(self, **values: Any) -> int:
        self._checked(values)
        using = next(iter(self.kept), None) or router.db_for_write(self._marked()[0].model)
        connection = connections[using]
        sql, parameters = self.kept.get(using) or self._prepare(using)
        with hot_cursor(connection) as cursor:
            self._run(cursor, values, sql, parameters, connection)
            return cursor.rowcount

    def _prepare(self, using: str) -> tuple:
        rows, what = self._marked()
        query = rows.order_by().using(using).query.chain(UpdateQuery)
        query.add_update_values(what)
        sql, parameters = query.get_compiler(using).as_sql()
        self.kept[using] = sql, self._found(parameters)
        return self.kept[using]


def hot_cursor(connection):
    """Django's own cursor; on PostgreSQL one whose statements the server parses and plans once for each connection.

    Without DATABASE_PREPARED (a pooler that cannot keep them stands between) psycopg is not allowed to prepare any.
    """
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    # Django gives no other way to one cursor of this kind. Its wrapper counts and logs the statement as any other.
    return connection._prepare_cursor(_keeping_cursor()(connection.connection))


@cache
def _keeping_cursor() -> type:
    from django.db.backends.postgresql.base import ServerBindingCursor

    class KeepingCursor(ServerBindingCursor):
        def _send_query_prepared(self, name: bytes, pgq, **options) -> None:
            self._query = pgq  # psycopg forgets the words of what it sends by name; Django's log asks for them
            super()._send_query_prepared(name, pgq, **options)

    return KeepingCursor


def _converted(row: tuple, converters: dict, connection) -> tuple:
    values = list(row)
    for position, (functions, expression) in converters.items():
        for function in functions:
            values[position] = function(values[position], expression, connection)
    return tuple(values)
