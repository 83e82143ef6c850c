import pytest
from django.db import transaction

from courses.packages import services as packages
from tests.courses import factories as make
from tests.factories import ALL_KINDS

FIGURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>A</title><desc>B</desc><path d="M0 0"/></svg>\n'
)
UUID = b"8a5c4e7c-6d1f-4c43-9f0e-3a1f5f1f0a11"


@pytest.fixture(scope="session")
def small_package(django_db_setup, django_db_blocker) -> dict[str, bytes]:
    """Made once, as a draft dumps it; its rows are rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        dumped = _dumped()
        transaction.set_rollback(True)
    return dumped


@pytest.fixture
def files(small_package, db) -> dict[str, bytes]:
    """A small package with two modules, an item of every kind and a figure. `db`: without it none would be set up."""
    return dict(small_package)


def _dumped() -> dict[str, bytes]:
    course = make.make_course(modules=2, items=ALL_KINDS, slug="small", title="Small")
    course.figures.create(name="drawing", svg=FIGURE.strip())
    dumped = packages.dump(course)
    told = (
        dumped["course.json"].replace(str(course.uuid).encode(), UUID).replace(b'"slug": "small"', b'"slug": "loaded"')
    )
    return dumped | {"course.json": told}


@pytest.fixture
def folder(files, tmp_path):
    path = tmp_path / "package"
    packages.write_folder(files, path)
    return path
