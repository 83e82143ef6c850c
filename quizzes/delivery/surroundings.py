"""What the layer above calls things. Quizzes know objectives by code and lessons by slug; names come from outside.

The layer above registers one function when the site starts: `provide(names_for)`. Without one, codes stand for names.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from quizzes.delivery.models import Entry


@dataclass(frozen=True, slots=True)
class Names:
    """`topics`: objective code -> text; `lessons`: lesson slug -> title; and where to go on once the quiz is passed.

    `reveals`: the reasons of a quiz whose rule is to be told may open now. `note`: a sentence said with the result.
    """

    topics: Mapping[str, str] = field(default_factory=dict)
    lessons: Mapping[str, str] = field(default_factory=dict)
    next_address: str = ""
    next_label: str = ""
    reveals: bool = False
    note: str = ""


Provider = Callable[[Entry], Names]
_provider: Provider | None = None


def provide(provider: Provider | None) -> None:
    """`provider` may cost one statement and must not raise for an entry that it does not know. None: back to codes."""
    global _provider
    _provider = provider


def names(entry: Entry) -> Names:
    return Names() if _provider is None else _provider(entry)
