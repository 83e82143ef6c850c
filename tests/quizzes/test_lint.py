"""The rules of the item editor: each on the item that breaks it, and none on an item that is well made."""

from dataclasses import replace

import pytest

from quizzes.bank.lint import ADVICE, MUST, Draft, Line, findings

STEM = "A client reports tingling in the thumb after long drives. Which nerve root is the likeliest source?"
GOOD = Draft(
    kind="single",
    stem=STEM,
    objective="O1",
    teaches_at="roots/thumb",
    lines=(
        Line("options-0", "The fifth cervical", rationale="It serves the shoulder."),
        Line("options-1", "The sixth cervical", correct=True, rationale="It serves the thumb."),
        Line("options-2", "The first thoracic", rationale="It serves the inner arm."),
    ),
)
STATEMENT = Draft(
    kind="true_false",
    stem="Nerves glide as limbs move.",
    objective="O1",
    teaches_at="roots/thumb",
    lines=(Line("options-0", "True", correct=True, rationale="They do."), Line("options-1", "False", rationale="No.")),
)


def lines(**changes) -> tuple[Line, ...]:
    """The good lines with the middle one, the key, changed."""
    first, key, last = GOOD.lines
    return first, replace(key, **changes), last


def rules(draft: Draft) -> list[tuple[str, str, str]]:
    return [(finding.rule, finding.severity, finding.field) for finding in findings(draft)]


@pytest.mark.parametrize("draft", [GOOD, STATEMENT])
def test_of_a_well_made_item_nothing_is_said(draft):
    assert findings(draft) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stem": " "}, ("stem-missing", MUST, "stem")),
        ({"objective": ""}, ("objective-missing", MUST, "objective")),
        ({"teaches_at": ""}, ("lesson-missing", MUST, "teaches_at")),
        ({"lines": lines(correct=False)}, ("key-missing", MUST, "options-0-correct")),
        ({"lines": lines(rationale=" ")}, ("rationale-missing", MUST, "options-1-rationale")),
        ({"lines": lines(text="the  first thoracic.")}, ("answer-twice", MUST, "options-2-text")),
        (
            {"lines": (*GOOD.lines, Line("options-3", "", rationale="Why."))},
            ("answer-empty", MUST, "options-3-text"),
        ),
        (
            {"lines": (replace(GOOD.lines[0], correct=True), *GOOD.lines[1:])},
            ("key-several", MUST, "options-1-correct"),
        ),
        ({"stem": "Which root is not the source?"}, ("stem-negative", ADVICE, "stem")),
        ({"stem": "Which root isn’t the source?"}, ("stem-negative", ADVICE, "stem")),
        ({"stem": "All are likely except which root?"}, ("stem-negative", ADVICE, "stem")),
        (
            {"stem": "Which of the following statements is true?"},
            ("stem-which-is-true", ADVICE, "stem"),
        ),
        ({"lines": lines(text="All of the above")}, ("all-or-none", ADVICE, "options-1-text")),
        ({"lines": lines(text="None of these")}, ("all-or-none", ADVICE, "options-1-text")),
        (
            {"lines": lines(text="The sixth cervical, for it serves the thumb")},
            ("key-longest", ADVICE, "options-1-text"),
        ),
        ({"lines": lines(text="Always C6")}, ("absolute", ADVICE, "options-1-text")),
    ],
)
def test_each_rule_finds_what_breaks_it_and_names_the_field(changes, said):
    assert said in rules(replace(GOOD, **changes))


def test_a_negative_word_in_capitals_is_emphasis_enough():
    assert rules(replace(GOOD, stem="Which root is NOT the source?")) == []


def test_true_or_false_may_deny_and_is_told_of_absolute_words():
    assert rules(replace(STATEMENT, stem="Nerves do not glide.")) == []
    assert rules(replace(STATEMENT, stem="Nerves always glide.")) == [("absolute", ADVICE, "stem")]


def test_a_distractor_much_longer_than_another_option_is_uneven():
    first, key, last = GOOD.lines
    draft = replace(GOOD, lines=(replace(first, text="A root " * 9), replace(key, text="C6"), last))

    assert rules(draft) == [("lengths-uneven", ADVICE, "options-0-text")]


def test_several_keys_of_a_multiple_response_are_in_order():
    draft = replace(GOOD, kind="multiple", lines=(replace(GOOD.lines[0], correct=True), *GOOD.lines[1:]))

    assert rules(draft) == []


def test_a_text_too_hard_to_read_is_told_with_its_grade():
    hard = (
        "Considering neurodynamically symptomatic individuals presenting polysegmental radiculopathy characteristics, "
    )
    draft = replace(GOOD, stem=hard * 3 + "which anatomical localisation demonstrates greatest probability?")

    (found,) = findings(draft)
    assert found.rule == "reading-grade" and "grade" in found.reason


def test_what_must_be_mended_stands_before_the_advice():
    draft = replace(GOOD, stem="Which root is not the source?", objective="")

    assert [finding.severity for finding in findings(draft)] == [MUST, ADVICE]


def test_a_pair_and_a_distractor_without_a_left_side_are_lines_with_text():
    draft = replace(
        GOOD,
        kind="matching",
        lines=(
            Line("options-0", "one", "uno", rationale="Why."),
            Line("options-1", "", "due", rationale="Why."),
        ),
    )

    assert rules(draft) == []
