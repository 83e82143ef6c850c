"""PURE. Deadlines and their grace, attempts left, and the wait before the next attempt."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

GRACE = timedelta(seconds=5)
MARKING_TIME = timedelta(days=14)  # what learners are promised for a written answer


def deadline(started_at: datetime, minutes: int | None, multiplier: Decimal) -> datetime | None:
    """None without a time limit. A part of a second is given, not taken."""
    if minutes is None:
        return None
    return started_at + timedelta(seconds=math.ceil(minutes * 60 * multiplier))


def is_late(now: datetime, deadline: datetime | None, grace: timedelta = GRACE) -> bool:
    """The last moment of the grace is still in time."""
    return deadline is not None and now > deadline + grace


def marking_due(submitted_at: datetime) -> datetime:
    """By when a written answer is to be marked."""
    return submitted_at + MARKING_TIME


def marking_left(submitted_at: datetime, now: datetime) -> int:
    """Whole days until then, rounded down; below zero when it is overdue, by at least a part of a day."""
    return (marking_due(submitted_at) - now) // timedelta(days=1)


def attempts_left(allowed: int | None, extra: int, used: int) -> int | None:
    """None: as many as one likes. An attempt is used when it starts."""
    return None if allowed is None else max(0, allowed + extra - used)


def next_start(
    submitted_times: Iterable[datetime], cooldown_after: int, cooldown_hours: int, extra: int
) -> datetime | None:
    """When the next attempt may start; None: at once.

    From the `cooldown_after`-th submitted attempt on, each is followed by a wait. An extra attempt makes good one that
    should not have counted, so it moves the beginning of the waits too.
    """
    times = sorted(submitted_times)
    if not times or not cooldown_hours or len(times) < cooldown_after + extra:
        return None
    return times[-1] + timedelta(hours=cooldown_hours)
