"""Weights of answers in per cent: which ones other systems take, and how our shares stand among them."""

from decimal import ROUND_HALF_UP, Decimal

_LIST = "100 90 83.33333 80 75 70 66.66667 60 50 40 33.33333 30 25 20 16.66667 14.28571 12.5 11.11111 10 5"
POSITIVE = tuple(map(Decimal, _LIST.split()))
ALLOWED = (*POSITIVE, Decimal(0), *(-weight for weight in POSITIVE))
TOLERANCE = Decimal("0.001")
# Number of right options -> what each of them is worth. Wrong ones take off as much: that is how we mark.
OF_KEYS = {round(100 / weight): weight for weight in POSITIVE if abs(100 / weight - round(100 / weight)) < TOLERANCE}
# A share in whole per cent -> the weight that stands for it.
OF_SHARE = {int(weight.quantize(Decimal(1), ROUND_HALF_UP)): weight for weight in POSITIVE}


def snapped(weight: Decimal) -> Decimal | None:
    """The weight of the list that this one is, or None."""
    return next((allowed for allowed in ALLOWED if abs(allowed - weight) <= TOLERANCE), None)


def nearest(weight: Decimal) -> Decimal:
    return min(ALLOWED, key=lambda allowed: abs(allowed - weight))


def share_of(weight: Decimal) -> int:
    return int(weight.quantize(Decimal(1), ROUND_HALF_UP))
