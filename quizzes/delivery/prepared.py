"""A small query compiled once in each process: most of what the ORM costs for a few rows is putting the SQL together."""

from collections.abc import Callable
from typing import Any

from django.db import connections, router
from django.db.models import Field, QuerySet


class Prepared:
    """`prepared(*values)` gives the rows, as tuples, that `build(*values)` would give; `build` makes a `values_list`.

    `build` is called once for each database with marks in place of the values, so it may only pass them on to filters.
    `fields` and `marks` say what each value is and what stands for it while compiling: a value like no other in the SQL.
    """

    def __init__(self, build: Callable[..., QuerySet], fields: tuple[Field, ...], marks: tuple[Any, ...]) -> None:
        self._build, self._fields, self._marks = build, fields, marks
        self._compiled: dict[str, tuple] = {}

    def __call__(self, *values: Any) -> list[tuple]:
        using = router.db_for_read(self._fields[0].model)
        connection = connections[using]
        if using not in self._compiled:
            self._compiled[using] = self._compile(using)
        sql, params, places, converters = self._compiled[using]
        params = list(params)
        for place, value in places:
            params[place] = self._fields[value].get_db_prep_value(values[value], connection)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            rows = cursor.fetchall()
        return [_converted(row, converters, connection) for row in rows] if converters else rows

    def _compile(self, using: str) -> tuple:
        connection = connections[using]
        compiler = self._build(*self._marks).query.get_compiler(using=using)
        sql, params = compiler.as_sql()
        marks = [
            field.get_db_prep_value(mark, connection) for field, mark in zip(self._fields, self._marks, strict=True)
        ]
        places = [(place, marks.index(param)) for place, param in enumerate(params) if param in marks]
        if {value for _, value in places} != set(range(len(marks))):
            raise ValueError("A value of this query does not reach its SQL as it is.")
        converters = compiler.get_converters([column for column, _, _ in compiler.select[: compiler.col_count]])
        return sql, params, places, list(converters.items())


def _converted(row: tuple, converters: list, connection) -> tuple:
    values = list(row)
    for place, (functions, expression) in converters:
        for function in functions:
            values[place] = function(values[place], expression, connection)
    return tuple(values)
