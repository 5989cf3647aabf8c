"""Turns are taken back and done again: what commands and edits did, and what people did since."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.tools.undo.undo_project import Project, refused, tree_hash, worked


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.write("a.py", "one\ntwo\n")
    project.write("src/b.py", "b\n")
    project.write("src/deep/run.sh", "echo\n", 0o755)
    project.write(".gitignore", "ignored/\n")
    project.write("ignored/kept.bin", "\0\1\2")
    (project.root / "empty").mkdir()
    (project.root / "link").symlink_to("src/b.py")
    (project.root / "loop").symlink_to("loop")
    return project


def replace_file_by_folder(root: Path) -> None:
    (root / "a.py").unlink()
    (root / "a.py" / "inner").mkdir(parents=True)
    (root / "a.py" / "inner" / "x").write_text("x")


def replace_folder_by_file(root: Path) -> None:
    shutil.rmtree(root / "src")
    (root / "src").write_text("no folder any more")


def relink(root: Path) -> None:
    (root / "link").unlink()
    (root / "link").symlink_to("a.py")
    (root / "loop").unlink()
    (root / "loop").write_text("a file now")


def rename_everything(root: Path) -> None:
    (root / "src").rename(root / "lib")
    (root / "a.py").rename(root / "lib" / "deep" / "a.py")


def change_modes(root: Path) -> None:
    (root / "src/deep/run.sh").chmod(0o600)
    (root / "src").chmod(0o700)
    (root / "a.py").chmod(0o444)


def make_new_things(root: Path) -> None:
    (root / "new/folder/here").mkdir(parents=True)
    (root / "new/file").write_bytes(b"\xff\xfe\0")
    (root / "new/link").symlink_to("nowhere")
    (root / "ignored/more").write_text("m")


def remove_an_empty_folder(root: Path) -> None:
    (root / "empty").rmdir()


def write_a_name_that_is_no_text(root: Path) -> None:
    (root / os.fsdecode(b"caf\xe9")).write_text("not UTF-8")


def delete_everything(root: Path) -> None:
    for path in root.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


@pytest.mark.parametrize(
    "change",
    [
        replace_file_by_folder,
        replace_folder_by_file,
        relink,
        rename_everything,
        change_modes,
        make_new_things,
        delete_everything,
        remove_an_empty_folder,
        write_a_name_that_is_no_text,
    ],
)
def test_what_a_command_did_is_taken_back_and_done_again(
    project: Project, change: Callable[[Path], None]
) -> None:
    before = project.run(lambda: change(project.root))
    after = tree_hash(project.root)
    assert after != before
    assert worked(project.undo())
    assert tree_hash(project.root) == before
    assert worked(project.redo())
    assert tree_hash(project.root) == after
    assert worked(project.undo())
    assert tree_hash(project.root) == before


def test_an_edit_needs_no_look_at_the_whole_tree(project: Project) -> None:
    before = project.edit("src/new/file.py", "print()\n")
    (summary,) = project.summaries().turns
    assert [(file.name, file.what) for file in summary.files] == [("src/new/file.py", "created")]
    assert summary.bytes == len("print()\n")
    assert worked(project.undo())
    assert tree_hash(project.root) == before
    assert not (project.root / "src/new").exists()


def test_a_turn_that_only_reads_leaves_nothing(project: Project) -> None:
    with project.turn():
        pass
    assert not project.state.exists()
    assert refused(project.undo()) == "No turn was recorded here yet."
    project.run(lambda: None)
    assert project.summaries().turns == []
    assert "no turn" in refused(project.undo())


def test_turns_are_taken_back_from_the_newest_on(project: Project) -> None:
    first = project.edit("a.py", "1\n", "first")
    second = project.run(lambda: project.write("a.py", "2\n"), "second")
    third = project.edit("c.py", "3\n", "third")
    last = tree_hash(project.root)
    outcome = project.undo(2)
    assert [moved.turn.prompt for moved in outcome.moved] == ["third", "second"]
    assert tree_hash(project.root) == second
    assert worked(project.undo())
    assert tree_hash(project.root) == first
    assert [moved.turn.prompt for moved in project.redo(3).moved] == ["first", "second", "third"]
    assert tree_hash(project.root) == last
    identifier = project.summaries().turns[1].turn.id
    assert len(project.undo(identifier[:6]).moved) == 2
    assert tree_hash(project.root) == second
    assert third != second
    assert "begins with zz" in refused(project.undo("zz"))


def test_a_new_turn_ends_the_redo_chain(project: Project) -> None:
    project.edit("a.py", "1\n")
    assert worked(project.undo())
    project.run(lambda: None)
    assert project.summaries().turns[0].turn.state == "undone"
    project.edit("b.py", "2\n")
    assert "no turn" in refused(project.redo())
    assert len(project.summaries().turns) == 1


def test_newer_changes_of_a_person_are_a_conflict(project: Project) -> None:
    def change() -> None:
        for name in ("a.py", "src/b.py", "made.py"):
            project.write(name, "turn\n")

    project.run(change)
    project.write("src/b.py", "mine\n")
    now = tree_hash(project.root)
    text = refused(project.undo())
    assert "src/b.py (changed since then)" in text
    assert "nothing was touched" in text
    assert "a.py" not in text
    assert tree_hash(project.root) == now
    assert worked(project.undo(force=True))
    assert (project.root / "src/b.py").read_text() == "b\n"
    assert worked(project.redo())
    assert (project.root / "src/b.py").read_text() == "mine\n", "redo brings back what was there"
    assert (project.root / "a.py").read_text() == "turn\n"


def test_what_a_person_did_elsewhere_stays(project: Project) -> None:
    project.run((project.root / "made").mkdir)
    project.write("made/mine.txt", "mine")
    project.write("a.py", "mine\n")
    outcome = project.undo()
    assert worked(outcome)
    assert outcome.moved[0].notes == ("made stays: directory not empty.",)
    assert (project.root / "made/mine.txt").read_text() == "mine"
    assert (project.root / "a.py").read_text() == "mine\n"


def test_a_person_who_undid_it_by_hand_is_no_conflict(project: Project) -> None:
    before = project.run((project.root / "a.py").unlink)
    project.write("a.py", "one\ntwo\n")
    assert worked(project.undo())
    assert tree_hash(project.root) == before


def test_edits_between_the_steps_of_a_turn_are_not_its_own(project: Project) -> None:
    with project.turn():
        with project.command():
            project.write("made.py", "by the command\n")
        project.write("src/b.py", "by the person\n")
        with project.writing("a.py"):
            project.write("a.py", "by the edit\n")
    assert worked(project.undo())
    assert (project.root / "src/b.py").read_text() == "by the person\n"
    assert (project.root / "a.py").read_text() == "one\ntwo\n"
    assert not (project.root / "made.py").exists()


def test_a_file_that_a_person_changed_within_the_turn_is_a_conflict(project: Project) -> None:
    with project.turn():
        with project.writing("a.py"):
            project.write("a.py", "turn\n")
        project.write("a.py", "mine\n")
        with project.command():
            project.write("a.py", "turn again\n")
    assert "a.py (somebody else changed it during the turn)" in refused(project.undo())
    assert worked(project.undo(force=True))
    assert (project.root / "a.py").read_text() == "one\ntwo\n"
    assert worked(project.redo())
    assert (project.root / "a.py").read_text() == "turn again\n"


def test_redo_meets_newer_changes_too(project: Project) -> None:
    project.edit("a.py", "turn\n")
    assert worked(project.undo())
    project.write("a.py", "mine\n")
    assert "a.py (changed since then)" in refused(project.redo())
    assert worked(project.redo(force=True))
    assert (project.root / "a.py").read_text() == "turn\n"
    assert worked(project.undo())
    assert (project.root / "a.py").read_text() == "mine\n"


def test_a_list_says_what_changed(project: Project) -> None:
    def change() -> None:
        project.write("a.py", "one\n2\nthree\n")
        (project.root / "src/b.py").unlink()
        (project.root / "made").mkdir()
        (project.root / "binary").write_bytes(b"\0\0")

    project.run(change, "first line\nsecond line")
    (summary,) = project.summaries().turns
    assert [(one.name, one.what, one.added, one.removed) for one in summary.files] == [
        ("a.py", "changed", 2, 1),
        ("binary", "created", None, None),
        ("made", "created", None, None),
        ("src/b.py", "deleted", 0, 1),
    ]
    assert summary.turn.prompt == "first line\nsecond line"


def test_a_thousand_deleted_files_come_back(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for number in range(1000):
        project.write(f"d{number % 40}/f{number}.txt", f"{number}\n" * 20)
    before = project.run(lambda: delete_everything(project.root))
    assert list(project.root.iterdir()) == []
    assert worked(project.undo())
    assert tree_hash(project.root) == before


def test_the_folder_itself_comes_back(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("a.txt", "a")
    before = project.run(lambda: shutil.rmtree(project.root))
    assert worked(project.undo())
    assert tree_hash(project.root) == before


def test_further_folders_are_covered(tmp_path: Path) -> None:
    project = Project(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "x.txt").write_text("x")
    project.recorder = type(project.recorder)(project.store, (other.resolve(),))
    before = tree_hash(other)
    project.run(lambda: delete_everything(other))
    project.restart()
    assert worked(project.undo())
    assert tree_hash(other) == before
