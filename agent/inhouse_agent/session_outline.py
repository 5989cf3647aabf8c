"""What a session's file is about, read without decoding most of it: for lists and for search."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from inhouse_agent.events import Renamed, TurnStarted
from inhouse_agent.journal import (
    Entry,
    Header,
    SessionProblem,
    parse_header,
    read_entry,
    sessions_folder,
)
from inhouse_agent.session_title import shorten

# The beginning of a line as the journal writes it.
BEGINNING: Final = re.compile(
    rb'\{"id":"([0-9a-f]+)","parent":"([0-9a-f]*)","at":"([^"]*)","event":\{"type":"(\w+)"'
)
TOLD: Final = (b"turn_started", b"renamed")
NOWHERE: Final = -1


@dataclass(frozen=True, slots=True)
class PastPrompt:
    """A prompt of a session; `before` is the place of the one before it, -1 for none."""

    entry: str
    at: str
    text: str
    before: int


@dataclass(frozen=True, slots=True)
class Branch:
    """One way that a session went: `leaf` is its last entry, `prompts` are the places of its
    prompts in their order, `at` is when it was gone last."""

    leaf: str
    at: str
    prompts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A session as a list shows it: `changed` is in seconds since the epoch, `size` in bytes.

    The first of the `branches` is the one that goes on when the session is resumed.
    """

    path: Path
    header: Header
    changed: float
    size: int
    title: str
    prompts: tuple[PastPrompt, ...]
    branches: tuple[Branch, ...]

    @property
    def id(self) -> str:
        """The id of the session."""
        return self.header.id


def session_files() -> list[Path]:
    """The files of all sessions, the one changed last first."""
    found: list[tuple[float, Path]] = []
    for path in sessions_folder().glob("*.jsonl"):
        try:
            found.append((path.stat().st_mtime, path))
        except FileNotFoundError:
            # Another inhouse has just deleted it.
            continue
    return [path for _, path in sorted(found, reverse=True)]


def read_outlines(root: Path | None = None) -> Iterator[Outline]:
    """The outlines of the sessions of a folder, or of all, the one changed last first.

    Each is read when it is asked for; what cannot be read is left out.
    """
    wanted = None if root is None else str(root.resolve())
    for path in session_files():
        outline = read_outline(path, wanted)
        if isinstance(outline, Outline):
            yield outline


def read_outline(path: Path, root: str | None = None) -> Outline | SessionProblem | None:
    """What the file is about, None when it belongs to another folder than `root`.

    Damaged lines are passed over, as by whoever opens the session.
    """
    reading = _Reading()
    try:
        with path.open("rb") as file:
            header = parse_header(file.readline(), path)
            if isinstance(header, SessionProblem):
                return header
            if root not in (None, header.root):
                return None
            for line in file:
                if line.endswith(b"\n"):
                    reading.take(line)
            facts = os.fstat(file.fileno())
    except OSError as error:
        return SessionProblem("io", f"The session {path} cannot be read: {error.strerror}.")
    return Outline(
        path,
        header,
        facts.st_mtime,
        facts.st_size,
        reading.title(),
        tuple(reading.prompts),
        reading.branches(),
    )


@dataclass(slots=True)
class _Reading:
    """What the lines so far have come to. `under` is the place of the prompt that an entry belongs
    to, `ends` the last entry of each of these places with its time."""

    prompts: list[PastPrompt] = field(default_factory=list[PastPrompt])
    given: str = ""
    last: str = ""
    under: dict[str, int] = field(default_factory=lambda: {"": NOWHERE})
    ends: dict[int, tuple[str, str]] = field(default_factory=dict[int, "tuple[str, str]"])

    def take(self, line: bytes) -> None:
        """The next whole line."""
        match = BEGINNING.match(line)
        if match is not None and match[4] not in TOLD:
            self._add(match[1].decode(), match[2].decode(), match[3].decode("ascii", "replace"))
            return
        entry = read_entry(line)
        if not isinstance(entry, Entry):
            return
        if isinstance(entry.event, Renamed):
            self.given = entry.event.title
        prompt = entry.event.prompt if isinstance(entry.event, TurnStarted) else None
        self._add(entry.id, entry.parent, entry.at, prompt)

    def title(self) -> str:
        """What the person called it, or the beginning of the first prompt."""
        return self.given or (shorten(self.prompts[0].text) if self.prompts else "")

    def branches(self) -> tuple[Branch, ...]:
        """The ways to every prompt that no other one follows, and the one gone last, which is
        the first; then the newest first."""
        followed = {prompt.before for prompt in self.prompts}
        current = self.under[self.last]
        others = [
            place
            for place in range(len(self.prompts))
            if place not in followed and place != current
        ]
        others.sort(key=lambda place: self.ends[place][1], reverse=True)
        places = [current, *others] if self.last else others
        return tuple(Branch(*self.ends[place], self._way(place)) for place in places)

    def _add(self, entry: str, parent: str, at: str, prompt: str | None = None) -> None:
        # The parent of an entry may be damaged: the last whole one stands for it.
        place = self.under.get(parent, self.under[self.last])
        if prompt is not None:
            self.prompts.append(PastPrompt(entry, at, prompt, place))
            place = len(self.prompts) - 1
        self.under[entry] = place
        self.ends[place] = entry, at
        self.last = entry

    def _way(self, place: int) -> tuple[int, ...]:
        way: list[int] = []
        while place != NOWHERE:
            way.append(place)
            place = self.prompts[place].before
        return tuple(way[::-1])
