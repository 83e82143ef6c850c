"""Lets `python3 manage.py demo` and `… test` run on a machine that has only Python. Standard library only.

A private .venv gets exactly the hashed locks. Their SHA-256 is kept in it, so that the next start has nothing to do.
An interpreter that already has every package of pyproject.toml in range (an active venv, a CI image) is used as it is;
one with some other Django, such as the system's, is not.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "locks.sha256"  # in the form that `sha256sum -c` reads
LOCKS = {"demo": {"requirements.txt"}, "test": {"requirements.txt", "requirements-test.txt"}}


def hand_over(command: str) -> None:
    """Return when this interpreter has what `command` needs. Otherwise go on in .venv, made or brought up to date."""
    if sys.version_info < (3, 11):  # noqa: UP036 (this is the very check)
        sys.exit(f"Python 3.11 or newer is needed, and this is {sys.version.split()[0]}.")
    inside = Path(sys.prefix).resolve() == VENV.resolve()
    has_django = importlib.util.find_spec("django") is not None
    if not inside and has_django and (_has_packages(command) or command not in LOCKS and not STAMP.exists()):
        return
    if command not in LOCKS and not STAMP.exists():
        sys.exit("Django is not installed here. Start with: python3 manage.py demo")
    needed = LOCKS.get(command, set())
    renew = not _is_fresh(needed) or inside and not has_django
    if renew:
        _install(needed)
    if renew or not inside:
        _restart()


def _is_fresh(locks: set[str]) -> bool:
    return PYTHON.exists() and _digests(locks) <= _stamped()


def _has_packages(command: str) -> bool:
    import tomllib  # slow to import, and seldom needed

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needed = project["project"]["dependencies"] + project["dependency-groups"].get(command, [])
    return all(_is_installed(requirement) for requirement in needed)


def _is_installed(requirement: str) -> bool:
    from importlib import metadata

    name, bounds = re.fullmatch(r"([\w.-]+)(?:\[.*\])?(.*)", requirement).groups()
    try:
        version = _numbers(metadata.version(name))
    except metadata.PackageNotFoundError:
        return False
    return all(
        version >= _numbers(bound) if bound.startswith(">=") else version < _numbers(bound)
        for bound in bounds.split(",")
    )


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


def _digests(locks: set[str]) -> set[str]:
    return {f"{hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()}  {lock}" for lock in locks}


def _stamped() -> set[str]:
    return set(STAMP.read_text().splitlines()) if STAMP.exists() else set()


def _install(needed: set[str]) -> None:
    uv = shutil.which("uv")
    if not uv and importlib.util.find_spec("ensurepip") is None:
        sys.exit("Python's venv module is not complete here. On Debian or Ubuntu: apt install python3-venv")
    with (ROOT / "manage.py").open() as handle:
        _wait_for_turn(handle)
        if _is_fresh(needed) and Path(sys.prefix).resolve() != VENV.resolve():
            return  # another start has just done it
        print("Installing the packages into .venv: once, and again when a lock file changes …", file=sys.stderr)
        locks = needed | {line.split()[1] for line in _stamped()}
        begin_again = not STAMP.exists() or not PYTHON.exists() or not (uv or [*VENV.rglob("site-packages/pip")])
        STAMP.unlink(missing_ok=True)  # gone until all is well: a start that breaks off here begins again
        if begin_again:
            base = getattr(sys, "_base_executable", None) or sys.executable
            _run([base, "-m", "venv", "--clear", *(["--without-pip"] if uv else []), str(VENV)])
        pip = (
            [uv, "pip", "install", f"--python={PYTHON}"] if uv else [str(PYTHON), "-m", "pip", "install", "--no-input"]
        )
        _run([*pip, "-qq", "--require-hashes", *(f"--requirement={ROOT / lock}" for lock in sorted(locks))])
        STAMP.write_text("\n".join(sorted(_digests(locks))) + "\n")


def _wait_for_turn(handle) -> None:
    """Two starts at once must not build one .venv. The lock goes with the handle, or with the process."""
    if os.name == "posix":
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)


def _run(command: list[str]) -> None:
    if subprocess.run(command, check=False).returncode:
        sys.exit("The packages could not be installed; the lines above say why. Try again when that is mended.")


def _restart() -> None:
    os.environ["VIRTUAL_ENV"] = str(VENV)
    command = [str(PYTHON), *sys.argv]
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)
