"""Which way calls go, and which modules are pure: sections 1 and 3 of the design, held by reading the imports."""

import ast
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Left may import right; between two ">" nobody may import a neighbour. A module belongs to its longest prefix here.
ORDER = """
    ceu.urls ceu.management > ceu.demo > courses > courses.record courses.renewals courses.reports
    > courses.certificates > courses.evaluations > courses.notes courses.offline courses.search > courses.learning > courses.editorial > courses.packages > courses.catalogue
    > quizzes > quizzes.analysis quizzes.interchange quizzes.practice > quizzes.delivery > quizzes.bank
    > quizzes.scoring > quizzes.questions > ceu > ceu.accounts > ceu.shared
"""
HEIGHT = {unit: -step for step, units in enumerate(ORDER.split(">")) for unit in units.split()}
IN_A_SLICE = ["models", "services", "forms", "views", "admin"]  # each may import those before it

PURE = {
    "ceu": "shared/canonical shared/grade",
    "quizzes": "questions/* scoring bank/lint bank/compare delivery/selection delivery/timing delivery/paper delivery/release "
    "interchange/__init__ interchange/values interchange/markup interchange/weights interchange/tags interchange/source "
    "interchange/assemble interchange/gift interchange/moodle_xml interchange/csv_table interchange/formats",
    "courses": "catalogue/content catalogue/readiness catalogue/checklist catalogue/outline catalogue/parallel catalogue/hours catalogue/markup "
    "catalogue/figures catalogue/sections search/query search/results packages/form packages/places editorial/* "
    "learning/completion learning/reading_time learning/assessments learning/gain learning/attestations evaluations/questions "
    "certificates/eligibility certificates/snapshot "
    "certificates/numbers certificates/chain certificates/document",
}
NOT_SLICES = (".management", ".migrations", ".templatetags")
THIRD_PARTY = {"nh3", "defusedxml", "typst", "segno"}
IMPURE = {"os", "secrets", "socket", "subprocess", "time", "uuid"}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_name(path): path for path in sorted(ROOT.glob("[cq]*/**/*.py"))}  # ceu, courses, quizzes


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(), str(path)))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every import, wherever it stands. `from a import b` gives a.b."""
    for node in nodes(path):
        if isinstance(node, ast.Import | ast.ImportFrom):
            package = path.parents[node.level - 1].relative_to(ROOT).parts if getattr(node, "level", 0) else ()
            origin = [*package, *filter(None, [getattr(node, "module", None)])]
            yield from ((node.lineno, ".".join([*origin, alias.name])) for alias in node.names)


def unit(name: str) -> str | None:
    return max((unit for unit in HEIGHT if f"{name}.".startswith(f"{unit}.")), key=len, default=None)


def rises(name: str, target: str) -> bool:
    here, there = unit(name), unit(target)
    if here != there:
        return there is not None and HEIGHT[there] >= HEIGHT[here]
    mine, its = name.removeprefix(f"{here}."), target.removeprefix(f"{here}.").split(".")[0]
    return "." in here and {mine, its} <= set(IN_A_SLICE) and IN_A_SLICE.index(its) > IN_A_SLICE.index(mine)


def is_pure(target: str, pure: set[str]) -> bool:
    top = target.split(".")[0]
    ours = any(f"{target}.".startswith(f"{module}.") for module in pure)
    allowed = top in THIRD_PARTY or (top in sys.stdlib_module_names and top not in IMPURE)
    return ours or (allowed and (top != "random" or target in {"random", "random.Random"}))


def chances(path: Path) -> Iterator[tuple[int, str]]:
    """Where a module asks the clock, or draws from anything but a `random.Random` that it was given."""
    for node in nodes(path):
        if isinstance(node, ast.Attribute):
            name = f"{getattr(node.value, 'id', '')}.{node.attr}"
            if node.attr in {"now", "today", "utcnow"} or (name.startswith("random.") and node.attr != "Random"):
                yield node.lineno, name


def test_imports_go_downward():
    found = [(path, *each) for name, path in MODULES.items() for each in imports(path) if rises(name, each[1])]
    assert not found, "\n".join(f"{path.relative_to(ROOT)}:{line}: may not import {name}" for path, line, name in found)


def test_every_slice_has_its_place_in_the_table():
    packages = {".".join(name.split(".")[:2]) for name in MODULES if not name.startswith("ceu") and name.count(".") > 1}
    assert {name for name in packages if name not in HEIGHT and not name.endswith(NOT_SLICES)} == set()


def test_pure_modules_import_only_pure_ones_and_ask_neither_clock_nor_chance():
    groups = {f"{app}/{name}.py": list(ROOT.glob(f"{app}/{name}.py")) for app in PURE for name in PURE[app].split()}
    paths = sorted(chain.from_iterable(groups.values()))
    pure = {module_name(path) for path in paths}
    found = [(path, *each) for path in paths for each in imports(path) if not is_pure(each[1], pure)]
    found += [(path, *each) for path in paths for each in chances(path)]
    assert not found, "\n".join(f"{path.relative_to(ROOT)}:{line}: {name}, not pure" for path, line, name in found)
    assert [pattern for pattern, files in groups.items() if not files] == []
