"""What is not covered is said before, stays as it is, and is never made worse by an undo."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from tests.tools.undo.undo_project import Project, tree_hash, worked
from tests.unprivileged import bound_by_file_modes

from inhouse_tools.undo import Recorder, Store, tree


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.write("a.txt", "a\n")
    return project


def notes(project: Project) -> tuple[str, ...]:
    outcome = project.undo()
    assert outcome.refusal is None, outcome.refusal
    return outcome.moved[0].notes


def git(folder: Path, *arguments: str) -> str:
    names = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "A"}
    return subprocess.run(
        ["git", "-c", "init.defaultBranch=main", *arguments],
        cwd=folder,
        env={**os.environ, **names, "GIT_COMMITTER_EMAIL": "a@b"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MAX_FILE_BYTES", 1000)


@pytest.mark.usefixtures("small_files")
def test_large_files_are_said_before_and_left(project: Project) -> None:
    project.write("large.bin", "x" * 2000)
    with project.turn():
        project.recorder.open()
        project.recorder.close()
        with project.command():
            (project.root / "large.bin").unlink()
            project.write("made.bin", "y" * 3000)
            project.write("a.txt", "z" * 4000)
            project.write("b.txt", "b")
    project.restart()
    with project.turn():
        said = project.recorder.open()
        assert said == (
            "Undo does not cover a.txt (0.0 MB, larger than 50 MB), made.bin (0.0 MB, larger than "
            "50 MB). What a command changes there cannot be taken back.",
        )
        assert project.recorder.open() == ()
    assert notes(project) == (
        "a.txt was changed by this turn and stays so: it was not recorded (0.0 MB, larger than "
        "50 MB).",
        "large.bin was deleted by this turn and cannot be brought back (0.0 MB, larger than "
        "50 MB).",
        "made.bin was made by this turn and stays: it was not recorded (0.0 MB, larger than "
        "50 MB).",
    )
    assert project.names == ["a.txt", "made.bin"]


def test_what_has_no_room_is_said_and_the_small_ones_are_kept(tmp_path: Path) -> None:
    project = Project(tmp_path, room=5000)
    for number in range(5):
        project.write(f"{number}.txt", str(number) * (number + 1) * 1000)
    with project.turn():
        (said,) = project.recorder.open()
        assert "2.txt" in said
        assert "4.txt" in said
        assert "1.txt" not in said
        for path in project.root.iterdir():
            path.unlink()
        project.recorder.close()
    assert worked(project.undo())
    assert project.names == ["0.txt", "1.txt"]


def test_folders_that_can_be_made_anew_are_covered_while_they_are_small(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write(".gitignore", "out/\n")
    for name in ("node_modules", "out", "src"):
        for number in range(8):
            project.write(f"{name}/{number}/x.js", "x")
    project.write(".venv/few.py", "x")
    monkeypatch.setattr("inhouse_tools.undo.bulk.MAX_FILES", 10)
    with project.turn():
        (said,) = project.recorder.open()
        shutil.rmtree(project.root / "node_modules")
        shutil.rmtree(project.root / "src")
        shutil.rmtree(project.root / ".venv")
        (project.root / "out/0/x.js").unlink()
        project.recorder.close()
    assert "node_modules (many files that can be made anew), out (many" in said
    assert "src" not in said
    said = notes(project)
    assert said == (
        "node_modules was deleted by this turn and cannot be brought back (many files that can be "
        "made anew).",
    )
    assert (project.root / "src/7/x.js").exists()
    assert (project.root / ".venv/few.py").exists()
    assert not (project.root / "out/0/x.js").exists()


def test_an_edit_in_a_folder_that_is_not_covered_is(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        project.write(f"node_modules/{number}.js", "x")
    monkeypatch.setattr("inhouse_tools.undo.bulk.MAX_FILES", 10)
    before = project.edit("node_modules/3.js", "patched")
    project.run(lambda: None)
    project.write("node_modules/4.js", "by the person")
    assert worked(project.undo())
    (project.root / "node_modules/4.js").write_text("x")
    assert tree_hash(project.root) == before


def test_too_many_files_are_said_once_and_edits_still_covered(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        project.write(f"{number}.txt", "x")
    monkeypatch.setattr(tree, "MAX_FILES", 10)
    with project.turn():
        assert "cannot be taken back" in project.recorder.open()[0]
        project.recorder.close()
        assert project.recorder.open() == ()
        project.recorder.close()
        with project.writing("1.txt"):
            project.write("1.txt", "edit")
    outcome = project.undo()
    assert outcome.refusal is not None
    assert "cannot be taken back wholly" in outcome.refusal.text
    assert worked(project.undo(force=True))
    assert (project.root / "1.txt").read_text() == "x"


def test_what_is_no_file_is_passed_over(project: Project) -> None:
    os.mkfifo(project.root / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        folder = os.open(project.root, os.O_RDONLY)
        listening.bind(f"/proc/self/fd/{folder}/socket")
        os.close(folder)
        before = project.run(lambda: project.write("a.txt", "b"))
    assert worked(project.undo())
    assert tree_hash(project.root) == before
    assert (project.root / "pipe").is_fifo()


def test_hard_links_get_their_content_back(project: Project) -> None:
    os.link(project.root / "a.txt", project.root / "b.txt")
    before = project.run(lambda: (project.root / "a.txt").write_text("both"))
    assert (project.root / "b.txt").read_text() == "both"
    assert worked(project.undo())
    assert tree_hash(project.root) == before


def test_a_read_only_folder_is_no_obstacle(project: Project) -> None:
    project.write("locked/x", "x")
    (project.root / "locked").chmod(0o555)

    def change() -> None:
        (project.root / "locked").chmod(0o755)
        (project.root / "locked/x").unlink()
        project.write("locked/y", "y")
        (project.root / "locked").chmod(0o555)

    before = project.run(change)
    assert worked(project.undo())
    assert tree_hash(project.root) == before
    (project.root / "locked").chmod(0o755)


def test_what_cannot_be_read_is_said(project: Project) -> None:
    project.write("secret", "s").chmod(0)
    project.write("closed/x", "x").parent.chmod(0)
    with bound_by_file_modes(), project.turn():
        (said,) = project.recorder.open()
        project.write("a.txt", "changed")
        project.recorder.close()
    (project.root / "closed").chmod(0o700)
    assert "closed (not readable), secret (0.0 MB, not readable)" in said
    assert worked(project.undo())
    assert (project.root / "closed/x").read_text() == "x"


def test_a_folder_that_opens_within_a_turn_is_not_new(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulated, since root may read everything: its files must not be taken for created ones."""
    project.write("closed/x", "x")
    real = os.access

    def access(path: str | bytes, mode: int, **how: bool) -> bool:
        return b"closed" not in os.fsencode(path) and real(path, mode, **how)

    monkeypatch.setattr(os, "access", access)
    with project.turn():
        (said,) = project.recorder.open()
        monkeypatch.setattr(os, "access", real)
        project.write("a.txt", "changed")
        project.recorder.close()
    assert "closed (not readable)" in said
    assert worked(project.undo())
    assert (project.root / "closed/x").read_text() == "x"
    before = project.run((project.root / "closed/x").unlink)
    assert worked(project.undo()), "between turns it is looked at again"
    assert tree_hash(project.root) == before


def test_a_folder_that_a_turn_closes_is_said(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("closed/x", "x")
    real = os.scandir

    def scandir(path: bytes) -> object:
        if path.endswith(b"closed"):
            raise PermissionError
        return real(path)

    with project.turn(), project.command():
        project.write("closed/x", "changed")
        project.write("a.txt", "changed")
        monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(os, "scandir", real)
    outcome = project.undo()
    assert outcome.refusal is not None
    assert "What was changed in closed is not known" in outcome.refusal.text
    assert worked(project.undo(force=True))
    assert (project.root / "a.txt").read_text() == "a\n"


def test_git_is_never_touched_and_its_moves_are_said(project: Project) -> None:
    git(project.root, "init")
    git(project.root, "add", ".")
    git(project.root, "commit", "-m", "first")
    project.write("staged.txt", "staged\n")
    git(project.root, "add", "staged.txt")
    first = git(project.root, "rev-parse", "HEAD")

    def change() -> None:
        project.write("a.txt", "committed\n")
        git(project.root, "commit", "-am", "second")

    before = project.run(change)
    second = git(project.root, "rev-parse", "HEAD")
    own = {path: path.read_bytes() for path in (project.root / ".git").rglob("*") if path.is_file()}
    (said,) = notes(project)
    assert said == (
        f"HEAD moved from main {first[:12]} to main {second[:12]} during this turn; only files are "
        "taken back."
    )
    assert tree_hash(project.root) == before
    for path, raw in own.items():
        assert path.read_bytes() == raw


def test_submodules_and_worktrees_keep_their_pointers(project: Project) -> None:
    git(project.root, "init")
    git(project.root, "add", ".")
    git(project.root, "commit", "-m", "first")
    git(project.root, "worktree", "add", "tree")
    pointer = (project.root / "tree/.git").read_text()
    before = project.run((project.root / "tree/a.txt").unlink)
    assert worked(project.undo())
    assert tree_hash(project.root) == before
    assert (project.root / "tree/.git").read_text() == pointer
    project.run(lambda: shutil.rmtree(project.root / "tree"))
    assert notes(project) == (
        "tree/.git was deleted by this turn and cannot be brought back (git's own).",
    )
    assert tree_hash(project.root) == before
    inner = Recorder(Store((project.root / "tree").resolve(), project.state.with_name("inner")))
    inner.begin("No git of its own.")
    assert inner.open() == ()


def test_inhouse_itself_is_not_recorded(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.store = Store(tmp_path.resolve(), tmp_path / "state", (tmp_path / "own",))
    project.root = tmp_path
    project.restart()
    (tmp_path / "own").mkdir()

    def change() -> None:
        (tmp_path / "own/session").write_text("goes on")
        (tmp_path / "x").write_text("x")

    project.run(change)
    (moved,) = project.undo().moved
    assert moved.removed == ("x",)
    assert (tmp_path / "own/session").exists()


def test_a_worktree_among_the_files_of_inhouse_is_recorded(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.store = Store(project.root.resolve(), project.state, (tmp_path.resolve(),))
    project.restart()
    before = project.edit("a.txt", "a")
    project.run(lambda: project.write("b.txt", "b"))
    assert worked(project.undo(2))
    assert tree_hash(project.root) == before
