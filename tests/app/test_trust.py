"""Trust belongs to one repository in one place."""

import shutil
from pathlib import Path

from inhouse.trust import is_trusted, project_folder, trust


def repository(folder: Path) -> Path:
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "description").write_text("made by git\n", "utf-8")
    return folder


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
    assert not is_trusted(repository(root / "vendor" / "other"))


def test_another_repository_in_the_same_place_is_not_trusted(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    trust(root)
    shutil.rmtree(root)
    assert not is_trusted(repository(root))


def test_a_moved_repository_is_not_trusted(tmp_path: Path) -> None:
    trust(repository(tmp_path / "repo"))
    moved = (tmp_path / "repo").rename(tmp_path / "moved")
    assert not is_trusted(moved)


def test_a_damaged_list_trusts_nothing(tmp_path: Path, home: Path) -> None:
    root = repository(tmp_path / "repo")
    trust(root)
    stored = home / ".local" / "state" / "inhouse" / "trusted.json"
    for text in ("", "[]", "{", '{"' + str(root) + '": 1}', "\0"):
        stored.write_text(text, "utf-8")
        assert not is_trusted(root)
    trust(root)
    assert is_trusted(root)
