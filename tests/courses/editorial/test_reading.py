"""A lesson as its editor reads it: which words a citation carries, and on which line all of it stands."""

import pytest

from ceu.shared import grade
from courses.editorial import grams, reading, sections


@pytest.mark.parametrize(
    ("body", "marked"),
    [
        ("<p>It is.<cite>K</cite></p>", False),
        ('<p><span class="unconfirmed">It may be.</span><cite>K</cite></p>', True),
        ('<p><span class="unconfirmed">It may be</span>. <cite>J</cite> <cite>K</cite></p>', True),
        ('<p><span class="unconfirmed">It may be.<cite>K</cite></span></p>', True),
        ('<p><span class="unconfirmed">It may be</span>, and it is.<cite>K</cite></p>', False),
        ('<p><span class="unconfirmed">It may be.</span></p>\n<p><cite>K</cite></p>', False),
        ("<p><span>It is.</span><cite>K</cite></p>", False),
    ],
)
def test_a_citation_is_marked_when_the_words_it_carries_are(body, marked):
    assert [row.marked for row in reading.read(body).citations if row.key == "K"] == [marked]


def test_what_stands_in_a_lesson_is_found_with_its_line():
    body = (
        '<h2 id="a">One</h2>\n<p>Two <span class="unconfirmed">three\nfour</span>.<cite>K</cite></p>\n'
        '<figure data-figure="x y"><figcaption>Five <b>six</b>.</figcaption></figure>\n'
        "<table><tbody><tr><td>seven</td></tr></tbody></table>\n"
    )

    found = reading.read(body, first_line=5)

    assert found.headings == [(5, 2)]
    assert [(row.key, row.line) for row in found.citations] == [("K", 7)]
    assert found.unconfirmed == [reading.Passage(6, "three four")]
    assert found.figures == [(8, ("x", "y"), "Five six.")]
    assert [(row.line, row.text) for row in found.blocks] == [(5, "One"), (6, "Two three four.")]
    assert [row.text for row in found.everything] == ["One", "Two three four.", "Five six.", "seven"]


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("nerve", 1),
        ("table", 2),
        ("muscles", 2),
        ("pressed", 1),
        ("treated", 2),
        ("axon", 2),
        ("the", 1),
        ("voices", 2),
    ],
)
def test_syllables_are_counted_as_they_are_spoken(word, syllables):
    assert grade.syllables_of(word) == syllables


def test_the_grade_is_that_of_the_formula():
    assert grade.flesch_kincaid(["The cat sat on the mat.", "It was 3.5 kg"]) == pytest.approx(
        0.39 * 9 / 2 + 11.8 - 15.59
    )
    assert grade.flesch_kincaid(["12 34."]) == 0.0


def test_a_run_of_eight_words_is_known_whatever_stands_between_them():
    known = grams.loads(grams.dumps("One two, three “four” five six: seven eight nine."))

    assert (
        grams.shared("zero TWO three four—five six seven eight; nine ten", known)
        == "two three four five six seven eight nine"
    )
    assert grams.shared("two three four five six seven eight", known) is None
    assert len(known) == 2


def test_the_fingerprints_hold_no_word_of_what_they_were_made_from():
    assert "nerve" not in grams.dumps("nerve " * 9).replace(grams.HEADER, "")


def test_a_section_needs_a_lesson_that_exists():
    kept = sections.Section("S1", "One", "", ("a/x",))
    gone = sections.Section("S2", "Two", "", ("a/y",))

    assert list(sections.untraced([kept, gone], {"a/x"})) == [
        ("S2", "S2 (Two) names the lesson a/y, which does not exist."), ("S2", "S2 (Two) is taught in no lesson."),
    ]  # fmt: skip
