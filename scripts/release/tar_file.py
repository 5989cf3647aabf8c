"""Packs a folder so that the same content gives the same file."""

import gzip
import tarfile
from pathlib import Path

from release_tools import ROOT, ask

LEVEL = 6


def pack(folder: Path, archive: Path) -> Path:
    """`archive` with `folder` in it: sorted, owned by root, dated like the last commit."""
    moment = int(ask(("git", "-C", str(ROOT), "log", "-1", "--format=%ct")))

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = moment
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    archive.parent.mkdir(parents=True, exist_ok=True)
    making = archive.with_name(f"{archive.name}.part")
    with (
        making.open("wb") as raw,
        gzip.GzipFile("", "wb", LEVEL, raw, mtime=moment) as packed,
        tarfile.open(fileobj=packed, mode="w") as file,
    ):
        # Sorted by tarfile itself: the entries of each folder come in order.
        file.add(folder, folder.name, filter=plain)
    return making.rename(archive)
