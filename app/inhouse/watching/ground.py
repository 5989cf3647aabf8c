"""What git says of a watched folder: which files differ from its commits, and where it stands."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inhouse_tools.git.repository import Operation, Repository
from inhouse_tools.git.status import status
from inhouse_tools.places.listing import is_ignored
from inhouse_tools.refusal import Refusal
from inhouse_tools.text import decode

LOCK: Final = "index.lock"
LOCK_SECONDS: Final = 15.0
POLL_SECONDS: Final = 0.05
STASH: Final = ("refs/stash", "logs/refs/stash")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a repository stands. When it is another, what is in the files came by git.

    `stash` tells states of the stash apart, `operation` is what git has begun and not finished.
    """

    head: str = ""
    branch: str = ""
    stash: str = ""
    operation: Operation = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """A folder now; `changed` are the files below it that differ from the last commit or are new,
    relative to it, None where there is no git and every file counts that is not ignored."""

    place: Place = Place()
    changed: frozenset[str] | None = None

    def holds(self, root: Path, path: str) -> bool:
        """Whether a file may have comments of the person's."""
        if self.changed is not None:
            return path in self.changed
        return not is_ignored(root, path)


async def read_ground(repository: Repository | None) -> Ground | Refusal:
    """The folder now, once git has finished what it does to its files."""
    if repository is None:
        return Ground()
    await _wait_for_git(repository)
    found = await status(repository, every_file=True)
    if isinstance(found, Refusal):
        return found
    prefix = f"{repository.prefix}/" if repository.prefix else ""
    names = [one.path for one in (*found.staged, *found.unstaged) if one.kind != "deleted"]
    names += [*found.untracked, *found.conflicted]
    inside = (name.removeprefix(prefix) for name in names if name.startswith(prefix))
    place = Place(found.head, found.branch, _stash_of(repository), found.operation)
    return Ground(place, frozenset(inside))


async def committed_texts(
    repository: Repository | None, path: str, *, staged: bool
) -> tuple[str, ...]:
    """What a file holds in the last commit, with `staged` also in the index."""
    if repository is None:
        return ()
    name = f"{repository.prefix}/{path}" if repository.prefix else path
    asked = (f"HEAD:{name}", f":0:{name}") if staged else (f"HEAD:{name}",)
    answers = await asyncio.gather(*(repository.ask("cat-file", "blob", one) for one in asked))
    texts: list[str] = []
    for answer in answers:
        if isinstance(answer, Refusal) or answer.code != 0:
            continue
        document = decode(answer.output)
        if not isinstance(document, Refusal):
            texts.append(document.text)
    return tuple(texts)


async def is_kept(repository: Repository | None, path: str, raw: bytes) -> bool:
    """Whether git has had exactly this content: then it has written it, and nobody typed it."""
    if repository is None:
        return False
    hashed = await repository.ask("hash-object", "--stdin", f"--path={path}", stdin=raw)
    if isinstance(hashed, Refusal) or hashed.code != 0:
        return False
    found = await repository.ask("cat-file", "-e", hashed.text.strip())
    return not isinstance(found, Refusal) and found.code == 0


async def _wait_for_git(repository: Repository) -> None:
    """While git changes files it holds this lock; one that stays was left behind."""
    lock = repository.folder / LOCK
    waited = 0.0
    while await asyncio.to_thread(os.path.lexists, lock) and waited < LOCK_SECONDS:
        await asyncio.sleep(POLL_SECONDS)
        waited += POLL_SECONDS


def _stash_of(repository: Repository) -> str:
    marks: list[str] = []
    for name in STASH:
        try:
            found = (repository.common / name).stat()
        except OSError:
            marks.append("")
        else:
            marks.append(f"{found.st_ino}-{found.st_size}-{found.st_mtime_ns}")
    return " ".join(marks)
