"""Real repositories for the tests of git: made by git itself, with a fixed identity."""

import asyncio
import os
import subprocess
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

from inhouse_tools.git.repository import Repository, open_repository
from inhouse_tools.refusal import Refusal

Value = TypeVar("Value")
IDENTITY: Mapping[str, str] = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "1700000000 +0000",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_COMMITTER_DATE": "1700000000 +0000",
}


def git(folder: Path, *arguments: str, check: bool = True, stdin: bytes = b"") -> str:
    """What git says, as the person would call it."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **IDENTITY},
        input=stdin,
        capture_output=True,
        check=False,
    )
    assert not check or done.returncode == 0, done.stderr
    return os.fsdecode(done.stdout)


def empty_repository(folder: Path) -> Path:
    """A repository without a commit, on branch main."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder


def repository(folder: Path, **files: str) -> Path:
    """A repository with one commit of these files (a.txt and b.txt by default)."""
    empty_repository(folder)
    written = files or {"a.txt": "one\ntwo\nthree\n", "b.txt": "bee\n"}
    for name, text in written.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "First")
    return folder


def opened(folder: Path, *, trusted: bool = False) -> Repository:
    """The repository as the tools open it."""
    found = asyncio.run(open_repository(folder, trusted=trusted))
    assert isinstance(found, Repository), found
    return found


def refusal(folder: Path) -> str:
    """Why a folder cannot be opened."""
    found = asyncio.run(open_repository(folder))
    assert isinstance(found, Refusal)
    return found.text


def done(work: Coroutine[Any, Any, Value | Refusal]) -> Value:
    """The value that comes of it; the test fails at a refusal."""
    value = asyncio.run(_await(work))
    assert not isinstance(value, Refusal), value
    return value


def refused(work: Coroutine[Any, Any, Any]) -> str:
    """The words of the refusal that comes of it."""
    value = asyncio.run(_await(work))
    assert isinstance(value, Refusal), value
    return value.text


async def _await(work: Coroutine[Any, Any, Any]) -> Any:
    return await work
