"""A conversation that outlives its process: append, resume, rewind, fork."""

import contextlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from inhouse_agent.codec import is_journalled
from inhouse_agent.events import Event, Noticed, Renamed
from inhouse_agent.history import fold
from inhouse_agent.journal import (
    IDENTIFIER,
    Entry,
    Header,
    SessionProblem,
    entry_line,
    header_line,
    read_header,
    read_journal,
    sessions_folder,
)
from inhouse_agent.journal_file import UNLOCKED, JournalFile, remove_journal
from inhouse_agent.memory import Memory, memory_of
from inhouse_agent.session_title import read_title, shorten, title_of
from inhouse_models.chat import Message

__all__ = ["Session", "SessionProblem", "SessionSummary", "find_session", "list_sessions"]

KEPT_ASIDE: Final = "What was cut off is kept in {}."


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """One line of a list of sessions; `changed` is in seconds since the epoch."""

    id: str
    root: Path
    model: str
    created: str
    changed: float
    title: str
    path: Path


class Session:
    """An open session. History is a fold over the entries from its last one back to the first.

    `notices` says what of the file could not be used. `promised`: somebody else knows its id, so
    that it stays even if nothing is ever said in it.
    """

    def __init__(self, file: JournalFile, header: Header, entries: list[Entry]) -> None:
        self._file = file
        self.header = header
        self.entries = entries
        self.notices: tuple[str, ...] = ()
        self.promised = False
        self._leaf = entries[-1].id if entries else ""
        self._unsaved: list[bytes] = []
        self._ids = {entry.id for entry in entries}

    @classmethod
    def create(cls, root: Path, model: str) -> "Session | SessionProblem":
        """A new, empty session for this folder."""
        return cls._write_new(str(root.resolve()), model, [], forked_from="")

    @classmethod
    def open(cls, identifier: str, *, reading: bool = False) -> "Session | SessionProblem":
        """The session of this id, or of the only id that begins so.

        With `reading` it may be open elsewhere, and nothing can be appended to it.
        """
        path = find_session(identifier)
        return path if isinstance(path, SessionProblem) else cls._open_path(path, reading)

    @classmethod
    def latest(cls, root: Path, *, reading: bool = False) -> "Session | SessionProblem":
        """The session of this folder that was changed last."""
        try:
            found = _headers_of(root)
        except OSError as error:
            return _unreadable(error)
        if not found:
            text = f"There is no session in {root} yet. Start one with `inhouse`."
            return SessionProblem("missing", text)
        return cls._open_path(found[0].path, reading)

    @property
    def id(self) -> str:
        return self.header.id

    @property
    def root(self) -> Path:
        return Path(self.header.root)

    @property
    def model(self) -> str:
        return self.header.model

    @property
    def title(self) -> str:
        """What the person called it, or the beginning of the first prompt."""
        return title_of(entry.event for entry in self.entries)

    @property
    def leaf(self) -> str:
        """The id of the entry that the next one follows; empty at the start."""
        return self._leaf

    def append(self, event: Event) -> SessionProblem | None:
        """Writes a whole event to the disk; pieces of events are left out.

        What cannot be written is written before the next event, so that none is missing between
        others.
        """
        if not is_journalled(event):
            return None
        entry = Entry(self._new_id(), self._leaf, _now(), event)
        self._ids.add(entry.id)
        self.entries.append(entry)
        self._leaf = entry.id
        self._unsaved.append(entry_line(entry))
        problem = self._file.write(b"".join(self._unsaved))
        if problem is None:
            self._unsaved.clear()
        return problem

    def branch(self) -> list[Entry]:
        """The entries that count now, in order; what was rewound is not among them."""
        by_id = {entry.id: entry for entry in self.entries}
        branch: list[Entry] = []
        at = self._leaf
        while at:
            entry = by_id[at]
            branch.append(entry)
            at = entry.parent
        return branch[::-1]

    def events(self) -> list[Event]:
        """The events that count now, in order."""
        return [entry.event for entry in self.branch()]

    def history(self) -> list[Message]:
        """The messages that the model has seen; calls that never ended are closed."""
        return fold(self.events())

    def memory(self) -> Memory:
        """What was asked in it, and its plan."""
        return memory_of(self.events())

    def rewind(self, entry_id: str) -> None:
        """The next event follows this entry ("" for the start); what came after it stays stored."""
        if entry_id and entry_id not in self._ids:
            raise KeyError(entry_id)
        self._leaf = entry_id

    def rename(self, title: str) -> SessionProblem | None:
        """Gives the session a title of one line; an empty one makes it the first prompt again."""
        return self.append(Renamed(shorten(title)))

    def fork(self) -> "Session | SessionProblem":
        """A new session that begins with what counts in this one; neither needs the other."""
        return self._write_new(self.header.root, self.model, self.branch(), forked_from=self.id)

    @property
    def unused(self) -> bool:
        """Whether nothing was said or done in it yet, and nobody else counts on it."""
        return not self.promised and all(isinstance(entry.event, Noticed) for entry in self.entries)

    def close(self, *, discard: bool = False) -> None:
        """Lets others open it; with `discard` it is gone."""
        if discard:
            remove_journal(self._file.path)
        self._file.close()

    @classmethod
    def _write_new(
        cls, root: str, model: str, entries: list[Entry], *, forked_from: str
    ) -> "Session | SessionProblem":
        header = Header(secrets.token_hex(5), root, model, _now(), forked_from)
        try:
            path = sessions_folder() / f"{header.id}.jsonl"
        except OSError as error:
            return _unreadable(error)
        lines = (header_line(header), *(entry_line(entry) for entry in entries))
        file = JournalFile.create(path, lines)
        if isinstance(file, SessionProblem):
            return file
        session = cls(file, header, list(entries))
        session.notices = session._about_locks()
        return session

    @classmethod
    def _open_path(cls, path: Path, reading: bool) -> "Session | SessionProblem":
        file = JournalFile.open(path, reading=reading)
        if isinstance(file, SessionProblem):
            return file
        contents = read_journal(path)
        if isinstance(contents, SessionProblem):
            file.close()
            return contents
        aside = None if reading else file.cut(contents.size)
        if isinstance(aside, SessionProblem):
            file.close()
            return aside
        session = cls(file, contents.header, contents.entries)
        kept = () if aside is None else (KEPT_ASIDE.format(aside),)
        session.notices = (*contents.notices, *kept, *session._about_locks())
        return session

    def _about_locks(self) -> tuple[str, ...]:
        return () if self._file.locked else (UNLOCKED.format(self.id),)

    def _new_id(self) -> str:
        while (identifier := secrets.token_hex(4)) in self._ids:
            pass
        return identifier


def list_sessions(root: Path | None = None) -> list[SessionSummary]:
    """Sessions that can be read, of this folder or of all, the one changed last first.

    Raises OSError where the folder of all sessions cannot be read.
    """
    return [
        SessionSummary(
            found.path.stem,
            Path(found.header.root),
            found.header.model,
            found.header.created,
            found.changed,
            read_title(found.path),
            found.path,
        )
        for found in _headers_of(root)
    ]


@dataclass(frozen=True, slots=True)
class _Found:
    path: Path
    header: Header
    changed: float


def _headers_of(root: Path | None) -> list[_Found]:
    wanted = None if root is None else root.resolve()
    found: list[_Found] = []
    for path in sessions_folder().glob("*.jsonl"):
        header = read_header(path)
        if isinstance(header, SessionProblem) or wanted not in (None, Path(header.root)):
            continue
        # Another inhouse may have deleted it since.
        with contextlib.suppress(FileNotFoundError):
            found.append(_Found(path, header, path.stat().st_mtime))
    return sorted(found, key=lambda one: (one.changed, one.header.created), reverse=True)


def find_session(identifier: str) -> Path | SessionProblem:
    """The file of the session of this id, or of the only id that begins so."""
    hint = "`inhouse sessions list` shows them."
    if IDENTIFIER.fullmatch(identifier) is None:
        return SessionProblem("missing", f"There is no session {identifier!r}. {hint}")
    try:
        paths = sorted(sessions_folder().glob(f"{identifier}*.jsonl"))
    except OSError as error:
        return _unreadable(error)
    if not paths:
        return SessionProblem("missing", f"There is no session {identifier}. {hint}")
    exact = [path for path in paths if path.stem == identifier]
    if len(paths) > 1 and not exact:
        text = f"{len(paths)} sessions begin with {identifier}. Give more of the id; {hint}"
        return SessionProblem("ambiguous", text)
    return (exact or paths)[0]


def _unreadable(error: OSError) -> SessionProblem:
    text = f"The folder of the sessions, {error.filename}, cannot be used: {error.strerror}."
    return SessionProblem("io", text)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
