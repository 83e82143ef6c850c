import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.certificates.numbers import ALPHABET, BadNumber, format_number, normalise

SERIES = st.text(alphabet="ABCDEFGHJKMNPQRTVWXYZ", min_size=2, max_size=4)
SERIALS = st.integers(min_value=1, max_value=10**12 - 1)
SAMPLES = ["MT-000123-N", format_number("MT", 1), format_number("KA", 999_999), format_number("ZZAA", 12_345_678)]


def test_the_number_is_a_series_a_padded_serial_and_a_check_character():
    assert format_number("MT", 123) == "MT-000123-N"


def test_a_serial_past_six_digits_grows_the_number():
    assert format_number("MT", 1_000_000).startswith("MT-1000000-")


@pytest.mark.parametrize("series", ["", "M", "mt", "OI", "M1", "MTCEX", "MS", "MU", "ΜΤ"])
def test_a_series_that_could_be_misread_is_refused(series):
    with pytest.raises(ValueError, match="series"):
        format_number(series, 1)


@pytest.mark.parametrize("serial", [0, -1, 10**12])
def test_a_serial_out_of_range_is_refused(serial):
    with pytest.raises(ValueError, match="serial"):
        format_number("MT", serial)


@given(SERIES, SERIALS)
def test_every_number_reads_back_as_itself(series, serial):
    number = format_number(series, serial)

    assert normalise(number) == number
    assert normalise(number.replace("-", "").lower()) == number


@pytest.mark.parametrize(
    "typed",
    [
        "mt-000123-n",
        "MT000123N",
        "  MT 000123 N\n",
        "MT–OOO123–N",
        "mt ooo l23 n",
        "MTOOOI23N",
        "\uff2d\uff34-\uff10\uff10\uff10\uff11\uff12\uff13-\uff2e",
        "MT\u2212000123\u00a0N",
    ],
)
def test_typed_input_may_be_careless(typed):
    assert normalise(typed) == "MT-000123-N"


@pytest.mark.parametrize(
    "typed", ["", "-", "MT", "123", "MT-123-N", "MT-0000123-N", "MT-000000-A", "MT-000123", "MT-000123-É", "9" * 10_000]
)
def test_what_is_no_number_is_refused_with_a_sentence(typed):
    with pytest.raises(BadNumber) as refusal:
        normalise(typed)

    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize("number", SAMPLES)
def test_every_single_wrong_character_is_caught(number):
    text = number.replace("-", "")

    for place, right in enumerate(text):
        for wrong in set(ALPHABET) - {right}:
            with pytest.raises(BadNumber):
                normalise(text[:place] + wrong + text[place + 1 :])


@pytest.mark.parametrize("number", SAMPLES)
def test_every_exchange_of_two_characters_is_caught_adjacent_or_not(number):
    text = number.replace("-", "")

    for left in range(len(text)):
        for right in range(left + 1, len(text)):
            if text[left] != text[right]:
                swapped = list(text)
                swapped[left], swapped[right] = swapped[right], swapped[left]
                with pytest.raises(BadNumber):
                    normalise("".join(swapped))


@given(SERIES, SERIALS, st.integers(min_value=0), st.sampled_from(ALPHABET))
def test_one_wrong_character_in_any_number_is_caught(series, serial, place, wrong):
    text = format_number(series, serial).replace("-", "")
    place %= len(text)
    if text[place] == wrong:
        return

    with pytest.raises(BadNumber):
        normalise(text[:place] + wrong + text[place + 1 :])


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_a_refusal(text):
    try:
        number = normalise(text)
    except BadNumber:
        return
    assert normalise(number) == number
