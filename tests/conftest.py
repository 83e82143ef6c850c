import os
import secrets
from contextlib import contextmanager

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import import_string

from ceu.shared import frozen
from tests import queries

pytest_plugins = ["tests.browser", "tests.world"]

# What a process keeps of frozen rows by primary key. A test's rows are rolled back, and the keys come again.
CONTENT_CACHES = (
    "courses.catalogue.models._content",
    "courses.catalogue.models._quizzes",
    "courses.catalogue.pages.reading_minutes",
    "courses.catalogue.pages.methods",
    "courses.learning.pages.lesson_page",
    "courses.learning.surroundings._names",
    "courses.learning.surroundings._of_module",
    "courses.learning.surroundings._of_assessment",
    "quizzes.delivery.keys.keys_of",
    "quizzes.delivery.models._content",
)

_flush = TransactionTestCase._fixture_teardown


def _flush_without_triggers(self) -> None:
    # Tables are emptied with DELETE or TRUNCATE, which frozen rows refuse; the flush brings the triggers back (post_migrate).
    frozen.uninstall()
    _flush(self)


TransactionTestCase._fixture_teardown = _flush_without_triggers


def pytest_collection_modifyitems(items) -> None:
    """Tests marked postgresql are skipped on SQLite."""
    for item in items:
        if item.get_closest_marker("postgresql") and connection.vendor != "postgresql":
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: manage.py test --postgresql"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory) -> None:
    """A database of its own for each run and each worker, so that runs do not meet. On SQLite a file, as in life:
    the threads of one process would share a single connection to one in memory."""
    name = f"test_ceu_{os.getpid()}_{secrets.token_hex(3)}"
    if connection.vendor == "sqlite":
        name = str(tmp_path_factory.mktemp("database") / name)
        options = connection.settings_dict["OPTIONS"]
        # It need not survive a power cut; a killed process it survives all the same.
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    connection.settings_dict["TEST"]["NAME"] = name


@pytest.fixture(autouse=True)
def forget_what_the_process_keeps():
    yield
    for path in CONTENT_CACHES:
        if (kept := _found(path)) is not None:
            kept.cache_clear()
    cache.clear()


def _found(path: str):
    """The function at `path`, or None where there is none."""
    try:
        return import_string(path)
    except ImportError:
        return None


@pytest.fixture
def max_statements():
    """`with max_statements(4):` fails, and lists them, when the block costs more SQL statements than that."""

    @contextmanager
    def at_most(allowed: int):
        with CaptureQueriesContext(connection) as ctx:
            yield ctx
        done = queries.listed(ctx)
        assert len(done) <= allowed, f"{len(done)} statements where {allowed} are allowed:\n" + "\n".join(done)

    return at_most
