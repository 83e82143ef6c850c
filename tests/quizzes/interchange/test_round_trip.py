"""Out and in again: whatever a bank can hold comes back as it was, in every format, and the second file is the first."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from quizzes.interchange import formats
from quizzes.interchange.formats import FORMATS
from quizzes.interchange.tags import BLOOM
from quizzes.interchange.values import Carried, tidy
from quizzes.interchange.weights import OF_KEYS, OF_SHARE
from quizzes.questions import Question, choice, matching, numeric, ordering, text, written
from tests.factories import ALL_KINDS, make_question

HARD = st.sampled_from(
    [
        "%50%x", "[html]b", "[x", "=", "~", "#", "####", "{}", "}", "{", "::", "//", "// a", "\\", r"\n", r"\=", "0", "T", "TRUE",
        "a\nb", "a\n\nb", "$CATEGORY: x", "'", "'=1", "@x", '"', '""', "a,b", ";", "<b>", "&amp;", "]]>", "<!--", "@@PLUGINFILE@@/a.png",
        "*", r"\*", "ไทย", "שלום", "👩🏽‍⚕️", "e\u0301", "\u00a0x\u00a0", "\u2028", "a" * 900, "1..2", "-1", "+1", "\t'x", "true",
    ]
)  # fmt: skip
ANY = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=30
)
TEXT = (
    st.one_of(HARD, ANY, st.tuples(HARD, ANY).map(" ".join))
    .map(tidy)
    .filter(lambda found: "\n---\n" not in f"\n{found}\n")
)
SOME = TEXT.filter(bool)
ARROWLESS = SOME.filter(lambda found: "->" not in found)
NUMBER = st.decimals(-99999, 99999, places=4).map(Decimal)
CODE = st.text("ABCxyz019-._", min_size=1, max_size=50 - len("obj:") - 6)


def different(texts, least, most):
    return st.lists(texts, min_size=least, max_size=most, unique=True)


@st.composite
def choices(draw, kind):
    options = tuple(draw(different(SOME, 2, 12)))
    if kind == "true_false":
        options = ("True", "False")
    most = len(options) - 1 if kind == "multiple" else 1
    keys = draw(different(st.integers(0, len(options) - 1), 1, most))
    assume(kind != "multiple" or len(keys) in OF_KEYS)
    choose = draw(st.sampled_from([None, len(keys)])) if kind == "multiple" else None
    rationales = tuple(draw(TEXT) for _ in options)
    prompt = choice.Prompt(kind, draw(TEXT), draw(SOME), options, choose)
    return Question(prompt, choice.Key(tuple(sorted(keys)), rationales))


@st.composite
def matchings(draw):
    lefts, rights = draw(different(ARROWLESS, 2, 6)), draw(different(SOME, 8, 8))
    pairs = [(left, rights[n], draw(TEXT)) for n, left in enumerate(lefts)]
    extra = [(right, draw(TEXT)) for right in rights[6 : 6 + draw(st.integers(0, 2))]]
    return matching.arrange(draw(SOME), pairs, extra, vignette=draw(TEXT))


@st.composite
def orderings(draw):
    steps = [(step, draw(TEXT)) for step in draw(different(ARROWLESS, 2, 6))]
    return ordering.arrange(draw(SOME), steps, vignette=draw(TEXT), common_error=draw(TEXT))


@st.composite
def numerics(draw):
    wrong = tuple(numeric.Wrong(value, draw(TEXT)) for value in draw(different(NUMBER, 0, 4)))
    key = numeric.Key(draw(NUMBER), abs(draw(NUMBER)), wrong, draw(TEXT))
    unit = draw(st.sampled_from(["", "mm", "%", "°", "N/cm", "times"]))
    return Question(numeric.Prompt("numeric", draw(TEXT), draw(SOME), unit), key)


@st.composite
def texts(draw):
    plain = TEXT.filter(lambda found: "->" not in found)
    accepted = [
        text.Accepted(each, draw(st.sampled_from(sorted(OF_SHARE))), draw(plain))
        for each in draw(different(ARROWLESS, 1, 6))
    ]
    key = text.Key(tuple(accepted), draw(st.booleans()), draw(TEXT))
    return Question(text.Prompt("text", draw(TEXT), draw(SOME)), key)


@st.composite
def writtens(draw):
    criteria = tuple(draw(different(SOME, 0, 6)))
    fewest, most = sorted(draw(st.lists(st.integers(1, 600), min_size=2, max_size=2)))
    prompt = written.Prompt(
        "written", draw(TEXT), draw(SOME), criteria, pass_at=draw(st.integers(0, len(criteria))), min_words=fewest,
        max_words=most,
    )  # fmt: skip
    return Question(prompt, written.Key(tuple(draw(TEXT) for _ in criteria), draw(TEXT)))


QUESTIONS = {
    "single": choices("single"), "multiple": choices("multiple"), "true_false": choices("true_false"),
    "matching": matchings(), "ordering": orderings(), "numeric": numerics(), "text": texts(), "written": writtens(),
}  # fmt: skip


@st.composite
def items(draw):
    question = draw(QUESTIONS[draw(st.sampled_from(ALL_KINDS))])
    return Carried(
        code=draw(st.text("ABCxyz019-.:~={}#% ", min_size=1, max_size=20).map(tidy).filter(bool)),
        question=question,
        pool=draw(st.sampled_from(["M1", "Red flags", "A/B", "a=b~{c}", "%5"])),
        objective=draw(st.one_of(st.just(""), CODE)),
        bloom=draw(st.sampled_from(BLOOM)),
        safety=draw(st.booleans()),
        points=Decimal(draw(st.integers(1, 99999))) / 100,
        references=tuple(draw(different(CODE, 0, 3))),
        teaches_at=draw(st.sampled_from(["", "1-2/anchor", "lesson"])),
        draft=draw(st.booleans()),
        rev=draw(st.one_of(st.none(), st.integers(1, 99))),
    )


def as_first_option(said: str) -> Carried:
    key = choice.Key((0,), (said, said))
    return Carried("X", Question(choice.Prompt("single", "", said, (said, f"{said} 2")), key), pool="P")


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@example(found=[as_first_option("%50%x")])
@example(found=[as_first_option("[html]b"), as_first_option("####")])
@given(found=st.lists(items(), min_size=1, max_size=3))
def test_whatever_a_format_can_carry_comes_back_identical_and_byte_for_byte(format, found):
    exported = formats.export(found, format)
    back = FORMATS[format].read(exported.data)

    assert exported.losses == ()
    assert back.items == found
    assert FORMATS[format].write(back.items) == exported.data


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(item=items(), said=st.text(max_size=40).map(lambda found: found.encode(errors="replace").decode()))
def test_what_does_not_come_back_identical_is_listed_before(format, item, said):
    """Any text at all, control characters and lone rules too."""
    said = tidy(said)
    prompt = replace(item.question.prompt, stem=said, vignette=said)
    item = replace(item, question=replace(item.question, prompt=prompt), objective=said[:40])

    exported = formats.export([item], format)

    back = FORMATS[format].read(exported.data).items if exported.count else []
    assert back == [item] or exported.losses
    assert all(loss.text.endswith(".") for loss in exported.losses)


@pytest.mark.parametrize("kind", ALL_KINDS)
@pytest.mark.parametrize("format", FORMATS)
def test_a_plain_question_of_each_kind_is_carried_whole(format, kind):
    item = Carried("P-1", make_question(kind, vignette="A case.\n\nIts end."), pool="P", objective="C1-O1")

    exported = formats.export([item], format)

    assert (exported.losses, exported.count) == ((), 1)
    assert FORMATS[format].read(exported.data).items == [item]


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(found=st.lists(items(), min_size=1, max_size=2), data=st.data())
def test_a_file_cut_off_or_mangled_anywhere_gives_a_report_and_no_crash(format, found, data):
    whole = FORMATS[format].write(found)
    place = data.draw(st.integers(0, len(whole)))
    mangled = whole[:place] + data.draw(st.binary(max_size=5)) + whole[place + data.draw(st.integers(0, 9)) :]

    for cut in (whole[:place], mangled):
        try:
            formats.read(cut, format)
        except formats.Unreadable as error:
            assert str(error).endswith(".")
