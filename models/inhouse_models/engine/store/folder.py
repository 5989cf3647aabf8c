"""The folder of all saved states, of whatever model: what it holds, and how it is kept small."""

import os
from dataclasses import dataclass
from pathlib import Path

from inhouse_models.engine.store.segment_file import SUFFIX


@dataclass(frozen=True, slots=True)
class StateFile:
    """One file: bytes, and when it was last used, in nanoseconds since the epoch."""

    path: Path
    size: int
    used: int


def state_files(folder: Path) -> list[StateFile]:
    """Every saved state below the folder, the one not used for longest first."""
    found: list[StateFile] = []
    for path in folder.glob(f"*/*{SUFFIX}"):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        found.append(StateFile(path, status.st_size, status.st_mtime_ns))
    return sorted(found, key=lambda one: one.used)


def trim_folder(folder: Path, limit: int) -> list[Path]:
    """Delete what was not used for longest until at most `limit` bytes are left; the deleted."""
    files = state_files(folder)
    excess = sum(one.size for one in files) - limit
    deleted: list[Path] = []
    for one in files:
        if excess <= 0:
            break
        one.path.unlink(missing_ok=True)
        excess -= one.size
        deleted.append(one.path)
    return deleted


def note_use(path: Path, used: float, start: int) -> None:
    """Keep in the file's date when it was used. A segment is dated a little before the one it
    follows (a microsecond per token), so that a conversation is trimmed from its end."""
    moment = int(used * 1e6) * 1_000 - start * 1_000
    try:
        os.utime(path, ns=(moment, moment))
    except FileNotFoundError:
        return
