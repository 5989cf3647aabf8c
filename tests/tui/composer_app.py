"""A tiny app around the composer, with sources that are made of values."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from textual import events
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.pilot import Pilot
from textual.widgets import Static

from inhouse.tui.commands.command import SlashCommand
from inhouse.tui.composer.chips import Written
from inhouse.tui.composer.composer import Composer
from inhouse.tui.composer.draft import Draft
from inhouse.tui.composer.prompt_history import PromptHistory
from inhouse.tui.composer.sources import Cost, SymbolChoice

FILES = (
    "README.md",
    "docs/guide.md",
    "my notes.txt",
    "src/client.py",
    "src/server/handler.py",
    "src/server/session.py",
    "tests/test_client.py",
)
SYMBOLS = (
    SymbolChoice("Client", "class", "src/client.py", 12),
    SymbolChoice("Client.fetch", "method", "src/client.py", 40),
)


async def _run(_app: object, _arguments: str) -> None:
    """No command does anything here."""


COMMANDS = (
    SlashCommand("help", "Every key and command", _run),
    SlashCommand("compact", "Make room in the context", _run, takes="[TEXT]"),
    SlashCommand("model", "Choose another model", _run, takes="[NAME]"),
    SlashCommand("rename", "Give this session a name", _run, takes="NAME"),
    SlashCommand("resume", "Open another session", _run),
)


class Sources:
    """Everything in memory but the history and the drafts, which lie in a folder."""

    def __init__(self, folder: Path, sent: Sequence[str] = ()) -> None:
        self.history = PromptHistory(folder / "prompts.jsonl")
        self.drafts = Draft(folder / "drafts")
        self.pictures = folder / "pictures"
        self.listed: Sequence[str] = FILES
        self.may_list = asyncio.Event()
        self.may_list.set()
        for one in sent:
            self.history.add(Written(one))

    def commands(self) -> Sequence[SlashCommand]:
        return COMMANDS

    async def files(self) -> Sequence[str]:
        await self.may_list.wait()
        return self.listed

    async def symbols(self, query: str) -> Sequence[SymbolChoice]:
        return [one for one in SYMBOLS if query.lower() in one.name.lower()] if query else ()

    async def cost(self, path: str, *, exact: bool) -> Cost | None:
        return None if path.endswith(".txt") else Cost(100 * len(path), exact)


class ComposerApp(App[None]):
    """The composer at the bottom; every message of it is kept."""

    CSS = "#conversation { height: 1fr; } #below { height: auto; dock: bottom; }"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, sources: Sources, root: Path) -> None:
        super().__init__()
        self.composer = Composer(sources, root)
        self.messages: list[object] = []
        self.left: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static("The conversation stands here.\n\n  It does not move.", id="conversation")
        with Vertical(id="below"):
            yield self.composer

    def on_mount(self) -> None:
        self.composer.focus()

    def on_composer_submitted(self, message: Composer.Submitted) -> None:
        self.messages.append(message)

    def on_composer_shell_requested(self, message: Composer.ShellRequested) -> None:
        self.messages.append(message)

    def on_composer_command_requested(self, message: Composer.CommandRequested) -> None:
        self.messages.append(message)

    def on_composer_mentioned(self, message: Composer.Mentioned) -> None:
        self.messages.append(message)

    def on_composer_unqueued(self, message: Composer.Unqueued) -> None:
        self.messages.append(message)

    def key_escape(self) -> None:
        self.left.append("escape")

    def key_ctrl_d(self) -> None:
        self.left.append("ctrl+d")

    def action_help_quit(self) -> None:
        self.left.append("ctrl+c")


async def write(pilot: Pilot[None], content: str) -> None:
    """Write a text into the composer, the last letter with its key."""
    app = pilot.app
    assert isinstance(app, ComposerApp)
    app.composer.editor.type(content[:-1])
    app.composer.editor.post_message(events.Key(content[-1], content[-1]))
    await settle(pilot)


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one after the other, as the terminal sends them."""
    letters = {"space": " ", "exclamation_mark": "!", "at": "@", "slash": "/"}
    for key in keys:
        letter = letters.get(key, key if len(key) == 1 else None)
        pilot.app.post_message(events.Key(key, letter))
        await pilot.pause()


async def settle(pilot: Pilot[None]) -> None:
    """Wait until lists and costs are shown."""
    await pilot.pause()
    while not all(worker.is_finished for worker in pilot.app.workers):
        await pilot.pause()
    await pilot.pause()
