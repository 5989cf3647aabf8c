"""Where a tool path leads, and what is never written."""

import os
from pathlib import Path

import pytest
from tests.tools.helpers_tools import call, project, workspace_in

from inhouse_tools.places.paths import Place, resolve, spell, unspell
from inhouse_tools.refusal import Refusal


def place(root: Path, text: str) -> Place:
    found = resolve(text, workspace_in(root))
    assert isinstance(found, Place)
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    return folder


def test_a_path_inside_is_relative_to_the_root(root: Path) -> None:
    for text in ("a/b.py", "./a/b.py", "a/../a/b.py", str(root / "a/b.py")):
        found = place(root, text)
        assert (found.name, found.outside) == ("a/b.py", False)


@pytest.mark.parametrize("text", ["../victim", "a/../../victim", "/etc/passwd", "../app-evil/x"])
def test_a_path_out_of_the_root_is_outside_and_not_written(root: Path, text: str) -> None:
    for sibling in ("victim", "app-evil"):
        (root.parent / sibling).mkdir(exist_ok=True)
    assert place(root, text).outside
    before = sorted(root.parent.rglob("*"))
    answer = call(workspace_in(root), "write", file_path=text, content="x\n")
    assert answer.failed
    assert "outside" in answer.text
    assert sorted(root.parent.rglob("*")) == before


def test_links_are_judged_by_where_they_lead(root: Path) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "secret").write_text("old")
    (root / "folder").symlink_to(outside)
    (root / "file").symlink_to(outside / "secret")
    (root / "new").symlink_to(outside / "fresh")
    (root / "loop").symlink_to(root / "loop")
    workspace = workspace_in(root)
    for text in ("folder/secret", "file", "folder/fresh", "new"):
        assert place(root, text).outside
        call(workspace, "read", file_path=text)
        assert call(workspace, "write", file_path=text, content="new").failed
    assert isinstance(resolve("loop", workspace), Refusal)
    assert (outside / "secret").read_text() == "old"
    assert not (outside / "fresh").exists()


def test_a_link_inside_is_kept_and_its_target_written(root: Path) -> None:
    workspace = project(root, {"real.txt": "old\n"})
    (root / "link.txt").symlink_to("real.txt")
    assert not call(workspace, "write", file_path="link.txt", content="new\n").failed
    assert (root / "link.txt").is_symlink()
    assert (root / "real.txt").read_text() == "new\n"


def test_extra_folders_count_as_inside(root: Path) -> None:
    extra = root.parent / "extra"
    extra.mkdir()
    workspace = workspace_in(root, extra)
    assert not call(workspace, "write", file_path=str(extra / "x.txt"), content="x\n").failed
    assert (extra / "x.txt").read_text() == "x\n"


@pytest.mark.parametrize(
    "text",
    [
        ".git/config",
        ".GIT/config",
        ".Git/hooks/pre-commit",
        "sub/.git",
        ".g\u200bit/config",
        ".inhouse/config.toml",
        ".gitmodules",
        ".bashrc",
    ],
)
def test_protected_paths_are_not_written(root: Path, text: str) -> None:
    assert place(root, text).protected
    assert call(workspace_in(root), "write", file_path=text, content="x").failed
    assert list(root.iterdir()) == []


def test_a_worktree_protects_what_its_git_file_points_to(root: Path) -> None:
    store = root / "store" / "worktrees" / "one"
    store.mkdir(parents=True)
    (store / "commondir").write_text("../..\n")
    (root / ".git").write_text(f"gitdir: {store}\n")
    assert place(root, ".git").protected
    assert place(root, "store/worktrees/one/HEAD").protected
    assert place(root, "store/config").protected
    assert not place(root, "storehouse/config").protected


@pytest.mark.parametrize("text", ["", "a\0b", "~/x", "\ud800"])
def test_what_is_no_path_is_refused(root: Path, text: str) -> None:
    assert isinstance(resolve(text, workspace_in(root)), Refusal)


def test_nothing_is_expanded(root: Path) -> None:
    assert place(root, "$HOME/x").name == "$HOME/x"
    assert place(root, "file:///x").name == "file:/x"


@pytest.mark.parametrize(
    "name", [b"-rf", b"a b", b"new\nline", b"q'\"", b"*", b"$(id)", b"caf\xe9", b"n" * 250]
)
def test_every_name_can_be_listed_read_and_written(root: Path, name: bytes) -> None:
    (root / os.fsdecode(name)).write_bytes(b"old\n")
    workspace = workspace_in(root)
    shown = spell(os.fsdecode(name))
    assert unspell(shown) == os.fsdecode(name)
    assert call(workspace, "glob", pattern="**").text == shown
    assert call(workspace, "read", file_path=shown).text.endswith("old")
    assert not call(workspace, "write", file_path=shown, content="new\n").failed
    assert (root / os.fsdecode(name)).read_bytes() == b"new\n"
    assert len(list(root.iterdir())) == 1


def test_a_missing_file_brings_near_names(root: Path) -> None:
    workspace = project(root, {"src/store/cart.py": "x = 1\n", "README.md": "hi\n"})
    assert "src/store/cart.py" in call(workspace, "read", file_path="cart.py").text
    assert "src/store/cart.py" in call(workspace, "read", file_path="src/stores/cart.py").text
