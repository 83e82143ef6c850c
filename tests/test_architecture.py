"""Which way calls go, and which modules are pure: sections 1 and 3 of the design, held by reading the imports."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Who stands further left may import who stands further right; between two ">" nobody may import a neighbour.
# A module belongs to the longest name here that it begins with.
ORDER = """
    ceu.urls ceu.management > ceu.demo > courses > courses.record courses.renewals courses.reports
    > courses.certificates > courses.evaluations > courses.learning > courses.packages > courses.catalogue
    > quizzes > quizzes.analysis quizzes.interchange quizzes.practice > quizzes.delivery > quizzes.bank
    > quizzes.scoring > quizzes.questions > ceu > ceu.accounts > ceu.shared
"""
HEIGHT = {unit: -step for step, units in enumerate(ORDER.split(">")) for unit in units.split()}
IN_A_SLICE = ["models", "services", "forms", "views", "admin"]  # each may import those before it

PURE = """quizzes/questions/*.py quizzes/scoring.py quizzes/delivery/selection.py quizzes/delivery/timing.py
    quizzes/delivery/paper.py courses/catalogue/content.py courses/catalogue/readiness.py courses/catalogue/hours.py
    courses/catalogue/markup.py courses/catalogue/figures.py courses/learning/completion.py
    courses/learning/attestations.py courses/certificates/eligibility.py courses/certificates/snapshot.py
    courses/certificates/numbers.py courses/certificates/chain.py courses/certificates/document.py
    courses/evaluations/questions.py""".split()
NOT_SLICES = (".management", ".migrations", ".templatetags")
THIRD_PARTY = {"nh3", "defusedxml", "typst", "segno"}
IMPURE = {"os", "secrets", "socket", "subprocess", "time", "uuid"}
CLOCKS = {"now", "today", "utcnow"}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {
    module_name(path): path for top in ("ceu", "courses", "quizzes") for path in sorted((ROOT / top).rglob("*.py"))
}


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(), str(path)))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every import, wherever it stands. `from a import b` gives a.b."""
    for node in nodes(path):
        if isinstance(node, ast.Import | ast.ImportFrom):
            level = getattr(node, "level", 0)
            package = path.parents[level - 1].relative_to(ROOT).parts if level else ()
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
    ours = any(f"{target}.".startswith(f"{module}.") for module in pure | {"ceu.shared.canonical"})
    allowed = top in THIRD_PARTY or (top in sys.stdlib_module_names and top not in IMPURE)
    return ours or (allowed and (top != "random" or target in {"random", "random.Random"}))


def chances(path: Path) -> Iterator[tuple[int, str]]:
    """Where a module asks the clock, or draws from anything but a `random.Random` that it was given."""
    for node in nodes(path):
        if isinstance(node, ast.Attribute):
            name = f"{getattr(node.value, 'id', '')}.{node.attr}"
            if node.attr in CLOCKS or (name.startswith("random.") and node.attr != "Random"):
                yield node.lineno, name


def test_imports_go_downward():
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name} may not import {target}"
        for name, path in MODULES.items()
        for line, target in imports(path)
        if rises(name, target)
    ]
    assert wrong == []


def test_every_slice_has_its_place_in_the_table():
    packages = {".".join(name.split(".")[:2]) for name in MODULES if not name.startswith("ceu") and name.count(".") > 1}
    assert {name for name in packages if name not in HEIGHT and not name.endswith(NOT_SLICES)} == set()


def test_pure_modules_import_only_pure_ones_and_ask_neither_clock_nor_chance():
    paths = [path for pattern in PURE for path in sorted(ROOT.glob(pattern))]
    pure = {module_name(path) for path in paths}
    wrong = [(path, *found) for path in paths for found in imports(path) if not is_pure(found[1], pure)]
    wrong += [(path, *found) for path in paths for found in chances(path)]
    assert [f"{path.relative_to(ROOT)}:{line}: {name} in a pure module" for path, line, name in wrong] == []
    assert [pattern for pattern in PURE if not list(ROOT.glob(pattern))] == []
