"""Checks run where they may, on what changed, within their time, and a failure is a value."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest
from tests.tools.checks.projects import make, trusted

from inhouse_tools.checks.check import Check
from inhouse_tools.checks.command import CommandChecker, Run, run_check
from inhouse_tools.checks.detect import detect
from inhouse_tools.checks.ground import Ground
from inhouse_tools.checks.own import OwnCheck, choose
from inhouse_tools.checks.problem import Finding, Problem
from inhouse_tools.refusal import Refusal
from inhouse_tools.sandbox import Sandbox, probe

RUFF = Path(sys.executable).parent / "ruff"
MESSY = "import os\n\n\ndef total(items):\n    return sum(itms)\n"


def own(name: str, command: str, *files: str) -> Check:
    (check,) = choose((), {name: OwnCheck(command, files)}).checks
    return check


def look(checker: CommandChecker, *units: str, seconds: float = 20) -> tuple[Finding, ...]:
    found = asyncio.run(checker.look(units, seconds))
    assert not isinstance(found, Refusal), found
    return found


def problems(found: tuple[Finding, ...]) -> list[Problem]:
    return [finding.problem for finding in found]


@pytest.fixture
def ruff_project(tmp_path: Path) -> Path:
    """A project whose own environment has ruff, and whose configuration asks for repairs."""
    root = make(
        tmp_path / "project",
        {
            "pyproject.toml": '[tool.ruff]\nfix = true\n[tool.ruff.lint]\nselect = ["F"]\n',
            "shop/cart.py": MESSY,
            "shop/clean.py": "x = 1\n",
        },
    )
    programs = root / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "ruff").symlink_to(RUFF)
    return root


def test_ruff_finds_what_is_wrong_and_changes_nothing(ruff_project: Path) -> None:
    (check,) = (one for one in detect(ruff_project) if one.name == "ruff")
    checker = CommandChecker(check, trusted(ruff_project))
    found = look(checker, "shop/cart.py", "shop/clean.py")
    assert [(one.file, one.line, one.code) for one in problems(found)] == [
        ("shop/cart.py", 1, "F401"),
        ("shop/cart.py", 5, "F821"),
    ]
    assert [finding.mark[3] for finding in found] == ["import os", "return sum(itms)"]
    assert look(checker, "shop/clean.py") == ()
    assert look(checker, "shop/gone.py") == ()
    assert (ruff_project / "shop/cart.py").read_text() == MESSY
    assert {path.name for path in ruff_project.iterdir()} == {"pyproject.toml", "shop", ".venv"}


def test_ruff_in_the_sandbox(ruff_project: Path, tmp_path: Path) -> None:
    sandbox = asyncio.run(probe(ruff_project))
    if sandbox.kind != "bubblewrap":
        assert sys.platform != "linux", sandbox.label
        pytest.skip(sandbox.label)
    # The sandbox hides /tmp, where the folders of tests lie: the program must lie in the project.
    (ruff_project / ".venv/bin/ruff").unlink()
    shutil.copy(RUFF, ruff_project / ".venv/bin/ruff")
    ground = Ground(ruff_project, sandbox, cache=tmp_path / "cache")
    (check,) = (one for one in detect(ruff_project) if one.name == "ruff")
    found = look(CommandChecker(check, ground), "shop/cart.py")
    assert [one.code for one in problems(found)] == ["F401", "F821"]

    writes = f'echo kept > "$GOCACHE" && echo no > {tmp_path}/outside'
    run = asyncio.run(run_check(own("writes", writes), ("",), ground, 20))
    assert isinstance(run, Run)
    assert (tmp_path / "cache/checks/go").read_text() == "kept\n"
    assert (tmp_path / "cache/checks").stat().st_mode & 0o777 == 0o700
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("sandbox", [Sandbox.none("there is none"), Sandbox.off()])
def test_without_a_sandbox_nothing_runs_in_a_folder_that_is_not_trusted(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    check = own("mark", "touch ran", "*.py")
    root = make(tmp_path, {"a.py": ""})
    refused = asyncio.run(CommandChecker(check, Ground(root, sandbox)).look(("",), 5))
    assert isinstance(refused, Refusal)
    assert "trust" in refused.text
    assert not (root / "ran").exists()
    assert look(CommandChecker(check, Ground(root, sandbox, trusted=True)), "") == ()
    assert (root / "ran").exists()


def test_a_check_that_fails_itself_is_a_refusal_that_says_why(tmp_path: Path) -> None:
    ground = trusted(make(tmp_path, {"a.py": "x\n"}))
    broken = {
        "exit code 1: No module named lint": "echo No module named lint >&2; exit 1",
        "exit code 127": "no-such-program {files}",
        "it said nothing": "exit 3",
    }
    for said, command in broken.items():
        refused = asyncio.run(CommandChecker(own("x", command), ground).look(("a.py",), 5))
        assert isinstance(refused, Refusal)
        assert said in refused.text
    missing = Check("mypy", "types", ("mypy", "{files}"), source="mypy.ini")
    refused = asyncio.run(run_check(missing, ("a.py",), ground, 5))
    assert refused == Refusal("mypy is named by mypy.ini but not installed.")


def test_a_slow_check_is_ended_in_time(tmp_path: Path) -> None:
    root = make(tmp_path, {"a.py": ""})
    slow = own("slow", "echo $$ > pid; exec sleep 60")
    refused = asyncio.run(CommandChecker(slow, trusted(root)).look(("",), 0.3))
    assert isinstance(refused, Refusal)
    assert "slow was stopped" in refused.text
    with pytest.raises(ProcessLookupError):
        os.kill(int((root / "pid").read_text()), 0)


def test_a_check_of_a_part_runs_there_and_names_files_from_the_root(tmp_path: Path) -> None:
    root = make(tmp_path, {"web/src/a.js": "x\n", "web/lint!": "#!/bin/sh\necho $1:1:2: bad\n"})
    check = Check(
        "lint", "lint", ("./lint", "{files}"), folder="web", program=str(root / "web/lint")
    )
    found = look(CommandChecker(check, trusted(root)), "web/src/a.js")
    assert problems(found) == [Problem("web/src/a.js", 1, 2, "", "bad")]


def test_files_with_odd_names_are_one_argument_each(tmp_path: Path) -> None:
    names = ("a b.py", "-rf.py", "$(touch evil).py", "ü'\".py")
    root = make(tmp_path, dict.fromkeys(names, "x\n"))
    command = 'for one in {files}; do echo "$one" >> seen; done'
    assert look(CommandChecker(own("list", command), trusted(root)), *names) == ()
    assert (root / "seen").read_text().splitlines() == [names[0], "./-rf.py", *names[2:]]
    assert not (root / "evil").exists()


def test_secrets_are_not_passed_on_and_the_projects_programs_are_found_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make(tmp_path, {".venv/bin/own-lint!": "#!/bin/sh\necho a.py:1:1: own\n", "a.py": ""})
    make(root, {".venv/bin/sh!": "#!/bin/sh\ntouch evil\n"})
    monkeypatch.setenv("MY_TOKEN", "secret")
    check = own("env", "own-lint; env > seen; sh -c true")
    assert [one.text for one in problems(look(CommandChecker(check, trusted(root)), ""))] == ["own"]
    assert "MY_TOKEN" not in (root / "seen").read_text()
    assert not (root / "evil").exists()


def test_the_state_of_a_unit_changes_with_it_and_only_then(tmp_path: Path) -> None:
    root = make(tmp_path, {"a.go": "1", "pkg/b.go": "2", "notes.md": "3"})
    ground = trusted(root)
    checkers = {
        scope: CommandChecker(Check(scope, "lint", argv, ("*.go",)), ground)
        for scope, argv in (("f", ("x", "{files}")), ("d", ("x", "{folders}")), ("p", ("x",)))
    }

    def states() -> list[str]:
        return [
            checkers["f"].state("a.go"),
            checkers["d"].state("."),
            checkers["d"].state("pkg"),
            checkers["p"].state(""),
        ]

    def changed(name: str, text: str) -> list[bool]:
        before = states()
        assert states() == before
        (root / name).write_text(text)
        return [then != now for then, now in zip(before, states(), strict=True)]

    assert changed("a.go", "longer") == [True, True, False, True]
    assert changed("pkg/b.go", "longer") == [False, False, True, True]
    assert changed("notes.md", "longer")[0::3] == [False, False]
    assert checkers["f"].state("gone.go") == ""
