"""Walks folders of other programs: bounded, never twice through the same folder, never raising."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

MOST_ENTRIES = 50_000
DEEPEST = 8
Note = Callable[[str], None]


def files_below(folder: Path, note: Note) -> Iterator[Path]:
    """Every file below a folder that can be reached, links to files and folders included.

    A folder that is not there has no files. Loops of links end, since no folder is read twice;
    `note` hears of folders that cannot be read, and of one that has more than MOST_ENTRIES.
    """
    seen: set[tuple[int, int]] = set()
    waiting = [(folder, 0)]
    left = MOST_ENTRIES
    while waiting:
        place, depth = waiting.pop()
        entries = _read_folder(place, seen, note)
        for name, mode in entries:
            left -= 1
            if left < 0:
                note(f"{folder} has more than {MOST_ENTRIES:,} entries: only these were looked at")
                return
            if stat.S_ISREG(mode):
                yield place / name
            elif stat.S_ISDIR(mode) and depth < DEEPEST:
                waiting.append((place / name, depth + 1))


def _read_folder(place: Path, seen: set[tuple[int, int]], note: Note) -> list[tuple[str, int]]:
    """Names with the mode of what they mean, in order; empty for a folder that was read before."""
    try:
        facts = place.stat()
        if (facts.st_dev, facts.st_ino) in seen:
            return []
        seen.add((facts.st_dev, facts.st_ino))
        with os.scandir(place) as listing:
            return sorted(pair for entry in listing if (pair := _look(entry)))
    except FileNotFoundError:
        return []
    except OSError as error:
        note(f"{place} cannot be read: {error.strerror}")
        return []


def _look(entry: "os.DirEntry[str]") -> tuple[str, int] | None:
    try:
        return entry.name, entry.stat().st_mode
    except OSError:
        # A link that leads nowhere, or in a circle.
        return None


def size_of(path: Path) -> int | None:
    """Bytes of a regular file; None when it is none or cannot be looked at."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return facts.st_size if stat.S_ISREG(facts.st_mode) else None
