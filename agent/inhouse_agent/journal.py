"""The file of a session as it is read: a header, then one entry a line."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, cast

from inhouse_agent.codec import CodecProblem, decode, encode
from inhouse_agent.events import Event
from inhouse_agent.folders import state_folder
from inhouse_tools.writing.small_file import make_private

FORMAT: Final = 1
MOST_HEADER_BYTES: Final = 1_000_000
IDENTIFIER: Final = re.compile(r"[0-9a-f]{1,32}")
ProblemKind = Literal["missing", "ambiguous", "busy", "version", "damaged", "io"]


@dataclass(frozen=True, slots=True)
class SessionProblem:
    """Why a session cannot be opened or written, in a sentence for a person."""

    kind: ProblemKind
    text: str


@dataclass(frozen=True, slots=True)
class Header:
    """The first line: what the session is. `forked_from` is the session it was copied from."""

    id: str
    root: str
    model: str
    created: str
    forked_from: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event at its place; `parent` is the entry before it, empty for the first."""

    id: str
    parent: str
    at: str
    event: Event


@dataclass(slots=True)
class Contents:
    """What a file holds: `size` is the bytes up to the end of its last whole line."""

    header: Header
    entries: list[Entry] = field(default_factory=list[Entry])
    notices: list[str] = field(default_factory=list[str])
    size: int = 0


def sessions_folder() -> Path:
    """Where the journals lie; for the person's eyes only."""
    folder = state_folder() / "sessions"
    make_private(folder)
    return folder


def header_line(header: Header) -> bytes:
    """The first line of a file."""
    named = {"id": header.id, "root": header.root, "model": header.model}
    rest = {"created": header.created, "forked_from": header.forked_from}
    return _line({"format": FORMAT, **named, **rest})


def entry_line(entry: Entry) -> bytes:
    """One further line."""
    event = encode(entry.event)
    return _line({"id": entry.id, "parent": entry.parent, "at": entry.at, "event": event})


def _line(data: dict[str, Any]) -> bytes:
    return json.dumps(data, separators=(",", ":")).encode("ascii") + b"\n"


def read_journal(path: Path) -> Contents | SessionProblem:
    """All whole entries of a file; what is damaged is left out and said."""
    try:
        with path.open("rb") as file:
            header = parse_header(file.readline(MOST_HEADER_BYTES), path)
            if isinstance(header, SessionProblem):
                return header
            contents = Contents(header, size=file.tell())
            known = {""}
            for number, line in enumerate(file, 2):
                _take_line(contents, known, number, line)
    except OSError as error:
        return SessionProblem("io", f"The session {path} cannot be read: {error.strerror}.")
    return contents


def read_header(path: Path) -> Header | SessionProblem:
    """Only the first line."""
    try:
        with path.open("rb") as file:
            return parse_header(file.readline(MOST_HEADER_BYTES), path)
    except OSError as error:
        return SessionProblem("io", f"The session {path} cannot be read: {error.strerror}.")


def first_events(path: Path, limit: int) -> Iterator[Event]:
    """The events among the first `limit` lines, for a title."""
    with path.open("rb") as file:
        file.readline()
        for line, _ in zip(file, range(limit), strict=False):
            entry = read_entry(line)
            if isinstance(entry, Entry):
                yield entry.event


def parse_header(line: bytes, path: Path) -> Header | SessionProblem:
    """What the first line of this file says."""
    data = _read_object(line)
    if data is None or not line.endswith(b"\n"):
        text = f"The session {path} has no whole first line; nothing in it can be read."
        return SessionProblem("damaged", text)
    version = data.get("format")
    if version != FORMAT:
        text = f"The session {path} has format {version}, this inhouse reads {FORMAT}. Update it."
        return SessionProblem("version", text)
    named = (str(data.get(name, "")) for name in ("id", "root", "model", "created", "forked_from"))
    return Header(*named)


def _take_line(contents: Contents, known: set[str], number: int, line: bytes) -> None:
    whole = line.endswith(b"\n")
    if whole:
        contents.size += len(line)
    if not line.strip(b"\0 \r\n\t"):
        if not whole:
            contents.notices.append(f"{len(line)} empty bytes at the end were dropped.")
        return
    entry = read_entry(line) if whole else "it was not written to its end"
    if isinstance(entry, str):
        contents.notices.append(f"Line {number} of the session was dropped: {entry}.")
        return
    if entry.id in known:
        contents.notices.append(f"Line {number} of the session was dropped: {entry.id} is double.")
        return
    if entry.parent not in known:
        # The entry before this one was damaged: hold on to the last whole one.
        parent = contents.entries[-1].id if contents.entries else ""
        entry = Entry(entry.id, parent, entry.at, entry.event)
    known.add(entry.id)
    contents.entries.append(entry)


def read_entry(line: bytes) -> Entry | str:
    """The entry of one line, or why it is none."""
    data = _read_object(line)
    # Without a parent it would begin a branch of its own, and hide all that came before.
    if data is None or not all(isinstance(data.get(name), str) for name in ("id", "parent")):
        return "it is not an entry"
    event = decode(data.get("event"))
    if isinstance(event, CodecProblem):
        return event.text.rstrip(".")
    return Entry(str(data["id"]), str(data["parent"]), str(data.get("at", "")), event)


def _read_object(line: bytes) -> dict[str, Any] | None:
    try:
        data: object = json.loads(line.strip(b"\0 \r\n\t"))
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", data) if isinstance(data, dict) else None
