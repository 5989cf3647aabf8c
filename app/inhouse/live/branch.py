"""The branch that is checked out, read from git's own file: no program is run for a status line."""

from pathlib import Path
from typing import Final

REFERENCE: Final = "ref: refs/heads/"
POINTER: Final = "gitdir: "
SHORT_ID: Final = 7
MOST_BYTES: Final = 4_096


def branch_of(root: Path) -> str:
    """The branch of the repository around a folder, the beginning of the commit where none is
    checked out, nothing outside of a repository or where it cannot be read.

    Files: `.git/HEAD`, and `.git` of a worktree or a submodule (gitrepository-layout(5)).
    """
    place = next((at / ".git" for at in (root, *root.parents) if (at / ".git").exists()), None)
    if place is None:
        return ""
    if place.is_file():
        pointer = _first_line(place)
        if not pointer.startswith(POINTER):
            return ""
        place = place.parent / pointer.removeprefix(POINTER)
    head = _first_line(place / "HEAD")
    return head.removeprefix(REFERENCE) if head.startswith(REFERENCE) else head[:SHORT_ID]


def _first_line(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            text = opened.read(MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
    return text.partition("\n")[0].strip()
