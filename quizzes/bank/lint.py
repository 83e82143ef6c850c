"""PURE. What an editor would say of an item while it is typed: each finding with its rule, its field and the reason.

What stops a publication is decided by the kind's own `problems`; the rules of severity MUST point to the field of it.
The others are advice from the craft of writing items (Haladyna, Downing and Rodriguez 2002, Applied Measurement in
Education 15(3), 309-334), and an author may pass over them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ceu.shared.grade import flesch_kincaid

MUST, ADVICE = "must", "advice"
CHOICES = ("single", "multiple", "true_false")
HARDEST_GRADE = 16  # the clinical words alone raise it; beyond, sentences are too long as well
FEWEST_WORDS_FOR_A_GRADE = 12
LONGER_THAN_OTHERS = 1.3  # times the length of the longest distractor
UNEVEN = 3.0  # times as long as the shortest option

_NEGATIVE = re.compile(r"\b(not|except|never|least|neither|nor|cannot|false|incorrect)\b|n[’']t\b", re.IGNORECASE)
_ALL_OR_NONE = re.compile(
    r"\b(all|none|both|neither)\s+of\s+(the\s+)?(above|these|those|them|options?|answers?)\b|\b(a|b) and (b|c|d)\b",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(
    r"\b(always|never|all|none|every|only|must|completely|entirely|impossible|guarantees?d?)\b", re.IGNORECASE
)
_WHICH_IS_TRUE = re.compile(
    r"\bwhich\b[^.?]{0,60}\b(is|are)\s+(true|false|correct|incorrect|right|wrong)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the answer table, as typed. `at` is what its fields are called after, such as options-0."""

    at: str
    text: str = ""
    match: str = ""
    correct: bool = False
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An item as typed, which may be anything but complete."""

    kind: str
    stem: str
    vignette: str = ""
    objective: str = ""
    teaches_at: str = ""
    lines: tuple[Line, ...] = ()

    @property
    def keys(self) -> list[Line]:
        return [line for line in self.lines if line.correct]

    @property
    def distractors(self) -> list[Line]:
        return [line for line in self.lines if not line.correct]


@dataclass(frozen=True, slots=True)
class Finding:
    """`severity` is MUST (it stops a publication) or ADVICE. `field`: the name of the form's field it stands beside."""

    rule: str
    severity: str
    field: str
    reason: str


def findings(draft: Draft) -> list[Finding]:
    """What must be mended first, then the advice, each in the order of the page."""
    found = [
        *_stem(draft),
        *_lines(draft),
        *(_choice(draft) if draft.kind in CHOICES else ()),
        *_measures(draft),
    ]
    return sorted(found, key=lambda finding: finding.severity != MUST)


# --- the stem -------------------------------------------------------------------------------------------------------


def _stem(draft: Draft) -> Iterator[Finding]:
    if not draft.stem.strip():
        yield Finding("stem-missing", MUST, "stem", "There is no stem yet.")
        return
    negative = next((each[0] for each in _NEGATIVE.finditer(draft.stem) if not each[0].isupper()), None)
    if negative and draft.kind in CHOICES and draft.kind != "true_false":
        yield Finding(
            "stem-negative",
            ADVICE,
            "stem",
            f"The stem asks by “{negative}”. Readers overlook it: ask for what is so, or write it in capital letters.",
        )
    if draft.kind in ("single", "multiple") and _WHICH_IS_TRUE.search(draft.stem):
        yield Finding(
            "stem-which-is-true",
            ADVICE,
            "stem",
            "“Which is true” asks for several unrelated things at once. Put one question that the options answer.",
        )
    yield from _grade(draft)


def _grade(draft: Draft) -> Iterator[Finding]:
    text = [draft.vignette, draft.stem, *(line.text for line in draft.lines)]
    if sum(len(each.split()) for each in text) < FEWEST_WORDS_FOR_A_GRADE:
        return
    grade = flesch_kincaid(text)
    if grade > HARDEST_GRADE:
        yield Finding(
            "reading-grade",
            ADVICE,
            "stem",
            f"It reads at grade {grade:.0f}, and {HARDEST_GRADE} is the most. Shorter sentences test knowledge and not "
            "reading.",
        )


# --- the answers ----------------------------------------------------------------------------------------------------


def _lines(draft: Draft) -> Iterator[Finding]:
    seen: set[str] = set()
    for line in draft.lines:
        said = _plain(line.text or line.match)
        if not said:
            yield Finding("answer-empty", MUST, f"{line.at}-text", "This line has no text.")
        elif said in seen and draft.kind != "text":  # there a capital letter may tell two answers apart
            yield Finding("answer-twice", MUST, f"{line.at}-text", "Another line says the same.")
        seen.add(said)
        if not line.rationale.strip():
            severity = ADVICE if draft.kind == "text" else MUST  # the working may say why for all of them
            yield Finding("rationale-missing", severity, f"{line.at}-rationale", "It does not say why.")


def _choice(draft: Draft) -> Iterator[Finding]:
    first = draft.lines[0].at if draft.lines else "options-0"
    if not draft.keys:
        yield Finding("key-missing", MUST, f"{first}-correct", "No option is marked as the key.")
    elif draft.kind != "multiple" and len(draft.keys) > 1:
        yield Finding(
            "key-several", MUST, f"{draft.keys[1].at}-correct", "Only one option may be the key of this kind."
        )
    if draft.kind == "true_false":
        yield from _absolute(draft.stem, "stem", "The statement")
        return
    for line in draft.lines:
        if _ALL_OR_NONE.search(line.text):
            yield Finding(
                "all-or-none",
                ADVICE,
                f"{line.at}-text",
                "Options are shown in any order, and one that points to others can be guessed. Name what is meant.",
            )
    yield from _lengths(draft)
    for line in draft.lines:
        yield from _absolute(line.text, f"{line.at}-text", "The option")


def _lengths(draft: Draft) -> Iterator[Finding]:
    lengths = [len(line.text.strip()) for line in draft.lines if line.text.strip()]
    others = [len(line.text.strip()) for line in draft.distractors if line.text.strip()]
    if len(lengths) < 3 or not others:
        return
    for line in draft.keys:
        if len(draft.keys) == 1 and len(line.text.strip()) > max(others) * LONGER_THAN_OTHERS:
            yield Finding(
                "key-longest",
                ADVICE,
                f"{line.at}-text",
                "The key is the longest option by far, and that is what guessers choose. Shorten it, or say more in the "
                "others.",
            )
            return
    if max(lengths) > 30 and max(lengths) > UNEVEN * min(lengths):
        longest = max(draft.lines, key=lambda line: len(line.text.strip()))
        yield Finding(
            "lengths-uneven", ADVICE, f"{longest.at}-text", "This option is more than three times as long as another."
        )


def _absolute(text: str, field: str, what: str) -> Iterator[Finding]:
    if found := _ABSOLUTE.search(text):
        yield Finding(
            "absolute",
            ADVICE,
            field,
            f"{what} says “{found[0]}”. Little in practice is so absolute, and readers know it: is the word needed?",
        )


# --- what it measures -----------------------------------------------------------------------------------------------


def _measures(draft: Draft) -> Iterator[Finding]:
    if not draft.objective.strip():
        yield Finding("objective-missing", MUST, "objective", "It does not say which objective it measures.")
    if not draft.teaches_at.strip():
        yield Finding("lesson-missing", MUST, "teaches_at", "It does not say which lesson teaches it.")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")
