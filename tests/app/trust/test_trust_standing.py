"""The nearest decision holds, for one repository in one place."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.app.trust.projects_to_trust import repository

from inhouse.trust import deny, is_trusted, project_folder, standing_of, trust, trust_once
from inhouse.trust.deciding import forget, trust_alike


def test_a_repository_is_trusted_as_a_whole(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    inner = root / "src" / "deep"
    inner.mkdir(parents=True)
    trust(inner)
    assert project_folder(inner) == root
    assert is_trusted(root)
    assert is_trusted(inner)
    assert not is_trusted(tmp_path)


def test_a_clone_inside_a_trusted_repository_is_not_trusted(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    trust(root)
    clone = repository(root / "vendor" / "other")
    assert not is_trusted(clone)
    trust(clone)
    assert is_trusted(clone)


def test_a_folder_without_git_takes_what_is_decided_above(tmp_path: Path) -> None:
    inner = tmp_path / "notes" / "2026"
    inner.mkdir(parents=True)
    trust(inner.parent)
    assert is_trusted(inner)
    assert not is_trusted(repository(inner / "clone"))


def test_a_folder_that_is_denied_stays_so_inside_a_trusted_one(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    inner = root / "vendor" / "theirs"
    inner.mkdir(parents=True)
    trust(root)
    deny(root / "vendor")
    assert standing_of(inner).answer == "untrusted"
    assert is_trusted(root)
    # The newer decision is about the whole repository as it is seen from there.
    trust(inner)
    assert is_trusted(inner)


def test_another_repository_in_the_same_place_is_not_trusted(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    trust(root)
    shutil.rmtree(root)
    assert not is_trusted(repository(root))


def test_a_moved_repository_is_not_trusted_nor_one_in_its_place(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    trust(root)
    moved = root.rename(tmp_path / "moved")
    assert not is_trusted(moved)
    assert not is_trusted(repository(root))


def test_a_link_is_what_it_leads_to(tmp_path: Path) -> None:
    root, evil = repository(tmp_path / "repo"), repository(tmp_path / "evil")
    trust(root)
    (tmp_path / "link").symlink_to(root)
    assert is_trusted(tmp_path / "link")
    moved = root.rename(tmp_path / "moved")
    for target in (moved, evil):
        root.unlink(missing_ok=True)
        root.symlink_to(target)
        assert not is_trusted(root), target


def test_for_now_is_forgotten_and_never_written(tmp_path: Path, home: Path) -> None:
    root = repository(tmp_path / "repo")
    trust_once(root)
    assert standing_of(root).once
    assert not (home / ".local" / "state" / "inhouse" / "trust.jsonl").exists()
    forget(str(root))
    assert not is_trusted(root)


def test_another_worktree_takes_what_was_agreed_to(tmp_path: Path) -> None:
    root, other = repository(tmp_path / "repo"), repository(tmp_path / "other")
    trust(root)
    trust_alike(other, root)
    assert standing_of(other).agreed == standing_of(root).agreed


@pytest.mark.parametrize("decide", [trust, deny])
def test_what_was_decided_can_be_taken_back(tmp_path: Path, decide: object) -> None:
    root = repository(tmp_path / "repo")
    assert callable(decide)
    decide(root)
    assert standing_of(root).place == root
    forget(str(root))
    assert standing_of(root).answer == "undecided"


Levels = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["none", "trust", "deny"])), min_size=1, max_size=5
)


@settings(max_examples=40)
@given(Levels)
def test_the_nearest_decision_holds_and_none_reaches_into_a_clone(
    levels: list[tuple[bool, str]],
) -> None:
    """Folders inside each other, some of them repositories, decided from the outside in.

    Compared with the rule said the other way round: from the inside out, up to a repository.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve() / "0"
        decided: list[tuple[Path, bool, str]] = []
        for level, (clone, decision) in enumerate(levels):
            folder.mkdir()
            if clone:
                (folder / ".git").mkdir()
            # Trust is about a whole repository, and never about a folder in it.
            trusts = decision == "trust" and project_folder(folder) == folder
            if trusts:
                trust(folder, ())
            elif decision == "deny":
                deny(folder)
            kept = decision if trusts or decision == "deny" else "none"
            decided.append((folder, clone, kept))
            folder /= str(level + 1)
        wanted = "undecided"
        for _folder, clone, decision in reversed(decided):
            if decision != "none":
                wanted = {"trust": "trusted", "deny": "untrusted"}[decision]
                break
            if clone:
                break
        assert standing_of(decided[-1][0]).answer == wanted
