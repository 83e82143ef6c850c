"""The locks: exact, hashed, and free of any address, so that they install from whatever index a machine uses."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WANTED = {
    "requirements.txt": PROJECT["project"]["dependencies"],
    "requirements-test.txt": PROJECT["dependency-groups"]["test"],
    "requirements-lint.txt": PROJECT["dependency-groups"]["lint"],
}
PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[\w.+!-]+)(?: ; [^\\\n]+)?", re.MULTILINE)
LINE = re.compile(
    rf"{PIN.pattern} \\"  # name==version ; marker
    r"|    --hash=sha256:[0-9a-f]{64}(?: \\)?"
    r"|    #(?: via|   ) ?[\w ().:-]*"  # what asked for it, by name
)


def pins(lock: str) -> dict[str, str]:
    return {canonicalize_name(pin["name"]): pin["version"] for pin in PIN.finditer((ROOT / lock).read_text())}


@pytest.mark.parametrize("lock", WANTED)
def test_a_lock_holds_pins_and_hashes_and_no_address(lock):
    strange = [line for line in (ROOT / lock).read_text().splitlines() if not LINE.fullmatch(line)]

    assert strange == []


@pytest.mark.parametrize("lock", WANTED)
def test_every_pin_is_followed_by_a_hash(lock):
    lines = (ROOT / lock).read_text().splitlines()

    bare = [line for line, after in pairwise([*lines, ""]) if PIN.match(line) and "--hash=" not in after]

    assert bare == []


@pytest.mark.parametrize("lock", WANTED)
def test_every_dependency_of_pyproject_is_pinned_within_its_range(lock):
    pinned = pins(lock)

    for requirement in map(Requirement, WANTED[lock]):
        version = pinned.get(canonicalize_name(requirement.name))
        assert version and version in requirement.specifier, f"{requirement}: {lock} has {version}, make it anew"


@pytest.mark.parametrize("lock", WANTED)
def test_what_two_locks_pin_they_pin_alike(lock):
    running, pinned = pins("requirements.txt"), pins(lock)

    assert {name: pinned[name] for name in pinned if name in running and pinned[name] != running[name]} == {}
