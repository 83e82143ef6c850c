"""Where an item is asked. The bank knows neither quizzes nor courses: the layers above say what they have of it."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from quizzes.bank.models import Item


class Use(NamedTuple):
    """`what` is a heading in the plural, `words` one place, `address` its page in the admin."""

    what: str
    words: str
    address: str


Provider = Callable[[Item], Iterable[Use]]
_providers: dict[str, Provider] = {}


def provide(name: str, provider: Provider) -> None:
    """Called once when the site starts. A provider sees one item that its reader may see, and only reads."""
    _providers[name] = provider


def uses_of(item: Item) -> dict[str, list[Use]]:
    """Heading -> the places under it, in the order in which layers stand upon each other."""
    found: dict[str, list[Use]] = {}
    for provider in _providers.values():
        for use in provider(item):
            found.setdefault(use.what, []).append(use)
    return found
