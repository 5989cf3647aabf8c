"""Undo after somebody else was there: it compares three states and never overwrites newer work."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.tools.undo.undo_project import Project, picture, refused, tree_hash, worked

from inhouse_tools.undo.database import FILE


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.write("sub/file", "old")
    project.write("other", "other")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("outside")
    return project


def outside(project: Project) -> Path:
    return project.root.parent / "outside"


def edited(project: Project) -> None:
    (project.root / "sub" / "file").write_text("mine")


def renamed(project: Project) -> None:
    (project.root / "sub" / "file").rename(project.root / "sub" / "elsewhere")


def deleted(project: Project) -> None:
    (project.root / "sub" / "file").unlink()


def made_a_folder(project: Project) -> None:
    deleted(project)
    project.write("sub/file/inner", "mine")


def made_a_link(project: Project) -> None:
    deleted(project)
    (project.root / "sub" / "file").symlink_to(outside(project) / "file")


def linked_the_folder(project: Project) -> None:
    shutil.rmtree(project.root / "sub")
    (project.root / "sub").symlink_to(outside(project))


def given_a_mode(project: Project) -> None:
    (project.root / "sub" / "file").chmod(0o755)


WAYS = (*(edited, renamed, deleted, made_a_folder, made_a_link, linked_the_folder, given_a_mode),)


@pytest.mark.parametrize("change", WAYS)
def test_what_was_done_since_is_named_and_nothing_touched(
    project: Project, change: Callable[[Project], None]
) -> None:
    project.edit("sub/file", "turn")
    change(project)
    now, beyond = picture(project.root), tree_hash(outside(project))
    text = refused(project.undo())
    assert "sub/file" in text
    assert "nothing was touched" in text
    assert picture(project.root) == now
    assert tree_hash(outside(project)) == beyond


@pytest.mark.parametrize("change", WAYS)
def test_even_by_force_nothing_outside_is_written(
    project: Project, change: Callable[[Project], None]
) -> None:
    project.edit("sub/file", "turn")
    change(project)
    beyond = tree_hash(outside(project))
    outcome = project.undo(force=True)
    assert tree_hash(outside(project)) == beyond
    if outcome.refusal is None:
        assert (project.root / "sub" / "file").read_text() == "old"
        assert not (project.root / "sub" / "file").is_symlink()


def test_undo_does_work_when_nobody_was_there(project: Project) -> None:
    before = project.edit("sub/file", "turn")
    assert worked(project.undo())
    assert tree_hash(project.root) == before


def test_a_store_that_was_deleted_or_pruned_is_said(project: Project) -> None:
    project.edit("sub/file", "turn")
    (project.store.folder / FILE).unlink()
    now = tree_hash(project.root)
    assert refused(project.undo()) == "No turn was recorded here yet."
    assert tree_hash(project.root) == now
