"""Everything that differs from the last commit, new files included, as one diff."""

import asyncio
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inhouse.trust import agrees_to_git
from inhouse_tools.git.diff import diff
from inhouse_tools.git.repository import Repository, open_repository
from inhouse_tools.git.status import Status, status
from inhouse_tools.places.paths import spell
from inhouse_tools.refusal import Refusal
from inhouse_tools.text import decode
from inhouse_tools.writing.changes import plural, unified_diff

MOST_NEW_FILES: Final = 500
MOST_NEW_BYTES: Final = 400_000
"""Of a larger new file only the name is shown."""
CUT: Final = "Only the first 2 MB of the changes are shown."
MORE_FILES: Final = "{} more are not shown."
HEADER: Final = "diff --git a/{0} b/{0}\nnew file mode 100644\n"
BINARY: Final = HEADER + "Binary files /dev/null and b/{0} differ\n"


@dataclass(frozen=True, slots=True)
class WorkTreeChanges:
    """A unified diff, and what a person should know about it; empty `text` when nothing differs.

    `against` names what it is compared with.
    """

    text: str = ""
    note: str = ""
    against: str = ""


async def worktree_changes(root: Path) -> WorkTreeChanges:
    """What differs in the repository of this folder. Without one the note says why."""
    repository = await open_repository(root, trusted=agrees_to_git(root))
    if isinstance(repository, Refusal):
        return WorkTreeChanges(note=repository.text)
    now = await status(repository, every_file=True)
    if isinstance(now, Refusal):
        return WorkTreeChanges(note=now.text)
    # Before the first commit there is nothing but what is staged to compare with.
    against = "HEAD" if now.head else ""
    tracked = await diff(repository, staged=not against, against=against)
    if isinstance(tracked, Refusal):
        return WorkTreeChanges(note=tracked.text)
    new = await asyncio.to_thread(_new_files, repository, now)
    return WorkTreeChanges(
        "".join([tracked.text, *new]),
        " ".join(_notes(now, cut=tracked.cut)),
        f"the last commit on {now.branch}" if now.branch and now.head else "the last commit",
    )


def _notes(now: Status, *, cut: bool) -> list[str]:
    notes: list[str] = []
    if now.conflicted:
        notes.append(f"{plural(len(now.conflicted), 'file')} in conflict.")
    if cut or now.cut:
        notes.append(CUT)
    if len(now.untracked) > MOST_NEW_FILES:
        more = len(now.untracked) - MOST_NEW_FILES
        notes.append(MORE_FILES.format(plural(more, "new file")))
    return notes


def _new_files(repository: Repository, now: Status) -> list[str]:
    # A name that ends with "/" is a repository of its own.
    names = (name for name in now.untracked[:MOST_NEW_FILES] if not name.endswith("/"))
    return [_new_file(repository.top, name) for name in names]


def _new_file(top: Path, name: str) -> str:
    """The diff of a file that git does not know yet."""
    shown = spell(name)
    raw = _bytes_of(top / name)
    document = decode(raw) if raw is not None else None
    if isinstance(document, Refusal):
        return BINARY.format(shown)
    lines = unified_diff(shown, "", document.text, new=True) if document else ""
    return lines or HEADER.format(shown)


def _bytes_of(path: Path) -> bytes | None:
    """A small regular file; nothing is opened that could block or lead elsewhere."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MOST_NEW_BYTES:
            return None
        return file.read(MOST_NEW_BYTES)
