"""Where a person's configuration and the state of this program lie (XDG folders)."""

import hashlib
import os
from pathlib import Path


def _folder(variable: str, default: str) -> Path:
    chosen = os.environ.get(variable, "")
    base = Path(chosen) if chosen and Path(chosen).is_absolute() else Path.home() / default
    return base / "inhouse"


def config_folder() -> Path:
    """Where a person's own AGENTS.md and settings lie."""
    return _folder("XDG_CONFIG_HOME", ".config")


def state_folder() -> Path:
    """Where sessions lie."""
    return _folder("XDG_STATE_HOME", ".local/state")


def cache_folder() -> Path:
    """Where lies what can be made anew."""
    return _folder("XDG_CACHE_HOME", ".cache")


def folder_of_root(base: Path, root: Path) -> Path:
    """Below a base, the folder that belongs to one project alone."""
    return base / "projects" / hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:24]
