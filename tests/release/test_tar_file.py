"""The same content gives the same archive, whoever packs it and when."""

import os
import tarfile
from pathlib import Path

from tar_file import pack


def lay_out(folder: Path, names: list[str]) -> Path:
    """A tree whose files are made in this order, with modes and times of their own."""
    tree = folder / "inhouse-1.0"
    (tree / "bin").mkdir(parents=True)
    for name in names:
        (tree / name).write_text(f"this is {name}")
    (tree / "bin" / "inhouse").chmod(0o700)
    (tree / "link").symlink_to("bin/inhouse")
    os.link(tree / "a", tree / "same")
    return tree


def test_the_same_bytes(tmp_path: Path) -> None:
    first = lay_out(tmp_path / "one", ["a", "b", "bin/inhouse"])
    second = lay_out(tmp_path / "two", ["bin/inhouse", "b", "a"])
    (second / "b").chmod(0o600)
    os.utime(second / "a", (1, 1))
    packed = [pack(tree, tmp_path / f"{tree.parent.name}.tar.gz") for tree in (first, second)]
    assert packed[0].read_bytes() == packed[1].read_bytes()
    (second / "b").write_text("another")
    assert packed[0].read_bytes() != pack(second, tmp_path / "three.tar.gz").read_bytes()


def test_what_is_in_it(tmp_path: Path) -> None:
    archive = pack(lay_out(tmp_path / "one", ["a", "bin/inhouse"]), tmp_path / "one.tar.gz")
    with tarfile.open(archive) as file:
        entries = {entry.name.partition("/")[2]: entry for entry in file}
    assert all((entry.uid, entry.uname) == (0, "root") for entry in entries.values())
    assert (entries["bin/inhouse"].mode, entries["a"].mode) == (0o755, 0o644)
    assert entries["link"].linkname == "bin/inhouse"
    assert entries["same"].islnk()
