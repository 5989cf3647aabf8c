"""The keys of docs/tui.md as Windows Terminal, macOS Terminal and others send them."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.e2e.scripted_server import Script, say
from tests.e2e.terminal import Terminal

READY = "Say what should change"
IDLE = "Ask, or say what to change"
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Row:
    """After `before` is written, what is sent for a key, then "^": this stands in the editor."""

    key: str
    sent: str
    after: str
    before: str = "one two"


# Without a newer protocol: Windows Terminal (as WSL sees it), conhost, VS Code, most others.
COMMON = (
    Row("Home", "\x1b[H", "^one two"),
    Row("End", "\x1b[D\x1b[D\x1b[F", "one two^"),
    Row("Left, Left", "\x1b[D\x1b[D", "one t^wo"),
    Row("Ctrl+Left", "\x1b[1;5D", "one ^two"),
    Row("Ctrl+Right", "\x1b[H\x1b[1;5C", "one^ two"),
    Row("Backspace", "\x7f", "one tw^"),
    Row("Ctrl+Backspace", "\x08", "one ^"),
    Row("Alt+Backspace", "\x1b\x7f", "one ^"),
    Row("Ctrl+W", "\x17", "one ^"),
    Row("Delete", "\x1b[H\x1b[3~", "^ne two"),
    Row("Ctrl+A, Ctrl+E", "\x01\x05", "one two^"),
    Row("Ctrl+U", "\x15", "^"),
    Row("Ctrl+A, Ctrl+K", "\x01\x0b", "^"),
    Row("Ctrl+K, Ctrl+Y", "\x01\x0b\x19", "one two^"),
    Row("Alt+D", "\x01\x1bd", "^ two"),
    Row("Ctrl+_", "x\x17\x1f", "one twox^"),
    Row("Ctrl+J", "\x1b[1;5D\x0a", "one\n^two"),
    Row("backslash, Enter", "\\\r", "one two\n^"),
    Row("Alt+Enter", "\x1b[1;5D\x1b\r", "one\n^two"),
    Row("Shift+Enter, modifyOtherKeys", "\x1b[1;5D\x1b[27;2;13~", "one\n^two"),
    Row("Shift+Enter, kitty", "\x1b[1;5D\x1b[13;2u", "one\n^two"),
)
# macOS Terminal: its own Home and End, Option as Meta.
MACOS = (
    Row("Option+Left", "\x1bb", "one ^two"),
    Row("Option+Right", "\x01\x1bf", "one^ two"),
    Row("Option+Delete", "\x1b\x7f", "one ^"),
    Row("Option+Enter", "\x1b[D\x1b\r", "one tw\n^o"),
    Row("Home, End of xterm", "\x1bOH\x1bOF", "one two^"),
    Row("arrows of an application", "\x1bOD\x1bOD\x1bOC", "one tw^o"),
    Row("Shift+Option+Left of some", "\x1b\x1b[D", "one ^two"),
)


@pytest.fixture
def terminal(repository: Path, serve: Callable[..., Script]) -> Iterator[Terminal]:
    """One with the program in it, whose server answers two prompts."""
    script = serve(say("First answer."), say("Second answer."))
    terminal = Terminal(repository, {"INHOUSE_ENDPOINT": script.url})
    terminal.start()
    terminal.wait_for(READY, "scripted")
    yield terminal
    terminal.close()


def written(terminal: Terminal) -> str:
    """What stands in the editor, without the spaces at the ends of lines."""
    lines = terminal.text.splitlines()
    top, bottom = last_with("╭", lines), last_with("╰", lines)
    return "\n".join(line[4:-1].rstrip() for line in lines[top + 1 : bottom])


def last_with(sign: str, lines: list[str]) -> int:
    """The last line that begins with a sign; 0 while half of a frame is drawn, without it."""
    return max((at for at, line in enumerate(lines) if line.startswith(sign)), default=0)


def shows_focus(terminal: Terminal) -> bool:
    """Whether an entry of the conversation has its mark at the left."""
    return any(line.startswith(("▌", "▐", "│", "┃", "█")) for line in body(terminal))


def body(terminal: Terminal) -> list[str]:
    """The lines above the editor."""
    lines = terminal.text.splitlines()
    return lines[: last_with("╭", lines) or len(lines)]


@pytest.mark.parametrize("rows", [COMMON, MACOS], ids=["common", "macos"])
def test_every_key_does_what_it_should(terminal: Terminal, rows: tuple[Row, ...]) -> None:
    wrong: list[str] = []
    for row in rows:
        terminal.type(row.before + row.sent + "^")
        wanted = "\n".join(line.rstrip() for line in row.after.split("\n"))
        end = time.monotonic() + PATIENCE_SECONDS
        while written(terminal) != wanted and time.monotonic() < end:
            terminal.take(0.05)
        if (found := written(terminal)) != wanted:
            wrong.append(f"{row.key}: {found!r} in the place of {wanted!r}")
        terminal.type("\x03")
        terminal.wait_for(IDLE)
        # Ctrl+C again would leave.
        terminal.take(0.05)
    assert wrong == []


@pytest.mark.parametrize(
    ("up", "down"), [("\x1b[1;5A", "\x1b[1;5B"), ("\x10", "\x0e"), ("\x1b[112;5u", "\x1b[110;5u")]
)
def test_entries_are_gone_to_from_the_editor(terminal: Terminal, up: str, down: str) -> None:
    terminal.type("Ask something.\r")
    terminal.wait_for("First answer.", IDLE)
    terminal.type(up)
    terminal.wait_until(lambda: shows_focus(terminal))
    terminal.type(down + "\t")
    # Leaving the conversation is a message of its own.
    terminal.wait_until(lambda: not shows_focus(terminal))
    terminal.type("typed again")
    terminal.wait_for("> typed again")


def test_other_keys_that_are_documented(terminal: Terminal) -> None:
    terminal.type("\x1b[Z")
    terminal.wait_for("auto-edit")
    terminal.type("\x1bOP")
    terminal.wait_for("Everywhere")
    terminal.type("\x1b")
    terminal.wait_for(READY)
    terminal.type("\x1b[11~")
    terminal.wait_for("Everywhere")
    terminal.type("\x1b")
    terminal.wait_for(READY)
    terminal.type("Ask.\r")
    terminal.wait_for("First answer.", IDLE)
    terminal.type("\x1b[A")
    terminal.wait_for("> Ask.")
    terminal.type("\x03")
    terminal.wait_for(IDLE)
    terminal.type("\x12")
    terminal.wait_for("Ask.", "Esc")
