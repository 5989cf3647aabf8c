"""`inhouse checks` lists what a project names, and runs it where it may run."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.app.conftest import Run
from typer.testing import CliRunner, Result

from inhouse.checking import checking_of
from inhouse.cli import app
from inhouse.settings import SettingProblem, Settings
from inhouse.sources import Resolved, project_file, resolve, user_file
from inhouse.trust import trust
from inhouse_agent.checking import Checking
from inhouse_tools.refusal import Refusal
from inhouse_tools.sandbox import Sandbox
from inhouse_tools.workspace import open_workspace

RUFF = Path(sys.executable).parent / "ruff"
Checks = Callable[..., Result]
NO_SANDBOX = {"INHOUSE_SANDBOX": "off"}


@pytest.fixture
def project(folder: Path) -> Path:
    """A project that names ruff, which is installed in it, and pylint, which is not."""
    (folder / "pyproject.toml").write_text(
        '[tool.ruff.lint]\nselect = ["F"]\n[tool.pylint.main]\n[tool.pytest.ini_options]\n'
    )
    (folder / "a.py").write_text("import os\n")
    (folder / "b.py").write_text("x = 1\n")
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "ruff").symlink_to(RUFF)
    return folder


@pytest.fixture
def checks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Checks:
    """`inhouse checks …` in the folder, without a sandbox."""
    monkeypatch.chdir(folder)

    def invoke(*words: str, **env: str) -> Result:
        return CliRunner().invoke(app, ["checks", *words], env={**NO_SANDBOX, **env})

    return invoke


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def settled(root: Path, **environment: str) -> Settings:
    found = resolve(root, environment, {})
    assert isinstance(found, Resolved), found
    return found.settings


def test_the_list_says_what_runs_and_what_is_missing(inhouse: Run, project: Path) -> None:
    shown = inhouse("checks", env={"PATH": "/nowhere"})
    assert shown.returncode == 0, shown.stderr
    rows = {line.split()[0]: " ".join(line.split()) for line in shown.stdout.splitlines() if line}
    assert "lint after edits ruff check" in rows["ruff"]
    assert "lint not installed pylint" in rows["pylint"]
    assert "test not installed pytest" in rows["pytest"]
    assert rows["ruff"].endswith("pyproject.toml")


def test_the_list_for_programs(checks: Checks, project: Path) -> None:
    trust(project)
    write(user_file(), '[language_servers.own]\ncommand = ["pyls"]\nfiles = "*.py"\n')
    elsewhere = ("-C", str(project))
    report = json.loads(checks("--json", *elsewhere).stdout)
    found = {check["name"]: check for check in report["checks"]}
    assert report["root"] == str(project)
    assert report["trusted"]
    assert found["ruff"]["runs"]
    assert found["ruff"]["program"] == str(project / ".venv/bin/ruff")
    assert (found["pytest"]["kind"], found["pytest"]["runs"]) == ("test", False)
    assert report["language_servers"][0]["command"] == ["pyls"]
    switched = checks("--json", INHOUSE_RUN_CHECKS="off")
    assert not any(check["runs"] for check in json.loads(switched.stdout)["checks"])


def test_a_run_lists_problems_and_its_exit_code_tells(checks: Checks, project: Path) -> None:
    trust(project)
    everything = checks("run")
    assert everything.exit_code == 1
    assert everything.stdout == "a.py:1:8: F401 `os` imported but unused\n"
    assert "ruff: 1 found" in everything.stderr
    assert checks("run", "ruff", "b.py").exit_code == 0
    assert checks("run", "a.py").exit_code == 1


def test_a_test_that_fails_shows_its_output(checks: Checks, project: Path) -> None:
    write(user_file(), '[checks.all]\ncommand = "echo 1 failed; exit 3"\nwhen = "end"\n')
    ran = checks("run", "--trust", "all")
    assert (ran.exit_code, ran.stdout) == (1, "1 failed\n")
    assert "all: exit code 3" in ran.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("ruf",), 2, "no check and no file 'ruf'"),
        (("pylint",), 1, "named by pyproject.toml but not installed"),
        (("ruff", "../x.py"), 2, "no check and no file"),
    ],
)
def test_what_cannot_be_run_is_said(
    checks: Checks, project: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    trust(project)
    ran = checks("run", *words, PATH="/usr/bin:/bin")
    assert ran.exit_code == code
    assert said in ran.stderr


def test_nothing_runs_without_a_sandbox_and_without_trust(checks: Checks, project: Path) -> None:
    write(user_file(), '[checks.mark]\ncommand = "touch ran"\n')
    ran = checks("run", "mark")
    assert ran.exit_code == 3
    assert "trust" in ran.stderr
    assert not (project / "ran").exists()
    assert "trust" in checks().stdout


def test_an_empty_folder_names_nothing(checks: Checks) -> None:
    assert "No check is named here" in checks(PATH="/nowhere").stdout


def test_own_checks_of_all_sources_add_up(folder: Path) -> None:
    write(user_file(), '[checks.a]\ncommand = "mine"\n[checks.b]\ncommand = "b"\nfiles = "*.py"\n')
    write(project_file(folder), '[checks.a]\ncommand = "theirs"\nwhen = "end"\n[checks.c]\n')
    trust(folder)
    settings = settled(folder, INHOUSE_CHECKS='{d = {when = "off"}}')
    commands = {name: (one.command, one.when) for name, one in settings.checks.items()}
    wanted = {"a": ("theirs", "end"), "b": ("b", "edit"), "c": ("", "edit"), "d": ("", "off")}
    assert commands == wanted
    assert settings.checks["b"].files == ("*.py",)


def test_checks_of_a_folder_that_is_not_trusted_are_ignored(folder: Path) -> None:
    write(project_file(folder), '[checks.a]\ncommand = "theirs"\n')
    assert settled(folder).checks == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("checks = 'off'\n", "run_checks"),
        ("[checks.a]\nwhen = 'always'\n", "'edit'"),
        ("[checks.a]\ncomand = 'x'\n", "Extra inputs"),
        ("[language_servers.a]\nfiles = '*.py'\n", "required"),
        ("[language_servers.a]\ncommand = []\nfiles = '*.py'\n", "at least 1 item"),
        ("run_checks = 'sometimes'\n", "'auto'"),
    ],
)
def test_what_is_wrong_in_the_settings_is_said(folder: Path, text: str, said: str) -> None:
    write(user_file(), text)
    problem = resolve(folder, {}, {})
    assert isinstance(problem, SettingProblem)
    assert said in problem.text
    assert str(user_file()) in problem.text


def checkers_of(
    root: Path, settings: Settings, sandbox: Sandbox, *, guided: bool = False
) -> tuple[list[str], list[str], Checking]:
    """The names of what runs after edits, and what a person is told."""
    workspace = open_workspace(root, (), sandbox)
    assert not isinstance(workspace, Refusal)
    notices: list[str] = []
    checking = checking_of(settings, workspace, notices.append, guided=guided)
    found = asyncio.run(checking.found())
    return [one.name for one in (*found.checkers, *found.tests)], notices, checking


def test_what_runs_in_a_session(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    write(
        user_file(),
        '[checks.mine]\ncommand = "true"\n[checks.all]\ncommand = "true"\nwhen = "end"\n'
        '[language_servers.own]\ncommand = ["x"]\nfiles = ["*.py"]\n',
    )
    trust(project)
    settings, off = settled(project), Sandbox.off()
    assert checkers_of(project, settings, off)[:2] == (["ruff", "mine", "own", "all"], [])
    guided = checkers_of(project, settings, off, guided=True)
    assert guided[0] == ["mine", "own", "all"]
    served = settled(project, INHOUSE_LANGUAGE_SERVERS='{ruff={command="x",files="*.py"}}')
    assert checkers_of(project, served, off)[0] == ["mine", "own", "ruff", "all"]
    switched = settled(project, INHOUSE_RUN_CHECKS="off", INHOUSE_CHECKS_SECONDS="5")
    names, notices, checking = checkers_of(project, switched, off)
    assert (names, notices, checking.seconds) == ([], [], 5)


def test_what_does_not_run_is_said_once(project: Path) -> None:
    plain = checkers_of(project, settled(project), Sandbox.none("none here"))
    assert plain[0] == []
    assert "ruff" in plain[1][0]
    assert "--trust" in plain[1][0]
    write(user_file(), '[checks.pylint]\nwhen = "end"\n[checks.unknown]\n')
    trust(project)
    names, notices, _checking = checkers_of(project, settled(project), Sandbox.off())
    assert names == ["ruff"]
    assert "checks.unknown" in notices[0]
    assert "pylint, which runs the check pylint, is not installed." in notices[1]
