"""A folder that is swapped for a link at any moment never leads a write, or an undo, outside."""

import ctypes
import os
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.tools.undo.undo_project import Project

from inhouse_tools.writing.files import Write, digest, write_files

FLIPS = 10_000
ACTS = 100
AT_FDCWD, EXCHANGE = -100, 2


class Flipper:
    """Exchanges a folder and a link to another one, from a thread, as fast as it can."""

    def __init__(self, folder: Path, link: Path) -> None:
        self.flips = 0
        self._names = os.fsencode(folder), os.fsencode(link)
        self._library = ctypes.CDLL(None, use_errno=True)
        self._stop = threading.Event()

    def flip(self) -> bool:
        """Once; whether this system can do it."""
        one, other = self._names
        done = self._library.renameat2(AT_FDCWD, one, AT_FDCWD, other, EXCHANGE) == 0
        self.flips += done
        return done

    @contextmanager
    def running(self) -> Generator[None]:
        """Until the end of the block, when the folder is in its place again."""
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()
            if self.flips % 2:
                self.flip()

    def _run(self) -> None:
        while not self._stop.is_set():
            self.flip()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.write("sub/file", "old")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("old")
    (project.root / "link").symlink_to(outside)
    return project


@pytest.fixture
def flipper(project: Project) -> Flipper:
    flipper = Flipper(project.root / "sub", project.root / "link")
    if not hasattr(ctypes.CDLL(None), "renameat2") or not (flipper.flip() and flipper.flip()):
        pytest.skip("two names cannot be exchanged here")
    return flipper


def outside_of(project: Project) -> tuple[str, list[str]]:
    folder = project.root.parent / "outside"
    return (folder / "file").read_text(), sorted(path.name for path in folder.iterdir())


def repeat(flipper: Flipper, act: Callable[[int], bool]) -> int:
    """Act until that and the flips were often enough; how often it worked."""
    worked = number = 0
    with flipper.running():
        while flipper.flips < FLIPS or number < ACTS:
            worked += act(number)
            number += 1
    return worked


def test_a_write_never_leads_outside(project: Project, flipper: Flipper) -> None:
    root = project.root.resolve()

    def write(number: int) -> bool:
        del number
        standing = digest(b"old"), digest(b"new")
        for before, after in (standing, standing[::-1]):
            raw = b"new" if after == standing[1] else b"old"
            item = Write(root, root / "sub" / "file", "sub/file", raw, before)
            if write_files([item], project.state) is None:
                return True
        return False

    assert repeat(flipper, write) > 0, "none landed, which would prove nothing"
    assert outside_of(project) == ("old", ["file"])


def test_an_undo_never_leads_outside(project: Project, flipper: Flipper) -> None:
    def change() -> None:
        project.write("sub/file", "turn")
        project.write("sub/made/inner", "turn", mode=0o600)

    project.run(change)
    modes = (project.root.parent / "outside").stat().st_mode

    def move(number: int) -> bool:
        outcome = project.undo() if number % 2 == 0 else project.redo()
        return outcome.refusal is None and bool(outcome.moved)

    repeat(flipper, move)
    assert outside_of(project) == ("old", ["file"])
    assert (project.root.parent / "outside").stat().st_mode == modes
    project.recorder.begin("Next.")
    assert project.undo().moved or project.redo().moved


def test_a_naive_writer_is_led_outside_by_the_same_flips(
    project: Project, flipper: Flipper
) -> None:
    def write(number: int) -> bool:
        (project.root / "sub" / "file").write_text(f"new {number}")
        return True

    repeat(flipper, write)
    assert outside_of(project) != ("old", ["file"])
