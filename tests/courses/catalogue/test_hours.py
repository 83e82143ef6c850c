"""Contact hours by each published method, against worked examples of their sources."""

from decimal import Decimal

import pytest

from courses.catalogue.hours import Effort, below, floor_to_quarter, mergener_minutes, methods, ncbtmb_minutes


def test_the_worked_example_of_mergener_holds():
    minutes = mergener_minutes(Effort(words=3774, questions=16, difficulty=Decimal("2.5")))

    assert minutes.quantize(Decimal("0.01")) == Decimal("61.94")


def test_a_course_of_six_thousand_words_is_worth_seventy_minutes():
    minutes = mergener_minutes(Effort(words=6000, questions=15, difficulty=3))

    assert minutes.quantize(Decimal("0.1")) == Decimal("70.6")


def test_mergener_is_never_below_nothing():
    assert mergener_minutes(Effort(words=0, questions=0, difficulty=1)) == 0


def test_media_count_by_the_minute_in_both_methods():
    silent, spoken = Effort(12_000, 0, 1), Effort(12_000, 0, 1, media_minutes=Decimal(30))

    assert mergener_minutes(spoken) - mergener_minutes(silent) == 30
    assert ncbtmb_minutes(spoken) - ncbtmb_minutes(silent) == 30


def test_twelve_thousand_words_are_one_hour_of_ncbtmb():
    method = methods(Effort(words=12_000, questions=15, difficulty=3))[-1]

    assert (method.name, method.hours, method.awarded) == ("NCBTMB", 1, 1)


@pytest.mark.parametrize(
    ("hours", "awarded"),
    [
        ("0", "0"),
        ("0.2499", "0"),
        ("0.25", "0.25"),
        ("1.1766", "1"),
        ("1.4999", "1.25"),
        ("1.5", "1.5"),
        ("2.999", "2.75"),
    ],
)
def test_hours_are_rounded_down_to_a_quarter(hours, awarded):
    assert floor_to_quarter(Decimal(hours)) == Decimal(awarded)


def test_an_hour_of_fifty_minutes_gives_more_hours_for_the_same_minutes():
    sixty, fifty, _ = methods(Effort(words=6000, questions=15, difficulty=3))

    assert sixty.minutes == fifty.minutes
    assert (sixty.awarded, fifty.awarded) == (Decimal("1"), Decimal("1.25"))


def test_methods_below_what_was_approved_are_named_before_any_rounding():
    counted = methods(Effort(words=16_800, questions=40, difficulty=3))

    assert [method.name for method in below(Decimal("2.5"), counted)] == ["NCBTMB"]
    assert [method.name for method in below(Decimal("2.75"), counted)] == ["Mergener, 60-minute hour", "NCBTMB"]
    assert below(Decimal("1.25"), counted) == ()
