"""PURE. What a reader typed, as terms. It never fails: whatever is neither letter nor digit only parts words.

`neck pain` asks for both words, `neck or back` for one of them, `"slump test"` for the words in that order, and `-sham`
for sections without it.
"""

import re
import unicodedata
from dataclasses import dataclass

MOST_CHARACTERS, MOST_TERMS, LONGEST_WORD = 200, 12, 60
SHORTEST = 2
_PART = re.compile(r'([-−–])?(?:"([^"]*)"?|([^\s"]+))')
_WORD = re.compile(r"[^\W_]+")
# Too common to look for beside other words; PostgreSQL knows its own. In quotation marks they count.
_COMMON = frozenset(
    ("a", "about", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "has", "have", "how",
     "i", "if", "in", "is", "it", "its", "of", "on", "or", "that", "the", "their", "then", "there", "these", "they", "this",
     "to", "was", "were", "what", "when", "where", "which", "who", "why", "will", "with")
)  # fmt: skip


@dataclass(frozen=True)
class Query:
    """`needed`: each a tuple of alternatives, of which one must stand in a section. A term is words parted by a blank,
    which must stand in this order. `unwanted`: terms that may not stand there."""

    needed: tuple[tuple[str, ...], ...] = ()
    unwanted: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.needed)


def parse(typed: str) -> Query:
    """A false Query: there is nothing to look for. What is longer than the limits is cut."""
    needed: list[list[tuple[str, bool]]] = []
    unwanted: list[str] = []
    joins = False
    for minus, phrase, word in _PART.findall(unicodedata.normalize("NFC", typed)[:MOST_CHARACTERS]):
        if word.lower() in {"or", "|"} and not minus:
            joins = bool(needed)
            continue
        term = " ".join(each[:LONGEST_WORD].lower() for each in _WORD.findall(phrase or word))
        if not term or len(needed) + len(unwanted) >= MOST_TERMS:
            continue
        if minus:
            unwanted.append(term)
        elif joins:
            needed[-1].append((term, bool(phrase)))
        else:
            needed.append([(term, bool(phrase))])
        joins = False
    return Query(_worth_it(needed), tuple(unwanted))


def _worth_it(needed: list[list[tuple[str, bool]]]) -> tuple[tuple[str, ...], ...]:
    """Without single letters, and without common words where others are left."""
    long_enough = [[each for each in any_of if len(each[0]) >= SHORTEST] for any_of in needed]
    telling = [[each for each in any_of if each[1] or each[0] not in _COMMON] for any_of in long_enough]
    chosen = telling if any(telling) else long_enough
    return tuple(tuple(dict.fromkeys(term for term, _ in any_of)) for any_of in chosen if any_of)
