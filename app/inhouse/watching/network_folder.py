"""Whether a folder lies where the system does not tell of what others change."""

import os
import sys
from pathlib import Path
from typing import Final

SHARED: Final = frozenset(
    (
        *("9p", "afs", "autofs", "ceph", "cifs", "davfs", "drvfs", "glusterfs", "lustre", "ncpfs"),
        *("nfs", "nfs4", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs"),
        *("fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"),
    )
)
MOUNTS: Final = Path("/proc/self/mountinfo")


def needs_polling(folder: Path) -> bool:
    """True on network and shared file systems of Linux; elsewhere the watcher is left to judge."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        return kind_of(folder, MOUNTS.read_text("utf-8", "surrogateescape")) in SHARED
    except OSError:
        return False


def kind_of(folder: Path, mounts: str) -> str:
    """The type of the file system that holds a folder, by the lines of mountinfo (proc(5))."""
    best, kind = "", ""
    path = os.path.join(folder, "")  # noqa: PTH118 - a slash at the end, which a Path does not keep
    for line in mounts.splitlines():
        before, _dash, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not after:
            continue
        place = fields[4].replace("\\040", " ").rstrip("/") + "/"
        if path.startswith(place) and len(place) >= len(best):
            best, kind = place, after.split(" ")[0]
    return kind
