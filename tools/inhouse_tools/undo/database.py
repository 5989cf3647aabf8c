"""The database of one root's turns: made, opened, locked for one action at a time."""

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from inhouse_tools.refusal import Refusal
from inhouse_tools.writing.small_file import make_private

FORMAT: Final = 2
FILE: Final = "turns.db"
WAIT_SECONDS: Final = 120.0
CACHE_KIB: Final = 32_000
DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
Result = TypeVar("Result")

# contents: what files held, by sha256; tree: every path as it was seen last, with the facts by
# which an unchanged file is known; turns and their changes: what can be taken back.
SCHEMA: Final = """
CREATE TABLE contents (
    sha256 BLOB PRIMARY KEY, size INTEGER NOT NULL, packed INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE tree (
    path BLOB PRIMARY KEY, kind TEXT NOT NULL, mode INTEGER NOT NULL, value BLOB NOT NULL,
    signature BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE turns (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, format INTEGER NOT NULL,
    began REAL NOT NULL, ended REAL NOT NULL, prompt TEXT NOT NULL, state TEXT NOT NULL,
    extra TEXT NOT NULL, window TEXT NOT NULL, head_before TEXT NOT NULL,
    head_after TEXT NOT NULL, interrupted INTEGER NOT NULL, problem TEXT NOT NULL,
    session TEXT NOT NULL DEFAULT '');
CREATE TABLE changes (
    turn INTEGER NOT NULL, path BLOB NOT NULL,
    before_kind TEXT NOT NULL, before_mode INTEGER NOT NULL, before_value BLOB NOT NULL,
    after_kind TEXT NOT NULL, after_mode INTEGER NOT NULL, after_value BLOB NOT NULL,
    mixed INTEGER NOT NULL, PRIMARY KEY (turn, path)) WITHOUT ROWID;
"""


@dataclass(slots=True)
class Database:
    """A folder for one root's records; `notices` collects what a person should hear of it."""

    folder: Path
    notices: list[str] = field(default_factory=list[str])

    @property
    def file(self) -> Path:
        """The file itself."""
        return self.folder / FILE

    def run(self, action: Callable[[sqlite3.Connection], Result]) -> Result | Refusal:
        """The result of an action that happens wholly or not at all, and alone.

        What the system refuses (a full disk, a lock that is not let go) comes back as a value.
        """
        try:
            with self._transaction() as connection:
                return action(connection)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) not in DAMAGED:
                return Refusal(f"The records for undo in {self.folder} cannot be used: {error}.")
        except OSError as error:
            reason = error.strerror or str(error)
            return Refusal(f"The records for undo in {self.folder} cannot be used: {reason}.")
        return self._begin_anew(action)

    @contextlib.contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        connection = self._open()
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        finally:
            # Closing takes back what was not committed.
            connection.close()

    def _open(self) -> sqlite3.Connection:
        make_private(self.folder)
        # Made here, because sqlite would let others read it.
        os.close(os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        connection = sqlite3.connect(self.file, WAIT_SECONDS, isolation_level=None)
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != FORMAT:
                _prepare(connection)
            # Without it, freeing a large content would write it once more, as zeros.
            connection.execute("PRAGMA secure_delete = OFF").fetchall()
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _begin_anew(self, action: Callable[[sqlite3.Connection], Result]) -> Result | Refusal:
        """Puts a damaged file aside, so that at least new turns can be taken back."""
        aside = self.file.with_name(f"damaged-{int(time.time())}.db")
        try:
            self.file.rename(aside)
            for ending in ("-journal", "-wal", "-shm"):
                self.file.with_name(FILE + ending).unlink(missing_ok=True)
            self.notices.append(
                f"The records for undo were damaged; earlier turns cannot be taken back. "
                f"They were moved to {aside}."
            )
            with self._transaction() as connection:
                return action(connection)
        except (sqlite3.Error, OSError) as error:
            return Refusal(f"The records for undo in {self.folder} cannot be used: {error}.")


def _prepare(connection: sqlite3.Connection) -> None:
    """Makes the tables in a new file; another process may be doing the same."""
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("BEGIN IMMEDIATE")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > FORMAT:
        raise sqlite3.OperationalError(
            f"they have format {version}, this inhouse reads {FORMAT}; update it"
        )
    if version == 0:
        for statement in SCHEMA.strip().rstrip(";").split(";"):
            connection.execute(statement)
    elif version == 1:
        connection.execute("ALTER TABLE turns ADD COLUMN session TEXT NOT NULL DEFAULT ''")
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute("COMMIT")


def size_of(connection: sqlite3.Connection) -> int:
    """Bytes in use, without the pages that were freed."""
    page, count, free = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_size", "page_count", "freelist_count")
    )
    return page * (count - free)
