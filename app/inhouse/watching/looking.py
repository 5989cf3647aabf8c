"""Looks at saved files: which of their comments start a turn, and which only came with a file."""

import asyncio
import hashlib
import re
import stat
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inhouse.watching.comment import AIComment, read_comments
from inhouse.watching.ground import Ground, Place, committed_texts, is_kept, read_ground
from inhouse.watching.known import Known, known_of, new_among
from inhouse_tools.places.listing import list_files
from inhouse_tools.refusal import Refusal
from inhouse_tools.text import decode
from inhouse_tools.undo import Store, stood_in_turn

if TYPE_CHECKING:
    from inhouse_tools.git.repository import Repository

MAX_BYTES: Final = 1_000_000
MAX_FILES: Final = 20
"""More files at once are what a program has written: a checkout, an archive, a generator."""
COPIES: Final = re.compile(r"~$|^\.?#|\.(?:bak|orig|rej|sw[a-p]|tmp)$")
"""Names of what editors and git put beside a file: its comments are those of the file."""
MARKED: Final = frozenset({"do", "answer"})

MOVED: Final = "git has changed what is here ({})"
UNFINISHED: Final = "a {} is not finished"
MANY: Final = "{} files changed at once, which no person does"
HELD: Final = "{} in {} came with it: no turn starts. Write anew what is to be done."
STANDING: Final = "{} in {} stood here before: no turn starts. --once does what stands here."


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it is, and its marked comments."""

    raw: bytes
    comments: tuple[AIComment, ...]

    @property
    def sha256(self) -> bytes:
        """Of its bytes."""
        return hashlib.sha256(self.raw).digest()


class Looker:
    """What is known of the comments of one folder. Only tasks of one event loop may use it.

    With `once` everything counts that is not in the last commit.
    """

    def __init__(
        self, root: Path, repository: "Repository | None", store: Store, *, once: bool
    ) -> None:
        self._root = root
        self._repository = repository
        self._store = store
        self._once = once
        self._place = Place()
        self._known: dict[str, tuple[Known, ...]] = {}
        self._waiting: dict[str, tuple[AIComment, ...]] = {}
        self._begun: set[tuple[str, bytes]] = set()

    async def begin(self) -> tuple[str, ...]:
        """What stands in the files now is known from here on. Returns what a person should know."""
        ground = await read_ground(self._repository)
        if isinstance(ground, Refusal):
            return (ground.text,)
        self._place = ground.place
        seen = await asyncio.to_thread(self._read_all, ground)
        if self._once:
            await self._take_new(seen, ())
            return ()
        self._remember(seen)
        return _told(STANDING, [one for file in seen.values() for one in file.comments])

    async def look(self, paths: Collection[str]) -> tuple[str, ...]:
        """Looks at files that may have changed. Returns what a person should know."""
        ground = await read_ground(self._repository)
        if isinstance(ground, Refusal):
            return (ground.text,)
        wanted = [path for path in sorted(paths) if ground.holds(self._root, path)]
        why = self._why_held(ground, len(wanted))
        if ground.place != self._place:
            self._place = ground.place
            wanted = sorted({*wanted, *(ground.changed or ())})
        seen = await asyncio.to_thread(_read_files, self._root, wanted)
        if why:
            return self._hold_back(seen, why)
        moved = [
            one
            for path in paths
            if path in self._known and path not in seen
            for one in self._known[path]
        ]
        await self._take_new(seen, moved)
        return ()

    async def gather(self) -> tuple[AIComment, ...]:
        """The comments that wait, when one of them starts a turn; they are begun then."""
        seen = await asyncio.to_thread(_read_files, self._root, self._waiting)
        still: dict[str, tuple[AIComment, ...]] = {}
        for path, waiting in self._waiting.items():
            if path in seen:
                still[path] = _still_there(seen[path].comments, waiting)
        self._waiting = {path: found for path, found in still.items() if found}
        gathered = tuple(one for found in self._waiting.values() for one in found)
        if not any(one.mark in MARKED for one in gathered):
            return ()
        self._begun.update((path, seen[path].sha256) for path in self._waiting)
        self._waiting = {}
        return gathered

    def wrote(self, path: str) -> None:
        """A turn has written this file: what stands there is not the person's."""
        self._remember(_read_files(self._root, [path]))

    def _read_all(self, ground: Ground) -> dict[str, Seen]:
        changed = ground.changed
        paths = list_files(self._root).files if changed is None else sorted(changed)
        return _read_files(self._root, paths)

    def _why_held(self, ground: Ground, files: int) -> str:
        """Why nothing of what has changed starts a turn; "" when it may."""
        place, before = ground.place, self._place
        if place.operation:
            return UNFINISHED.format(place.operation)
        if place != before:
            moved = place.branch != before.branch
            words = f"{before.branch or 'no branch'} to {place.branch or 'no branch'}"
            return MOVED.format(words if moved else "a commit, reset, pull or stash")
        return MANY.format(files) if files > MAX_FILES else ""

    def _hold_back(self, seen: Mapping[str, Seen], why: str) -> tuple[str, ...]:
        """Everything there is known now, and what would have started a turn is told."""
        new = [
            one
            for path, file in seen.items()
            for one in new_among(file.comments, self._known.get(path, ()))
        ]
        self._remember(seen)
        told = _told(HELD, new)
        return (f"{why[:1].upper()}{why[1:]}: {told[0]}",) if told else ()

    def _remember(self, seen: Mapping[str, Seen]) -> None:
        for path, file in seen.items():
            self._known[path] = known_of(file.comments)

    async def _take_new(self, seen: Mapping[str, Seen], moved: Sequence[Known]) -> None:
        for path, file in seen.items():
            known = (*self._known.get(path, ()), *moved)
            new = new_among(file.comments, known)
            if new and await self._is_persons(path, file):
                new = await self._not_committed(path, file.comments, new)
                self._waiting[path] = (*self._waiting.get(path, ()), *new)
        self._remember(seen)

    async def _is_persons(self, path: str, file: Seen) -> bool:
        """Whether neither git nor a turn has left the file so, of this process or another, nor
        undoing one."""
        if self._once:
            return True
        sha256 = file.sha256
        if (path, sha256) in self._begun or await is_kept(self._repository, path, file.raw):
            return False
        return not await asyncio.to_thread(stood_in_turn, self._store, path, sha256)

    async def _not_committed(
        self, path: str, now: Sequence[AIComment], new: tuple[AIComment, ...]
    ) -> tuple[AIComment, ...]:
        texts = await committed_texts(self._repository, path, staged=not self._once)
        for text in texts:
            there = new_among(now, known_of(read_comments(path, text)))
            new = tuple(one for one in new if one in there)
        return new


def _read_files(root: Path, paths: Iterable[str]) -> dict[str, Seen]:
    """The files among these that can hold comments: plain ones, of text, not too large."""
    found: dict[str, Seen] = {}
    for path in paths:
        raw = _read_plain(root / path)
        document = None if raw is None else decode(raw)
        if raw is None or document is None or isinstance(document, Refusal):
            continue
        found[path] = Seen(raw, read_comments(path, document.text))
    return found


def _read_plain(file: Path) -> bytes | None:
    try:
        about = file.lstat()
        if COPIES.search(file.name) or not stat.S_ISREG(about.st_mode) or about.st_size > MAX_BYTES:
            return None
        return file.read_bytes()
    except (OSError, ValueError):
        return None


def _still_there(now: Sequence[AIComment], waiting: Sequence[AIComment]) -> tuple[AIComment, ...]:
    """The comments of a file as they stand now, of those that wait."""
    left = [Known(one.words, one.beside) for one in waiting]
    found: list[AIComment] = []
    for exact in (True, False):
        for comment in now:
            match = next(
                (
                    one
                    for one in left
                    if one.words == comment.words and (not exact or one.beside == comment.beside)
                ),
                None,
            )
            if match is not None and comment not in found:
                left.remove(match)
                found.append(comment)
    return tuple(sorted(found, key=lambda one: one.start))


def _told(form: str, comments: Sequence[AIComment]) -> tuple[str, ...]:
    """A sentence about comments that start nothing; none where there are no marked ones."""
    marked = [one for one in comments if one.mark in MARKED]
    if not marked:
        return ()
    names = ", ".join(one.place for one in marked[:5])
    more = f" and {len(marked) - 5} more" if len(marked) > 5 else ""
    count = "An AI comment" if len(marked) == 1 else f"{len(marked)} AI comments"
    return (form.format(count, names + more),)
