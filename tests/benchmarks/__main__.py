"""Print the table of performance.md section 4: each act's CPU and requests a second, as ratios to the floor."""

import os
import secrets
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres").rpartition("/")[0]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
PAGES = int(os.environ.get("BENCH_PAGES", "300"))
SUBMITS = int(os.environ.get("BENCH_SUBMITS", "100"))


@dataclass(frozen=True)
class Act:
    """One thing measured: against which floor, with what must be met and what is aimed at (performance.md section 4)."""

    name: str
    against: str
    must: float | None = None
    goal: float | None = None


ACTS = (
    Act("floor page", "floor page"),
    Act("floor save", "floor save"),
    Act("bare request", "floor page"),  # /healthz: the web server and our middleware, and nothing else
    Act("lesson", "floor page", 1.25, 0.6),
    Act("question", "floor page", 1.25, 0.8),
    Act("result", "floor page", 1.25, 0.8),
    Act("dashboard", "floor page", 1.5, 0.8),
    Act("save an answer", "floor save", 1.2, 0.6),
    Act("submit and mark 10", "floor save", 2.5, 1.5),
    Act("submit and mark 100", "floor save"),
)


@contextmanager
def database(name: str):
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{SERVER}/{name}"
    finally:
        with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def serving(module: str, port: int, environment: dict[str, str]):
    """gunicorn with one process of two threads; ended by its own process id."""
    command = [
        sys.executable, "-m", "gunicorn", module, "-b", f"127.0.0.1:{port}", "-k", "gthread", "--threads", "2",
        "--keep-alive", "60", "--no-control-socket", "--log-level", "warning",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)
    try:
        _wait(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    import socket

    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("The server did not start.")


def _ask(module: str, environment: dict[str, str]) -> str:
    """Run a preparing module in a process of its own and take what it prints on its last line."""
    command = [sys.executable, "-m", module]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.strip().splitlines()[-1]


def main() -> None:
    import json

    from tests.benchmarks import load

    tag = secrets.token_hex(3)
    with ExitStack() as stack:
        ours, floors = f"bench_ours_{tag}", f"bench_floor_{tag}"
        address = stack.enter_context(database(ours))
        stack.enter_context(database(floors))
        site = {"DATABASE_URL": address, "CEU_MODE": "demo", "LOG_LEVEL": "ERROR"}
        bare = {"FLOOR_DATABASE": floors}
        bare_plan = json.loads(_ask("tests.benchmarks.prepare_floor", bare))
        plan = json.loads(
            _ask("tests.benchmarks.prepare_ours", site | {"BENCH_PLAN": json.dumps([ROUNDS, PAGES, SUBMITS])})
        )
        port = 8461
        our_pid = stack.enter_context(serving("ceu.wsgi", port, site))
        floor_pid = stack.enter_context(serving("tests.benchmarks.floor:application", port + 1, bare))
        processes = {
            port: (lambda: load.family(our_pid), lambda: load.backends(ours)),
            port + 1: (lambda: load.family(floor_pid), lambda: load.backends(floors)),
        }
        samples: dict[str, list[load.Sample]] = {act.name: [] for act in ACTS}
        for turn in range(-1, ROUNDS):  # the first turn warms up and is not counted
            for act in ACTS:
                at = port + 1 if act.name.startswith("floor") else port
                requests = _floor(act, bare_plan, turn) if at != port else _ours(act, plan, turn)
                sample = load.measure(at, requests, *processes[at], expect={200, 204, 302})
                if turn >= 0:
                    samples[act.name].append(sample)
        _print(samples)


def _floor(act: Act, plan: dict, turn: int):
    from tests.benchmarks.load import Request

    if act.name == "floor page":
        return [Request("/page", plan["cookie"])] * PAGES
    return [
        Request("/save", plan["cookie"], {"name": secrets.token_hex(8), "csrfmiddlewaretoken": plan["token"]})
        for _ in range(PAGES)
    ]


def _ours(act: Act, plan: dict, turn: int):
    from tests.benchmarks.load import Request

    if act.name == "bare request":
        return [Request("/healthz", "")] * PAGES
    rows = plan[act.name][turn + 1]
    return [Request(row["path"], row["cookie"], row.get("form"), row.get("accept", "text/html")) for row in rows]


def _print(samples: dict) -> None:
    middle = {name: statistics.median(s.cpu_ms for s in rows) for name, rows in samples.items()}
    print(f"{'act':<22}{'CPU ms':>8}{'x floor':>9}{'must':>7}{'goal':>7}{'req/s':>8}{'p95 ms':>8}")
    for act in ACTS:
        rows = samples[act.name]
        # Ratios are taken within a round and then their median: the machine's mood moves both sides of one round.
        pairs = zip(rows, samples[act.against], strict=True)
        ratio = statistics.median(mine.cpu_ms / floor.cpu_ms for mine, floor in pairs)
        must, goal = (f"{bound:.2f}" if bound else "" for bound in (act.must, act.goal))
        speed, slow = (statistics.median(getattr(s, name) for s in rows) for name in ("per_second", "p95_ms"))
        verdict = "" if act.must is None else "  met" if ratio <= act.must else "  NOT MET"
        print(
            f"{act.name:<22}{middle[act.name]:>8.2f}{ratio:>9.2f}{must:>7}{goal:>7}{speed:>8.0f}{slow:>8.1f}{verdict}"
        )
    pairs = zip(samples["submit and mark 100"], samples["submit and mark 10"], strict=True)
    growth = statistics.median(hundred.cpu_ms / ten.cpu_ms for hundred, ten in pairs)
    print(f"100 questions cost {growth:.2f} times what 10 cost (must: 1.50).")
    for act in ACTS:
        if act.goal and middle[act.name] > act.goal * middle[act.against]:
            print(_distance(act, middle, samples))


def _distance(act: Act, middle: dict[str, float], samples: dict) -> str:
    """What the distance to the goal is made of, in ms of CPU."""
    spent, goal, bare = middle[act.name], act.goal * middle[act.against], middle["bare request"]
    database = statistics.median(sample.database_ms for sample in samples[act.name])
    return (
        f"{act.name}: {spent:.2f} ms, {spent - goal:.2f} above its goal of {goal:.2f}. Of it {bare:.2f} is any request "
        f"(server, middleware), {database:.2f} PostgreSQL, {spent - bare - database:.2f} login session, reading and page."
    )


if __name__ == "__main__":
    main()
