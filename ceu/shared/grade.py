"""PURE. How hard a text is to read, by the Flesch-Kincaid grade."""

import re
from collections.abc import Iterable

SOURCE = (
    "Flesch-Kincaid grade: 0.39 x words per sentence + 11.8 x syllables per word - 15.59 "
    "(Kincaid, Fishburne, Rogers and Chissom 1975, Research Branch Report 8-75, Naval Technical Training). "
    "A heading or a list entry counts as a sentence. Syllables are estimated by rule, and terms such as “neurodynamic” raise the grade however well they are explained: "
    "compare lessons with each other, and not with a school."
)
_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
_SENTENCE_ENDS = re.compile(r"[.!?…]+[”’\")\]]*(?=\s|$)")


def flesch_kincaid(blocks: Iterable[str]) -> float:
    """The grade of the blocks together; a block ends a sentence, and numbers are not words. 0.0 without any word."""
    sentences = words = syllables = 0
    for block in blocks:
        for sentence in _SENTENCE_ENDS.split(block):
            found = _WORD.findall(sentence)
            sentences += bool(found)
            words += len(found)
            syllables += sum(map(syllables_of, found))
    if not words:
        return 0.0
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59


def syllables_of(word: str) -> int:
    """Groups of vowels, less a silent e at the end; never fewer than one."""
    plain = word.casefold()
    groups = len(re.findall(r"[aeiouyàâäéèêëíïóôöúü]+", plain))
    silent = re.search(r"[^aeiouyl]e[sd]?$", plain) and not re.search(r"[td]ed$|(?:[cgszx]|sh|ch)es$", plain)
    return max(1, groups - bool(silent))
