"""Which files a workspace has."""

from pathlib import Path

from inhouse_tools.listing import list_files, pattern_spec


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


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


def test_links_out_of_the_root_are_left_out(tmp_path: Path) -> None:
    make(tmp_path, "out/secret", "root/in")
    (tmp_path / "root" / "link").symlink_to(tmp_path / "out" / "secret")
    (tmp_path / "root" / "folder").symlink_to(tmp_path / "out")
    (tmp_path / "root" / "same").symlink_to("in")
    assert list_files(tmp_path / "root").files == ("in", "same")


def test_a_long_listing_keeps_the_near_files(tmp_path: Path) -> None:
    make(tmp_path, "z", *(f"deep/deeper/{number}" for number in range(9)))
    listing = list_files(tmp_path, limit=3)
    assert listing.cut
    assert "z" in listing.files
    assert len(listing.files) == 3


def test_patterns_match_as_people_write_them() -> None:
    for pattern, name, wanted in (
        ("*.py", "a/b.py", True),
        ("src/**/*.ts", "src/a/b.ts", True),
        ("src/*.ts", "src/a/b.ts", False),
        ("*.{js,ts}", "a.ts", True),
        ("./a.py", "a.py", True),
    ):
        spec = pattern_spec(pattern)
        assert spec is not None
        assert spec.match_file(name) is wanted
