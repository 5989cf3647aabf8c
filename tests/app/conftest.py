"""Fixtures of the front-end tests: the command line as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pytest
from tests.app.loaded import loaded_command


class Run(Protocol):
    """Runs `inhouse ARGUMENTS` in the test's folder; `piped` is its standard input."""

    def __call__(
        self, *arguments: str, env: Mapping[str, str] | None = None, piped: str = ""
    ) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture(autouse=True)
def sockets(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket folder of the test's own: `engine stop` must never reach a person's engine."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to work in, outside of any repository."""
    made = tmp_path / "work"
    made.mkdir()
    return made


def running(command: Sequence[str], folder: Path, seconds: float = 120) -> Run:
    """Runs a command in a folder, for so long at most."""

    def run(
        *arguments: str, env: Mapping[str, str] | None = None, piped: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *arguments],
            cwd=folder,
            env={**os.environ, **(env or {})},
            input=piped,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    return run


@pytest.fixture
def inhouse(folder: Path) -> Run:
    """The command line in `folder`, loaded already."""
    return running(loaded_command("inhouse"), folder)


@pytest.fixture
def inhouse_anew(folder: Path) -> Run:
    """The command line in `folder`, as it starts."""
    return running([sys.executable, "-m", "inhouse.start"], folder)
