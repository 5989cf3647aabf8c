"""A look at a project before a command runs in it: its files of secrets, and its repositories."""

import os
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

MOST_DEPTH = 4
MOST_FOLDERS = 500
MOST_REPOSITORIES = 32
ENV_FILE = ".env"
HARMLESS_ENDINGS = (".example", ".sample", ".template", ".dist", ".defaults", ".schema", ".md")
SKIPPED = frozenset(
    {".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", "target", ".cache"}
)


@dataclass(slots=True)
class Found:
    """Files named like .env that exist, and each `.git` below the folder itself."""

    env_files: list[Path] = field(default_factory=list[Path])
    repositories: list[Path] = field(default_factory=list[Path])


def look_at(base: Path) -> Found:
    """What lies near the top of a folder: bounded, so that it costs a command no time."""
    found = Found()
    waiting: deque[tuple[str, int]] = deque([(str(base), 0)])
    looked = 0
    while waiting and looked < MOST_FOLDERS:
        folder, depth = waiting.popleft()
        looked += 1
        for name, is_folder in _entries(folder):
            path = f"{folder}/{name}"
            if name == ".git" and depth > 0:
                found.repositories.append(Path(path))
            elif is_folder and depth < MOST_DEPTH and name not in SKIPPED:
                waiting.append((path, depth + 1))
            elif not is_folder and is_env_file(name):
                found.env_files.append(Path(path))
    del found.repositories[MOST_REPOSITORIES:]
    return found


def is_env_file(name: str) -> bool:
    """Whether a file of this name usually holds secrets: .env, .env.local, .envrc."""
    return name.startswith(ENV_FILE) and not name.endswith(HARMLESS_ENDINGS)


def _entries(folder: str) -> Sequence[tuple[str, bool]]:
    try:
        with os.scandir(folder) as entries:
            return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        return ()
