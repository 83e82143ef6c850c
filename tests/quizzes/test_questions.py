import json
import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceu.shared import canonical
from quizzes.questions import (
    QUESTION_KINDS,
    BadAnswer,
    BadFormat,
    Question,
    canonical_to_display,
    choice,
    display_to_canonical,
    key_from_dict,
    key_to_dict,
    matching,
    numeric,
    ordering,
    prompt_from_dict,
    prompt_to_dict,
    text,
    written,
)
from tests.factories import ALL_KINDS, KINDS, RIGHT, WRONG, make_question


def marked(kind: str, answer) -> tuple[Fraction, bool]:
    question = make_question(kind)
    mark = QUESTION_KINDS[kind].mark(question.prompt, question.key, answer)
    return mark.earned, mark.correct


# --- problems -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_good_question_has_no_problems(kind):
    question = make_question(kind)

    assert QUESTION_KINDS[kind].problems(question.prompt, question.key) == []


def single(options=("a", "b"), correct=(0,), rationales=("x", "y"), kind="single", choose=None, stem="Which?"):
    return choice.problems(choice.Prompt(kind, "", stem, options, choose), choice.Key(correct, rationales))


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (single(stem=" "), "The stem is empty."),
        (single(correct=()), "No option is marked as right."),
        (single(correct=(0, 1)), "Only one option may be marked as right."),
        (single(correct=(5,)), "The key names an option that does not exist."),
        (single(options=("a",), rationales=("x",)), "There must be at least two options."),
        (single(options=("a", " A ")), "Two of the options read the same."),
        (single(options=("a", "")), "One of the options is empty."),
        (single(rationales=("x", " ")), "The rationale is missing for option 2."),
        (single(rationales=("x",)), "There must be one rationale for each option."),
        (
            single(("a", "b", "c"), (0, 1), ("x", "y", "z"), "multiple", 3),
            "The question asks to choose 3, but 2 options are marked as right.",
        ),
        (single(correct=(0, 1), kind="multiple"), "A multiple response question needs an option that is wrong."),
        (
            single(("a", "b", "c"), (0,), ("x", "y", "z"), "true_false"),
            "A true or false question has two options, True and False.",
        ),
    ],
)
def test_a_bad_choice_question_says_what_is_wrong(found, sentence):
    assert found == [sentence]


def matched(pairs, extra=()):
    question = matching.arrange("Match.", pairs, extra)
    return matching.problems(question.prompt, question.key)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (matched([("a", "1", "x"), ("b", "1", "y")]), "Two of the choices on the right read the same."),
        (matched([("a", "1", "x"), ("b", "2", "y")], [("1", "z")]), "Two of the choices on the right read the same."),
        (matched([("a", "1", "x"), ("a", "2", "y")]), "Two of the items on the left read the same."),
        (matched([("a", "1", "x")]), "There must be at least two pairs."),
        (matched([("a", "1", "x"), ("b", "2", "")]), "The rationale is missing for pair 2."),
        (
            matched([("a", "1", "x"), ("b", "2", "y")], [("3", "")]),
            "The rationale is missing for a choice that is not used.",
        ),
    ],
)
def test_a_bad_matching_question_says_what_is_wrong(found, sentence):
    assert found == [sentence]


def ordered(steps, **changes):
    question = ordering.arrange("Order.", steps)
    return ordering.problems(replace(question.prompt, **changes), question.key)


STEPS = [("c", "x"), ("a", "y"), ("b", "z")]


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (ordered(STEPS[:1]), "There must be at least two steps."),
        (ordered([("a", "x"), ("A", "y")]), "Two of the steps read the same."),
        (ordered([("a", "x"), ("b", "")]), "The rationale is missing for step 2."),
        (ordered(STEPS, displays=()), "There is no order to show the steps in."),
        (ordered(STEPS, displays=((2, 0, 1),)), "The steps may not be shown in the correct order."),
        (ordered(STEPS, displays=((0, 0, 1),)), "An order to show must name each step once."),
    ],
)
def test_a_bad_ordering_question_says_what_is_wrong(found, sentence):
    assert found == [sentence]


def number(**changes):
    question = make_question("numeric")
    return numeric.problems(question.prompt, replace(question.key, **changes))


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (number(answer=None), "There is no answer."),
        (number(tolerance=Decimal("-0.1")), "The tolerance may not be negative."),
        (number(work=""), "The working is missing."),
        (number(wrong=(numeric.Wrong(Decimal(9), ""),)), "A known wrong value has no explanation."),
        (
            number(wrong=(numeric.Wrong(Decimal("2.15"), "x"),)),
            "A known wrong value lies within the tolerance of the answer.",
        ),
        (number(wrong=(numeric.Wrong(Decimal(9), "x"),) * 2), "Two known wrong values are the same."),
    ],
)
def test_a_bad_numeric_question_says_what_is_wrong(found, sentence):
    assert found == [sentence]


def typed(*accepted, case_sensitive=False):
    return text.problems(text.Prompt("text", "", "Which?"), text.Key(accepted, case_sensitive))


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (typed(), "No accepted answer earns all of the points."),
        (typed(text.Accepted("a", 50)), "No accepted answer earns all of the points."),
        (typed(text.Accepted("a", 100), text.Accepted("b", 0)), "An accepted answer earns from 1 to 100 per cent."),
        (typed(text.Accepted("a", 100), text.Accepted("A ", 50)), "Two of the accepted answers read the same."),
        (typed(text.Accepted("", 100)), "One of the accepted answers is empty."),
        (
            typed(text.Accepted("a" * 201, 100)),
            "An accepted answer is longer than the 200 characters a learner may type.",
        ),
    ],
)
def test_a_bad_text_question_says_what_is_wrong(found, sentence):
    assert found == [sentence]


def test_capital_letters_make_two_answers_where_case_counts():
    accepted = (text.Accepted("pH", 100), text.Accepted("PH", 50))

    assert typed(*accepted, case_sensitive=True) == []


def checklist(*, criteria=("a", "b", "c"), notes=None, model="Fine.", pass_at=2, min_words=0, max_words=150):
    prompt = written.Prompt("written", "", "Write.", criteria, pass_at, min_words, max_words)
    return written.problems(prompt, written.Key(tuple("x" for _ in criteria) if notes is None else notes, model))


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (checklist(criteria=()), "There must be at least one criterion."),
        (checklist(criteria=tuple("abcdefghijklm")), "There may be at most 12 criteria."),
        (checklist(criteria=("a", "b", "A ")), "Two of the criteria read the same."),
        (checklist(criteria=("a", "b", " ")), "One of the criteria is empty."),
        (checklist(notes=("x", "", "x")), "The rationale is missing for criterion 2."),
        (checklist(pass_at=0), "To pass, from 1 to 3 of the criteria must be met."),
        (checklist(pass_at=4), "To pass, from 1 to 3 of the criteria must be met."),
        (checklist(max_words=0, model="-"), "The most words must be from 1 to 600."),
        (checklist(max_words=601), "The most words must be from 1 to 600."),
        (checklist(min_words=151), "The words to aim for may not be more than the most words."),
        (checklist(model=" "), "The model answer is missing."),
        (checklist(model="a b c", max_words=2), "The model answer is longer than a learner's may be."),
    ],
)
def test_a_bad_written_question_says_what_is_wrong(found, sentence):
    assert found == [sentence]


# --- marks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_right_answer_earns_all_the_wrong_and_the_missing_one_nothing(kind):
    assert marked(kind, RIGHT[kind]) == (1, True)
    assert marked(kind, WRONG[kind]) == (0, False)
    assert marked(kind, None) == (0, False)


@pytest.mark.parametrize(
    ("answer", "earned"),
    [
        ([0, 2, 3], Fraction(1)),
        ([0, 2], Fraction(2, 3)),
        ([0], Fraction(1, 3)),
        ([0, 2, 1], Fraction(1, 3)),
        ([0, 1], Fraction(0)),
        ([0, 1, 4], Fraction(0)),
        ([1, 4], Fraction(0)),
        ([0, 1, 2, 3, 4], Fraction(1, 3)),
    ],
)
def test_multiple_response_earns_right_less_wrong_picks_over_keys(answer, earned):
    assert marked("multiple", answer) == (earned, earned == 1)


@pytest.mark.parametrize(
    ("places", "earned"), [((0, 1, 2), 1), ((0, 1), Fraction(2, 3)), ((2,), Fraction(1, 3)), ((), 0)]
)
def test_matching_earns_the_share_of_correct_pairs(places, earned):
    pairs = make_question("matching").key.pairs
    answer = [right if place in places else None for place, right in enumerate(pairs)]

    assert marked("matching", answer) == (earned, earned == 1)


@pytest.mark.parametrize(
    ("places", "earned"),
    [
        ((0, 1, 2, 3), 1),
        ((1, 0, 2, 3), Fraction(1, 2)),
        ((0, 2, 1, 3), Fraction(1, 2)),
        ((0, 1, 3, 2), Fraction(1, 2)),
        ((2, 1, 0, 3), 0),
        ((1, 0, 3, 2), 0),
        ((1, 2, 0, 3), 0),
        ((3, 2, 1, 0), 0),
    ],
)
def test_ordering_earns_a_half_for_one_swap_of_neighbours(places, earned):
    order = make_question("ordering").key.order

    assert marked("ordering", [order[place] for place in places]) == (earned, earned == 1)


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("2.1", True),
        ("2,1", True),
        ("+2.10", True),
        ("2.05", True),
        ("2.15", True),
        ("2.15000000000000000000001", False),
        ("2.0499999999999999999", False),
        ("2.1 times", True),
        ("2.1times", True),
        ("2.1 TIMES", True),
        ("-2.1", False),
        ("\u22122.1", False),
        ("21", False),
        ("0", False),
    ],
)
def test_a_number_counts_within_the_tolerance_both_ends_included(answer, right):
    prompt = make_question("numeric").prompt

    assert marked("numeric", numeric.parse(prompt, answer)) == (int(right), right)


@pytest.mark.parametrize(
    ("answer", "earned"),
    [
        ("Ulnar nerve", 1),
        ("  ULNAR   NERVE ", 1),
        ("ulnar", Fraction(1, 2)),
        ("Ulnar\u00a0nerve", 1),
        ("\uff35lnar nerve", 1),
        ("ulnar nerves", 0),
    ],
)
def test_text_is_compared_without_case_space_or_width(answer, earned):
    assert marked("text", answer) == (earned, earned == 1)


def test_a_written_answer_is_marked_by_nobody_but_a_person_and_a_blank_needs_nobody():
    question = make_question("written")

    assert written.mark(question.prompt, question.key, RIGHT["written"]) is None
    assert marked("written", None) == (0, False)


@pytest.mark.parametrize(
    ("met", "earned"),
    [([0, 1, 2, 3, 4], 1), ([0, 1, 2, 4], 1), ([1, 2, 3], 0), ([], 0), ([0, 0, 0, 0], 0), ([4, 4, 3, 2, 1], 1)],
)
def test_a_text_passes_with_the_promised_number_of_criteria_whichever_they_are(met, earned):
    mark = written.judged(make_question("written").prompt, met)

    assert (mark.earned, mark.correct) == (earned, bool(earned))


@given(met=st.lists(st.integers(0, 4)), more=st.integers(0, 4))
def test_one_more_criterion_met_never_takes_a_pass_away(met, more):
    prompt = make_question("written").prompt

    assert written.judged(prompt, [*met, more]).earned >= written.judged(prompt, met).earned


def test_text_can_tell_capital_letters():
    prompt, key = text.Prompt("text", "", "?"), text.Key((text.Accepted("pH", 100),), case_sensitive=True)

    assert text.mark(prompt, key, "pH").correct
    assert not text.mark(prompt, key, "PH").correct


# --- parse ----------------------------------------------------------------------------------------------------------

TRICKS = [
    True,
    False,
    1.0,
    1e3,
    float("nan"),
    "\uff10\uff11",
    "01",
    "+1",
    "-1",
    "1.0",
    "1e3",
    -1,
    99,
    10**30,
    {},
    {"a": 1},
]


@pytest.mark.parametrize("raw", [*TRICKS, [0], [[0]], "x\x00", b"1"])
@pytest.mark.parametrize("kind", ["single", "true_false"])
def test_one_choice_takes_an_index_and_nothing_like_it(kind, raw):
    with pytest.raises(BadAnswer):
        choice.parse(make_question(kind).prompt, raw)


@pytest.mark.parametrize("raw", [0, "0", [True], [0.0], ["01"], [0, 99], [[0]], {"0": 0}, "0,1", [0, None]])
def test_multiple_choice_takes_a_list_of_indexes_and_nothing_like_it(raw):
    with pytest.raises(BadAnswer):
        choice.parse(make_question("multiple").prompt, raw)


@pytest.mark.parametrize("raw", [0, [0], [0, 1, 2, 3], [0, True, 1], [0, 9, 1], [0, "x", 1], [[0], 1, 2], "012"])
def test_matching_takes_one_index_a_left(raw):
    with pytest.raises(BadAnswer):
        matching.parse(make_question("matching").prompt, raw)


@pytest.mark.parametrize("raw", [0, [0, 1, 2], [0, 1, 2, 2], [0, 1, 2, 4], [0, 1, 2, None], [0, 1, 2, True], "0123"])
def test_ordering_takes_each_step_once(raw):
    with pytest.raises(BadAnswer):
        ordering.parse(make_question("ordering").prompt, raw)


@pytest.mark.parametrize(
    "raw",
    [
        *[True, 2.1, [2], {}, "two", "2.1.1", "1,000.5", "2 3", "2.1 mm", "1e3", "\u0662", "\uff12", "2\x00"],
        *["--2", "nan", "inf", ".", "1/2", "2" * 41, 10**50, "\ud800"],
    ],
)
def test_a_number_is_one_number(raw):
    with pytest.raises(BadAnswer):
        numeric.parse(make_question("numeric").prompt, raw)


@pytest.mark.parametrize("raw", [True, 1, 1.5, ["a"], {}, "a\x00b", "\ud800", "a" * 201, "a" * 10_000_000])
def test_text_is_text_and_not_long(raw):
    with pytest.raises(BadAnswer):
        text.parse(make_question("text").prompt, raw)


@pytest.mark.parametrize("raw", [True, 1, 1.5, ["a"], {}, "a\x00b", "a\x07b", "\ud800", "a" * 5001, "a" * 10_000_000])
def test_a_written_answer_is_text_and_not_long(raw):
    with pytest.raises(BadAnswer):
        written.parse(make_question("written").prompt, raw)


@pytest.mark.parametrize(("words", "taken"), [(19, True), (20, True), (21, False)])
def test_a_written_answer_may_have_so_many_words_and_no_more(words, taken):
    prompt, raw = make_question("written").prompt, "word " * words
    if taken:
        assert written.parse(prompt, raw) == raw.strip()
    else:
        with pytest.raises(BadAnswer, match="has 21 words, and the most is 20. Take out 1, then it can be saved."):
            written.parse(prompt, raw)


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("", 0), ("one", 1), ("one two", 2), ("one\ntwo\n\nthree", 3), ("a – b", 2), ("well-being, doesn't", 2), ("… – !", 0),
        ("4 of 5", 3), ("L5/S1", 1), ("Zoë não 李", 3), ("a\u00a0b", 2),
    ],
)  # fmt: skip
def test_words_are_what_stands_between_spaces_and_holds_a_letter_or_a_digit(said, count):
    assert written.words(said) == count


@given(st.text(max_size=60), st.text(max_size=60))
def test_words_of_two_texts_are_the_words_of_both(one, other):
    assert written.words(f"{one} {other}") == written.words(one) + written.words(other)


@pytest.mark.parametrize(
    ("kind", "raw", "answer"),
    [
        ("single", "2", 2),
        ("single", 2, 2),
        ("true_false", "0", 0),
        ("multiple", ["3", "0"], [0, 3]),
        ("multiple", [1, 1], [1]),
        ("matching", ["1", "", None], [1, None, None]),
        ("matching", [1, 1, 1], [1, 1, 1]),
        ("ordering", ["3", "2", "1", "0"], [3, 2, 1, 0]),
        ("numeric", " 2,1  times ", "2,1 times"),
        ("numeric", 2, "2"),
        ("text", "  ulnar\n nerve ", "ulnar nerve"),
        ("text", "e\u0301", "\u00e9"),
        ("written", " one\r\n\r\ntwo\rthree\t4 \n", "one\n\ntwo\nthree\t4"),
        ("written", "e\u0301", "\u00e9"),
    ],
)
def test_an_answer_has_one_canonical_form(kind, raw, answer):
    assert QUESTION_KINDS[kind].parse(make_question(kind).prompt, raw) == answer


@pytest.mark.parametrize("raw", [None, "", "  ", [], [None], ["", " "]])
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_blank_is_no_answer(kind, raw):
    assert QUESTION_KINDS[kind].parse(make_question(kind).prompt, raw) is None


json_like = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["0", "1", "2.1"]),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("kind", ALL_KINDS)
@given(raw=json_like)
def test_parse_gives_an_answer_that_can_be_stored_marked_and_described_or_refuses(kind, raw):
    module, question = QUESTION_KINDS[kind], make_question(kind)
    try:
        answer = module.parse(question.prompt, raw)
    except BadAnswer as refusal:
        assert str(refusal).endswith(".")
        return

    assert json.loads(json.dumps(answer)) == answer
    assert module.parse(question.prompt, answer) == answer
    mark = module.mark(question.prompt, question.key, answer)
    assert (mark is None) == (kind == "written" and answer is not None)
    assert mark is None or 0 <= mark.earned <= 1
    assert isinstance(module.describe(question.prompt, answer), str)
    assert module.review(question.prompt, question.key, answer).reasons


# --- order shown ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["single", "multiple", "matching", "ordering"])
def test_what_is_shown_in_another_order_means_the_same(kind):
    module, question = QUESTION_KINDS[kind], make_question(kind)
    order = module.shuffle(question.prompt, random.Random(7))

    shown = canonical_to_display(order, RIGHT[kind])

    assert module.parse(question.prompt, display_to_canonical(order, shown)) == RIGHT[kind]


@pytest.mark.parametrize(("kind", "order"), [("true_false", [0, 1]), ("numeric", []), ("text", []), ("written", [])])
def test_some_kinds_have_one_order(kind, order):
    assert QUESTION_KINDS[kind].shuffle(make_question(kind).prompt, random.Random(1)) == order


@pytest.mark.parametrize("raw", [9, "9", -1, True, "\uff10", [0, 9]])
def test_a_position_that_was_not_shown_is_a_bad_answer(raw):
    with pytest.raises(BadAnswer):
        display_to_canonical([2, 0, 1], raw)


def test_every_place_of_the_key_is_equally_likely():
    prompt, rng = make_question("single").prompt, random.Random(5)
    places = [choice.shuffle(prompt, rng).index(2) for _ in range(4000)]

    expected = 1000
    chi_squared = sum((places.count(place) - expected) ** 2 / expected for place in range(4))
    assert chi_squared < 16.27  # p = 0.001 at three degrees of freedom


@given(st.lists(st.text(min_size=1, max_size=4), min_size=2, max_size=6, unique=True), st.integers())
def test_ordering_is_never_shown_in_the_correct_order(texts, seed):
    question = ordering.arrange("Order.", [(step, "why") for step in texts])

    order = ordering.shuffle(question.prompt, random.Random(seed))

    assert sorted(order) == list(range(len(texts)))
    assert tuple(order) != question.key.order


def test_the_order_of_a_frozen_prompt_tells_nothing_about_its_key():
    forwards = matching.arrange("M.", [("a", "1", "x"), ("b", "2", "y")])
    backwards = matching.arrange("M.", [("a", "2", "x"), ("b", "1", "y")])

    assert forwards.prompt == backwards.prompt
    assert ordering.arrange("O.", STEPS).prompt.steps == ("a", "b", "c")


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "answer", "words"),
    [
        ("single", 2, "blue"),
        ("multiple", [0, 2], "ape; cat"),
        ("true_false", 1, "False"),
        ("matching", [None, 0, None], "one: not answered; two: due; three: not answered"),
        ("ordering", RIGHT["ordering"], "1. wash; 2. rinse; 3. dry; 4. fold"),
        ("numeric", "2,1 times", "2,1 times"),
        ("text", "ulnar", "ulnar"),
        ("written", "one\ntwo", "one\ntwo"),
        ("single", None, ""),
    ],
)
def test_an_answer_in_words(kind, answer, words):
    assert QUESTION_KINDS[kind].describe(make_question(kind).prompt, answer) == words


def reviewed(kind, answer):
    question = make_question(kind)
    review = QUESTION_KINDS[kind].review(question.prompt, question.key, answer)
    return [(reason.text, reason.chosen, reason.correct, reason.rationale) for reason in review.reasons], review.note


def test_a_review_of_a_choice_has_a_reason_for_each_option():
    assert reviewed("single", 0) == (
        [
            ("red", True, False, "why 0"),
            ("green", False, False, "why 1"),
            ("blue", False, True, "why 2"),
            ("grey", False, False, "why 3"),
        ],
        "",
    )


def test_a_review_of_matching_shows_the_right_pair_beside_the_learners():
    rights = make_question("matching").prompt.rights
    answer = [rights.index("quattro"), rights.index("due"), None]

    assert reviewed("matching", answer) == (
        [
            ("one: uno", False, True, "why 1"),
            ("one: quattro", True, False, "why 4"),
            ("two: due", True, True, "why 2"),
            ("three: tre", False, True, "why 3"),
            ("Not used: quattro", False, True, "why 4"),
        ],
        "",
    )


def test_a_review_of_a_number_names_the_known_mistake():
    assert reviewed("numeric", "6,5 times") == (
        [
            ("2.1 times", False, True, "why work"),
            ("0.5 times", False, False, "why upside down"),
            ("6.5 times", True, False, "why minus"),
        ],
        "",
    )


def test_a_review_of_an_order_stands_in_the_correct_order_with_the_usual_mistake():
    reasons, note = reviewed("ordering", None)

    assert [text for text, *_ in reasons] == ["wash", "rinse", "dry", "fold"]
    assert note == "why error"


def test_a_review_of_a_text_says_what_is_looked_for_and_does_not_say_what_was_met():
    reasons, note = reviewed("written", "anything")

    assert [(text, chosen, rationale) for text, chosen, _, rationale in reasons[:2]] == [
        ("A true claim", False, "why 0"),
        ("Doubt is named", False, "why 1"),
    ]
    assert note == "why model"


# --- frozen form ----------------------------------------------------------------------------------------------------


def frozen_and_back(question: Question) -> Question:
    prompt = json.loads(canonical.dumps(prompt_to_dict(question.prompt)))
    key = json.loads(canonical.dumps(key_to_dict(question.prompt.kind, question.key)))
    return Question(prompt_from_dict(prompt), key_from_dict(key))


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_question_comes_back_from_its_frozen_form(kind):
    assert frozen_and_back(make_question(kind, vignette="A case.\n\nIt goes on.")) == make_question(
        kind, vignette="A case.\n\nIt goes on."
    )


words = st.text(st.characters(codec="ascii"), max_size=8)
decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4)
questions = st.one_of(
    st.builds(
        Question,
        st.builds(
            choice.Prompt, st.just("multiple"), words, words, st.lists(words).map(tuple), st.none() | st.integers(0)
        ),
        st.builds(choice.Key, st.lists(st.integers()).map(tuple), st.lists(words).map(tuple)),
    ),
    st.builds(
        Question,
        st.builds(numeric.Prompt, st.just("numeric"), words, words, words),
        st.builds(
            numeric.Key,
            st.none() | decimals,
            decimals,
            st.lists(st.builds(numeric.Wrong, decimals, words)).map(tuple),
            words,
        ),
    ),
    st.builds(
        Question,
        st.builds(text.Prompt, st.just("text"), words, words),
        st.builds(
            text.Key, st.lists(st.builds(text.Accepted, words, st.integers(), words)).map(tuple), st.booleans(), words
        ),
    ),
    st.builds(
        Question,
        st.builds(written.Prompt, st.just("written"), words, words, st.lists(words).map(tuple), *[st.integers()] * 3),
        st.builds(written.Key, st.lists(words).map(tuple), words),
    ),
    st.builds(matching.arrange, words, st.lists(st.tuples(words, words, words)), st.lists(st.tuples(words, words))),
    st.builds(ordering.arrange, words, st.lists(st.tuples(words, words), max_size=7)),
)


@given(questions)
def test_any_question_comes_back_from_its_frozen_form(question):
    assert frozen_and_back(question) == question


@pytest.mark.parametrize("kind", ALL_KINDS)
@pytest.mark.parametrize(
    "change",
    [
        lambda data: {**data, "surprise": 1},
        lambda data: {**data, "format": 2},
        lambda data: {**data, "format": True},
        lambda data: {**data, "kind": "essay"},
        lambda data: {**data, "kind": ["single"]},
        lambda data: {**data, "stem": 1},
        lambda data: {name: value for name, value in data.items() if name != "stem"},
        lambda data: None,
    ],
)
def test_a_frozen_form_that_is_not_known_is_an_error(kind, change):
    with pytest.raises(BadFormat):
        prompt_from_dict(change(prompt_to_dict(make_question(kind).prompt)))


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_an_unknown_name_in_a_key_is_an_error(kind):
    data = key_to_dict(kind, make_question(kind).key)

    with pytest.raises(BadFormat):
        key_from_dict({**data, "surprise": 1})


def test_equal_numbers_are_equal_bytes():
    key = numeric.Key(Decimal("2.10"), Decimal("0E-8"))

    assert key_to_dict("numeric", key)["answer"] == "2.1"
    assert key_to_dict("numeric", key)["tolerance"] == "0"
