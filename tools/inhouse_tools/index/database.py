"""The SQLite file of an index: made when missing, made anew when damaged or of another edition."""

import contextlib
import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeVar

APPLICATION = 0x696E6878
BUSY_SECONDS = 30.0
MAX_RENEWALS = 2
MAX_CHECKED_BYTES = 64_000_000
"""Files up to this size are checked page by page when they are opened."""
REFUSALS = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
"""What says that the disk or another program is in the way, not that the file is damaged."""
SCHEMA = """
CREATE TABLE content (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 BLOB NOT NULL,
    language TEXT NOT NULL,
    family TEXT NOT NULL,
    data INTEGER NOT NULL,
    used INTEGER NOT NULL,
    imports TEXT NOT NULL,
    counts BLOB NOT NULL,
    names BLOB NOT NULL,
    UNIQUE (sha256, language)
);
CREATE TABLE symbol (
    content INTEGER NOT NULL,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    last TEXT NOT NULL COLLATE NOCASE,
    kind TEXT NOT NULL,
    start_line INTEGER NOT NULL,
    end_line INTEGER NOT NULL,
    signature TEXT NOT NULL,
    PRIMARY KEY (content, place)
) WITHOUT ROWID;
CREATE INDEX symbol_by_last ON symbol (last);
CREATE TABLE file (
    path BLOB PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    content INTEGER
) WITHOUT ROWID;
CREATE INDEX file_by_content ON file (content);
CREATE TABLE kept (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
);
"""

Answer = TypeVar("Answer")
Action = Callable[[sqlite3.Connection], Answer]


class Database:
    """Transactions over one SQLite file, or over memory when `file` is None.

    All that is in it can be made anew. So a file that is damaged or of another `edition` is
    deleted, and where the disk refuses (full, read-only, locked for long) memory takes its place;
    `renewals` counts both. It may be used from several threads, and several programs may use one
    file.
    """

    def __init__(self, file: Path | None, edition: int) -> None:
        self.file = file
        self._edition = edition
        self.renewals = 0
        self._opened = 0
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._identity = (0, 0)

    def read(self, action: Action[Answer]) -> Answer:
        """The answer of an action that only reads, all of it from one state of the file."""
        return self._run("BEGIN", action)

    def write(self, action: Action[Answer]) -> Answer:
        """The answer of an action whose changes happen all or not at all.

        After a renewal it is done once more, on an empty database.
        """
        return self._run("BEGIN IMMEDIATE", action)

    def version(self) -> tuple[int, int, int]:
        """A value that changes whenever this or another program has changed the contents."""
        with self._lock:
            row = self.read(lambda connection: connection.execute("PRAGMA data_version").fetchone())
            changes = self._connection.total_changes if self._connection else 0
            return self._opened, int(row[0]), changes

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                with contextlib.suppress(sqlite3.Error):
                    self._connection.close()
                self._connection = None

    def _run(self, begin: str, action: Action[Answer]) -> Answer:
        with self._lock:
            while True:
                try:
                    return self._transact(begin, action)
                except (sqlite3.DatabaseError, OSError) as error:
                    self._renew(error)

    def _transact(self, begin: str, action: Action[Answer]) -> Answer:
        connection = self._open()
        connection.execute(begin)
        try:
            answer = action(connection)
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
        return answer

    def _renew(self, error: sqlite3.DatabaseError | OSError) -> None:
        """Begin empty: in a new file once, then in memory; there an error is our own."""
        self.close()
        if self.file is None:
            raise error
        if self.renewals or _code(error) in REFUSALS:
            self.file = None
        else:
            with contextlib.suppress(OSError), _alone(self.file):
                _delete(self.file)
        self.renewals += 1

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None and self.file and _identity(self.file) != self._identity:
            # Another program has made it anew: what we wrote into the old one would be lost. If it
            # does so again, it is of another edition, and the two must not do so by turns.
            self.close()
            self.file = self.file if self.renewals < MAX_RENEWALS else None
            self.renewals += 1
        if self._connection is None:
            self._opened += 1
            if self.file is None:
                self._connection = _connect(":memory:")
                _create(self._connection, self._edition)
            else:
                self._connection = _open_file(self.file, self._edition)
                self._identity = _identity(self.file)
        return self._connection


def connect(file: Path) -> sqlite3.Connection:
    """A connection to a file that a Database has made."""
    return _connect(str(file))


def _code(error: sqlite3.DatabaseError | OSError) -> int:
    """SQLite's own number of an error; what Python says of its own is a mistake in our calls."""
    if isinstance(error, OSError):
        return sqlite3.SQLITE_CANTOPEN
    number: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_MISUSE)
    return number & 0xFF


def _connect(file: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -8000")
        connection.execute("PRAGMA trusted_schema = OFF")
    except BaseException:
        connection.close()
        raise
    return connection


def _open_file(file: Path, edition: int) -> sqlite3.Connection:
    """The usable file that is there, or a new one in its place."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(file):
        found = _open_usable(file, edition)
        if found is not None:
            return found
        _delete(file)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        connection = _connect(str(file))
        try:
            _create(connection, edition)
        except BaseException:
            connection.close()
            raise
        return connection


def _open_usable(file: Path, edition: int) -> sqlite3.Connection | None:
    """A connection to a file of this edition without damage; None when there is no such file."""
    if not file.is_file():
        return None
    connection: sqlite3.Connection | None = None
    usable = False
    try:
        connection = _connect(str(file))
        usable = _is_sound(connection, file, edition)
    except sqlite3.DatabaseError as error:
        if _code(error) in REFUSALS:
            raise
    finally:
        if connection is not None and not usable:
            connection.close()
    return connection if usable else None


def _is_sound(connection: sqlite3.Connection, file: Path, edition: int) -> bool:
    for name, value in (("application_id", APPLICATION), ("user_version", edition)):
        if connection.execute(f"PRAGMA {name}").fetchone() != (value,):
            return False
    if file.stat().st_size > MAX_CHECKED_BYTES:
        return True
    return connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)


def _create(connection: sqlite3.Connection, edition: int) -> None:
    connection.executescript(f"BEGIN;{SCHEMA}COMMIT;")
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    # Last, so that a file whose making was interrupted is of no edition.
    connection.execute(f"PRAGMA user_version = {edition}")


def _delete(file: Path) -> None:
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
        file.with_name(name).unlink(missing_ok=True)


def _identity(file: Path) -> tuple[int, int]:
    try:
        facts = file.stat()
    except OSError:
        return (0, 0)
    return facts.st_dev, facts.st_ino


@contextlib.contextmanager
def _alone(file: Path) -> Generator[None]:
    """No two programs open, check or delete the file at the same time."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    lock = os.open(file.with_name(f"{file.name}.lock"), flags, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
