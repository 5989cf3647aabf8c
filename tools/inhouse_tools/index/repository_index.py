"""What is defined and used where in a folder: kept on disk, brought up to date by changes."""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from inhouse_tools.index import facts, survey
from inhouse_tools.index.analysing import analyse, read_source, unreadable
from inhouse_tools.index.database import Database
from inhouse_tools.index.edition import edition
from inhouse_tools.index.facts import Facts, KnownSymbol
from inhouse_tools.index.lookup import Definition, find_definitions
from inhouse_tools.index.survey import Changed, Survey
from inhouse_tools.index.workers import Job, parse_all

FILE_NAME = "index.sqlite"
FEW_FILES = 50
"""Up to so many are parsed in this process: others would take longer to start."""
FILES_AT_ONCE = 16
MAX_DEFINITIONS = 200
DAY_SECONDS = 86_400
KEPT_DAYS = 30
LEAST_SPARE = 2_000
"""So many contents that stand in no file now are kept anyway, to make a switch of branches free."""

Progress = Callable[[int, int], None]
"""Hears how many files are parsed, and how many there are to parse."""
Answer = TypeVar("Answer")


def say_nothing(done: int, total: int) -> None:
    """No progress is shown."""
    del done, total


class RepositoryIndex:
    """An index of the files below `root`, in the folder `cache`, or in memory when that is None.

    Contents are known by their hash: a file that was renamed, copied, or comes back with a branch
    is not parsed again. Several programs may use one folder at the same time. Stopping `refresh`
    at any time loses only time. `left` counts the files that it has left for later.
    """

    def __init__(self, root: Path, cache: Path | None) -> None:
        self.root = root.resolve()
        self.left = 0
        self._database = Database(cache / FILE_NAME if cache else None, edition())

    async def refresh(self, progress: Progress = say_nothing, *, mentioning: str = "") -> None:
        """Make the index say what stands in the files now.

        With `mentioning`, new contents without this text are left for later.
        """
        found = await asyncio.to_thread(self._look, mentioning.encode())
        unknown = found.unknown
        if unknown:
            progress(0, len(unknown))
        if len(unknown) > FEW_FILES and self._database.file is not None:
            await self._parse_outside(self._database.file, unknown, progress)
        else:
            await self._parse_here(unknown, progress)
        if found != Survey():
            await asyncio.to_thread(self._database.write, lambda to: _settle(to, found))

    async def ask(self, query: Callable[[], Answer], *, mentioning: str = "") -> Answer:
        """The answer of a query of this index, such as `lambda: index.outline(path)`, as of now."""
        while True:
            await self.refresh(mentioning=mentioning)
            renewals = self._database.renewals
            answer = await asyncio.to_thread(query)
            if renewals == self._database.renewals:
                return answer

    def definitions(self, name: str, limit: int = MAX_DEFINITIONS) -> tuple[Definition, ...]:
        """Where a name or `Class.name` is defined, the likeliest first; else similar names."""
        return tuple(
            self._database.read(lambda connection: find_definitions(connection, name, limit))
        )

    def files_that_mention(self, name: str) -> tuple[str, ...]:
        """Paths of files in which an identifier is used or defined, in order."""
        wanted = name.encode("utf-8", "replace")
        rows = self._database.read(
            lambda connection: connection.execute(
                "SELECT path FROM file JOIN content ON content.id = file.content"
                " WHERE instr(content.names, ?1) UNION"
                " SELECT path FROM file JOIN symbol ON symbol.content = file.content"
                " WHERE symbol.last = ?2 AND symbol.last = ?2 COLLATE BINARY",
                (b"\n" + wanted + b"\n", wanted.decode()),
            ).fetchall()
        )
        return tuple(sorted(os.fsdecode(row[0]) for row in rows))

    def outline(self, path: str) -> tuple[KnownSymbol, ...]:
        """The symbols of a file in the order they stand; none for a file that is not known."""
        content = self.files().get(path)
        found = None if content is None else self.facts([content]).get(content)
        return found.symbols if found else ()

    def files(self) -> Mapping[str, int]:
        """For each file in a known language the id of its content, in the order of the paths."""
        rows = self._database.read(
            lambda connection: connection.execute(
                "SELECT path, content FROM file WHERE content IS NOT NULL"
            ).fetchall()
        )
        return dict(sorted((os.fsdecode(path), int(content)) for path, content in rows))

    def facts(self, contents: Sequence[int]) -> Mapping[int, Facts]:
        """What is known of contents, by their ids."""
        return self._database.read(lambda connection: facts.load(connection, contents))

    def kept(self, name: str) -> bytes:
        """What was kept last under a name, nothing where that was lost. Whoever reads it must know
        how to tell damage."""
        row = self._database.read(
            lambda connection: connection.execute(
                "SELECT value FROM kept WHERE name = ?", (name,)
            ).fetchone()
        )
        return bytes(row[0]) if row else b""

    def keep(self, name: str, value: bytes) -> None:
        """Keep something that was worked out from the index, for other processes."""
        if self._database.file is not None:
            self._database.write(
                lambda connection: connection.execute(
                    "INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, value)
                )
            )

    def version(self) -> tuple[int, int, int]:
        """A value that changes whenever the answers may change."""
        return self._database.version()

    def close(self) -> None:
        """Let go of the file; it is opened again when it is needed."""
        self._database.close()

    def _look(self, mentioning: bytes) -> Survey:
        stamps = self._database.read(survey.known_stamps)
        changed, gone = survey.differences(self.root, stamps)
        if not changed:
            self.left = 0
            return Survey((), gone)
        looked, passed_over = self._database.read(
            lambda connection: survey.look_into(connection, self.root, changed, mentioning)
        )
        self.left = len(passed_over)
        # What is known of their old content would be wrong now.
        forgotten = tuple(path for path in passed_over if path in stamps)
        return Survey(tuple(looked), (*gone, *forgotten))

    async def _parse_outside(self, file: Path, unknown: list[Changed], progress: Progress) -> None:
        begun = 0

        def count(more: int) -> None:
            nonlocal begun
            begun += more
            progress(min(begun, len(unknown)), len(unknown))

        job = Job(file, self.root, [item.path for item in unknown], today())
        parsed = await parse_all(job, count)
        crashed = [item for item in unknown if item.path in parsed.crashed]
        await asyncio.to_thread(self._keep, [_nothing_in(item) for item in crashed])
        if parsed.whole:
            await self._parse_here(await asyncio.to_thread(self._still_unknown, unknown))

    async def _parse_here(self, unknown: list[Changed], progress: Progress = say_nothing) -> None:
        for start in range(0, len(unknown), FILES_AT_ONCE):
            some = unknown[start : start + FILES_AT_ONCE]
            found = await asyncio.to_thread(_analyse_all, self.root, some)
            await asyncio.to_thread(self._keep, found)
            progress(start + len(some), len(unknown))

    def _still_unknown(self, unknown: list[Changed]) -> list[Changed]:
        """Those without facts; one that changed meanwhile has another stamp next time."""
        return self._database.read(
            lambda connection: [
                item
                for item in unknown
                if item.sha256 and facts.find(connection, item.sha256, item.language) is None
            ]
        )

    def _keep(self, found: Sequence[Facts]) -> None:
        def save(connection: sqlite3.Connection) -> None:
            for one in found:
                facts.save(connection, one, today())

        self._database.write(save)


def today() -> int:
    """The number of this day."""
    return int(time.time() // DAY_SECONDS)


def _nothing_in(item: Changed) -> Facts:
    return unreadable(item.path, item.sha256 or b"")


def _analyse_all(root: Path, items: Sequence[Changed]) -> list[Facts]:
    """The facts of files as they are now; one that has changed again is left for the next time."""
    found: list[Facts] = []
    for item in items:
        read = read_source(root / item.path)
        if read is not None and read.sha256 == item.sha256:
            found.append(analyse(item.path, read.raw, read.sha256))
    return found


def _settle(connection: sqlite3.Connection, found: Survey) -> None:
    """Say which content stands in which file, and let go of contents that nobody uses any more."""
    gone = [(os.fsencode(path),) for path in found.gone]
    connection.executemany("DELETE FROM file WHERE path = ?", gone)
    for item in found.changed:
        content = None
        if item.sha256 is not None:
            content = facts.find(connection, item.sha256, item.language)
            if content is None:
                # It changed between two looks, or its parser was stopped: it counts as new again.
                connection.execute("DELETE FROM file WHERE path = ?", (os.fsencode(item.path),))
                continue
        stamp = item.stamp
        connection.execute(
            "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?)",
            (os.fsencode(item.path), stamp.size, stamp.mtime_ns, stamp.inode, content),
        )
    _forget_unused(connection)


def _forget_unused(connection: sqlite3.Connection) -> None:
    day = today()
    connection.execute(
        "UPDATE content SET used = ? WHERE used < ? AND id IN (SELECT content FROM file)",
        (day, day),
    )
    files = int(connection.execute("SELECT count(*) FROM file").fetchone()[0])
    spare = (
        "SELECT id FROM content WHERE id NOT IN"
        " (SELECT content FROM file WHERE content IS NOT NULL) AND "
    )
    for condition, value in (
        ("used < ?", day - KEPT_DAYS),
        ("1 ORDER BY used DESC, id DESC LIMIT -1 OFFSET ?", max(LEAST_SPARE, 2 * files)),
    ):
        unused = connection.execute(spare + condition, (value,)).fetchall()
        connection.executemany("DELETE FROM symbol WHERE content = ?", unused)
        connection.executemany("DELETE FROM content WHERE id = ?", unused)
