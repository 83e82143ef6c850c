"""PURE. Contact hours of a text course by each published method. An accreditor's approved number always wins."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal


@dataclass(frozen=True)
class Effort:
    """What a learner goes through: words of lesson text, minutes of media, questions answered, difficulty 1-5."""

    words: int
    questions: int
    difficulty: int | Decimal
    media_minutes: Decimal = Decimal(0)


@dataclass(frozen=True)
class Method:
    """One way of counting. `hours` is before rounding; `awarded` is rounded down to a quarter hour (our choice)."""

    name: str
    minutes: Decimal
    source: str
    formula: str
    minutes_per_hour: int = 60

    @property
    def hours(self) -> Decimal:
        return self.minutes / self.minutes_per_hour

    @property
    def awarded(self) -> Decimal:
        return floor_to_quarter(self.hours)


def mergener_minutes(effort: Effort) -> Decimal:
    """0.9 x (-22.3 + 0.00209 x words + 2.78 x questions + 15.5 x difficulty) + media; never below zero.

    Mergener 1991 as used by the Board of Certification. A circulating handout prints +22.3; its own worked example
    (3,774 words, 16 questions, difficulty 2.5: 61.94 minutes) holds only with -22.3.
    """
    reading = Decimal("0.9") * (
        Decimal("-22.3")
        + Decimal("0.00209") * effort.words
        + Decimal("2.78") * effort.questions
        + Decimal("15.5") * Decimal(effort.difficulty)
    )
    return max(Decimal(0), reading) + effort.media_minutes


def ncbtmb_minutes(effort: Effort) -> Decimal:
    """12,000 words are one hour, as is one hour of media (NCBTMB, home study guidelines)."""
    return Decimal(effort.words) * 60 / 12000 + effort.media_minutes


def floor_to_quarter(hours: Decimal) -> Decimal:
    return (hours * 4).to_integral_value(rounding=ROUND_FLOOR) / 4


def methods(effort: Effort) -> tuple[Method, ...]:
    mergener = mergener_minutes(effort)
    by_sixty, by_fifty = (
        "Mergener 1991; Board of Certification",
        "Mergener 1991; 50 minutes as in Florida, California, New York",
    )
    by_words = "NCBTMB home study guidelines: 12,000 words or 60 minutes of media"
    return (
        Method("Mergener, 60-minute hour", mergener, by_sixty, _MERGENER),
        Method("Mergener, 50-minute hour", mergener, by_fifty, _MERGENER, 50),
        Method("NCBTMB", ncbtmb_minutes(effort), by_words, "60 × words / 12,000 + media minutes"),
    )


_MERGENER = "0.9 × (−22.3 + 0.00209 × words + 2.78 × questions + 15.5 × difficulty) + media minutes"


def below(approved: Decimal, counted: tuple[Method, ...]) -> tuple[Method, ...]:
    """The methods that give fewer hours than were approved, before any rounding."""
    return tuple(method for method in counted if method.hours < approved)
