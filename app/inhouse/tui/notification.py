"""Tells a person who looks elsewhere that something waits: bell, terminal, desktop."""

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from inhouse.sanitise import SafeText, sanitise_line

Kind = Literal["question", "ended"]
Setting = Literal["off", "bell", "desktop"]
Run = Callable[[Sequence[str], Mapping[str, str]], Awaitable[None]]

TITLE: Final = "inhouse"
LONG_TURN_SECONDS: Final = 10.0
"""The end of a shorter turn is no news."""
MOST_CHARACTERS: Final = 120
DESKTOP_SECONDS: Final = 5.0
BELL: Final = "\a"
# These would show the text of a sequence that they do not know.
UNTAUGHT_TERMINALS: Final = ("dumb", "linux", "unknown", "vt", "sun", "eterm")
# What a program of the desktop needs to find it; nothing else of the environment is passed on.
DESKTOP_VARIABLES: Final = (
    "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "HOME", "LANG", "PATH", "USER", "WAYLAND_DISPLAY",
    "XAUTHORITY", "XDG_RUNTIME_DIR",
)  # fmt: skip
APPLE_SCRIPT: Final = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)


async def run_program(argv: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run a program that shows a notification; how it ends does not matter."""
    from inhouse_tools import process

    await process.run(argv, cwd=Path("/"), timeout=DESKTOP_SECONDS, environment=environment)


@dataclass(slots=True)
class Notifier:
    """Speaks up only while the window is not `focused`. `write` goes to the terminal itself.

    `setting` off does nothing, bell rings and sends what the terminal may show, desktop also asks
    the desktop. Use it from the event loop: programs run beside it.
    """

    write: Callable[[SafeText], None]
    setting: Setting = "bell"
    focused: bool = True
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    platform: str = sys.platform
    find: Callable[[str], str | None] = shutil.which
    run: Run = run_program
    _running: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def notify(self, kind: Kind, text: str, seconds: float = LONG_TURN_SECONDS) -> bool:
        """Whether the person was told. `seconds` is how long a turn took that ended."""
        if self.setting == "off" or self.focused:
            return False
        if kind == "ended" and seconds < LONG_TURN_SECONDS:
            return False
        said = told_text(text)
        self.write(SafeText(BELL + terminal_sequence(said, self.environment)))
        if self.setting == "desktop":
            self._tell_desktop(said)
        return True

    async def close(self) -> None:
        """End what still runs."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _tell_desktop(self, text: str) -> None:
        command = desktop_command(text, self.environment, self.platform, self.find)
        if command:
            given = {
                name: self.environment[name]
                for name in DESKTOP_VARIABLES
                if name in self.environment
            }
            task = asyncio.ensure_future(self._run(command, given))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _run(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        await self.run(command, environment)


def told_text(text: str) -> str:
    """One line, safe for any terminal, and not too long for a notification."""
    line = sanitise_line(" ".join(text.split()))
    return line if len(line) <= MOST_CHARACTERS else line[: MOST_CHARACTERS - 1] + "…"


def terminal_sequence(text: str, environment: Mapping[str, str]) -> str:
    """What asks the terminal for a notification (OSC 9); empty for those that cannot know it.

    The text begins with our name: some terminals read a number at its beginning as a command.
    """
    terminal = environment.get("TERM", "").lower()
    if not terminal or terminal.startswith(UNTAUGHT_TERMINALS):
        return ""
    sequence = f"\x1b]9;{TITLE}: {text}\a"
    if "TMUX" in environment:
        # tmux hands on what is wrapped so, when it is allowed to, and drops it otherwise.
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return "" if terminal.startswith("screen") else sequence


def desktop_command(
    text: str,
    environment: Mapping[str, str],
    platform: str,
    find: Callable[[str], str | None] = shutil.which,
) -> list[str]:
    """The program that shows it on this desktop; nothing where there is none, or over SSH."""
    if "SSH_CONNECTION" in environment or "SSH_TTY" in environment:
        return []
    if platform == "darwin":
        script = [part for line in APPLE_SCRIPT for part in ("-e", line)]
        return ["osascript", *script, TITLE, text] if find("osascript") else []
    seen = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    if not seen or not find("notify-send"):
        return []
    import html

    # Desktops read the body as markup.
    return ["notify-send", f"--app-name={TITLE}", "--", TITLE, html.escape(text)]
