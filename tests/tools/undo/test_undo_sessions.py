"""Two sessions in one folder: each takes back its own turns, unless somebody wants it otherwise."""

from pathlib import Path

import pytest
from tests.tools.undo.undo_project import Project, refused, tree_hash, worked

from inhouse_tools.undo import History


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    for name in ("a.txt", "b.txt"):
        project.write(name, f"old {name}")
    return project


def read(project: Project) -> tuple[str, str]:
    return (project.root / "a.txt").read_text(), (project.root / "b.txt").read_text()


def test_the_newest_turn_of_a_session_is_its_own(project: Project) -> None:
    mine, theirs = project.as_session("mine"), project.as_session("theirs")
    mine.edit("a.txt", "mine")
    theirs.edit("b.txt", "theirs")
    history = History(project.store)
    assert worked(history.undo(sessions=("mine",)))
    assert read(project) == ("old a.txt", "theirs")
    outcome = history.undo(sessions=("mine",))
    assert "Those of other sessions stay" in refused(outcome)
    assert read(project) == ("old a.txt", "theirs")
    assert worked(history.redo(sessions=("mine",)))
    assert read(project) == ("mine", "theirs")


def test_without_a_session_the_newest_of_all_is_meant(project: Project) -> None:
    project.as_session("mine").edit("a.txt", "mine")
    project.as_session("theirs").edit("b.txt", "theirs")
    assert worked(History(project.store).undo())
    assert read(project) == ("mine", "old b.txt")


def test_a_file_that_both_changed_is_a_conflict_and_not_taken_back(project: Project) -> None:
    mine, theirs = project.as_session("mine"), project.as_session("theirs")
    before = mine.edit("a.txt", "mine")
    theirs.edit("a.txt", "theirs")
    now = tree_hash(project.root)
    history = History(project.store)
    assert "a.txt (changed since then)" in refused(history.undo(sessions=("mine",)))
    assert tree_hash(project.root) == now
    assert worked(history.undo(sessions=("theirs",)))
    assert worked(history.undo(sessions=("mine",)))
    assert tree_hash(project.root) == before


def test_turns_of_an_unknown_session_and_those_named_by_id_count(project: Project) -> None:
    before = project.edit("a.txt", "unknown")
    assert worked(History(project.store).undo(sessions=("mine",)))
    assert tree_hash(project.root) == before
    theirs = project.as_session("theirs")
    theirs.edit("b.txt", "theirs")
    (summary, *_others) = project.summaries().turns
    assert summary.turn.session == "theirs"
    assert worked(History(project.store).undo(summary.turn.id, sessions=("mine",)))
    assert read(project)[1] == "old b.txt"
