"""The records: private, each content once, bounded, and useful even when a part is damaged."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest
from tests.tools.undo.undo_project import Project, refused, tree_hash, worked

from inhouse_tools.undo import reading
from inhouse_tools.undo.database import FILE


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.write("a.txt", "a\n")
    return project


def database(project: Project) -> sqlite3.Connection:
    return sqlite3.connect(project.store.folder / FILE, isolation_level=None)


def ask(project: Project, query: str) -> list[tuple[object, ...]]:
    connection = database(project)
    rows = connection.execute(query).fetchall()
    connection.close()
    return rows


def test_records_are_for_their_owner_alone(project: Project) -> None:
    os.umask(0)
    project.edit("a.txt", "b\n")
    os.umask(0o022)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in project.state.rglob("*")}
    assert modes["undo"] == 0o700
    assert modes[FILE] == 0o600


def test_each_content_is_kept_once_and_packed_where_it_pays(project: Project) -> None:
    noise = os.urandom(5000)
    for name in ("x", "y", "z"):
        project.write(name, "line\n" * 1000)
        (project.root / f"{name}.bin").write_bytes(noise)
    project.run(lambda: project.write("copy", "line\n" * 1000))
    kept = ask(
        project, "SELECT size, packed, length(data) < size FROM contents ORDER BY size, packed"
    )
    assert kept == [(2, 0, 0), (5000, 0, 0), (5000, 1, 1)]


def test_an_unchanged_file_is_not_read_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(project.root / "a.txt", ns=(0, 0))
    monkeypatch.setattr(reading, "RACY_NANOSECONDS", 0)
    monkeypatch.setattr(reading, "RACY_NANOSECONDS_COARSE", 0)
    project.run(lambda: None)
    real, read = os.open, list[str]()

    def watched(path: str | bytes, *arguments: int, **named: int) -> int:
        read.append(os.fsdecode(path))
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "open", watched)
    project.run(lambda: None)
    assert [path for path in read if "a.txt" in path] == []
    project.write("a.txt", "b\n")
    os.utime(project.root / "a.txt", ns=(0, 0))
    project.run(lambda: None)
    assert len([path for path in read if "a.txt" in path]) == 1, "restored times do not hide it"


def test_a_file_that_was_just_written_is_read_again(project: Project) -> None:
    """Its times are too near to tell another change of the same length from none."""
    with project.turn():
        with project.command():
            project.write("a.txt", "b\n")
        ((signature,),) = ask(project, "SELECT signature FROM tree WHERE path = X'612e747874'")
        assert signature == b""


def test_old_turns_make_room_for_new_ones(tmp_path: Path) -> None:
    project = Project(tmp_path, room=400_000)
    for number in range(12):
        noise = os.urandom(60_000).hex()
        project.edit("a.txt", noise, f"turn {number}")
    kept = [summary.turn.prompt for summary in project.summaries().turns]
    assert kept[0] == "turn 11"
    assert 2 < len(kept) < 12
    assert (project.store.folder / FILE).stat().st_size < 600_000
    assert worked(project.undo(len(kept)))


def test_a_turn_larger_than_the_room_is_still_kept(tmp_path: Path) -> None:
    project = Project(tmp_path, room=50_000)
    project.edit("a.txt", os.urandom(50_000).hex())
    before = project.edit("a.txt", os.urandom(50_000).hex())
    assert len(project.summaries().turns) == 1
    assert worked(project.undo())
    assert tree_hash(project.root) == before


def test_a_damaged_content_is_said_and_nothing_touched(project: Project) -> None:
    project.run(lambda: (project.write("a.txt", "b\n"), project.write("c.txt", "c\n")))
    connection = database(project)
    connection.execute("UPDATE contents SET data = X'00' WHERE size = 2 AND data = ?", (b"a\n",))
    connection.close()
    now = tree_hash(project.root)
    assert "the recorded content of a.txt is damaged" in refused(project.undo())
    assert tree_hash(project.root) == now
    connection = database(project)
    connection.execute("DELETE FROM contents")
    connection.close()
    assert "content of a.txt is gone" in refused(project.undo())
    assert tree_hash(project.root) == now


def test_damaged_records_are_said_and_skipped(project: Project) -> None:
    for number in range(3):
        project.edit("a.txt", f"{number}\n", f"turn {number}")
    connection = database(project)
    connection.execute("UPDATE turns SET format = 99 WHERE prompt = 'turn 2'")
    connection.execute(
        "UPDATE changes SET after_kind = 'nonsense' "
        "WHERE turn = (SELECT number FROM turns WHERE prompt = 'turn 1')"
    )
    connection.close()
    found = project.summaries()
    assert [summary.turn.prompt for summary in found.turns] == ["turn 0"]
    assert len(found.notices) == 2
    assert "has a format that this inhouse does not read" in found.notices[0]
    assert "is damaged: a.txt" in found.notices[1]
    assert "is damaged: a.txt" in refused(project.undo())


def test_a_damaged_database_is_put_aside_and_said(project: Project) -> None:
    project.edit("a.txt", "b\n")
    file = project.store.folder / FILE
    file.write_bytes(b"no database at all" * 500)
    project.said.clear()
    before = project.edit("a.txt", "c\n")
    (said,) = project.said
    assert "were damaged; earlier turns cannot be taken back" in said
    assert worked(project.undo())
    assert tree_hash(project.root) == before
    assert len(list(project.store.folder.glob("damaged-*.db"))) == 1


def test_a_newer_format_is_left_alone(project: Project) -> None:
    project.edit("a.txt", "b\n")
    connection = database(project)
    connection.execute("PRAGMA user_version = 9")
    connection.close()
    assert "they have format 9, this inhouse reads 2; update it" in refused(project.undo())


def test_an_older_format_is_taken_over(project: Project) -> None:
    before = project.edit("a.txt", "b\n")
    connection = database(project)
    connection.execute("ALTER TABLE turns DROP COLUMN session")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    assert [summary.turn.session for summary in project.summaries().turns] == [""]
    assert worked(project.undo())
    assert tree_hash(project.root) == before


def test_records_that_cannot_be_written_keep_nobody_from_working(
    project: Project, tmp_path: Path
) -> None:
    project.state.write_text("in the way")
    project.edit("a.txt", "b\n")
    (said,) = project.said
    assert said.startswith("What follows cannot be taken back: ")
    assert (project.root / "a.txt").read_text() == "b\n"
