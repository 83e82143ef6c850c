"""The frozen form of a course: a strict codec, and one text for one content."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from courses.catalogue import content
from courses.catalogue.content import (
    Correction,
    EditionContent,
    Lesson,
    Module,
    Objective,
    QuizSummary,
    Reference,
    UnknownForm,
)

QUIZ = QuizSummary("Quiz", "d" * 64, 10, Decimal("80"), True, 3)
LESSON = Lesson("one", "One", "Know.", ("O1",), '<h2 id="start">Café</h2>\n<p>Two words</p>\n')
COURSE = EditionContent(
    uuid="8a5c4e7c-6d1f-4c43-9f0e-3a1f5f1f0a11", slug="course", title="Course", subtitle="", summary="", audience="",
    level="essential", prerequisites="", language="en", delivery_type="Home study", pass_mark=Decimal("80"),
    difficulty=2, disclosures="", commercial_support="", scope_notice="", contraindications="", disclaimer="",
    instructors=("Ira",), objectives=(Objective("O1", "Identify", "Remember", "x"),),
    modules=(Module("M1", "Module", "", (LESSON,), QUIZ), Module("M2", "Module", "", ())),
    references=(Reference("R1", "Author. 2025.", year=2025),), terms=(), figures=(), released_on="2027-01-01",
)  # fmt: skip
# The SHA-256 of COURSE. A codec that gives another one would make every unchanged course a new edition.
SHA256 = "33749ce380be12c7d6f36d94d7ae163fe8f3ff038889f653b0246dfed6446f85"


@pytest.mark.parametrize(
    ("citation", "year", "short"),
    [
        ("Basson A, Olivier B, Ellis R, et al. (2017). The effectiveness.", 2017, "Basson A et al., 2017"),
        ("Ernst E (2003). The safety of massage therapy.", 2003, "Ernst E, 2003"),
        ("EFSA NDA Panel: Turck D, Bohn T, et al. (2023). Opinion.", 2023, "EFSA NDA Panel, 2023"),
        ("49 Pa. Code § 20.41. Scope of practice (Pennsylvania).", None, "49 Pa. Code § 20.41"),
        ("Clinical Advisor. Ortho Dx: knee injury (web page).", None, "Clinical Advisor"),
    ],
)
def test_a_source_is_named_as_a_reader_would(citation, year, short):
    assert Reference("K", citation, year=year).short == short


@pytest.mark.parametrize(("url", "link"), [("https://a.example/", "https://a.example/"), ("javascript:x", None)])
def test_only_an_address_of_the_web_is_linked(url, link):
    assert Reference("K", "Author.", url=url).link == link


def test_corrections_read_back_equal_and_are_no_part_of_what_has_none():
    corrected = replace(COURSE, corrections=(Correction("Once", "Now", ("R1",), "one"),))

    assert content.loads(content.dumps(corrected)) == corrected
    assert "corrections" not in content.dumps(COURSE)


def test_what_was_written_reads_back_equal():
    assert content.loads(content.dumps(COURSE)) == COURSE


def test_the_digest_of_a_known_course_never_changes():
    assert content.canonical.digest(content.dumps(COURSE)) == SHA256


def test_letters_composed_or_not_give_one_digest():
    composed, parted = replace(LESSON, title="Caf\u00e9"), replace(LESSON, title="Cafe\u0301")

    assert composed.digest == parted.digest


@pytest.mark.parametrize("field", ["slug", "title", "purpose", "body"])
def test_any_change_to_what_is_read_changes_a_lessons_digest(field):
    assert replace(LESSON, **{field: "changed"}).digest != LESSON.digest


def _data() -> dict:
    return json.loads(content.dumps(COURSE))


def _without(data: dict, *path: str) -> dict:
    return _with(data, *path[:-1], path[-1], value=None, drop=True)


def _with(data, *path, value, drop: bool = False):
    at = data
    for step in path[:-1]:
        at = at[step]
    if drop:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (["course", "surprise"], 1, "/surprise: this key is not known"),
        (["course", "modules", 0, "lessons", 0, "surprise"], 1, "/modules/0/lessons/0/surprise: this key is not known"),
        (["course", "title"], 1, "/title: str was expected, not int"),
        (["course", "difficulty"], "2", "/difficulty: int was expected, not str"),
        (["course", "difficulty"], True, "/difficulty: int was expected, not bool"),
        (["course", "difficulty"], 2.0, "/difficulty: int was expected, not float"),
        (["course", "released_on"], None, "/released_on: str was expected, not NoneType"),
        (["course", "modules"], {}, "/modules: a list was expected"),
        (["course", "modules", 0], [], "/modules/0: an object was expected"),
        (["course", "modules", 0, "quiz", "pass_mark"], 80, "/modules/0/quiz/pass_mark: a decimal number in quotation"),
        (["course", "pass_mark"], "NaN", "/pass_mark: a decimal number in quotation marks was expected"),
        (["course", "pass_mark"], "Infinity", "/pass_mark: a decimal number in quotation marks was expected"),
        (["course", "pass_mark"], "eighty", "/pass_mark: a decimal number in quotation marks was expected"),
        (["course", "instructors", 0], None, "/instructors/0: str was expected"),
        (["format"], 2, "Edition content of format 1 was expected"),
        (["more"], 2, "Edition content of format 1 was expected"),
    ],
)
def test_what_is_not_of_the_form_is_refused_with_its_place(path, value, said):
    with pytest.raises(UnknownForm) as refused:
        content.loads(json.dumps(_with(_data(), *path, value=value)))

    assert said in str(refused.value)


@pytest.mark.parametrize("path", [["course"], ["course", "title"], ["course", "modules", 0, "lessons", 0, "body"]])
def test_a_missing_key_is_refused(path):
    with pytest.raises(UnknownForm):
        content.loads(json.dumps(_without(_data(), *path)))


@pytest.mark.parametrize("text", ["[]", "null", "1", '"x"'])
def test_something_else_than_an_object_is_refused(text):
    with pytest.raises(UnknownForm):
        content.loads(text)


def test_lessons_know_their_numbers_and_places():
    course = replace(COURSE, modules=(COURSE.modules[0], Module("M2", "", "", (replace(LESSON, slug="two"),))))

    assert course.numbers == {"one": "1.1", "two": "2.1"}
    assert [course.by_slug[slug][0] for slug in ("one", "two")] == [0, 1]
    assert course.by_code["M2"][0] == 2


def test_words_and_questions_are_summed():
    assert (COURSE.words, COURSE.questions) == (3, 10)
