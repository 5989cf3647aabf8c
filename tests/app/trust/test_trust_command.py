"""`inhouse trust`: decide about folders, and see what was decided and what they bring along."""

import json
from pathlib import Path

import pytest
from tests.app.conftest import Run
from tests.app.trust.projects_to_trust import loaded, write

from inhouse.trust import is_trusted
from inhouse.trust.trust_list import list_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return loaded(tmp_path / "work")


def test_to_show_decides_nothing(inhouse: Run, folder: Path) -> None:
    done = inhouse("trust", "--show")
    assert done.returncode == 0
    first, *rest = done.stdout.splitlines()
    assert first == f"{folder}: not trusted"
    assert rest[0] == "Not obeyed until you agree:"
    assert "    check lint runs `make lint`" in rest
    assert not list_file().exists()


def test_a_folder_is_trusted_listed_denied_and_forgotten(inhouse: Run, folder: Path) -> None:
    done = inhouse("trust")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Obeyed:" in done.stdout
    assert is_trusted(folder)
    assert f"trusted   {folder}" in inhouse("trust", "list").stdout
    assert "never trusted" in inhouse("trust", "deny", str(folder)).stdout
    assert json.loads(inhouse("trust", "list", "--json").stdout) == [
        {"path": str(folder), "decision": "untrusted", "holds": True}
    ]
    assert f"marked {folder} as untrusted" in inhouse("config", "get", "verify").stderr
    assert inhouse("trust", "remove", str(folder)).returncode == 0
    assert inhouse("trust", "remove", str(folder)).returncode == 1
    assert "Nothing was decided" in inhouse("trust", "list").stdout


def test_another_folder_and_one_that_is_gone(inhouse: Run, folder: Path, tmp_path: Path) -> None:
    other = loaded(tmp_path / "other")
    assert inhouse("trust", str(other)).returncode == 0
    assert is_trusted(other)
    assert not is_trusted(folder)
    other.rename(tmp_path / "gone")
    assert "void" in inhouse("trust", "list").stdout
    assert inhouse("trust", "remove", str(other)).returncode == 0
    missing = inhouse("trust", str(other))
    assert (missing.returncode, missing.stdout) == (2, "")


def test_the_report_for_programs(inhouse: Run, folder: Path) -> None:
    inhouse("trust")
    write(folder / ".inhouse" / "config.toml", 'verify = "other"\n')
    report = json.loads(inhouse("trust", "--show", "--json").stdout)
    assert (report["decision"], report["place"]) == ("trusted", str(folder))
    states = {one["file"]: one["obeyed"] for one in report["findings"] if one["would_be"]}
    assert states == {
        ".inhouse/config.toml": False,
        "pyproject.toml": True,
        ".git/config": True,
        ".git/hooks/pre-commit": True,
    }


def test_a_run_may_be_trusted_once(inhouse: Run, folder: Path) -> None:
    done = inhouse("-p", "hi", "--endpoint", "http://127.0.0.1:1", "--trust-once")
    assert "not trusted" not in done.stderr
    assert not is_trusted(folder)
    done = inhouse("-p", "hi", "--endpoint", "http://127.0.0.1:1")
    assert done.stderr.count("not trusted") == 1


def test_names_cannot_play_with_the_terminal(inhouse: Run, folder: Path) -> None:
    name = "x\x1b[2J\u202e\n1 Trust"
    settings = f"[checks.{json.dumps(name)}]\ncommand = {json.dumps(name)}\n"
    write(folder / ".inhouse" / "config.toml", settings)
    for arguments in (["trust", "--show"], ["trust", "--show", "--json"]):
        shown = inhouse(*arguments).stdout
        assert not any(char in shown for char in "\x1b\u202e")
        assert "\n1 Trust" not in shown


def test_a_list_that_cannot_be_kept_is_said(inhouse: Run, folder: Path) -> None:
    inhouse("trust", "deny", str(folder))
    list_file().chmod(0o666)
    done = inhouse("trust")
    assert done.returncode == 1
    assert "chmod o-w" in done.stderr
    assert not is_trusted(folder)


def test_help_and_completion_know_it(inhouse: Run) -> None:
    shown = inhouse("trust", "--help").stdout
    for word in ("--show", "list", "deny", "remove", "[FOLDER | COMMAND ...]"):
        assert word in shown
    completing = {"_INHOUSE_COMPLETE": "bash"}
    offered = inhouse(env={**completing, "COMP_LINE": "inhouse trust "}).stdout.split()
    assert {"list", "deny", "remove"} <= set(offered)
    offered = inhouse(env={**completing, "COMP_LINE": "inhouse trust --"}).stdout.split()
    assert "--show" in offered
