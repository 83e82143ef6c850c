"""PURE. Whether a text shares a run of eight words with a document that is not ours: known here by fingerprints alone."""

import re
import unicodedata
from collections.abc import Iterator
from hashlib import blake2b

LENGTH = 8
_BYTES = 8
HEADER = f"""\
# Fingerprints of the document that the courses started from. Its words are not ours, so it is not kept here.
# Each line is the BLAKE2b digest ({_BYTES} bytes) of {LENGTH} words that follow each other in it: letters and digits only, in
# small letters, with single spaces. Made anew from the document by: manage.py check_content --source FILE
"""


def dumps(source: str) -> str:
    """The text of the fingerprint file of `source`."""
    return HEADER + "".join(f"{gram}\n" for gram in sorted({gram for _, gram in _grams(source)}))


def loads(text: str) -> frozenset[str]:
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def shared(text: str, known: frozenset[str]) -> str | None:
    """The first run of words of `text`, as they stand after folding, that is known; None when there is none."""
    return next((run for run, gram in _grams(text) if gram in known), None)


def _grams(text: str) -> Iterator[tuple[str, str]]:
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
    for n in range(len(words) - LENGTH + 1):
        run = " ".join(words[n : n + LENGTH])
        yield run, blake2b(run.encode(), digest_size=_BYTES).hexdigest()
