import pytest

from ceu.shared.failpoints import FailpointReached, failpoint, no_failpoint_in_production


def test_a_failpoint_does_nothing_unless_it_is_named(monkeypatch):
    monkeypatch.setenv("CEU_FAILPOINT", "elsewhere=kill")

    failpoint("here")


def test_a_failpoint_that_is_named_raises(monkeypatch):
    monkeypatch.setenv("CEU_FAILPOINT", "here=raise")

    with pytest.raises(FailpointReached, match="here"):
        failpoint("here")


@pytest.mark.parametrize(
    ("mode", "value", "errors"), [("production", "x=kill", 1), ("production", "", 0), ("demo", "x=kill", 0)]
)
def test_production_refuses_to_run_with_a_failpoint(settings, monkeypatch, mode, value, errors):
    settings.CEU_MODE = mode
    monkeypatch.setenv("CEU_FAILPOINT", value)

    assert [error.id for error in no_failpoint_in_production(None)] == ["ceu.E001"] * errors
