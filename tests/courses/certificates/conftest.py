import pytest

from courses.certificates import ledger
from tests.courses.certificates import certified


@pytest.fixture
def completed(db):
    """A completed enrolment in a course that one board approves. What a test issues is the test's own."""
    return certified.make_completed()


@pytest.fixture(autouse=True)
def all_is_as_issued(request):
    """The invariants I05 to I09 after every test that issues, but for those that tamper."""
    yield
    if request.node.get_closest_marker("django_db") and "tampering" not in request.fixturenames:
        assert ledger.verify() == []
