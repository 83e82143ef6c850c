from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from quizzes.delivery import timing

START = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "multiplier", "seconds"), [(30, "1", 1800), (30, "1.5", 2700), (1, "1.01", 61), (20, "1.25", 1500)]
)
def test_the_deadline_is_the_limit_with_the_personal_extra(minutes, multiplier, seconds):
    assert timing.deadline(START, minutes, Decimal(multiplier)) == START + timedelta(seconds=seconds)


def test_without_a_limit_nothing_is_late():
    assert timing.deadline(START, None, Decimal(1)) is None
    assert not timing.is_late(START + timedelta(days=900), None)


@pytest.mark.parametrize(
    ("seconds", "late"), [(-1, False), (0, False), (4, False), (5, False), (5.001, True), (6, True)]
)
def test_the_grace_is_five_seconds(seconds, late):
    assert timing.is_late(START + timedelta(seconds=seconds), START) is late


def test_a_change_to_summer_time_gives_and_takes_nothing():
    before = datetime(2027, 3, 28, 1, 50, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)

    assert timing.deadline(before, 30, Decimal(1)) - before == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("allowed", "extra", "used", "left"), [(3, 0, 0, 3), (3, 0, 3, 0), (3, 1, 3, 1), (1, 0, 2, 0), (None, 0, 9, None)]
)
def test_attempts_left(allowed, extra, used, left):
    assert timing.attempts_left(allowed, extra, used) == left


@pytest.mark.parametrize(
    ("submitted", "hours", "extra", "wait"),
    [
        (0, 24, 0, False),
        (1, 24, 0, False),
        (2, 24, 0, True),
        (3, 24, 0, True),
        (2, 24, 1, False),
        (3, 24, 1, True),
        (2, 0, 0, False),
    ],
)
def test_each_attempt_from_the_second_on_is_followed_by_a_day(submitted, hours, extra, wait):
    times = [START + timedelta(hours=hour) for hour in range(submitted)][::-1]

    found = timing.next_start(times, 2, hours, extra)

    assert found == (START + timedelta(hours=submitted - 1 + 24) if wait else None)
