"""PURE. The order of a course's modules and lessons as one value: read, changed by one move, and compared with another."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

UP, DOWN = "up", "down"
MODULE, LESSON = "module", "lesson"
# Where a part may be put: a lesson first in a module, or after a lesson; a module first of all, or behind a module.
FIRST, AFTER, FRONT, BEHIND = "first", "after", "front", "behind"

_MODULE = re.compile(r"(\d{1,18}):((?:\d{1,18}(?:,\d{1,18})*)?)", re.ASCII)

Part = tuple[str, int]  # (module or lesson, its primary key)


class BadOrder(ValueError):
    """What was sent is not an order of parts, or names a move that there is not."""


@dataclass(frozen=True, slots=True)
class Order:
    """(module, its lessons) in order, by primary key."""

    modules: tuple[tuple[int, tuple[int, ...]], ...]

    def __str__(self) -> str:
        return ";".join(f"{module}:{','.join(map(str, lessons))}" for module, lessons in self.modules)

    @property
    def parts(self) -> frozenset[Part]:
        return frozenset(self._parts())

    @property
    def home(self) -> dict[int, int]:
        """Lesson -> its module."""
        return {lesson: module for module, lessons in self.modules for lesson in lessons}

    def _parts(self) -> Iterator[Part]:
        for module, lessons in self.modules:
            yield MODULE, module
            yield from ((LESSON, lesson) for lesson in lessons)


def read(text: str) -> Order:
    """ "3:5,6;4:" is module 3 with the lessons 5 and 6, then module 4 without any. Raises BadOrder."""
    found = [_MODULE.fullmatch(each) for each in text.split(";")] if text else []
    if not all(found):
        raise BadOrder("This is not an order of modules and lessons.")
    order = Order(tuple((int(each[1]), tuple(map(int, each[2].split(","))) if each[2] else ()) for each in found))
    if len(order.parts) < sum(1 + len(lessons) for _, lessons in order.modules):
        raise BadOrder("A part stands in the order twice.")
    return order


# --- one move -------------------------------------------------------------------------------------------------------


def step(order: Order, part: Part, way: str) -> Order:
    """One place up or down; a lesson at the edge of its module goes into the next one. At the end of all: as it was."""
    _known(order, part)
    if way not in (UP, DOWN):
        raise BadOrder("One moves up or down.")
    ahead = -1 if way == UP else 1
    if part[0] == MODULE:
        rows = list(order.modules)
        place = [module for module, _ in rows].index(part[1])
        return Order(tuple(_swapped(rows, place, place + ahead)))
    names = [module for module, _ in order.modules]
    lessons = {module: list(rows) for module, rows in order.modules}
    home = order.home[part[1]]
    place = lessons[home].index(part[1])
    if 0 <= place + ahead < len(lessons[home]):
        lessons[home] = _swapped(lessons[home], place, place + ahead)
    elif 0 <= names.index(home) + ahead < len(names):
        target = names[names.index(home) + ahead]
        lessons[home].remove(part[1])
        lessons[target].insert(len(lessons[target]) if way == UP else 0, part[1])
    return _joined(names, lessons)


def put(order: Order, part: Part, where: str, beside: int | None) -> Order:
    """`beside`: the module or lesson that `where` speaks of. Raises BadOrder."""
    _known(order, part)
    kind, pk = part
    names = [module for module, _ in order.modules]
    lessons = {module: list(rows) for module, rows in order.modules}
    if kind == MODULE and (where == FRONT or (where == BEHIND and beside in names)):
        if beside != pk:
            names.remove(pk)
            names.insert(0 if where == FRONT else names.index(beside) + 1, pk)
    elif kind == LESSON and ((where == FIRST and beside in names) or (where == AFTER and beside in order.home)):
        if beside != pk or where == FIRST:
            lessons[order.home[pk]].remove(pk)
            target = beside if where == FIRST else order.home[beside]
            lessons[target].insert(0 if where == FIRST else lessons[target].index(beside) + 1, pk)
    else:
        raise BadOrder("A lesson is put into a module, and a module among the modules.")
    return _joined(names, lessons)


def _known(order: Order, part: Part) -> None:
    if part not in order.parts:
        raise BadOrder("This part is not in the order.")


def _swapped(rows: list, one: int, other: int) -> list:
    if 0 <= other < len(rows):
        rows[one], rows[other] = rows[other], rows[one]
    return rows


def _joined(names: list[int], lessons: Mapping[int, list[int]]) -> Order:
    return Order(tuple((module, tuple(lessons[module])) for module in names))


# --- two that differ --------------------------------------------------------------------------------------------------


def fitted(mine: Order, theirs: Order) -> Order:
    """My order of what there is now: parts that are gone are left out, new ones stand at the end of where they are."""
    there = theirs.parts
    names = [module for module, _ in mine.modules if (MODULE, module) in there]
    names += [module for module, _ in theirs.modules if module not in names]
    lessons = {module: [each for each in rows if (LESSON, each) in there] for module, rows in mine.modules}
    lessons = {module: lessons.get(module, []) for module in names}
    placed = {each for rows in lessons.values() for each in rows}
    for module, rows in theirs.modules:
        lessons[module] += [each for each in rows if each not in placed]
    return _joined(names, lessons)


def differences(before: Order, after: Order, names: Mapping[Part, str]) -> list[str]:
    """What was moved, added and taken away between two orders, as sentences. A part without a name is gone for good."""
    said = [f"{_name(part, names)} is gone." for part in sorted(before.parts - after.parts)]
    said += [f"{_name(part, names)} is new." for part in sorted(after.parts - before.parts)]
    old = [module for module, _ in before.modules]
    new = [module for module, _ in after.modules]
    said += [f"{_name((MODULE, pk), names)} stands in another place." for pk in _moved(old, new)]
    homes, rows = before.home, dict(before.modules)
    for module, lessons in after.modules:
        for pk in lessons:
            if pk in homes and homes[pk] != module:
                said.append(f"{_name((LESSON, pk), names)} went to {_name((MODULE, module), names)}.")
        stayed = [pk for pk in lessons if homes.get(pk) == module]
        for pk in _moved([pk for pk in rows.get(module, ()) if pk in stayed], stayed):
            said.append(f"{_name((LESSON, pk), names)} stands in another place of its module.")
    return said


def _moved(old: list[int], new: list[int]) -> list[int]:
    old, new = [pk for pk in old if pk in new], [pk for pk in new if pk in old]
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    still = {pk for block in blocks for pk in new[block.b : block.b + block.size]}
    return [pk for pk in new if pk not in still]


def _name(part: Part, names: Mapping[Part, str]) -> str:
    return names.get(part, f"A {part[0]}")
