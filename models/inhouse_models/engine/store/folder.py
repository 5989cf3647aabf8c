"""The folder of all saved states, of whatever model: what it holds, and how it is kept small."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from inhouse_models.engine.store import about
from inhouse_models.engine.store.segment_file import SUFFIX, read_header
from inhouse_models.private_file import delete_file, sweep_parts


@dataclass(frozen=True, slots=True)
class StateFile:
    """One file: bytes, and when it was last used, in nanoseconds since the epoch."""

    path: Path
    size: int
    used: int


@dataclass(frozen=True, slots=True)
class RootFolder:
    """The states of one kind of context. `root` is the key that its conversations begin with,
    empty when there are none; `used` in seconds since the epoch."""

    path: Path
    root: str
    about: about.About | None
    parts: int
    tokens: int
    size: int
    used: float


def state_files(folder: Path) -> list[StateFile]:
    """Every saved state below the folder, the one not used for longest first."""
    found: list[StateFile] = []
    for path in folder.glob(f"*/*{SUFFIX}"):
        try:
            status = path.stat()
        except OSError:
            continue
        found.append(StateFile(path, status.st_size, status.st_mtime_ns))
    return sorted(found, key=lambda one: one.used)


def root_folders(folder: Path) -> list[RootFolder]:
    """What is saved of each kind of context, the one used last first; damaged files count as
    bytes only."""
    files: dict[Path, list[StateFile]] = {}
    for one in state_files(folder):
        files.setdefault(one.path.parent, []).append(one)
    roots = [_describe(path, found) for path, found in files.items()]
    return sorted(roots, key=lambda root: root.used, reverse=True)


def _describe(path: Path, files: list[StateFile]) -> RootFolder:
    headers = [header for one in files if (header := read_header(one.path)) is not None]
    segments = [header.segment for header in headers]
    firsts = (one.parent for one in segments if one.start == 0)
    return RootFolder(
        path=path,
        root=next((key for key in firsts if key.startswith(path.name)), ""),
        about=about.read_about(path),
        parts=len(segments),
        tokens=sum(len(segment.tokens) for segment in segments),
        size=sum(one.size for one in files),
        used=files[-1].used / 1e9,
    )


def trim_folder(folder: Path, limit: int, library: str = "") -> list[Path]:
    """Delete states until at most `limit` bytes are left; the deleted.

    First go, as a whole, those that no model here can use with this version of `library` (all
    count as usable when it is not named), then what was not used for longest.
    """
    files = state_files(folder)
    excess = sum(one.size for one in files) - limit
    if excess <= 0:
        return []
    useless = _useless_roots(files, library) if library else set[Path]()
    deleted: list[Path] = []
    for one in sorted(files, key=lambda one: one.path.parent not in useless):
        if excess <= 0 and one.path.parent not in useless:
            break
        delete_file(one.path)
        excess -= one.size
        deleted.append(one.path)
    for root in {path.parent for path in deleted}:
        _remove_empty(root)
    return deleted


def _useless_roots(files: list[StateFile], library: str) -> set[Path]:
    described = {root: about.read_about(root) for root in {one.path.parent for one in files}}
    return {root for root, said in described.items() if said and not said.serves(library)}


def clear_folder(folder: Path) -> None:
    """Delete every saved state of whatever model."""
    sweep_parts(folder)
    trim_folder(folder, -1)
    for root in folder.glob("*/"):
        _remove_empty(root)


def _remove_empty(root: Path) -> None:
    """Delete a root folder that holds no state any more, nor what somebody is writing."""
    with contextlib.suppress(OSError):
        if {path.name for path in root.iterdir()} <= {about.NAME}:
            delete_file(root / about.NAME)
            root.rmdir()


def note_use(path: Path, used: float, start: int) -> None:
    """Keep in the file's date when it was used. A segment is dated a little before the one it
    follows (a microsecond per token), so that a conversation is trimmed from its end."""
    moment = int(used * 1e6) * 1_000 - start * 1_000
    # The date is a hint for trimming, also where it cannot be changed.
    with contextlib.suppress(OSError):
        os.utime(path, ns=(moment, moment))
