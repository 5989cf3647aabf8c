"""Which programs a repository would have git start, and how commands are kept from them."""

import asyncio
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tools.git.repositories import git, opened, repository
from tests.tools.git.traps import PROGRAM_KEYS, Trap

from inhouse_tools.git.distrust import as_parameters, for_commands, names_program
from inhouse_tools.git.programs import GitProgram
from inhouse_tools.git.repository import Repository, open_repository


def test_every_program_of_a_hostile_repository_is_listed(tmp_path: Path) -> None:
    trap = Trap(tmp_path)
    trap.arm()
    listed = {one.key for one in opened(trap.root).programs}
    wanted = {key.lower() for key in PROGRAM_KEYS if not key.startswith("alias.")}
    assert wanted <= {key.lower() for key in listed}
    assert {"hook pre-commit", "hook post-checkout"} <= listed
    assert trap.sprung == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("core.fsmonitor", "true"),
        ("pager.log", "false"),
        ("http.proxy", "http://proxy"),
        ("remote.origin.proxy", "http://proxy"),
        ("credential.helper", ""),
        ("remote.origin.url", "https://example.org"),
        ("filter.x.required", "true"),
    ],
)
def test_what_names_no_program(key: str, value: str) -> None:
    assert not names_program(key, value)


def test_whose_hooks_they_are(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    hook = root / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\n", "utf-8")
    assert opened(root).programs == ()
    hook.chmod(0o755)
    assert [one.key for one in opened(root).programs] == ["hook pre-commit"]
    # Those of the person take the place of the repository's.
    git(root, "config", "--global", "core.hooksPath", str(tmp_path / "mine"))
    assert opened(root).programs == ()
    # A relative folder is one of the repository, whoever has set it.
    git(root, "config", "--global", "core.hooksPath", "theirs")
    (root / "theirs").mkdir()
    (root / "theirs" / "pre-push").write_text("#!/bin/sh\n", "utf-8")
    (root / "theirs" / "pre-push").chmod(0o755)
    assert [one.runs for one in opened(root).programs] == ["theirs/pre-push"]


def test_the_persons_agreement_is_asked_with_what_would_run(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    git(root, "config", "diff.external", "./evil")
    for answer in (True, False):
        seen: list[str] = []

        def agree(
            programs: Sequence[GitProgram], answer: bool = answer, seen: list[str] = seen
        ) -> bool:
            seen += [one.key for one in programs]
            return answer

        found = asyncio.run(open_repository(root, trusted=agree))
        assert isinstance(found, Repository)
        assert (found.trusted, seen) == (answer, ["diff.external"])


def test_the_git_of_a_command_runs_none_of_them(tmp_path: Path) -> None:
    trap = Trap(tmp_path)
    trap.arm()
    keys = [one.key for one in opened(trap.root).programs if not one.key.startswith("hook ")]
    kept = {**os.environ, "GIT_CONFIG_PARAMETERS": as_parameters(for_commands(keys))}
    (trap.root / "a.txt").write_text("changed\n", "utf-8")
    (trap.root / "plain").write_text("plain\n", "utf-8")

    def run(*arguments: str) -> int:
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=trap.root, env=kept, capture_output=True, check=False)
        return done.returncode

    for arguments in (["status"], ["diff"], ["log", "-p"], ["stash", "list"], ["add", "plain"]):
        run(*arguments)
    run("-c", "user.name=A", "-c", "user.email=a@b", "commit", "-m", "Add plain", "plain")
    assert trap.sprung == ""
    # A file that a filter would have to change first is not stored as it is.
    assert run("add", "a.txt") != 0
    assert trap.sprung == ""
    git(trap.root, "status", check=False)
    assert trap.sprung


names = st.text(st.characters(codec="ascii", exclude_characters="\0\n"), min_size=1, max_size=12)


@settings(max_examples=25)
@given(names, st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12))
def test_parameters_are_read_by_git_as_they_are_meant(
    tmp_path_factory: pytest.TempPathFactory, name: str, value: str
) -> None:
    key = f"filter.{name}.clean"
    done = subprocess.run(
        ["git", "config", "--get", key],
        cwd=tmp_path_factory.getbasetemp(),
        env={**os.environ, "GIT_CONFIG_PARAMETERS": as_parameters({key: value})},
        capture_output=True,
        check=False,
    )
    assert done.stdout.decode() == f"{value}\n", done.stderr
