"""Which files a workspace has, in plain and in odd trees."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from tests.unprivileged import bound_by_file_modes

from inhouse_tools.places.listing import find_start, is_ignored, list_files

IDENTITY = (
    "-c",
    "user.name=t",
    "-c",
    "user.email=t@example.org",
    "-c",
    "protocol.file.allow=always",
)


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True)


def left_out(root: Path) -> set[str]:
    """The files that are ignored, each asked for by itself."""
    files = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return {name for name in files if is_ignored(root, name)}


def not_listed(root: Path) -> set[str]:
    """The files that a listing leaves out."""
    files = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    return files - set(list_files(root).files)


def test_ignore_files_count_in_their_folder_and_the_nearest_decides(tmp_path: Path) -> None:
    make(tmp_path, "a.log", "b.py", "sub/a.log", "sub/c.log", "sub/x/c.log", "build/y", "w/build")
    make(tmp_path, "node_modules/m.js", ".venv/v.py", "env/pyvenv.cfg", "env/e.py", ".git/config")
    (tmp_path / ".gitignore").write_text("*.log\nbuild/\n!\n")
    (tmp_path / "sub" / ".gitignore").write_text("!c.log\n")
    assert list_files(tmp_path).files == (
        ".gitignore",
        "b.py",
        "sub/.gitignore",
        "sub/c.log",
        "sub/x/c.log",
        "w/build",
    )
    assert left_out(tmp_path) == not_listed(tmp_path)


def test_one_path_is_judged_as_a_listing_would(tmp_path: Path) -> None:
    make(tmp_path, "a.log", "sub/a.log", "sub/.git/config", "sub/b.tmp", "out/x.py", "app/it.log")
    for name, rules in ((".gitignore", "*.log\nout\n"), ("sub/.gitignore", "*.tmp\n")):
        (tmp_path / name).write_text(rules)
    assert "sub/a.log" in left_out(tmp_path)
    git(tmp_path, "init")
    assert "sub/a.log" not in left_out(tmp_path)
    for root in (tmp_path, tmp_path / "app", tmp_path / "sub"):
        assert left_out(root) == not_listed(root)
    assert is_ignored(tmp_path, "gone.log")
    assert not is_ignored(tmp_path, "gone/gone.py")


def test_a_part_of_the_root_is_listed_by_the_rules_above_it(tmp_path: Path) -> None:
    make(tmp_path, "a.log", "sub/a.log", "sub/a.py", "sub/deep/b.log", "sub/deep/b.py")
    (tmp_path / ".gitignore").write_text("*.log\nout/\n/sub/deep/b.py\n")
    assert list_files(tmp_path, under="sub").files == ("sub/a.py",)
    assert list_files(tmp_path, under="sub/deep").files == ()
    make(tmp_path, "out/a.log", "out/x/a.py", "node_modules/m/m.js")
    assert list_files(tmp_path, under="out").files == ("out/a.log", "out/x/a.py")
    assert list_files(tmp_path, under="out/x").files == ("out/x/a.py",)
    assert list_files(tmp_path, under="node_modules").files == ("node_modules/m/m.js",)


def test_a_root_inside_a_repository_is_listed_by_all_its_rules(tmp_path: Path) -> None:
    make(tmp_path, "part/a.log", "part/deep/a.py", "part/deep/b.py", "out/a.log")
    (tmp_path / ".gitignore").write_text("*.log\n/part/deep/b.py\n/out/\n")
    assert list_files(tmp_path / "part").files == ("a.log", "deep/a.py", "deep/b.py")
    git(tmp_path, "init", "-q")
    assert list_files(tmp_path / "part").files == ("deep/a.py",)
    assert list_files(tmp_path / "part", under="deep").files == ("deep/a.py",)
    assert list_files(tmp_path / "out").files == ("a.log",), "it was opened by name"
    start = find_start(tmp_path / "part", "deep")
    assert (start.top, start.inside, start.repository) == (tmp_path, "part/deep/", True)


def test_links_out_of_the_root_are_left_out(tmp_path: Path) -> None:
    make(tmp_path, "out/secret", "root/in")
    (tmp_path / "root" / "link").symlink_to(tmp_path / "out" / "secret")
    (tmp_path / "root" / "folder").symlink_to(tmp_path / "out")
    (tmp_path / "root" / "same").symlink_to("in")
    assert list_files(tmp_path / "root").files == ("in", "same")


def test_loops_of_links_end(tmp_path: Path) -> None:
    make(tmp_path, "a/b/c")
    (tmp_path / "a" / "b" / "up").symlink_to("..")
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "x").symlink_to("y")
    (tmp_path / "y").symlink_to("x")
    os.mkfifo(tmp_path / "pipe")
    assert list_files(tmp_path).files == ("a/b/c",)


def test_names_that_are_no_text_are_listed(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    folder = os.fsdecode(b"d\xff")
    make(tmp_path, name, f"{folder}/x", f"{folder}/y", "line\nbreak")
    (tmp_path / ".gitignore").write_bytes(b"d\xff/y\n")
    assert set(list_files(tmp_path).files) == {name, f"{folder}/x", "line\nbreak", ".gitignore"}


def test_folders_that_cannot_be_read_are_passed_over(tmp_path: Path) -> None:
    make(tmp_path, "a", "closed/b")
    (tmp_path / "closed").chmod(0)
    try:
        with bound_by_file_modes():
            assert list_files(tmp_path).files == ("a",)
    finally:
        (tmp_path / "closed").chmod(0o700)


def test_a_submodule_is_listed_by_its_own_rules(tmp_path: Path) -> None:
    make(tmp_path, "other/in.py", "other/kept.log", "other/own.tmp")
    (tmp_path / "other" / ".gitignore").write_text("*.tmp\n")
    git(tmp_path / "other", "init", "-q")
    git(tmp_path / "other", "add", "-f", ".")
    git(tmp_path / "other", "commit", "-qm", "a")
    make(tmp_path, "outer/a.log", "outer/a.py")
    (tmp_path / "outer" / ".gitignore").write_text("*.log\n")
    git(tmp_path / "outer", "init", "-q")
    git(tmp_path / "outer", "submodule", "add", "-q", str(tmp_path / "other"), "sub")
    assert (tmp_path / "outer" / "sub" / ".git").is_file()
    listed = list_files(tmp_path / "outer").files
    expected = ("a.py", "sub/.gitignore", "sub/in.py", "sub/kept.log")
    assert listed == (".gitignore", ".gitmodules", *expected)
    assert list_files(tmp_path / "outer" / "sub").files == (".gitignore", "in.py", "kept.log")


def test_a_linked_worktree_has_the_rules_of_its_repository(tmp_path: Path) -> None:
    make(tmp_path, "main/a.py")
    git(tmp_path / "main", "init", "-q")
    git(tmp_path / "main", "add", ".")
    git(tmp_path / "main", "commit", "-qm", "a")
    (tmp_path / "main" / ".git" / "info").mkdir(exist_ok=True)
    (tmp_path / "main" / ".git" / "info" / "exclude").write_text("*.own\n")
    git(tmp_path / "main", "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    make(tmp_path, "linked/b.own", "linked/b.py")
    assert list_files(tmp_path / "linked").files == ("a.py", "b.py")


def test_a_damaged_pointer_to_a_repository_is_no_obstacle(tmp_path: Path) -> None:
    make(tmp_path, "a/x", "b/x", "c/x")
    (tmp_path / "a" / ".git").write_bytes(b"gitdir: \0\n")
    (tmp_path / "b" / ".git").symlink_to(".git")
    (tmp_path / "c" / ".git").write_text("gitdir: nowhere\n")
    assert list_files(tmp_path).files == ("a/x", "b/x", "c/x")
    assert list_files(tmp_path / "b").files == ("x",)


def test_a_long_listing_keeps_the_near_files(tmp_path: Path) -> None:
    make(tmp_path, "z", *(f"deep/deeper/{number}" for number in range(9)))
    listing = list_files(tmp_path, limit=3)
    assert listing.cut
    assert listing.files == ("deep/deeper/0", "deep/deeper/1", "z")
    assert not list_files(tmp_path, limit=10).cut


def test_many_files_are_listed_in_no_time(tmp_path: Path) -> None:
    rules = ["*.o", "/build/", "*~", "a*b*c", "doc/**/out", "!keep.o", "*.tmp"]
    (tmp_path / ".gitignore").write_text("\n".join(rules))
    try:
        # Links to one file: they are listed as any file is, and made twenty times faster.
        (tmp_path / "one").touch()
        for folder in range(100):
            (tmp_path / f"part{folder}").mkdir()
            for number in range(200):
                (tmp_path / f"part{folder}" / f"file{number}.py").hardlink_to(tmp_path / "one")
        began = time.process_time()
        listing = list_files(tmp_path)
        assert time.process_time() - began < 1.5, "100,000 files should take less than 2 seconds"
        assert len(listing.files) == 20_002
    finally:
        shutil.rmtree(tmp_path)
