"""Requests over kept-open connections on loopback, bounded in number; and the CPU that servers spend on them."""

import http.client
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Request:
    path: str
    cookie: str
    form: dict[str, str] | None = None
    accept: str = "text/html"


@dataclass(frozen=True)
class Sample:
    """Milliseconds of CPU for one request, over all server processes; of that, PostgreSQL's; requests a second; the
    slowest 5 % in ms."""

    cpu_ms: float
    database_ms: float
    per_second: float
    p95_ms: float


def measure(
    port: int,
    requests: list[Request],
    web: Callable[[], Iterable[int]],
    database: Callable[[], Iterable[int]],
    *,
    expect: set[int],
    threads: int = 4,
) -> Sample:
    """Send every request once. A status that was not expected ends the run: a fast error is not a fast page.

    `web` and `database` tell the processes whose CPU counts.
    """
    before, stored_before, began = _cpu(web()), _cpu(database()), time.perf_counter()
    times: list[float] = []
    errors: list[str] = []
    parts = [requests[n::threads] for n in range(threads)]
    workers = [threading.Thread(target=_send, args=(port, part, expect, times, errors)) for part in parts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if errors:
        raise SystemExit(f"{len(errors)} requests failed, the first: {errors[0]}")
    took = time.perf_counter() - began
    served, stored = (
        1000 * spent / len(requests) for spent in (_cpu(web()) - before, _cpu(database()) - stored_before)
    )
    slow = sorted(times)[int(len(times) * 0.95) - 1]
    return Sample(served + stored, stored, len(requests) / took, 1000 * slow)


def _send(port: int, requests: list[Request], expect: set[int], times: list[float], errors: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for request in requests:
        headers = {"Cookie": request.cookie, "Accept": request.accept, "Host": f"127.0.0.1:{port}"}
        body = None
        if request.form is not None:
            body = urlencode(request.form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        connection.request("POST" if body is not None else "GET", request.path, body, headers)
        response = connection.getresponse()
        content = response.read()
        times.append(time.perf_counter() - began)
        if response.status not in expect:
            errors.append(f"{request.path}: {response.status} {content[:200]!r}")
            return
    connection.close()


def _cpu(pids: Iterable[int]) -> float:
    """Seconds of user and system time of the processes that are there now."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def family(pid: int) -> list[int]:
    """A process and its children (gunicorn's master and workers)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def backends(database: str) -> list[int]:
    """PostgreSQL's processes that serve `database`, by their title; none when the server is on another machine."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                title = (entry / "cmdline").read_bytes().decode(errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if title.startswith("postgres:") and f" {database} " in title:
                found.append(int(entry.name))
    return found
