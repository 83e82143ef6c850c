import pytest

from courses.packages import services as packages
from tests.courses import factories as make
from tests.factories import KINDS

FIGURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>A</title><desc>B</desc><path d="M0 0"/></svg>\n'


UUID = b"8a5c4e7c-6d1f-4c43-9f0e-3a1f5f1f0a11"
_made: dict[str, bytes] = {}


@pytest.fixture
def files(request) -> dict[str, bytes]:
    """A small package with two modules, an item of every kind and a figure. It is made once, as a draft dumps it."""
    if not _made:
        request.getfixturevalue("db")
        _made.update(_dumped())
    return dict(_made)


def _dumped() -> dict[str, bytes]:
    course = make.make_course(modules=2, items=KINDS, slug="small", title="Small")
    course.figures.create(name="drawing", svg=FIGURE.strip())
    dumped = packages.dump(course)
    # Another course than the row that stays in the database for the rest of this one test.
    told = dumped["course.json"].replace(str(course.uuid).encode(), UUID).replace(b'"slug": "small"', b'"slug": "loaded"')
    return dumped | {"course.json": told}


@pytest.fixture
def folder(files, tmp_path):
    path = tmp_path / "package"
    packages.write_folder(files, path)
    return path
