"""Where the engine host keeps its socket, its lock and its log."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

# What clients name in Host on the Unix socket; no address means it.
SOCKET_HOST = "inhouse"
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class PlaceError(Exception):
    """The socket folder cannot be trusted; the text says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Files of one host. The name is short: a socket path has room for about 100 bytes."""

    name: str
    socket: Path
    lock: Path


def socket_folder() -> Path:
    """`$XDG_RUNTIME_DIR/inhouse` or `/tmp/inhouse-UID`, ours alone; raises PlaceError.

    One that others can write to is refused: what lies in it may be theirs.
    """
    folder = socket_folder_path()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status, around = folder.lstat(), folder.parent.stat()
    except OSError as error:
        raise PlaceError(f"Cannot make the socket folder {folder}: {error.strerror}.") from error
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise PlaceError(f"{folder} belongs to somebody else: remove it and try again.")
    if status.st_mode & OTHERS_WRITE:
        raise PlaceError(f"Others can write to {folder}: remove it and try again.")
    if around.st_mode & OTHERS_WRITE and not around.st_mode & stat.S_ISVTX:
        raise PlaceError(f"Others can replace {folder}: set XDG_RUNTIME_DIR to a folder of yours.")
    if stat.S_IMODE(status.st_mode) & 0o077:
        folder.chmod(0o700)
    return folder


def socket_folder_path() -> Path:
    """Where the socket folder is or would be; nothing is made."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime, "inhouse") if runtime else Path(f"/tmp/inhouse-{os.getuid()}")  # noqa: S108 - socket_folder checks owner and mode


def place_for(model: Path) -> Place:
    """The place of the host that serves this model file for this user."""
    name = hashlib.sha256(str(model.resolve()).encode()).hexdigest()[:8]
    folder = socket_folder()
    return Place(name, folder / f"{name}.sock", folder / f"{name}.lock")


def all_places() -> list[Place]:
    """The places of every host that was started and has not been cleaned up."""
    folder = socket_folder()
    names = sorted(path.stem for path in folder.glob("*.sock"))
    return [Place(name, folder / f"{name}.sock", folder / f"{name}.lock") for name in names]


def log_path() -> Path:
    """The log that all hosts of this user append to."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state, "inhouse", "engine.log")


def states_folder() -> Path:
    """Where the states of conversations are kept over the end of a host."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache, "inhouse", "states")
