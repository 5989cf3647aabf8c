"""Sessions on the disk for tests of pickers: the same ids, titles and ages every time."""

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from inhouse_agent.events import (
    Event,
    MessageAdded,
    Noticed,
    Renamed,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    TurnStarted,
)
from inhouse_agent.journal import Entry, Header, entry_line, header_line, sessions_folder
from inhouse_models.chat import Message, Timings, Usage

ROOT = Path("/srv/parser")
OTHER_ROOT = Path("/srv/website")
MODEL = "qwen2.5-coder-1.5b"
MINUTE = 60
HOUR = 3_600
DAY = 24 * HOUR


def turn(prompt: str, answer: str, *titles: str) -> list[Event]:
    """A turn with these calls."""
    calls: list[Event] = []
    for number, title in enumerate(titles):
        calls.append(ToolStarted(f"{prompt}-{number}", title.split()[0], title, "{}"))
        calls.append(ToolEnded(f"{prompt}-{number}", title.split()[0], "text", seconds=0.2))
    ended = TurnEnded("success", answer, 1, Usage(900, 0, 40), Timings(), 3.0)
    said = MessageAdded(Message("assistant", answer))
    return [TurnStarted(prompt, "ask", MODEL), *calls, said, ended]


def write_session(
    identifier: str,
    *branches: tuple[int, Sequence[Event]],
    age: float = 0,
    root: Path = ROOT,
    forked_from: str = "",
) -> Path:
    """A session whose branches follow each the entry of this number, the first of which is 0."""
    path = sessions_folder() / f"{identifier}.jsonl"
    changed = time.time() - age
    begun = changed - 5 * HOUR
    lines = [header_line(Header(identifier, str(root), MODEL, iso(begun), forked_from))]
    names = [""]
    for start, events in branches:
        parent = names[start]
        for event in events:
            names.append(f"{len(names):08x}")
            lines.append(
                entry_line(Entry(names[-1], parent, iso(begun + MINUTE * len(names)), event))
            )
            parent = names[-1]
    path.write_bytes(b"".join(lines))
    os.utime(path, (changed, changed))
    return path


def iso(seconds: float) -> str:
    """A time as the journal writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def write_samples() -> None:
    """Five sessions of one folder, with a branch, a fork and a title, and one of another."""
    first = [
        *turn("Where are numbers parsed?", "In `parse_number`, of **numbers.py**.", "grep number"),
        *turn("Make it accept 1_000", "It does now.", "read numbers.py", "edit numbers.py"),
    ]
    other = turn("Make it accept hexadecimal", "Done: `0x1f` is 31.", "edit numbers.py")
    write_session("aa01", (0, first), (5, other), age=20 * 60)
    fork = [*first, *turn("Now write tests", "Four tests pass.", "write tests.py", "bash pytest")]
    write_session("aa02", (0, fork), age=2.5 * HOUR, forked_from="aa01")
    named = turn("why is [bold]it[/bold] so slow \x1b]52;c;x\x07", "It reads the file twice.")
    write_session("aa03", (0, named), (3, [Renamed("Speed of the lexer")]), age=26 * HOUR)
    write_session("aa04", (0, turn("Fix the off-by-one in slices", "Fixed.")), age=3 * DAY)
    long = "Rewrite the whole expression parser as a Pratt parser, with precedence in one table"
    write_session("aa05", (0, turn(long, "Done.", "edit a.py")), age=40 * DAY)
    website = [*turn("Add a dark theme", "There is one."), Noticed("Interrupted.")]
    write_session("bb01", (0, website), age=2 * DAY, root=OTHER_ROOT)
