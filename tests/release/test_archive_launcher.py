"""The command of the archive starts the Python beside it, from wherever it is called."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from release_tools import ROOT

LAUNCHER = ROOT / "packaging" / "archive" / "inhouse"
# Stands for the Python of the archive: says what it was given.
STAND_IN = """#!/bin/sh
printf '%s\\n' "$0" "$@"
exit 7
"""


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """An archive with a stand-in for Python, in a folder whose name is no friend of shells."""
    folder = tmp_path / "un packed $HOME;'" / "inhouse-1.0"
    (folder / "bin").mkdir(parents=True)
    (folder / "python" / "bin").mkdir(parents=True)
    shutil.copy2(LAUNCHER, folder / "bin")
    python = folder / "python" / "bin" / "python3"
    python.write_text(STAND_IN)
    python.chmod(0o755)
    return folder


def call(command: str, folder: Path, path: str = "") -> list[str]:
    """What the stand-in was given; its exit code comes through."""
    done = subprocess.run(
        [command, "-p", "two words", ""],
        cwd=folder,
        env={"PATH": f"{path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (7, "")
    return done.stdout.split("\n")[:-1]


def expected(unpacked: Path) -> list[str]:
    place = unpacked.resolve() / "python" / "bin"
    return [str(place / "python3"), "-I", str(place / "inhouse"), "-p", "two words", ""]


def test_by_its_path(unpacked: Path, tmp_path: Path) -> None:
    assert call(str(unpacked / "bin" / "inhouse"), tmp_path) == expected(unpacked)
    assert call("./inhouse", unpacked / "bin") == expected(unpacked)
    assert call("bin/inhouse", unpacked) == expected(unpacked)


def test_by_its_name(unpacked: Path, tmp_path: Path) -> None:
    assert call("inhouse", tmp_path, str(unpacked / "bin")) == expected(unpacked)


def test_by_symlinks_to_symlinks(unpacked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "links"
    folder.mkdir()
    (folder / "first").symlink_to(unpacked / "bin" / "inhouse")
    (folder / "inhouse").symlink_to("first")
    assert call("inhouse", tmp_path, str(folder)) == expected(unpacked)
    relative = os.path.relpath(unpacked / "bin", folder)
    (folder / "second").symlink_to(f"{relative}/inhouse")
    assert call(str(folder / "second"), tmp_path) == expected(unpacked)


def test_by_a_linked_folder(unpacked: Path, tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(unpacked)
    assert call(str(tmp_path / "current" / "bin" / "inhouse"), tmp_path) == expected(unpacked)
