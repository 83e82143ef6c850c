"""What a reader typed becomes terms, and nothing that can be typed makes it fail."""

import random

import pytest

from courses.search.engine import expression
from courses.search.query import MOST_TERMS, Query, parse


@pytest.mark.parametrize(
    ("typed", "needed", "unwanted"),
    [
        ("nerve", (("nerve",),), ()),
        ("Sciatic  NERVE", (("sciatic",), ("nerve",)), ()),
        ("neck or back pain", (("neck", "back"), ("pain",)), ()),
        ("neck OR or back", (("neck", "back"),), ()),
        ("or neck or", (("neck",),), ()),
        ('"slump test" knee', (("slump test",), ("knee",)), ()),
        ('"slump test', (("slump test",),), ()),
        ("nerve -sham", (("nerve",),), ("sham",)),
        ("nerve −sham –placebo", (("nerve",),), ("sham", "placebo")),
        ('nerve -"sham glide"', (("nerve",),), ("sham glide",)),
        ("C5/C6 end-range", (("c5 c6",), ("end range",)), ()),
        ("how does a nerve move", (("nerve",), ("move",)), ()),
        ("what is it", (("what",), ("is",), ("it",)), ()),
        ('"what is it" now', (("what is it",), ("now",)), ()),
        ("a b nerve", (("nerve",),), ()),
        ("NEAR(a b) heading:nerve *", (("near a",), ("heading nerve",)), ()),
        ("nerve\x00root", (("nerve root",),), ()),
        ("naïve Äste", (("naïve",), ("äste",)), ()),
        ("e\u0301tude", (("étude",),), ()),
    ],
)
def test_a_query_is_terms(typed, needed, unwanted):
    assert parse(typed) == Query(needed, unwanted)


@pytest.mark.parametrize(
    "typed", ["", " ", "x", '"', '""', "-", "- -", "-sham", "or", "\x00", "'); DROP TABLE x --"[:3], "☂ ☂", "*"]
)
def test_what_holds_no_word_asks_for_nothing(typed):
    assert not parse(typed)


def test_a_long_query_is_cut():
    query = parse(" ".join(f"w{n}" for n in range(5000)))

    assert len(query.needed) == MOST_TERMS
    assert max(len(term) for terms in parse("x" * 10_000).needed for term in terms) <= 60


def test_no_character_of_a_query_reaches_the_expression_unquoted():
    rng = random.Random(4)
    signs = "\"'()*:^-+~<>{}[]|&!\\;%_ \x00\u202e\ud800aZ9é²"

    for _ in range(2000):
        query = parse("".join(rng.choices(signs, k=rng.randrange(40))))
        outside = "".join(expression(query).split('"')[::2])
        assert set(outside) <= set("() ANDORNOT")
