"""The command over the courses themselves, and rule by rule over a small package with one thing wrong."""

import json
import re
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from courses.editorial import grams, sections
from courses.management.commands.check_content import FIXTURES, GRAMS, SECTIONS

SOURCE = "Seven dull herons waded slowly past the old wooden jetty before sunrise."
WORDS = "The nerve slides in its bed when the arm moves, and nothing here is hard to read. "
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>A bed</title>'
    "<desc>A line in a channel that is wider than the line.</desc><text>nerve</text></svg>\n"
)
BODY = f"""<h2 id="start">Start</h2>
<p>{WORDS * 45}<cite>R1</cite></p>
<p><span class="unconfirmed">It may do so in the foot as well.</span><cite>R2</cite></p>
<figure data-figure="bed"><figcaption>A nerve in its bed.</figcaption></figure>
"""
ITEM = {
    "bloom": "Apply", "code": "M1-01", "kind": "single", "objective": "O1", "points": "1", "pool": "M1",
    "references": ["R1"], "safety": False, "stem": "Which?", "teaches_at": "one/start",
    "options": [
        {"correct": True, "rationale": "It slides.", "text": "This"},
        {"correct": False, "rationale": "It does not.", "text": "That"},
    ],
}  # fmt: skip
ORDERING = {key: value for key, value in ITEM.items() if key != "options"} | {
    "code": "M1-02", "kind": "ordering", "common_error": "Taken backwards.",
    "steps": [{"rationale": "First.", "text": "One"}, {"rationale": "Then.", "text": "Two"}],
}  # fmt: skip
NUMERIC = {key: value for key, value in ITEM.items() if key != "options"} | {
    "code": "M1-03", "kind": "numeric", "answer": "3", "tolerance": "0", "work": "1 + 2 = 3.",
    "wrong": [{"value": "2", "why": "1 was not added."}],
}  # fmt: skip
COURSE = {
    **dict.fromkeys(
        ["subtitle", "summary", "audience", "prerequisites", "disclosures", "commercial_support", "scope_notice"], "x"
    ),
    "contraindications": "x", "disclaimer": "x", "title": "Small", "slug": "small", "level": "essential",
    "language": "en", "delivery_type": "Home study", "pass_mark": "80", "cooldown_after": 2, "cooldown_hours": 24,
    "difficulty": 2, "format": 1, "uuid": "8a5c4e7c-6d1f-4c43-9f0e-3a1f5f1f0a11",
    "objectives": [{"code": "O1", "verb": "Name", "bloom": "Apply", "text": "it"}],
    "modules": [{"code": "M1", "title": "One", "summary": "", "lessons": ["one"], "quiz": False}],
    "corrections": [{"belief": "It is stuck.", "finding": "It slides.", "references": ["R1"], "lesson": "one"}],
}  # fmt: skip
REFERENCES = [{"key": "R1", "citation": "Author. 2025."}, {"key": "R2", "citation": "Other.", "unconfirmed": True}]


@pytest.fixture
def folder(tmp_path) -> Path:
    path = tmp_path / "small"
    for name in ("lessons", "items", "figures"):
        (path / name).mkdir(parents=True)
    (path / "lessons" / "one.html").write_text(f"title: One\npurpose: Know.\nobjectives: O1\n\n{BODY}")
    (path / "figures" / "bed.svg").write_text(DRAWING)
    files = {f"items/{item['code']}.json": item for item in (ITEM, ORDERING, NUMERIC)}
    files |= {"course.json": COURSE, "references.json": {"references": REFERENCES}, "glossary.json": {"terms": []}}
    for name, data in files.items():
        (path / name).write_text(json.dumps(data, indent=2, sort_keys=True) + "\n")
    return path


def judged(folder: Path, capsys, *options: str) -> str:
    """What the command prints, or what it fails with."""
    fingerprints = folder.parent / "grams.txt"
    fingerprints.write_text(grams.dumps(SOURCE))
    try:
        call_command("check_content", folder, *options, grams=fingerprints)
    except CommandError as refusal:
        return str(refusal).replace(f"{folder}/", "")
    return capsys.readouterr().out


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))


# --- the courses themselves -------------------------------------------------------------------------------------------


def test_the_courses_have_no_findings(capsys):
    call_command("check_content")

    assert capsys.readouterr().out == "No findings in 3 packages.\n"


def test_the_report_tells_lengths_grades_hours_and_every_unconfirmed_statement(capsys):
    call_command("check_content", report=True)

    told = capsys.readouterr().out
    marks = sum(path.read_text().count('class="unconfirmed"') for path in FIXTURES.glob("*/lessons/*.html"))
    assert len(re.findall(r"^  +\d+ +\d+\.\d  \d-\d-", told, re.MULTILINE)) == 38
    assert len(re.findall(r"^  lessons/\S+\.html:\d+: \S", told, re.MULTILINE)) == marks > 50
    assert told.count("Mergener, 60-minute hour: ") == 3 and "Kincaid, Fishburne" in told


def test_every_section_of_the_source_document_is_taught():
    rows = sections.loads(SECTIONS.read_text())

    assert [row.code for row in rows] == [f"S{n}" for n in range(1, 21)]
    assert {path.split("/")[0] for row in rows for path in row.lessons} == {
        path.parent.name for path in FIXTURES.glob("*/course.json")
    }


def test_a_section_that_no_lesson_teaches_fails_the_whole_run(monkeypatch, tmp_path):
    empty = tmp_path / "sections.json"
    empty.write_text('{"S1": {"about": "Skin", "treated": "", "lessons": []}}')
    monkeypatch.setattr("courses.management.commands.check_content.SECTIONS", empty)

    with pytest.raises(CommandError, match=r"S1 \(Skin\) is taught in no lesson"):
        call_command("check_content")


def test_the_kept_fingerprints_are_those_of_a_whole_document():
    known = grams.loads(GRAMS.read_text())

    assert len(known) > 1_000 and all(re.fullmatch("[0-9a-f]{16}", gram) for gram in known)


# --- rule by rule -----------------------------------------------------------------------------------------------------


def test_a_small_package_with_nothing_wrong_has_no_findings(folder, capsys):
    assert judged(folder, capsys) == "No findings in 1 packages.\n"


LESSON, ONE, TWO, THREE = "lessons/one.html", "items/M1-01.json", "items/M1-02.json", "items/M1-03.json"
BROKEN = {  # what is changed, and what is said of it
    "short": (LESSON, WORDS * 45, WORDS * 5, LESSON + ":1: The lesson has 95 words"),
    "long": (LESSON, WORDS * 45, WORDS * 90, LESSON + ":1: The lesson has 1540 words"),
    "level": (LESSON, '<h2 id="start">Start</h2>', '<h3 id="start">Start</h3>', LESSON + ":5: A heading h3 follows h1"),
    "citation": (LESSON, "<cite>R1</cite>", "<cite>R9</cite>", LESSON + ":6: R9 is not in the reference list"),
    "plain": (LESSON, "<cite>R1</cite>", "<cite>R1</cite><cite>R2</cite>", LESSON + ":6: R2 was not re-checked"),
    "empty mark": (LESSON, "It may do so in the foot as well.", "", LESSON + ":7: A mark of doubt has no words"),
    "no caption": (LESSON, "A nerve in its bed.", "", LESSON + ":8: The figure has no caption"),
    "no figure": (LESSON, '"bed"', '"bad"', LESSON + ":8: The figure “bad” does not exist"),
    "not shown": (LESSON, '"bed"', '"bad"', "figures/bed.svg:1: No lesson shows this figure"),
    "alt": (
        "figures/bed.svg",
        "A line in a channel that is wider than the line.",
        "A bed",
        "figures/bed.svg:1: Its desc",
    ),
    "unmeasured": ("course.json", '"code": "O1"', '"code": "O2"', "course.json:36: No item assesses O2"),
    "untaught": (LESSON, "objectives: O1", "objectives: O2", "course.json:36: No lesson names O1"),
    "uncited": ("references.json", '"R1"', '"R3"', "references.json:3: R3 is cited nowhere"),
    "belief": ("course.json", '"lesson": "one"', '"lesson": "two"', "There is no lesson “two”"),
    "belief's source": ("course.json", '"R1"', '"R2"', "No source of this correction was re-checked"),
    "belief's key": ("course.json", '"R1"', '"R9"', "R9 is not in the reference list"),
    "anchor": (ONE, "one/start", "one/end", ONE + ":25: “one/end” is no section of a lesson"),
    "item's key": (ONE, '"R1"', '"R9"', ONE + ":21: R9 is not in the reference list"),
    "item's source": (ONE, '"R1"', '"R2"', ONE + ":20: No source of it was re-checked"),
    "no source": (ONE, '"R1"', "", ONE + ":20: No source of it was re-checked"),
    "rationale": (ONE, "It does not.", " ", ONE + ":12: There is no rationale"),
    "step": (TWO, "Then.", "", TWO + ":19: There is no rationale"),
    "error": (TWO, "Taken backwards.", "", "needs 'common_error'"),
    "work": (THREE, "1 + 2 = 3.", "", "needs 'work'"),
    "why": (THREE, "1 was not added.", " ", "It does not say why"),
    "repeated lesson": (LESSON, "A nerve in its bed.", SOURCE, LESSON + ":8: These eight words stand in the source"),
    "repeated purpose": (LESSON, "Know.", SOURCE, LESSON + ":1: These eight words"),
    "repeated item": (ONE, "It does not.", f"No: {SOURCE.upper()}", ONE + ":14: These eight words"),
    "repeated course": ("course.json", '"summary": "x"', f'"summary": "{SOURCE}"', "These eight words"),
    "repeated term": ("glossary.json", "[]", json.dumps([{"term": "x", "meaning": SOURCE}]), "glossary.json:2: These"),
    "repeated drawing": ("figures/bed.svg", "<text>nerve", f"<text>{SOURCE}", "figures/bed.svg:1: These eight words"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_named_with_its_file_its_line_and_the_reason(folder, capsys, name):
    file, old, new, said = BROKEN[name]
    change(folder, file, old, new)

    assert said in judged(folder, capsys)


def test_an_item_without_a_source_may_say_so_and_a_safety_item_need_not(folder, capsys):
    change(folder, ONE, '"R1"', "")
    change(folder, ONE, "It slides.", "By usual teaching it slides.")
    change(folder, TWO, '"R1"', "")
    change(folder, TWO, '"safety": false', '"safety": true')

    assert judged(folder, capsys) == "No findings in 1 packages.\n"


def test_fingerprints_are_made_anew_from_the_document(folder, capsys):
    document = folder.parent / "document.txt"
    document.write_text("The nerve slides in its bed when the arm moves.")

    said = judged(folder, capsys, "--source", str(document))

    assert f"{LESSON}:6: These eight words stand in the source document: “the nerve slides in its bed when the”" in said
    assert (folder.parent / "grams.txt").read_text() == grams.dumps(document.read_text())


@pytest.mark.parametrize("name", ["course.json", None])
def test_what_is_no_package_is_refused_with_a_sentence(folder, capsys, name):
    (folder / name).unlink() if name else shutil.rmtree(folder)

    assert "is not a package." in judged(folder, capsys)
