"""A read that the ORM words once in each process and that then runs at the price of its SQL.

Building and compiling a query costs the ORM three to ten times what the database needs to answer it. A page that is
asked for often says its read as a QuerySet with marks where the values go; the SQL, the places of the values and the
column converters are kept, and each call is one `cursor.execute`.

    finished = prepared(lambda user: LessonProgress.objects.filter(enrolment__user=user).values_list("lesson"), user=int)
    finished(user=7)  # -> [("1-1-cable",), …]
"""

import uuid
from collections.abc import Callable
from typing import Any

from django.db import connections, router
from django.db.models import QuerySet

# Where these stand among the parameters is where a call's own values go. The whole numbers fit a small integer column:
# a larger one would be found out of its range while the query is compiled, and the query empty.
_MARKS: dict[type, Callable[[int], Any]] = {
    int: lambda n: 32_001 + n,
    str: lambda n: f"\ue000mark{n}\ue000",
    uuid.UUID: lambda n: uuid.UUID(int=2**120 + n),
}


class prepared:  # noqa: N801 - it reads as a verb where it is used
    """`make` takes one mark for each of `kinds` (int, str or UUID) and gives a values_list QuerySet.

    Each mark must reach the SQL as a parameter of its own; a QuerySet whose shape depends on a value cannot be kept.
    """

    def __init__(self, make: Callable[..., QuerySet], **kinds: type) -> None:
        self.make, self.kinds = make, kinds
        self.kept: dict[str, tuple] = {}

    def __call__(self, **values: Any) -> list[tuple]:
        if values.keys() != self.kinds.keys():
            raise TypeError(f"Give exactly: {', '.join(self.kinds)}.")
        using = next(iter(self.kept), None) or router.db_for_read(self._marked().model)
        connection = connections[using]
        sql, parameters, converters = self.kept.get(using) or self._prepare(using)
        given = [_adapt(values[p[0]], self.kinds[p[0]], connection) if isinstance(p, tuple) else p for p in parameters]
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            rows = cursor.fetchall()
        return [_converted(row, converters, connection) for row in rows] if converters else list(rows)

    def _marked(self) -> QuerySet:
        return self.make(**{name: _MARKS[kind](n) for n, (name, kind) in enumerate(self.kinds.items())})

    def _prepare(self, using: str) -> tuple:
        compiler = self._marked().using(using).query.get_compiler(using)
        sql, parameters = compiler.as_sql()
        marks = {
            _adapt(_MARKS[kind](n), kind, connections[using]): name for n, (name, kind) in enumerate(self.kinds.items())
        }
        places = [(marks[p],) if isinstance(p, int | str | uuid.UUID) and p in marks else p for p in parameters]
        found = {place[0] for place in places if isinstance(place, tuple)}
        if found != self.kinds.keys():
            raise ValueError(f"Not in the SQL as parameters: {sorted(self.kinds.keys() - found)}.")
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        self.kept[using] = sql, places, converters
        return self.kept[using]


def _converted(row: tuple, converters: dict, connection) -> tuple:
    values = list(row)
    for position, (functions, expression) in converters.items():
        for function in functions:
            values[position] = function(values[position], expression, connection)
    return tuple(values)


def _adapt(value: Any, kind: type, connection) -> Any:
    if kind is uuid.UUID and not connection.features.has_native_uuid_field:
        return value.hex
    return value
