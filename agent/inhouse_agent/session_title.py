"""What a session is called: by the person, or after its first prompt."""

import mmap
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from inhouse_agent.events import Event, Renamed, TurnStarted
from inhouse_agent.journal import Entry, first_events, read_entry
from inhouse_agent.secret_shapes import mask_secrets

TITLE_CHARS: Final = 80
TITLE_LINES: Final = 5
MOST_LOOKED_AT: Final = 10_000
# As the journal writes it; inside of a string the quotes would be escaped.
RENAMED: Final = b'"event":{"type":"renamed"'


def shorten(text: str) -> str:
    """A title of one line, without secrets, which ends with an ellipsis where it was cut."""
    # What is cut anyway needs no look.
    line = " ".join(mask_secrets(text[:MOST_LOOKED_AT]).split())
    return line if len(line) <= TITLE_CHARS else line[: TITLE_CHARS - 1].rstrip() + "…"


def title_of(events: Iterable[Event]) -> str:
    """The last title that was given, else the beginning of the first prompt."""
    first = given = ""
    for event in events:
        if isinstance(event, Renamed):
            given = event.title
        elif isinstance(event, TurnStarted):
            first = first or shorten(event.prompt)
    return given or first


def read_title(path: Path) -> str:
    """The title of a session's file, of which only little is decoded; "" when it has none."""
    return _given_title(path) or next(
        (
            shorten(event.prompt)
            for event in first_events(path, TITLE_LINES)
            if isinstance(event, TurnStarted)
        ),
        "",
    )


def _given_title(path: Path) -> str:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        end = len(data)
        while (found := data.rfind(RENAMED, 0, end)) >= 0:
            start = data.rfind(b"\n", 0, found) + 1
            stop = data.find(b"\n", found)
            entry = read_entry(data[start:stop]) if stop > 0 else None
            if isinstance(entry, Entry) and isinstance(entry.event, Renamed):
                return entry.event.title
            end = found
    return ""
