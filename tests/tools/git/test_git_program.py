"""Running git: missing, too slow, too chatty, interrupted."""

import asyncio
import os
import time
from pathlib import Path

import pytest
from tests.tools.git.repositories import refusal, repository

from inhouse_tools.git.program import Answer, Call, find_program, run
from inhouse_tools.refusal import Refusal


def script(folder: Path, text: str) -> str:
    """A program that stands for git."""
    file = folder / "program"
    file.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    file.chmod(0o755)
    return str(file)


def test_no_git_is_a_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "repo")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program(root) is None
    assert refusal(root) == "git is not installed, or not on PATH outside of this folder."


def test_a_program_that_is_gone_is_a_value(tmp_path: Path) -> None:
    found = asyncio.run(run(Call([str(tmp_path / "git"), "status"], tmp_path)))
    assert isinstance(found, Refusal)
    assert "Cannot run git" in found.text


def test_a_folder_that_is_gone_is_a_value(tmp_path: Path) -> None:
    found = asyncio.run(run(Call([script(tmp_path, "pwd")], tmp_path / "missing")))
    assert isinstance(found, Refusal)
    assert "cannot be entered" in found.text


def test_a_git_that_only_fails_is_a_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "repo")
    broken = tmp_path / "bin"
    broken.mkdir()
    (broken / "git").write_text("#!/bin/sh\necho 'xcrun: error' >&2; exit 1\n", "utf-8")
    (broken / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken}:/usr/bin:/bin")
    assert "xcrun: error" in refusal(root)


def test_output_errors_and_code(tmp_path: Path) -> None:
    program = script(tmp_path, "cat; echo problem >&2; exit 3")
    found = asyncio.run(run(Call([program], tmp_path, stdin=b"in\xff\n")))
    assert found == Answer(3, b"in\xff\n", "problem")
    assert found.text == os.fsdecode(b"in\xff")


def test_too_slow_is_stopped(tmp_path: Path) -> None:
    program = script(tmp_path, "trap 'touch ended; exit' TERM; sleep 60 & wait")
    began = time.monotonic()
    found = asyncio.run(run(Call([program], tmp_path, seconds=0.3)))
    assert isinstance(found, Refusal)
    assert "within 0.3 seconds" in found.text
    # Asked first, so that a git puts its locks away.
    assert (tmp_path / "ended").exists()
    assert time.monotonic() - began < 20


def test_too_much_is_cut(tmp_path: Path) -> None:
    program = script(tmp_path, "yes")
    found = asyncio.run(run(Call([program], tmp_path, most=1_000)))
    assert isinstance(found, Answer)
    assert found.cut
    assert len(found.output) == 1_000


def test_what_a_hook_leaves_behind_is_not_waited_for(tmp_path: Path) -> None:
    program = script(tmp_path, "sleep 60 & echo $! > left; echo done")
    began = time.monotonic()
    found = asyncio.run(run(Call([program], tmp_path)))
    os.kill(int((tmp_path / "left").read_text("utf-8")), 9)
    assert found == Answer(0, b"done\n")
    assert time.monotonic() - began < 20


def test_interrupted_it_ends(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    program = script(tmp_path, "trap 'touch ended; exit' TERM; echo > begun; sleep 60 & wait")

    async def interrupt() -> None:
        task = asyncio.create_task(run(Call([program], tmp_path)))
        await asyncio.to_thread(begun.read_text)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(interrupt())
    assert (tmp_path / "ended").exists()


def test_a_nul_is_refused(tmp_path: Path) -> None:
    found = asyncio.run(run(Call([script(tmp_path, ":"), "a\0b"], tmp_path)))
    assert isinstance(found, Refusal)
    assert "NUL" in found.text
