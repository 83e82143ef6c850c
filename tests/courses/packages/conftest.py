import pytest

from courses.packages import form
from courses.packages import services as packages
from tests.courses import factories as make
from tests.factories import KINDS

FIGURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>A</title><desc>B</desc><path d="M0 0"/></svg>\n'


@pytest.fixture
def files(db) -> dict[str, bytes]:
    """A small package with one item of every kind and a figure, as a draft dumps it. The course itself is not kept."""
    course = make.make_course(modules=2, items=KINDS, slug="small", title="Small")
    course.figures.create(name="drawing", svg=FIGURE.strip())
    dumped = packages.dump(course)
    form.read(dumped)
    with_another_uuid = dumped["course.json"].replace(str(course.uuid).encode(), b"8a5c4e7c-6d1f-4c43-9f0e-3a1f5f1f0a11")
    slug = with_another_uuid.replace(b'"slug": "small"', b'"slug": "loaded"')
    return dumped | {"course.json": slug}


@pytest.fixture
def folder(files, tmp_path):
    path = tmp_path / "package"
    packages.write_folder(files, path)
    return path
