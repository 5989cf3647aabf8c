"""What git would start because a repository says so: the programs it configures, and its hooks."""

import hashlib
import os
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inhouse_tools.git.distrust import OWN_SCOPES, Entry, names_program

MOST_BYTES: Final = 1_000_000
"""Of a larger program the size stands for what lies behind."""
MOST_HOOKS: Final = 200
HOOKS_PATH: Final = "core.hookspath"
HOOK: Final = "hook "
"""How the key of a hook begins."""
SAMPLE: Final = ".sample"


@dataclass(frozen=True, slots=True)
class GitProgram:
    """One program: the key that names it or `hook NAME`, what runs, and a digest of both.

    The digest changes when the value does, or a file of the repository that the value names.
    """

    key: str
    runs: str
    digest: str


def programs_of(entries: Iterable[Entry], top: Path, common: Path) -> tuple[GitProgram, ...]:
    """The programs of a repository, by its configuration and the folders of its files and of git.

    What the person's own configuration says of a key is no affair of the repository's.
    """
    entries = list(entries)
    own = {entry.key: entry.value for entry in entries if entry.scope in OWN_SCOPES}
    found = [
        GitProgram(key, value, _digest(key, value, *_named_files(value, top)))
        for key, value in own.items()
        if key != HOOKS_PATH and names_program(key, value)
    ]
    folder = _hook_folder(entries, top, common)
    hooks = _hooks(folder) if folder is not None else ()
    return (*found, *(_hook(path, top) for path in hooks))


def _hook_folder(entries: Iterable[Entry], top: Path, common: Path) -> Path | None:
    """The folder that git takes hooks from; None when that is one of the person's own."""
    said = [entry for entry in entries if entry.key == HOOKS_PATH and entry.scope != "command"]
    if not said:
        return common / "hooks"
    last = said[-1]
    folder = Path(os.path.expanduser(last.value))  # noqa: PTH111 - Path's own raises for ~nobody
    if last.scope not in OWN_SCOPES and folder.is_absolute():
        return None
    return top / folder


def _hooks(folder: Path) -> Iterator[Path]:
    """The files in it that git would run."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if not entry.name.endswith(SAMPLE))
    except OSError:
        return
    for name in names[:MOST_HOOKS]:
        path = folder / name
        if path.is_file() and os.access(path, os.X_OK):
            yield path


def _hook(path: Path, top: Path) -> GitProgram:
    shown = path.relative_to(top).as_posix() if path.is_relative_to(top) else str(path)
    return GitProgram(HOOK + path.name, shown, _digest(shown, _content(path)))


def _named_files(value: str, top: Path) -> Iterator[str]:
    """Contents of the repository's own files that a command names."""
    try:
        words = shlex.split(value)
    except ValueError:
        words = value.split()
    for word in words:
        path = top / word.lstrip("!")
        try:
            inside = path.is_file() and path.resolve().is_relative_to(top)
        except (OSError, ValueError, RuntimeError):
            # Too long a name, a NUL in it, or a loop of links.
            continue
        if inside:
            yield _content(path)


def _content(path: Path) -> str:
    """A digest of a file; one that cannot be read is like an empty one of its size."""
    try:
        with path.open("rb") as file:
            return f"{path.stat().st_size} {hashlib.sha256(file.read(MOST_BYTES)).hexdigest()}"
    except OSError:
        return "not readable"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
