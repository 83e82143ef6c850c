"""A package into draft rows and back: the same bytes, all or nothing, and twice is once."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from courses.catalogue import services as catalogue
from courses.catalogue.models import Course, Edition
from courses.packages import archive, form
from courses.packages import services as packages
from quizzes.bank.models import Item, ItemBank
from quizzes.delivery.models import Quiz, Section
from tests.courses import factories as make

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[3] / "fixtures"
FIXTURES = sorted(path.parent for path in ROOT.glob("*/course.json"))


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))


def loaded(folder: Path, **options) -> packages.Report:
    return packages.load(folder, **({"by": None} | options))


def rows() -> dict[str, int]:
    models = [Course, ItemBank, Item, Quiz, Section, Edition]
    return {model.__name__: model.objects.count() for model in models}


@pytest.mark.parametrize("folder", FIXTURES, ids=lambda path: path.name)
def test_a_course_of_the_fixtures_loads_and_dumps_byte_for_byte_and_twice_is_once(folder):
    report = loaded(folder)

    assert (report.new, report.same) == (True, False)
    assert packages.dump(Course.objects.get(pk=report.course.pk)) == archive.read(folder)
    again = loaded(folder)
    assert (again.new, again.same, again.changed) == (False, True, [])


def test_there_are_fixtures():
    assert [path.name for path in FIXTURES] == ["neural-mobilization", "neuropathy", "soft-tissue"]


def test_a_package_with_every_kind_of_item_loads_and_dumps_byte_for_byte(folder, files):
    course = loaded(folder).course

    assert packages.dump(course) == files


def test_loading_twice_changes_nothing_and_writes_nothing(folder, max_statements):
    loaded(folder)
    before = rows()

    with max_statements(17) as seen:
        report = loaded(folder)

    assert report.same
    assert rows() == before
    assert [query["sql"] for query in seen if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []


def test_the_statements_of_loading_again_do_not_grow_with_the_course(max_statements):
    loaded(FIXTURES[0])

    with max_statements(17):
        assert loaded(FIXTURES[0]).same


@pytest.fixture
def with_assessments(tmp_path):
    """The folder of a package with two forms and a task, as a draft dumps it."""
    course = make.make_task(make.make_forms(make.make_course(slug="beside")))
    files = packages.dump(course)
    told = files["course.json"].replace(str(course.uuid).encode(), b"8a5c4e7c-6d1f-4c43-9f0e-3a1f5f1f0a12")
    packages.write_folder(
        files | {"course.json": told.replace(b'"slug": "beside"', b'"slug": "loaded"')}, tmp_path / "beside"
    )
    return tmp_path / "beside"


def test_forms_and_task_load_and_dump_byte_for_byte_and_twice_is_once(with_assessments):
    files = archive.read(with_assessments)
    assert json.loads(files["course.json"])["parallel_forms"] == ["A", "B"]
    assert json.loads(files["course.json"])["written_task"] == "T"
    assert json.loads(files["quizzes/A.json"]) == {
        "mode": "fixed", "pool": "FA", "safety_must_pass": False, "title": "Quiz A",
    }  # fmt: skip

    course = loaded(with_assessments).course

    assert packages.dump(course) == files
    assert [(row.role, row.code, row.quiz.title) for row in course.assessments.all()] == [
        ("form_a", "A", "Quiz A"), ("form_b", "B", "Quiz B"), ("task", "T", "Quiz T"),
    ]  # fmt: skip
    assert loaded(with_assessments).same


def test_forms_that_change_places_keep_each_its_own_quiz(with_assessments):
    course = loaded(with_assessments).course
    before = {row.code: row.quiz_id for row in course.assessments.all()}
    change(with_assessments, "course.json", '"A",\n    "B"', '"B",\n    "A"')

    report = loaded(with_assessments)

    assert report.changed == ["course.json"]
    assert [row.code for row in course.assessments.all()] == ["B", "A", "T"]
    assert {row.code: row.quiz_id for row in course.assessments.all()} == before
    assert packages.dump(course) == archive.read(with_assessments)


def test_a_change_of_a_form_leaves_the_rows_beside_it_alone(with_assessments):
    course = loaded(with_assessments).course
    before = list(course.assessments.values_list("pk", "quiz"))
    change(with_assessments, "quizzes/A.json", "Quiz A", "Form A")

    assert loaded(with_assessments).changed == ["quizzes/A.json"]

    assert list(course.assessments.values_list("pk", "quiz")) == before
    assert course.assessments.get(code="A").quiz.title == "Form A"


def test_forms_and_task_that_left_the_package_leave_the_draft(with_assessments):
    course = loaded(with_assessments).course
    for code in "ABT":
        (with_assessments / "quizzes" / f"{code}.json").unlink()
    change(with_assessments, "course.json", '  "parallel_forms": [\n    "A",\n    "B"\n  ],\n', "")
    change(with_assessments, "course.json", ',\n  "written_task": "T"', "")

    loaded(with_assessments)

    assert not course.assessments.exists()
    assert packages.dump(course) == archive.read(with_assessments)


def test_a_form_without_the_other_is_not_dumped(with_assessments):
    course = loaded(with_assessments).course
    course.assessments.filter(code="B").delete()

    with pytest.raises(packages.CannotDump, match="one parallel form only"):
        packages.dump(course)


def test_a_quiz_of_a_module_may_be_fixed_and_a_drawn_one_need_not_say_so(folder, files):
    course = loaded(folder).course
    course.modules.get(code="M2").quiz.sections.update(mode="fixed")
    change(folder, "quizzes/M1.json", '"title"', '"mode": "drawn",\n  "title"')

    fixed = packages.dump(course)

    assert json.loads(fixed["quizzes/M2.json"]).keys() == {"mode", "pool", "safety_must_pass", "title"}
    assert loaded(folder).changed == ["quizzes/M2.json"]
    assert packages.dump(course) == files


def test_a_zip_is_loaded_as_its_folder_is(folder, files, tmp_path):
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)

    course = loaded(path).course

    assert packages.dump(course) == archive.read(folder) == files
    assert loaded(folder).same


def test_a_dry_run_tells_and_writes_nothing(folder, files):
    before = rows()

    report = loaded(folder, dry_run=True)

    assert (report.new, report.course, report.changed) == (True, None, sorted(files))
    assert rows() == before


def test_a_dry_run_of_a_publication_says_whether_it_would_be_refused(folder):
    loaded(folder, by=make.make_learner())

    report = loaded(folder, publish=True, dry_run=True)

    assert report.edition.number == 1
    assert not Edition.objects.exists()


def test_a_changed_file_shows_in_the_report_and_only_it(folder):
    loaded(folder)
    change(folder, "lessons/m1-l1.html", "title: Lesson M1.1", "title: Another")

    report = loaded(folder)

    assert report.changed == ["lessons/m1-l1.html"]
    assert report.course.modules.first().lessons.get(slug="m1-l1").title == "Another"


def test_an_item_that_left_is_retired_and_one_that_returns_is_ready_again(folder):
    loaded(folder)
    left = (folder / "items" / "M2-07.json").read_bytes()
    (folder / "items" / "M2-07.json").unlink()
    change(folder, "quizzes/M2.json", '"count": 8', '"count": 7')

    report = loaded(folder)

    assert report.changed == ["items/M2-07.json", "quizzes/M2.json"]
    assert Item.objects.get(code="M2-07", bank=report.course.bank).status == Item.Status.RETIRED
    (folder / "items" / "M2-07.json").write_bytes(left)
    loaded(folder)
    assert Item.objects.get(code="M2-07", bank=report.course.bank).status == Item.Status.READY


def test_what_left_a_package_leaves_the_draft(folder):
    course = loaded(folder).course
    pks = set(course.modules.values_list("pk", flat=True))
    change(folder, "course.json", '"m1-l2"\n', '"m1-l1"\n')
    change(folder, "course.json", '        "m1-l1",\n', "")
    (folder / "lessons" / "m1-l2.html").unlink()
    (folder / "figures" / "drawing.svg").unlink()
    change(folder, "references.json", '"key": "R5"', '"key": "R6"')

    loaded(folder)

    assert list(course.modules.first().lessons.values_list("slug", flat=True)) == ["m1-l1"]
    assert not course.figures.exists()
    assert [row.key for row in course.references.all()] == ["R1", "R2", "R3", "R4", "R6"]
    assert set(course.modules.values_list("pk", flat=True)) == pks


def test_a_lesson_may_move_to_another_module(folder):
    course = loaded(folder).course
    change(folder, "course.json", '"m1-l1",\n        "m1-l2"', '"m1-l1"')
    change(folder, "course.json", '"m2-l1",', '"m1-l2",\n        "m2-l1",')

    loaded(folder)

    assert [row.slug for row in course.modules.last().lessons.all()] == ["m1-l2", "m2-l1", "m2-l2"]
    assert packages.dump(course) == archive.read(folder)


def test_loading_publishes_on_demand_and_unchanged_gives_the_same_edition(folder):
    by = make.make_learner()

    first = loaded(folder, by=by, publish=True)
    again = loaded(folder, by=by, publish=True)

    assert (first.edition.number, again.edition) == (1, first.edition)
    assert list(first.course.instructors.all()) == [by]


def test_a_course_that_is_not_ready_is_not_loaded_either(folder):
    before = rows()

    with pytest.raises(catalogue.NotReady):
        loaded(folder, publish=True)  # nobody is its instructor

    assert rows() == before


# What the rows refuse although the form of the file is right: (file, old, new, part of the line that is named).
REFUSED = {
    "an address with a space": ("course.json", '"slug": "loaded"', '"slug": "lo aded"'),
    "a pass mark below half": ("course.json", '"pass_mark": "80"', '"pass_mark": "30"'),
    "no attempts at all": ("course.json", '"attempts_allowed": 3', '"attempts_allowed": 0'),
    "an unknown level": ("course.json", '"level": "essential"', '"level": "expert"'),
    "no title": ("course.json", '"title": "Small"', '"title": ""'),
    "a difficulty of nine": ("course.json", '"difficulty": 2', '"difficulty": 9'),
    "a day that does not exist": ("course.json", '"released_on": "2027-01-01"', '"released_on": "2027-02-30"'),
    "a module code that is too long": ("course.json", '"title": "Module M1"', f'"title": "{"M" * 201}"'),
    "an objective without text": ("course.json", '"text": "the point of O2."', '"text": ""'),
    "too many subjects": ("references.json", '"key": "R3"', '"subjects": 99'),
    "an address that is none": ("references.json", '"key": "R4"', '"url": "javascript:alert(1)"'),
    "a term without meaning": ("glossary.json", '"How nerves move and feel."', '""'),
    "an unknown Bloom level": ("items/M1-01.json", '"bloom": "Understand"', '"bloom": "Guess"'),
    "no points": ("items/M1-01.json", '"points": "1"', '"points": "0"'),
    "too many decimals": ("items/M1-01.json", '"points": "1"', '"points": "0.001"'),
    "a negative number of words": ("items/M1-08.json", '"max_words": 20', '"max_words": -20'),
    "an option that is too long": ("items/M1-01.json", '"text": "red"', f'"text": "{"r" * 1001}"'),
    "a share above all": ("items/M1-07.json", '"share": 100', '"share": 101'),
    "a quiz without a title": ("quizzes/M1.json", '"title": "Quiz M1"', '"title": ""'),
    "no time at all": ("quizzes/M1.json", '"title": "Quiz M1"', '"title": "Quiz M1",\n"time_limit_minutes": 0'),
    "a negative count": ("quizzes/M1.json", '"count": 8', '"count": -1'),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
def test_a_value_that_the_draft_refuses_is_named_with_its_line_and_nothing_is_loaded(folder, case, known):
    name, old, new = REFUSED[case]
    if known:
        loaded(folder)
    before, dumped = rows(), known and packages.dump(Course.objects.get(slug="loaded"))
    if "subjects" in new or "url" in new:
        new = f"{old},\n{new}"
    change(folder, name, old, new)

    with pytest.raises(form.BadPackage) as refused:
        loaded(folder)

    (mistake,) = refused.value.mistakes
    line = (folder / name).read_text().split("\n")[mistake.line - 1]
    assert mistake.file == name
    assert new.split("\n")[-1] in line
    assert mistake.text.startswith("/")
    assert rows() == before
    assert not known or packages.dump(Course.objects.get(slug="loaded")) == dumped


def test_a_lesson_header_that_the_draft_refuses_is_named_with_its_line(folder):
    change(folder, "lessons/m1-l1.html", "purpose: Know.", f"purpose: {'x' * 301}")

    with pytest.raises(form.BadPackage) as refused:
        loaded(folder)

    assert [(m.file, m.line) for m in refused.value.mistakes] == [("lessons/m1-l1.html", 2)]


def test_an_address_that_another_course_has_is_refused(folder):
    make.make_course(slug="loaded")
    before = rows()

    with pytest.raises(form.BadPackage) as refused:
        loaded(folder)

    assert [(m.file, m.text.partition(":")[0]) for m in refused.value.mistakes] == [("course.json", "/slug")]
    assert rows() == before


@pytest.mark.parametrize("name", ["course.json", "items/M1-03.json", "lessons/m2-l2.html", "figures/drawing.svg"])
def test_an_error_in_any_file_loads_nothing(folder, name):
    (folder / name).write_bytes(b"\xff")
    before = rows()

    with pytest.raises(form.BadPackage):
        loaded(folder)

    assert rows() == before


# --- dumping --------------------------------------------------------------------------------------------------------


def test_dumping_over_an_older_folder_leaves_exactly_the_draft(folder, files):
    course = loaded(folder).course
    (folder / "README.md").write_text("Kept: not a file of a package.")
    (folder / "lessons" / "gone.html").write_text("x")

    packages.write_folder(packages.dump(course), folder)

    assert (folder / "README.md").exists()
    (folder / "README.md").unlink()
    assert archive.read(folder) == files


@pytest.mark.parametrize("code", ["../../outside", "/tmp/outside", "a/../../outside", "Ünder"])
def test_a_code_chosen_by_an_author_cannot_lead_out_of_the_folder(tmp_path, code):
    course = make.make_course()
    course.bank.items.filter(code="M1-01").update(code=code)

    with pytest.raises(archive.BadArchive):
        packages.write_folder(packages.dump(course), tmp_path / "package")

    assert list(tmp_path.rglob("*")) == []


def _second_section(quiz):
    quiz.sections.create(position=2, pool="M9", count=1)


@pytest.mark.parametrize("odd", [_second_section, lambda quiz: quiz.sections.all().delete()])
def test_a_quiz_that_the_format_cannot_hold_is_not_dumped_in_part(folder, odd):
    course = loaded(folder).course
    odd(course.modules.first().quiz)

    with pytest.raises(packages.CannotDump, match="M1"):
        packages.dump(course)

    assert "quizzes/M1.json" in loaded(folder).changed
    assert packages.dump(course) == archive.read(folder)


# --- commands -------------------------------------------------------------------------------------------------------


def run(*args, **options) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


def test_the_commands_load_publish_and_dump(folder, files, tmp_path):
    by = make.make_learner()

    first = run("load_package", str(folder), "--publish", "--by", by.email.upper())
    again = run("load_package", str(folder))
    run("dump_package", "loaded", str(tmp_path / "out"))

    assert "Changed: course.json" in first and "Published: edition 1" in first
    assert again == "The draft holds this already. Nothing changed.\n"
    assert archive.read(tmp_path / "out") == files


def test_a_dry_run_of_the_command_does_not_claim_to_have_published(folder):
    by = make.make_learner()

    said = run("load_package", str(folder), "--publish", "--dry-run", "--by", by.email)

    assert "Would change: course.json" in said
    assert "Would publish: edition 1" in said


def test_the_command_names_file_and_line_or_what_is_not_ready(folder):
    with pytest.raises(CommandError, match="Nobody is named as instructor"):
        run("load_package", str(folder), "--publish")
    with pytest.raises(CommandError, match="no account"):
        run("load_package", str(folder), "--by", "nobody@example.org")
    change(folder, "course.json", '"difficulty": 2', '"difficulty": "2"')
    with pytest.raises(CommandError, match=r"course\.json:\d+: /difficulty: int was expected"):
        run("load_package", str(folder))
    with pytest.raises(CommandError, match="no course"):
        run("dump_package", "nothing", "x")
