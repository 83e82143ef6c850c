"""Migrations match the models, go both ways, and leave the triggers of protected rows behind them."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from ceu.shared import frozen

OURS = ("courses", "quizzes", "accounts")  # from the top down: what stands on an app goes with it
A_PROTECTED_MODEL = next(iter(frozen.protected_models()))


def wanted_triggers() -> set[str]:
    return {f"{model._meta.db_table}_no_{verb}" for model in frozen.protected_models() for verb in ("update", "delete")}


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_after_migrate_each_protected_model_has_its_two_triggers():
    assert frozen.trigger_names() == wanted_triggers()
    assert len(wanted_triggers()) == 2 * len(list(frozen.protected_models()))


@pytest.mark.django_db(transaction=True)
def test_every_app_migrates_to_zero_and_back():
    tables = set(connection.introspection.table_names())
    left = {}
    try:
        for app in OURS:
            call_command("migrate", app, "zero", verbosity=0)
            left[app] = [name for name in connection.introspection.table_names() if name.startswith(f"{app}_")]
    finally:
        call_command("migrate", verbosity=0)

    assert left == {app: [] for app in OURS}
    assert set(connection.introspection.table_names()) == tables
    assert frozen.trigger_names() == wanted_triggers()


@pytest.mark.django_db(transaction=True)
def test_a_site_that_is_in_use_migrates_step_by_step_with_its_triggers_in_place():
    """SQLite refuses to rename a table that a trigger of another table names: every migrate leaves triggers behind it."""
    names = sorted(name for app, name in MigrationLoader(connection).disk_migrations if app == "quizzes")
    try:
        for app in OURS[:2]:
            call_command("migrate", app, "zero", verbosity=0)
        for name in names:
            call_command("migrate", "quizzes", name, verbosity=0)
    finally:
        call_command("migrate", verbosity=0)

    assert len(names) >= 3
    assert frozen.trigger_names() == wanted_triggers()


@pytest.mark.django_db(transaction=True)
def test_triggers_that_a_remade_table_lost_are_back_after_migrate():
    if connection.vendor == "sqlite":
        with connection.schema_editor() as editor:
            editor._remake_table(A_PROTECTED_MODEL)
    else:
        frozen.uninstall()
    lost = wanted_triggers() - frozen.trigger_names()

    call_command("migrate", verbosity=0)

    assert lost
    assert frozen.trigger_names() == wanted_triggers()
