"""Folders whose own configuration is obeyed: a list the person keeps."""

import json
from pathlib import Path
from typing import cast

from inhouse.settings_file import replace_text
from inhouse_agent.folders import state_folder


def project_folder(folder: Path) -> Path:
    """The repository that holds the folder, or the folder itself outside of any."""
    folder = folder.resolve()
    return next((at for at in (folder, *folder.parents) if (at / ".git").exists()), folder)


def is_trusted(folder: Path) -> bool:
    """Whether the person has trusted this folder, or one above it in the same repository."""
    trusted = _read()
    folder = folder.resolve()
    for at in (folder, *folder.parents):
        if str(at) in trusted and trusted[str(at)] == _identity(at):
            return True
        if (at / ".git").exists():
            return False
    return False


def trust(folder: Path) -> None:
    """Remember the repository of this folder as trusted. Raises OSError."""
    project = project_folder(folder)
    trusted = {**_read(), str(project): _identity(project)}
    replace_text(_file(), json.dumps(trusted, indent=2, sort_keys=True) + "\n")


def _file() -> Path:
    return state_folder() / "trusted.json"


def _read() -> dict[str, str]:
    # A missing or damaged list trusts nothing.
    try:
        data = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(data, dict):
        return {}
    entries = cast("dict[object, object]", data).items()
    return {at: mark for at, mark in entries if isinstance(at, str) and isinstance(mark, str)}


def _identity(folder: Path) -> str:
    """What stays while this is the same repository and changes when another takes its place.

    Inode numbers are reused after a delete, so the time of a file that git writes only once, when
    it creates a repository, is part of it.
    """
    marks = [path.stat() for path in (folder, folder / ".git") if path.exists()]
    birth = folder / ".git" / "description"
    written = birth.stat().st_mtime_ns if birth.exists() else 0
    return "-".join(str(mark) for mark in (*(one.st_ino for one in marks), written))
