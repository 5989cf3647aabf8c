"""Folders of files that can be made anew, such as node_modules: covered while they are small."""

import os
import stat
from pathlib import Path
from typing import Final

from inhouse_tools.places.gitignore import Rules, read_rules
from inhouse_tools.undo.ground import Ground

NAMES: Final = frozenset(
    {b"node_modules", b".venv", b"venv", b".tox", b".nox", b"__pycache__", b".gradle", b".next"}
)
# The second is what build tools put into folders that backups should leave out.
MARKERS: Final = (b"pyvenv.cfg", b"CACHEDIR.TAG")
MAX_FILES: Final = 20_000
MAX_BYTES: Final = 200_000_000
MAX_IGNORE_BYTES: Final = 256_000


def is_too_bulky(ground: Ground, name: bytes, path: bytes) -> bool:
    """Whether a folder can be made anew, by name, marker or .gitignore, and is too large."""
    return _can_be_made_anew(ground, name, path) and _is_large(path)


def _can_be_made_anew(ground: Ground, name: bytes, path: bytes) -> bool:
    if path.rpartition(b"/")[2] in NAMES:
        return True
    if any(os.access(path + b"/" + marker, os.F_OK) for marker in MARKERS):
        return True
    return _is_ignored(ground.base_of(name), path)


def _is_ignored(base: bytes, path: bytes) -> bool:
    """What the nearest .gitignore that speaks of a folder says."""
    above = path
    while above != base and above.startswith(base + b"/"):
        above = above.rpartition(b"/")[0]
        rules = _rules_in(above)
        if rules is None:
            continue
        # One letter for each byte, as the rules want it.
        inside = path[len(above) + 1 :].decode("latin-1")
        verdict = rules.verdict(inside, inside.rpartition("/")[2], is_folder=True)
        if verdict is not None:
            return verdict
    return False


def _rules_in(folder: bytes) -> Rules | None:
    file = folder + b"/.gitignore"
    try:
        facts = os.lstat(file)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MAX_IGNORE_BYTES:
            return None
        return read_rules(Path(os.fsdecode(file)).read_bytes())
    except OSError:
        return None


def _is_large(path: bytes) -> bool:
    """Counts only until it is too much."""
    files = size = 0
    waiting = [path]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as scan:
                for entry in scan:
                    files += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        size += entry.stat(follow_symlinks=False).st_size
                    if files > MAX_FILES or size > MAX_BYTES:
                        return True
        except OSError:
            continue
    return False
