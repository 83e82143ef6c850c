"""Section 6 of the formats' rules, and B05: tables as spreadsheets make them."""

from decimal import Decimal

import pytest

from quizzes.interchange import csv_table, formats
from quizzes.interchange.values import Carried, Unreadable
from quizzes.questions import Question, choice, numeric

HEAD = "id,type,stem,w1,o1,f1,w2,o2,f2"


def read(source: str):
    return csv_table.read(source.encode())


def codes(source: str) -> list[tuple[str, str, int, str]]:
    return [
        (each.severity, each.code, each.place.line, each.place.path)
        for each in read(source).all_problems
        if each.code != "not-ready"
    ]


@pytest.mark.parametrize(
    "source",
    [
        f"{HEAD}\nx,single,Q?,100,a,r,0,b,w\n",
        f"\ufeff{HEAD}\r\nx,single,Q?,100,a,r,0,b,w\r\n",
        f"{HEAD}\n\n,,,,,,,,\nx,single,Q?,100,a,r,0,b,w",
        "stem,o2,o1,w1,type,f1,f2,id\nQ?,b,a,100,single,r,w,x",
        f'{HEAD.upper()}\n"x","single","Q?","100","a","r","0","b","w"',
        f"{HEAD},,\nx,single,Q?,100,a,r,0,b,w,,",
    ],
    ids=["plain", "BOM and CRLF", "blank rows", "any order", "quoted", "empty columns at the end"],
)
def test_a_row_is_an_item(source):
    prompt = choice.Prompt("single", "", "Q?", ("a", "b"))

    assert read(source).items == [Carried("x", Question(prompt, choice.Key((0,), ("r", "w"))))]


def test_quotes_commas_and_lines_inside_a_cell():
    stem = read(f'{HEAD}\nx,single,"A ""case"",\nits end?",100,a,r,0,b,w').items[0].question.prompt.stem

    assert stem == 'A "case",\nits end?'


def test_numbers_vignette_mark_and_tags():
    item = read(
        "id,type,category,vignette,stem,mark,tags,o1,t1,w2,o2\nx,numeric,top/M1,Case.,Q?,2.5,obj:O1; unit:mm,3,0.5,0,2"
    ).items[0]

    assert item.question.prompt == numeric.Prompt("numeric", "Case.", "Q?", "mm")
    assert item.question.key.answer == 3 and item.question.key.tolerance == Decimal("0.5")
    assert (item.pool, item.points, item.objective) == ("M1", Decimal("2.5"), "O1")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (f"{HEAD}\nx,single,Q?,100,a,r,33,b,w", [("error", "weight-list", 2, "o2")]),
        (f"{HEAD}\nx,single,Q?,1/2,a,r,0,b,w", [("error", "weight-list", 2, "w1")]),
        (f'{HEAD}\nx,single,"Q\n?",100,a,r,0,b,w\ny,riddle,Q?,,,,,,', [("error", "type-unsupported", 3, "type")]),
        (f"{HEAD},format\nx,single,Q?,100,a,r,0,b,w,rtf", [("error", "format-unknown", 2, "format")]),
        (f"{HEAD}\nx,single,Q?,100,a,r,0,b,w,more", [("error", "cells-many", 2, "")]),
        (f"{HEAD}\nx,single,,100,a,r,0,b,w", [("error", "stem-empty", 2, "stem")]),
        ("type,stem,o1\nnumeric,Q?,\"2,5\"", [("error", "gift-number", 2, "o1")]),
        ("type,stem,o1\nnumeric,Q?,01/02/03", [("error", "gift-number", 2, "o1")]),
        (f"{HEAD},mark\nx,single,Q?,100,a,r,0,b,w,\"1,5\"", [("error", "mark-bad", 2, "mark")]),
        (f"{HEAD},tags\nx,single,Q?,100,a,r,0,b,w,bloom:Guess", [("error", "tag-value", 2, "tags")]),
    ],
)  # fmt: skip
def test_each_problem_names_the_row_of_the_sheet_and_the_column(source, found):
    assert codes(source) == found


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        ("id;type;stem\nx;single;Q?", "csv-comma", 1),
        ("id\ttype\tstem\nx\tsingle\tQ?", "csv-comma", 1),
        ("type,stem,colour\n", "column-unknown", 1),
        ("type,stem,o21\n", "column-unknown", 1),
        ("type,stem,stem\n", "column-twice", 1),
        ("type,name\n", "column-missing", 1),
        ("stem,name\n", "column-missing", 1),
        ("", "column-missing", 1),
        ('type,stem\nsingle,"Q', "csv-quotes", 2),
        (f"type,stem\nsingle,{'Q' * 131_073}", "field-long", 2),
        ("type,stem\n" + "single,Q\n" * 10_001, "items-many", 10_002),
    ],
)
def test_b05_a_table_that_cannot_be_read_is_refused_with_its_reason(source, code, line):
    with pytest.raises(Unreadable) as refusal:
        read(source)

    assert (refusal.value.problem.code, refusal.value.problem.place.line) == (code, line)


def test_b05_a_workbook_is_refused_whatever_it_is_called():
    with pytest.raises(Unreadable, match="Save the sheet as CSV"):
        formats.read(b"PK\x03\x04" + bytes(50), "", "items.csv")


@pytest.mark.parametrize("said", ["=1+1", "+1", "-1", "@x", "'", "'=1", "''", "'quoted'", "\u200f=1"])
def test_no_cell_is_a_formula_and_each_comes_back_as_it_was(said):
    prompt = choice.Prompt("single", "", said, (said, "b"))
    item = Carried("x", Question(prompt, choice.Key((0,), (said, ""))))

    data = csv_table.write([item])

    assert csv_table.read(data).items == [item]
    assert not any(cell.startswith(tuple("=+-@")) for cell in data.decode().replace("\n", ",").split(","))


def test_the_table_is_written_in_its_one_form():
    source = (
        "id,type,category,name,format,vignette,stem,general_feedback,mark,tags,o1,w1,f1,o2,w2,f2\n"
        'x,single,$course$/top/M1,,plain,,Q?,,1,bloom:Apply;must-pass,a,100,"r, s",b,0,w\n'
    )

    assert csv_table.write(read(source).items).decode() == source
