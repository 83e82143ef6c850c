"""Take a trigger or a constraint away inside the test's transaction and see that the test of it turns red."""
import pytest
from _pytest.outcomes import Failed
from django.db import connection
from tests.courses.certificates import test_issue as t
pytestmark = pytest.mark.django_db
T = ["certificate", "certificateholder", "certificatedocument", "certificateevent"]
def drop(table, verb):
    connection.check_constraints()
    name = f"courses_{table}_no_{verb}"
    t.execute(f'DROP TRIGGER "{name}"' + (f' ON "courses_{table}"' if connection.vendor == "postgresql" else ""))
@pytest.mark.parametrize("verb", ["update", "delete"])
@pytest.mark.parametrize("table", T + ["register"])
def test_trigger(completed, table, verb):
    drop(table, verb)
    names = ["test_no_column_of_a_certificate_can_be_updated"] if verb == "update" else ["test_no_row_of_a_certificate_can_be_deleted"]
    if (table, verb) == ("register", "update"): pytest.skip("may be updated")
    for n in names:
        with pytest.raises(AssertionError): getattr(t, n)(completed)
def test_replace(completed):
    if connection.vendor != "sqlite": pytest.skip("sqlite")
    t.execute("PRAGMA recursive_triggers=OFF")
    try:
        with pytest.raises(AssertionError): t.test_no_row_of_a_certificate_can_be_replaced_by_inserting_it_again(completed)
    finally: t.execute("PRAGMA recursive_triggers=ON")
def uniques():
    return [("certificate","a_certificate_number_is_given_once"),("certificate","one_first_certificate_for_an_enrolment"),("certificate","number"),("certificate","token"),("certificate","uuid"),("certificate","supersedes_id"),("certificateholder","certificate_id"),("certificatedocument","certificate_id"),("certificateevent","position"),("certificateevent","hash")]
@pytest.mark.parametrize(("table","what"), uniques())
def test_unique(completed, table, what):
    if connection.vendor != "postgresql": pytest.skip("pg")
    connection.check_constraints()
    with connection.cursor() as c: found = connection.introspection.get_constraints(c, f"courses_{table}")
    names = [n for n, k in found.items() if k["unique"] and not k["primary_key"] and (n == what or k["columns"] == [what])]
    assert len(names) == 1, found
    t.execute("SAVEPOINT s")
    try: t.execute(f'ALTER TABLE courses_{table} DROP CONSTRAINT "{names[0]}"')
    except Exception: t.execute("ROLLBACK TO s"); t.execute(f'DROP INDEX "{names[0]}"')
    red = []
    for n in ("test_the_database_gives_a_number_and_a_first_certificate_once", "test_the_database_keeps_one_holder_one_paper_and_one_event_at_a_place"):
        try: getattr(t, n)(completed if n.startswith("test_the_database_gives") else t.make_completed())
        except BaseException as e: red.append((n[:30], type(e).__name__, str(e)[:80]))
    print(what, red)
    assert any("Two certificates" in r[2] or " twice for " in r[2] or "get() returned" in r[2] for r in red), red
