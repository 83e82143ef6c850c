"""The charts of the courses: each is drawn from a data file, and its lesson prints the very numbers of that file."""

import importlib.util
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[3] / "fixtures"
COURSES = sorted(path.parent for path in ROOT.glob("*/course.json"))
DATA = sorted(ROOT.glob("charts/*/*.json"))
NUMBER = re.compile(r"−?\d+(?:,\d{3})*(?:\.\d+)?")
# Numbers that place or size a drawing and say nothing about the world.
LAYOUT = {"step", "label_at", "digits", "wide", "radius_of_one", "axis", "schematic"}


@pytest.fixture(scope="module")
def draw():
    spec = importlib.util.spec_from_file_location("draw", ROOT / "charts" / "draw.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def read(path: Path) -> dict:
    return json.loads(path.read_text())


def numbers_in(text: str) -> set[float]:
    """The numbers of a text. The dash of a range (5–10) is no minus sign."""
    return {float(found.replace("−", "-").replace(",", "")) for found in NUMBER.findall(text)}


def words_in(element: ElementTree.Element) -> str:
    return " ".join(element.itertext()).replace("\u00a0", " ")


def numbers_of(value: object) -> set[float]:
    """Every number of a JSON value; objects with a row of their own speak for themselves."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return set()
    if isinstance(value, int | float):
        return {float(value)}
    if isinstance(value, list):
        return set().union(*map(numbers_of, value)) if value else set()
    kept = {key: each for key, each in value.items() if key not in LAYOUT and f"{key}_in_words" not in value}
    return set().union(*map(numbers_of, kept.values())) if kept else set()


def texts_of(value: object) -> str:
    if isinstance(value, str):
        return f" {value}"
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return "".join(map(texts_of, parts))


def rows_of(value: object) -> Iterator[tuple[str, dict]]:
    """(heading of the lesson's row, object) for each object of a data file that has one, or one for each number."""
    if isinstance(value, dict):
        row = value.get("row", {})
        yield from [(row, value)] if isinstance(row, str) else [(each, {key: value[key]}) for key, each in row.items()]
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from rows_of(each)


def figures(course: Path) -> Iterator[tuple[str, list[str], ElementTree.Element]]:
    """(lesson, names of its drawings, element) for each figure of the course's lessons."""
    for lesson in sorted((course / "lessons").glob("*.html")):
        for found in re.findall(r"<figure data-figure.*?</figure>", lesson.read_text(), re.S):
            element = ElementTree.fromstring(found.replace("<details open>", "<details>"))
            yield lesson.stem, element.get("data-figure").split(), element


CHARTED = [
    pytest.param(
        element, [ROOT / "charts" / course.name / f"{name}.json" for name in names], id=f"{course.name}/{lesson}"
    )
    for course in COURSES
    for lesson, names, element in figures(course)
    if any((ROOT / "charts" / course.name / f"{name}.json").exists() for name in names)
]


@pytest.mark.parametrize("source", DATA, ids=named)
def test_a_chart_drawn_again_gives_the_bytes_that_are_there(draw, source):
    assert draw.draw(source).encode() == draw.target(source).read_bytes()


def test_the_check_names_a_chart_that_differs_from_its_numbers(draw, tmp_path, monkeypatch, capsys):
    (tmp_path / "charts" / "course").mkdir(parents=True)
    (tmp_path / "course" / "figures").mkdir(parents=True)
    source = tmp_path / "charts" / "course" / "1-4-strain.json"
    source.write_text((ROOT / "charts" / "neural-mobilization" / "1-4-strain.json").read_text())
    monkeypatch.setattr(draw, "HERE", tmp_path / "charts")

    missing = draw.main(["--check"]), capsys.readouterr().out
    draw.main([])
    same = draw.main(["--check"])
    source.write_text(source.read_text().replace('"value": 6.8', '"value": 6.7'))
    capsys.readouterr()

    assert missing == (1, "differs: course/figures/1-4-strain.svg\n")
    assert same == 0
    assert (draw.main(["--check"]), capsys.readouterr().out) == missing


@pytest.mark.parametrize("course", COURSES, ids=lambda path: path.name)
def test_every_lesson_has_a_drawing_and_every_drawing_a_lesson(course):
    illustrated = {lesson for lesson, _, _ in figures(course)}

    assert illustrated == {path.stem for path in (course / "lessons").glob("*.html")}
    assert {name for _, names, _ in figures(course) for name in names} == {
        path.stem for path in (course / "figures").glob("*.svg")
    }


@pytest.mark.parametrize("course", COURSES, ids=lambda path: path.name)
def test_every_drawing_with_a_scale_and_every_figure_with_numbers_in_its_table_is_a_chart(course):
    charts = {path.stem for path in DATA if path.parent.name == course.name}
    scale = re.compile(r'<text class="fig-t fig-t--q"[^>]*>−?[\d.]+</text>')
    scaled = {svg.stem for svg in (course / "figures").glob("*.svg") if len(scale.findall(svg.read_text())) > 2}
    numbered = [names for _, names, element in figures(course) if element.find(".//td[@class='n']") is not None]

    assert scaled <= charts
    assert [names for names in numbered if not charts & set(names)] == []
    assert charts <= {name for _, names, _ in figures(course) for name in names}


@pytest.mark.parametrize("source", DATA, ids=named)
def test_a_data_file_says_what_its_numbers_are_and_where_they_come_from(source):
    chart = read(source)
    known = {each["key"] for each in read(ROOT / source.parent.name / "references.json")["references"]}

    assert chart["unit"] and chart["sample"]
    assert set(chart["sources"]) <= known
    assert chart["sources"] or chart["sample"].startswith("none: ")


@pytest.mark.parametrize("source", DATA, ids=named)
def test_the_words_of_a_chart_give_no_number_that_its_data_does_not_hold(draw, source):
    chart = read(source)
    derived = {draw.reading(chart, row) for row in chart["rows"]} if "reading" in chart else set()
    shown = texts_of([chart.get(part, []) for part in ("rows", "columns", "groups", "blocks", "marked")])
    held = numbers_of([chart.get(part, []) for part in ("rows", "columns", "groups", "marked", "starts")])

    ends = {float(chart["axis"]["from"]), float(chart["axis"]["to"])} if "axis" in chart else set()
    positive = {abs(number) for number in held | ends}
    alternative = numbers_in(chart["description"]) - numbers_in(" ".join(derived)) - numbers_in(chart["heading"])
    assert alternative - numbers_in(shown) - positive == set()


@pytest.mark.parametrize(("figure", "sources"), CHARTED)
def test_the_table_beside_a_chart_holds_the_numbers_of_its_data_and_no_others(figure, sources):
    charts = [read(source) for source in sources if source.exists()]
    if all(chart.get("schematic") for chart in charts):
        return
    data, words, table, whole = defaultdict(set), defaultdict(set), defaultdict(set), defaultdict(str)
    for heading, value in (each for chart in charts for each in rows_of(chart)):
        data[heading] |= numbers_of({key: each for key, each in value.items() if key not in ("rows", "outcomes")})
        words[heading] |= {each for key, each in value.items() if key.endswith("_in_words")}
    for row in figure.findall(".//tbody/tr"):
        heading = words_in(row.find("th"))
        table[heading] |= set().union(*(numbers_in(words_in(cell)) for cell in row.findall("td")))
        whole[heading] += words_in(row) + " "

    assert set(data) == set(whole)
    for heading in data:
        assert table[heading] <= data[heading] | set().union(*map(numbers_in, words[heading])), heading
        assert data[heading] <= numbers_in(whole[heading]), heading
        assert all(each in whole[heading] for each in words[heading])


@pytest.mark.parametrize("name", ["3-3-slr-hundred", "3-3-crossed-hundred"])
def test_the_imagined_hundred_follow_from_sensitivity_and_specificity(name):
    chart = read(ROOT / "charts" / "neural-mobilization" / f"{name}.json")
    positive, negative = chart["rows"]
    found, cleared = chart["accuracy"]["sensitivity"], chart["accuracy"]["specificity"]

    assert (positive["herniation"], negative["herniation"]) == (round(50 * found), 50 - round(50 * found))
    assert (positive["none"], negative["none"]) == (50 - round(50 * cleared), round(50 * cleared))


def test_the_sliding_chances_follow_from_sensitivity_and_specificity():
    chart = read(ROOT / "charts" / "neural-mobilization" / "3-3-start.json")
    accuracy = {
        label: read(ROOT / "charts" / "neural-mobilization" / f"{name}.json")["accuracy"]
        for label, name in (("SLR", "3-3-slr-hundred"), ("Crossed SLR", "3-3-crossed-hundred"))
    }

    for row in chart["rows"]:
        test, result = row["row"].rsplit(" ", 1)
        assert row["after"] == [chance(start, accuracy[test], result == "positive") for start in chart["starts"]]


def chance(start: float, accuracy: dict[str, float], positive: bool) -> int:
    """Per cent after a result, by Bayes' rule, from per cent before it."""
    found, cleared = accuracy["sensitivity"], accuracy["specificity"]
    ratio = found / (1 - cleared) if positive else (1 - found) / cleared
    odds = start / (100 - start) * ratio
    return round(100 * odds / (1 + odds))


def test_the_chance_after_the_four_arm_tests_follows_from_the_likelihood_ratios():
    before, *after = read(ROOT / "charts" / "neural-mobilization" / "3-2-chance.json")["rows"]
    odds = before["cases"] / (before["people"] - before["cases"])

    assert before["value"] == round(100 * before["cases"] / before["people"])
    for row in after:
        raised = odds * row["likelihood_ratio"]
        assert row["value"] == round(100 * raised / (1 + raised))
