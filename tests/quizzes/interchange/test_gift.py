"""Section 3 of the formats' rules, construct by construct, and each trap with its line and column."""

from decimal import Decimal

import pytest

from quizzes.interchange import gift
from quizzes.interchange.values import ERROR, Unreadable
from quizzes.questions import choice, matching, numeric, ordering, text, written

GIFT = gift.read


def read(source: str):
    return gift.read(source.encode())


def only(source: str):
    reading = read(source)
    assert len(reading.found) == 1, reading
    assert reading.found[0].item, [str(problem) for problem in reading.all_problems]
    return reading.found[0].item


def told(source: str, *, but: tuple[str, ...] = ("not-ready",)) -> list[tuple[str, str, int, int]]:
    return [
        (problem.severity, problem.code, problem.place.line, problem.place.column)
        for problem in read(source).all_problems
        if problem.code not in but
    ]


# --- 3.1: file, head, escapes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "A?{=b ~c}\n\nD?{=e ~f}",
        "\ufeffA?{=b ~c}\n\nD?{=e ~f}",
        "A?{=b ~c}\r\n\r\nD?{=e ~f}\r\n",
        "A?{=b ~c}\r\rD?{=e ~f}",
        "\n\n  A?{=b ~c}  \n \t \n\tD?{=e ~f}\n\n\n",
        "// a remark\nA?{=b\n// another\n~c}\n\n// alone\n\nD?{\n=e\n~f\n}",
    ],
    ids=["blank line", "BOM", "CRLF", "CR", "blanks", "comments"],
)
def test_blank_lines_part_questions_and_remarks_are_dropped(source):
    assert [item.question.prompt.stem for item in read(source).items] == ["A?", "D?"]


def test_a_comment_gives_id_and_tags_and_the_first_id_wins():
    item = only("// [id:a\\]b] [tag:obj:C1-O1] [id:c]\n// [tag:must-pass] [tag:ref:X1] [tag:ref:X2]\nA?{=b ~c}")

    assert (item.code, item.objective, item.safety, item.references) == ("a]b", "C1-O1", True, ("X1", "X2"))


@pytest.mark.parametrize(
    ("category", "pool"),
    [
        ("$course$/top/M1", "M1"), ("M1", "M1"), ("top/M1", "M1"), ("$system$/A/B", "B"), ("A//B", "A/B"), ("A/B//C", "B/C"),
        ("$course$/top", ""), ("../..", ""),
    ],
)  # fmt: skip
def test_the_last_part_of_a_category_is_the_pool_of_what_follows(category, pool):
    assert [item.pool for item in read(f"A?{{=b ~c}}\n\n$CATEGORY: {category}\n\nD?{{=e ~f}}").items] == ["", pool]


@pytest.mark.parametrize(
    ("head", "name", "stem"),
    [
        ("::N::A?", "N", "A?"),
        (r"::N\: x::A?", "N: x", "A?"),
        ("::N A?", "", "N A?"),
        ("::<b>N</b>::A?", "<b>N</b>", "A?"),
        ("A?", "", "A?"),
    ],
)
def test_a_name_stands_between_double_colons(head, name, stem):
    found = read(f"{head}{{=b ~c}}").found[0]

    assert (found.name, found.item.question.prompt.stem) == (name, stem)


@pytest.mark.parametrize(
    ("written", "stem"),
    [
        ("[plain]**A** <b>?", "**A** <b>?"),
        ("[markdown]**A** and __b__ and *c* `d`", "A and b and c d"),
        ("[html]<p>A</p><p>B<br>C &lt; D</p>", "A\n\nB\nC < D"),
        ("[moodle]A < B & C", "A < B & C"),
        ("<p>A</p>", "A"),
        ("[x]A", "[x]A"),
        ("[HTML]A", "[HTML]A"),
    ],
)
def test_a_format_stands_before_the_text_and_an_unknown_one_is_text(written, stem):
    assert only(f"{written}{{=b ~c}}").question.prompt.stem == stem


def test_answers_and_feedback_inherit_the_format_and_may_override_it():
    item = only("[html]A?{=<i>b</i>#<p>why</p> ~[plain]<i>c</i>#[markdown]**d**}")

    assert item.question.prompt.options == ("b", "<i>c</i>")
    assert item.question.key.rationales == ("why", "d")


@pytest.mark.parametrize(
    ("written", "stem"),
    [(r"a\:\#\=\{\}\~b", "a:#={}~b"), (r"a\nb", "a\nb"), (r"a\\nb", r"a\nb"), (r"a\\\=b", r"a\=b"), (r"a\xb", r"a\xb")],
)
def test_escapes(written, stem):
    assert only(f"[plain]{written}{{=b ~c}}").question.prompt.stem == stem


# --- 3.2: the answers -------------------------------------------------------------------------------------------------------


def test_text_after_the_answers_puts_a_gap_in_their_place():
    assert only("Lack of vitamin {=B12}.").question.prompt.stem == "Lack of vitamin _____."


@pytest.mark.parametrize(
    ("block", "prompt", "key"),
    [
        ("{=a#x ~b#y ~c}", choice.Prompt("single", "", "Q", ("a", "b", "c")), choice.Key((0,), ("x", "y", ""))),
        ("{~a =b}", choice.Prompt("single", "", "Q", ("a", "b")), choice.Key((1,), ("", ""))),
        ("{~%100%a ~%-100%b}", choice.Prompt("multiple", "", "Q", ("a", "b")), choice.Key((0,), ("", ""))),
        ("{~%50%a ~%50%b ~%-50%c}", choice.Prompt("multiple", "", "Q", ("a", "b", "c")), choice.Key((0, 1), ("",) * 3)),
        ("{~%33.333%a ~%33.33333%b ~%33.33334%c ~%-33.33333%d}", choice.Prompt("multiple", "", "Q", tuple("abcd")), choice.Key((0, 1, 2), ("",) * 4)),
        ("{T}", choice.Prompt("true_false", "", "Q", ("True", "False")), choice.Key((0,), ("", ""))),
        ("{TRUE#no#yes}", choice.Prompt("true_false", "", "Q", ("True", "False")), choice.Key((0,), ("yes", "no"))),
        ("{F#no#yes}", choice.Prompt("true_false", "", "Q", ("True", "False")), choice.Key((1,), ("no", "yes"))),
        ("{FALSE#no}", choice.Prompt("true_false", "", "Q", ("True", "False")), choice.Key((1,), ("no", ""))),
        ("{=a =%75%b#y}", text.Prompt("text", "", "Q"), text.Key((text.Accepted("a", 100), text.Accepted("b", 75, "y")))),
        ("{a}", text.Prompt("text", "", "Q"), text.Key((text.Accepted("a", 100),))),
        ("{=a####w}", text.Prompt("text", "", "Q"), text.Key((text.Accepted("a", 100),), False, "w")),
        ("{#3}", numeric.Prompt("numeric", "", "Q"), numeric.Key(Decimal(3), Decimal(0))),
        ("{#3:0.5}", numeric.Prompt("numeric", "", "Q"), numeric.Key(Decimal(3), Decimal("0.5"))),
        ("{#1..4}", numeric.Prompt("numeric", "", "Q"), numeric.Key(Decimal("2.5"), Decimal("1.5"))),
        ("{#=-1.5e2:1 =%0%7:0#x}", numeric.Prompt("numeric", "", "Q"), numeric.Key(Decimal(-150), Decimal(1), (numeric.Wrong(Decimal(7), "x"),))),
        ("{#=3:0#r ~#other####w}", numeric.Prompt("numeric", "", "Q"), numeric.Key(Decimal(3), Decimal(0), (), "r\n\nw\n\nother")),
        ("{}", written.Prompt("written", "", "Q", (), 0, 0, 0), written.Key((), "")),
        ("{####m}", written.Prompt("written", "", "Q", (), 0, 0, 0), written.Key((), "m")),
    ],
)  # fmt: skip
def test_each_type_is_read_by_its_answers(block, prompt, key):
    question = only(f"Q{block}").question

    assert (question.prompt, question.key) == (prompt, key)


def test_matching_with_a_distractor_and_its_reasons():
    plain = only("Q{=a -> x =b -> y = -> z}").question
    reasoned = only("// [tag:split:reasons]\nQ{=a -> x =b -> y = -> z####why x\\n---\\nwhy y\\n---\\nwhy z}").question

    assert plain == matching.arrange("Q", [("a", "x", ""), ("b", "y", "")], [("z", "")])
    assert reasoned == matching.arrange("Q", [("a", "x", "why x"), ("b", "y", "why y")], [("z", "why z")])


def test_ordering_is_matching_with_a_tag():
    question = only("// [tag:as:order]\nQ{=second -> 2 =first -> 1####Often swapped.}").question

    assert question == ordering.arrange("Q", [("first", ""), ("second", "")], common_error="Often swapped.")


def test_a_vignette_stands_above_a_line():
    prompt = only("// [tag:split:vignette]\nA case.\\nIts end.\\n---\\nQ?{=a ~b}").question.prompt

    assert (prompt.vignette, prompt.stem) == ("A case.\nIts end.", "Q?")


def test_general_feedback_of_a_choice_follows_the_reason_of_the_right_answer():
    assert only("Q{=a#Right. ~b####See lesson 3.}").question.key.rationales == ("Right.\n\nSee lesson 3.", "")


def test_tags_say_what_gift_cannot():
    item = only(
        "// [tag:mark:2.5] [tag:bloom:Apply] [tag:at:1-2/x] [tag:status:draft] [tag:rev:3] [tag:pick:2] [tag:mod:M1]\n"
        "Q{~%50%a ~%50%b ~%-50%c}"
    )
    limits = only(
        "// [tag:pass:1] [tag:words:5-20] [tag:split:checklist]\nQ{####one\\n---\\nlook\\n---\\nmodel}"
    ).question

    assert (item.points, item.bloom, item.teaches_at, item.draft, item.rev) == (
        Decimal("2.5"),
        "Apply",
        "1-2/x",
        True,
        3,
    )
    assert (item.question.prompt.choose, item.pool) == (2, "M1")
    assert limits.prompt == written.Prompt("written", "", "Q", ("one",), 1, 5, 20)
    assert limits.key == written.Key(("look",), "model")
    assert only("// [tag:unit:N/cm]\nQ{#3}").question.prompt.unit == "N/cm"
    assert only("// [tag:case-sensitive]\nQ{=pH}").question.key.case_sensitive


# --- 3.3: the traps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("Q{#abc}", [("error", "gift-number", 1, 4)]),
        ("Q{#2,5}", [("error", "gift-number", 1, 4)]),
        ("Q{#*}", [("error", "gift-number", 1, 4)]),
        ("Q{#3:x}", [("error", "gift-number", 1, 4)]),
        ("Q{#3:-1}", [("error", "gift-number", 1, 4)]),
        ("Q{#1e99}", [("error", "gift-number", 1, 4)]),
        ("Q{#3..2}", [("error", "gift-range", 1, 4)]),
        ("Q{#=3:0 =4:0}", [("error", "numeric-many", 1, 10)]),
        ("Q{=%50%x ~y}", [("warning", "gift-eqweight", 1, 4)]),
        ("Q{=tension\n\t~strain = 8%}", [("warning", "gift-many-right", 2, 12)]),
        ("Q{\n~%33%b ~%67%c}", [("error", "weight-list", 2, 6), ("error", "weight-list", 2, 13)]),
        ("Q{true}", [("warning", "gift-tf-case", 1, 3)]),
        ("Q{f}", [("warning", "gift-tf-case", 1, 3)]),
        ("Q{=a -> b}", [("error", "match-few", 1, 1)]),
        ("Q{=x\\->y -> z =a -> b}", [("warning", "gift-arrow", 1, 4)]),
        ("::A::x{=a ~b}\n::B::y{=c ~d}", [("warning", "gift-second-block", 2, 1), ("warning", "gift-swallowed", 2, 1)]),
        ("// [id:x]\n\nQ{=a ~b}", [("warning", "gift-loose-comment", 1, 4)]),
        ("$CATEGORY: M1\nQ{=a ~b}", [("error", "gift-category", 2, 1)]),
        ("Q{=}", [("error", "option-empty", 1, 4)]),
        ("Q{=a ~}", [("error", "option-empty", 1, 7)]),
        ("A{=a ~b}\n  0\nB{=a ~b}", [("warning", "gift-zero", 2, 3)]),
        ("Q{=a ~b", [("error", "gift-brace", 1, 1)]),
        ("Q =a ~b}", [("error", "gift-brace", 1, 1)]),
        ("Q}{", [("error", "gift-brace", 1, 1)]),
        ("Q{=a ~{b} ~c}", [("warning", "gift-nested", 1, 7)]),
        ("No question.", [("error", "type-unsupported", 1, 1)]),
        ("Q{~a ~b}", [("error", "no-key", 1, 1)]),
        ("Q{~%50%a ~%50%b ~c}", [("warning", "weight-ours", 1, 1)]),
        ("Q{~%50%a ~%-50%b}", [("warning", "weight-sum", 1, 1)]),
        ("Q{=a ~%50%b}", [("warning", "weight-dropped", 1, 11)]),
        ("Q{=a*b}", [("warning", "wildcard", 1, 4)]),
        ("Q{=a =%0%b#no}", [("warning", "answer-zero", 1, 10)]),
        ("// [tag:bloom:Guess]\nQ{=a ~b}", [("error", "tag-value", 1, 4)]),
        ("// [tag:obj:a b]\nQ{=a ~b}", [("error", "tag-value", 1, 4)]),
        ("// [tag:mark:0]\nQ{=a ~b}", [("error", "mark-bad", 2, 1)]),
        ("// [tag:red flag]\nQ{=a ~b}", [("note", "tag-dropped", 1, 4)]),
        ("// [tag:score:all-or-nothing]\nQ{~%100%a ~%-100%b}", [("warning", "score-ours", 1, 4)]),
        ("// [tag:obj:A] [tag:obj:B]\nQ{=a ~b}", [("warning", "objective-many", 1, 16)]),
        ("// [tag:as:order]\nQ{=a -> 1 =b -> 3}", [("error", "order-place", 2, 1)]),
        ("// [tag:split:vignette]\nQ{=a ~b}", [("error", "split-count", 2, 1)]),
        ("// [tag:split:reasons]\nQ{=a -> x =b -> y####one}", [("error", "split-count", 2, 22)]),
        (f"// [id:{'x' * 41}]\nQ{{=a ~b}}", [("error", "id-long", 2, 1)]),
        (f"Q{{=a {'~b' * 20}}}", [("error", "options-many", 1, 1)]),
        (f"Q{{=a {'~b' * 499}}}", [("error", "options-many", 1, 1)]),
        (f"Q{{=a ~{'b' * 1001}}}", [("error", "field-long", 1, 7)]),
        (f"{'Q' * 100_001}{{=a ~b}}", [("error", "field-long", 1, 1), ("error", "stem-empty", 1, 1)]),
        ("{=a ~b}", [("error", "stem-empty", 1, 1)]),
        ("[html]<script>x</script>Q<img src=a.png>{=a ~b}", [("warning", "markup-lost", 1, 1)]),
        ("[html]<b>Q</b>{=a ~b}", [("note", "markup-dropped", 1, 1)]),
        ("$CATEGORY: A/B\n\nQ{=a ~b}", [("note", "category-flat", 1, 1)]),
        ("$CATEGORY: ../..\n\nQ{=a ~b}", [("warning", "category-odd", 1, 1)]),
    ],
)  # fmt: skip
def test_each_trap_is_named_with_its_line_and_column(source, found):
    assert sorted(told(source)) == sorted(found)


def test_a_weight_that_is_not_in_the_list_names_the_nearest():
    problem = next(each for each in read("// [id:nm-007]\nQ{~%33%b ~%50%c}").all_problems)

    assert str(problem) == "2:8 error weight-list nm-007: Answer 1: 33 % is not allowed; did you mean 33.33333 %?"


def test_an_error_keeps_one_question_out_and_the_others_go_on():
    reading = read("A{=a ~b}\n\nB{#x}\n\nC{=a ~b}")

    assert [item.question.prompt.stem for item in reading.items] == ["A", "C"]
    assert (len(reading.found), reading.has_errors) == (3, True)
    assert {problem.label for problem in reading.all_problems if problem.severity == ERROR} == {"B"}


def test_what_could_not_be_published_comes_in_as_a_draft_and_says_why():
    found = read("Q{=a ~b}").found[0]

    assert found.draft and "The rationale is missing for option 1, 2." in found.problems[0].text
    assert not read("Q{=a#x ~b#y}").found[0].draft


@pytest.mark.parametrize(
    ("data", "code", "line", "column"),
    [
        (b"A{=b ~c}\n\nna\xefve{=b ~c}", "file-encoding", 3, 3),
        (b"A\r\rna\xefve{=b ~c}", "file-encoding", 3, 3),
        ("A{=b ~c}".encode("utf-16"), "file-encoding", 1, 1),
        (b"A{=b\n\x00 ~c}", "file-nul", 2, 1),
        (b"PK\x03\x04....", "file-kind", 0, 0),
        (b"x" * 10_000_001, "file-large", 0, 0),
        (b"A{=b ~c}\n\n" * 10_001, "items-many", 20001, 1),
    ],
)  # fmt: skip
def test_a_file_that_is_refused_says_where(data, code, line, column):
    with pytest.raises(Unreadable) as refusal:
        gift.read(data)

    problem = refusal.value.problem
    assert (problem.code, problem.place.line, problem.place.column) == (code, line, column)


# --- 3.4: writing -------------------------------------------------------------------------------------------------------------


def test_gift_is_written_in_its_one_form():
    source = (
        "$CATEGORY: $course$/top/M1\n\n"
        "// [id:nm-1] [tag:obj:C1-O1] [tag:at:1-2/x] [tag:bloom:Apply] [tag:must-pass] [tag:ref:K] [tag:mark:2] [tag:split:vignette]\n"
        "::nm-1::[plain]A case.\\n---\\nBest\\: which?{\n"
        "\t~%0%%50%#Half\\=no.\n"
        "\t=[plain][b]#[plain][x] Right.\n"
        "}\n"
    )

    assert gift.write(gift.read(source.encode()).items).decode() == source


@pytest.mark.parametrize("source", ["Q{=a -> b =c\\=d -> e}", "// [tag:as:order]\nQ{=a -> 1 =b -> 2}", "Q{=x}"])
def test_an_arrow_that_gift_cannot_say_keeps_the_item_out(source):
    from dataclasses import replace

    item = only(source)
    prompt, key = item.question.prompt, item.question.key
    if item.kind == "text":
        key = replace(key, accepted=(text.Accepted("a -> b", 100),))
    else:
        name = "lefts" if item.kind == "matching" else "steps"
        prompt = replace(prompt, **{name: ("p -> q", *getattr(prompt, name)[1:])})

    assert gift.obstacles(replace(item, question=replace(item.question, prompt=prompt, key=key))) == [
        "GIFT cannot say -> in a left side, a step or a short answer."
    ]
