"""Fixtures of the front-end tests: the command line as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to work in, outside of any repository."""
    made = tmp_path / "work"
    made.mkdir()
    return made


@pytest.fixture
def inhouse(folder: Path) -> Run:
    """Runs `inhouse ARGUMENTS` in `folder`; keywords go to subprocess.run."""

    def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **options.pop("env", {})}  # type: ignore[dict-item] # a mapping by contract
        command = [sys.executable, "-m", "inhouse.start", *arguments]
        settings = {"cwd": folder, "stdin": subprocess.DEVNULL, "timeout": 60, **options}
        if "input" in settings:
            del settings["stdin"]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, **settings
        )

    return run
