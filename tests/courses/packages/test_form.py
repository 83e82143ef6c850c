"""The package format: every mistake names its file and its line, and none is missed for another."""

import json

import pytest

from courses.packages import form, places
from courses.packages.form import BadPackage


def replaced(files: dict[str, bytes], name: str, old: str, new: str, times: int = 1) -> dict[str, bytes]:
    text = files[name].decode()
    assert old in text
    return files | {name: text.replace(old, new, times).encode()}


def mistakes(files: dict[str, bytes]) -> list[tuple[str, int, str]]:
    with pytest.raises(BadPackage) as refused:
        form.read(files)
    return [(mistake.file, mistake.line, mistake.text) for mistake in refused.value.mistakes]


def line(files: dict[str, bytes], name: str, part: str) -> int:
    """The line of `name` on which `part` first stands."""
    text = files[name].decode()
    return text.count("\n", 0, text.index(part)) + 1


def test_what_was_written_reads_back_and_writes_the_same_bytes(files):
    assert form.write(form.read(files)) == files


def beside(forms: list[str] | None, task: str | None) -> tuple[str, str]:
    """What to look for in course.json, and what to put in its place, to name quizzes beside those of the modules."""
    said = {"parallel_forms": forms} if forms else {"written_task": task}
    text = json.dumps(said, indent=2)[4:-2]
    return '"language":', f'{text},\n  "language":'


# name of the case -> file, what is replaced, by what, part of the line that is named, words of the sentence
IN_JSON = {
    "a missing comma": ("course.json", '"cooldown_after": 2,', '"cooldown_after": 2', '"cooldown_hours"', "Not JSON"),
    "an unknown key": ("course.json", '"difficulty": 2', '"surprise": 1, "difficulty": 2', '"surprise"', "not known"),
    "an unknown key deep inside": ("course.json", '"bloom": "Apply"', '"bloom": "Apply",\n"x": 1', '"x": 1', "not known"),
    "a missing key": ("items/M1-01.json", '  "stem": "Which?",\n', "", "{", "/stem: this key is missing"),
    "text for a number": ("course.json", '"difficulty": 2', '"difficulty": "2"', '"difficulty"', "int was expected"),
    "a number for text": ("items/M1-01.json", '"points": "1"', '"points": 1', '"points"', "decimal number in quotation"),
    "null": ("course.json", '"attempts_allowed": 3', '"attempts_allowed": null', '"attempts_allowed"', "NoneType"),
    "not a number": ("course.json", '"pass_mark": "80"', '"pass_mark": "NaN"', '"pass_mark"', "decimal number"),
    "a key twice": ("course.json", '"difficulty": 2', '"difficulty": 2,\n"difficulty": 3', '"difficulty": 3', "twice"),
    "a key twice deep inside": (
        "items/M1-01.json", '"correct": false,', '"correct": false,\n"correct": true,', '"correct": true', "twice",
    ),
    "an escaped null": ("course.json", '"subtitle": "', '"subtitle": "\\u0000', '"subtitle"', "not text"),
    "half a character": ("course.json", '"subtitle": "', '"subtitle": "\\ud800', '"subtitle"', "not text"),
    "another format": ("course.json", '"format": 1', '"format": 2', '"format"', "this version reads 1"),
    "no UUID": ("course.json", "8a5c4e7c-", "8A5C4E7C-", '"uuid"', "not a UUID"),
    "no date": ("course.json", '"released_on": "2027-01-01"', '"released_on": "2027-1-1"', '"released_on"', "not a date"),
    "another code than the file's": ("items/M1-01.json", '"code": "M1-01"', '"code": "M1-99"', '"code"', "differs"),
    "an unknown kind": ("items/M1-01.json", '"kind": "single"', '"kind": "essay"', '"kind"', "not a kind of item"),
    "a key of another kind": (
        "items/M1-01.json", '"code"', '"unit": "mm",\n"code"', '"unit"', "no place in an item of kind single",
    ),
    "no pairs": ("items/M1-01.json", '"kind": "single"', '"kind": "matching"', "{", "of kind matching needs it"),
    "a reference twice": ("references.json", '"key": "R2"', '"key": "R1"', '"key": "R1",\n      "year": 2025\n    },\n    {', ""),
    "an objective twice": ("course.json", '"code": "O2"', '"code": "O1"', "", "O1 is used twice"),
    "a module twice": ("course.json", '"code": "M2"', '"code": "M1"', "", "M1 is used twice"),
    "a lesson twice": ("course.json", '"m1-l2"', '"m1-l1"', "", "the lesson m1-l1 is listed twice"),
    "a lesson that is not there": ("course.json", '"m1-l2"', '"m1-l9"', '"m1-l9"', "lessons/m1-l9.html is missing"),
    "a form that is a module": ("course.json", *beside(["M1", "B"], None), '"M1",', "M1 names another quiz of the course"),
    "one form": ("course.json", *beside(["A"], None), '"parallel_forms"', "two forms are named, or none"),
    "three forms": ("course.json", *beside(["A", "B", "C"], None), '"parallel_forms"', "two forms are named, or none"),
    "the same form twice": ("course.json", *beside(["A", "A"], None), "", "A names another quiz of the course"),
    "a form that is not there": ("course.json", *beside(["A", "B"], None), '"B"', "quizzes/B.json is missing"),
    "a task that is not there": ("course.json", *beside(None, "T"), '"written_task"', "quizzes/T.json is missing"),
    "a mode of no kind": ("quizzes/M1.json", '"title":', '"mode": "random",\n  "title":', '"mode"', "is neither drawn nor"),
    "a fixed quiz with a blueprint": (
        "quizzes/M1.json", '"title":', '"mode": "fixed",\n  "title":', '"count"', "this key is not known",
    ),
    "a quiz that is not announced": ("course.json", '"quiz": true', '"quiz": false', '"quiz": false', "is there"),
}  # fmt: skip


@pytest.mark.parametrize("case", IN_JSON)
def test_a_mistake_in_json_is_named_with_its_file_and_line(files, case):
    name, old, new, part, said = IN_JSON[case]
    broken = replaced(files, name, old, new)

    found = [(file, n, text) for file, n, text in mistakes(broken) if file == name and said in text]

    assert found, mistakes(broken)
    if part and case != "a reference twice":
        assert found[0][1] == line(broken, name, part)


def test_a_second_use_is_named_on_its_own_line(files):
    broken = replaced(files, "references.json", '"key": "R2"', '"key": "R1"')

    (file, n, text), *_ = mistakes(broken)

    lines = broken["references.json"].decode().split("\n")
    assert (file, text) == ("references.json", "/references/1/key: R1 is used twice.")
    assert lines[n - 1].strip() == '"key": "R1",'
    assert '"key": "R1",' in "".join(lines[: n - 1])


def test_all_mistakes_are_found_in_one_pass(files):
    broken = replaced(files, "course.json", '"difficulty": 2', '"difficulty": "2"')
    broken = replaced(broken, "items/M1-01.json", '"points": "1"', '"points": 1')
    broken = replaced(broken, "lessons/m1-l1.html", "title: ", "titel: ")

    assert {file for file, *_ in mistakes(broken)} == {"course.json", "items/M1-01.json", "lessons/m1-l1.html"}


LESSON = "lessons/m1-l1.html"
IN_LESSONS = {
    "a wrong header key": ("purpose: ", "Purpose: ", 2, "The header has the lines"),
    "a header line without a value": ("purpose: Know.", "purpose", 2, "The header has the lines"),
    "a missing header line": ("purpose: Know.\n", "", 2, "The header has the lines"),
    "a header that ends early": ("objectives: O1, O2\n", "", 3, "The header lacks the line objectives"),
    "a further header line": ("objectives: O1, O2\n", "objectives: O1\nmore: x\n", 4, "The header has the lines"),
    "a script": ("<p>", "<script>alert(1)</script><p>", 6, "Not the lesson's HTML, near"),
    "an attribute": ("<p>", '<p onclick="alert(1)">', 6, "Not the lesson's HTML, near"),
    "a tag left open": ("</p>", "", 7, "Not the lesson's HTML"),
    "a carriage return": ("<p>", "<p>\r", 6, "carriage returns are not allowed"),
    "a null character": ("<p>", "<p>\x00", 6, "Control characters"),
}


@pytest.mark.parametrize("case", IN_LESSONS)
def test_a_mistake_in_a_lesson_is_named_with_its_line(files, case):
    old, new, n, said = IN_LESSONS[case]

    found = [row for row in mistakes(replaced(files, LESSON, old, new)) if row[0] == LESSON]

    assert [row[1] for row in found] == [n]
    assert said in found[0][2]


def test_bytes_that_are_no_text_are_named_with_their_line(files):
    broken = files | {LESSON: files[LESSON] + b"\n\xff\n"}

    assert mistakes(broken)[0] == (LESSON, files[LESSON].count(b"\n") + 2, "Not UTF-8 text.")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('<path d="M0 0"/>', "<script>alert(1)</script>", "not allowed"),
        ("</svg>", "", "not well-formed"),
        ("<title>A</title>", "", "no title"),
        ("<path", "<!-- x --><path", "no comments"),
    ],
)
def test_a_bad_drawing_is_named(files, old, new, said):
    broken = replaced(files, "figures/drawing.svg", old, new)

    assert [(file, said in text) for file, _, text in mistakes(broken)] == [("figures/drawing.svg", True)]


def test_a_drawing_that_is_not_well_formed_is_named_with_its_line(files):
    broken = files | {
        "figures/drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg"\nviewBox="0 0 1 1">\n<g>\n</svg>'
    }

    assert mistakes(broken)[0][:2] == ("figures/drawing.svg", 4)


def without(files, name):
    return {key: value for key, value in files.items() if key != name}


@pytest.mark.parametrize("name", ["course.json", "references.json", "glossary.json"])
def test_a_missing_file_is_named(files, name):
    assert (name, 1, "The file is missing.") in mistakes(without(files, name))


def test_a_missing_lesson_or_quiz_is_named_where_it_is_listed(files):
    course = files["course.json"].decode()

    (lesson,) = mistakes(without(files, LESSON))
    (quiz,) = mistakes(without(files, "quizzes/M2.json"))

    assert lesson[0] == quiz[0] == "course.json"
    assert course.split("\n")[lesson[1] - 1].strip() == '"m1-l1",'
    assert course.split("\n")[quiz[1] - 1].strip().startswith('"quiz": true')


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lessons/extra.html", "No module in course.json lists this lesson."),
        ("quizzes/M9.json", "No module in course.json has this code, and no form or task."),
        ("notes.html", "This file has no place in a package."),
        ("lessons/deep/m1-l1.html", "This file has no place in a package."),
        ("items/M1-01.html", "This file has no place in a package."),
    ],
)
def test_a_file_that_nothing_lists_is_named(files, name, said):
    sources = {"lessons/extra.html": LESSON, "quizzes/M9.json": "quizzes/M1.json"}

    broken = files | {name: files[sources.get(name, LESSON)]}

    assert mistakes(broken) == [(name, 1, said)]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": ' * 100_000, '{"zz": 1, "a": ' + "[" * 400 + "]" * 400 + "}"])
def test_json_nested_without_end_is_a_mistake_and_not_a_crash(files, text):
    assert "glossary.json" in {file for file, *_ in mistakes(files | {"glossary.json": text.encode()})}


@pytest.mark.parametrize("text", ["", " ", "[]", "null", "1", "9" * 5000, "\ufeff{}"])
def test_other_texts_than_an_object_are_mistakes(files, text):
    assert [row[0] for row in mistakes(files | {"glossary.json": text.encode()})] == ["glossary.json"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"points": "1"', '"points": "1.00"'),
        ('"points": "1"', '"points": "1", "vignette": ""'),
        ('"points": "1"', '"points": "1", "unit": ""'),
    ],
)
def test_what_means_the_same_becomes_the_same_bytes(files, old, new):
    item = json.loads(files["items/M1-01.json"])["kind"]
    assert item == "single"

    other = replaced(files, "items/M1-01.json", old, new)

    assert form.write(form.read(other)) == files


@pytest.mark.parametrize(
    ("pointer", "n"),
    [("/", 1), ("/a", 2), ("/b", 3), ("/b/0", 3), ("/b/1", 4), ("/b/1/c", 4), ("/b/9", 3), ("/z/a", 1)],
)
def test_the_line_of_a_value_is_found(pointer, n):
    assert places.line_of('{\n"a": "\\n,{",\n"b": [1,\n{"c": 2}]}', pointer) == (n if pointer != "/z/a" else 1)
