"""The set-up decides by what is installed and by what the stamp says; it never guesses."""

import subprocess

import pytest

from ceu import bootstrap


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """A project folder of its own, with locks that hold nothing."""
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / ".venv" / "locks.sha256")
    for name in {"manage.py", *bootstrap.LOCKS["test"]}:
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("requirement", "served"),
    [
        ("django>=5.2.19,<5.3", True),
        ("django-allauth[mfa]>=65.21,<66", True),
        ("django>=6.0,<7", False),
        ("django>=4.2,<5", False),
        ("there-is-no-such-package>=1,<2", False),
    ],
)
def test_a_package_serves_only_within_its_range(requirement, served):
    assert bootstrap._is_installed(requirement) is served


def test_an_interpreter_with_every_package_in_range_is_recognised():
    assert bootstrap._has_packages("demo") is True
    assert bootstrap._has_packages("test") is True


def test_the_stamp_is_stale_when_a_lock_changes(scratch):
    (scratch / ".venv").mkdir()
    wanted = bootstrap._digests({"requirements.txt"})
    bootstrap.STAMP.write_text("\n".join(wanted))

    before = wanted <= bootstrap._stamped()
    (scratch / "requirements.txt").write_text("django==5.2.20\n")

    assert before
    assert not bootstrap._digests({"requirements.txt"}) <= bootstrap._stamped()


def test_an_installation_that_broke_off_leaves_no_stamp(scratch, monkeypatch):
    (scratch / ".venv").mkdir()
    bootstrap.STAMP.write_text("0  requirements.txt\n")
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda *args, **kwargs: subprocess.CompletedProcess(args, 1))

    with pytest.raises(SystemExit, match="could not be installed"):
        bootstrap._install({"requirements.txt"})

    assert not bootstrap.STAMP.exists()


def test_python_without_ensurepip_is_told_which_package_to_install(scratch, monkeypatch):
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(SystemExit, match="apt install python3-venv"):
        bootstrap._install({"requirements.txt"})


def test_other_commands_without_django_say_how_to_start(scratch, monkeypatch):
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(SystemExit, match="^Django is not installed here. Start with: python3 manage.py demo$"):
        bootstrap.hand_over("migrate")
