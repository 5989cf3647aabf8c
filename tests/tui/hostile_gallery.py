"""The real terminal UI with hostile text in every place that can hold one, for a test in a pty.

`python -m tests.tui.hostile_gallery KIND FOLDER REPORT` shows every screen and block and leaves.
KIND is "hostile", "harmless" (the same with plain words), "naive" (widgets of the library get the
text as it is, in an app without our gate) or "gated" (the same in one of ours).
"""

import asyncio
import base64
import importlib
import json
import pkgutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

from rich.text import Text
from tests.models.engine.images import make_png
from tests.tui.hostile_sources import Sources
from tests.tui.hostile_texts import ATTACKS, Texts
from textual import getters
from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import DataTable, Input, OptionList, Static, TextArea, Tree
from textual.widgets.option_list import Option

import inhouse.tui
from inhouse.tui.app import InhouseApp
from inhouse.tui.blocks.prompt import PromptBlock
from inhouse.tui.terminal_gate import ControlFilter, GatedApp

Act = Callable[[], Awaitable[None]]


class Ungated(InhouseApp):
    """Without the last gate: what reaches the terminal was made safe where it became content."""

    def get_line_filters(self) -> list[LineFilter]:
        """Textual's own filters."""
        return [one for one in super().get_line_filters() if not isinstance(one, ControlFilter)]


class NaiveScreen(Screen[None]):
    """Widgets of the library that get a text as it is."""

    app = getters.app(cast("type[App[Any]]", App))

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        text = self._text
        rows = DataTable[str]()
        rows.add_column("one")
        rows.add_row(text.replace("\n", " "))
        yield Static(text, markup=False)
        yield Input(value=text.replace("\n", " "))
        yield TextArea(text)
        yield OptionList(Option(Text(text)))
        yield rows
        yield Tree[None](Text(text))

    def on_mount(self) -> None:
        self.app.notify(self._text, markup=False)
        self.app.copy_to_clipboard(self._text)


class Gallery:
    """Walks through the whole UI and notes the kinds of widgets that were on the screen."""

    def __init__(self, app: InhouseApp, pilot: Pilot[None], sources: Sources) -> None:
        self.app, self.pilot, self.sources = app, pilot, sources
        self.seen: set[str] = set()
        self.finished = False

    async def walk(self) -> None:
        """Everything, one after the other."""
        await self._until(lambda: self.app.live.state == "ready")
        await self._turn()
        for event in self.sources.events():
            self.app.take_event(event)
        image = base64.b64encode(make_png(8, 8, 1)).decode()
        images = (f"data:image/png;base64,{image}", self.sources.text("data:image/png;base64,"))
        self.app.presenter.put(PromptBlock(self.sources.text("seen", "text"), images=images))
        await self._settle()
        await self._blocks()
        await self._composer()
        for make, keys in self.sources.screens(self.app):
            await self._screen(make, keys)
        for text in self.sources.notices():
            self.app.notify(text, title=text, severity="error")
        await self._settle()
        self.sources.broken = True
        await self.app.open_session()
        await self._settle()
        self.finished = True

    async def _blocks(self) -> None:
        """Each block in view, unfolded, and what it opens."""
        for block in self.app.conversation.blocks:
            self.app.conversation.scroll_to_widget(block, animate=False)
            await self.pilot.pause()
            if block.is_mounted:
                block.focus()
                await self.pilot.press("enter")
                await self.pilot.pause()
                self._note()
                await self._close_screens()
        self.app.composer.focus()
        await self._settle()

    async def _turn(self) -> None:
        """A real turn with hostile arguments and output, and a question in it."""
        self.app.live.send(self.sources.text("prompt", "text"))
        self.app.live.send(self.sources.text("queued"))
        await self._until(lambda: self.app.answering.asking)
        await self._settle()
        await self.pilot.press("e")
        await self._settle()
        await self.pilot.press("escape")
        await self._settle()
        await self.pilot.press("1")
        await self._until(lambda: self.app.live.state == "ready" and not self.app.live.queue)
        await self._settle()

    async def _composer(self) -> None:
        """Files, symbols and commands to choose from, a queue, a paste, what was sent before."""
        for typed in ("@", "@s", "/", "/re", "! ls"):
            self.app.composer.put(typed)
            await self._settle()
        self.app.composer.put(self.sources.text("draft", "text"))
        await self._settle()
        self.app.composer.editor.receive(self.sources.text("pasted", "text"))
        self.app.composer.queue = [self.sources.text("waits"), self.sources.text("waits", "text")]
        self.app.composer.say(self.sources.text("note"), warning=True)
        await self._settle()
        await self.pilot.press("ctrl+r")
        await self._settle()
        await self.pilot.press("escape")
        self.app.composer.queue = []
        self.app.composer.put("")
        await self._settle()

    async def _screen(self, make: Callable[[], Any], keys: tuple[str, ...]) -> None:
        await self.app.push_screen(make())
        await self._settle()
        for _ in range(20):
            if all(one.is_finished for one in self.app.workers if one.node is self.app.screen):
                break
            await self.pilot.pause(0.05)
        await self._settle()
        for key in keys:
            await self.pilot.press(key)
            await self._settle()
        await self._close_screens()

    async def _close_screens(self) -> None:
        while len(self.app.screen_stack) > 1:
            await self.app.pop_screen()
            await self._settle()

    async def _until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not true():
                await self.pilot.pause(0.1)
                self._note()

    async def _settle(self) -> None:
        # After a fault of ours nothing would settle any more.
        await asyncio.wait_for(self.app.presenter.settled(), 60)
        for _ in range(2):
            await self.pilot.pause()
        self._note()

    def _note(self) -> None:
        shown = [self.app.screen, *self.app.screen.walk_children()]
        self.seen |= {_name(type(one)) for one in shown}


def all_widgets() -> set[str]:
    """Every widget that the UI defines."""
    for module in pkgutil.walk_packages(inhouse.tui.__path__, "inhouse.tui."):
        importlib.import_module(module.name)
    found: set[str] = set()
    waiting: list[type[Widget]] = [Widget]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("inhouse.tui"):
            found.add(_name(kind))
    return found


def _name(kind: type[object]) -> str:
    return f"{kind.__module__}.{kind.__name__}"


def show_gallery(folder: Path, report: Path, *, hostile: bool) -> None:
    """Show everything, and write down what was shown."""
    sources = Sources(folder, Texts(hostile=hostile))
    app = Ungated(sources.opening())

    async def act(pilot: Pilot[Any]) -> None:
        gallery = Gallery(app, pilot, sources)
        try:
            await gallery.walk()
        finally:
            write_report(report, gallery)
            await app.action_quit()

    app.run(auto_pilot=act)
    sys.exit(app.return_code or 0)


def write_report(report: Path, gallery: Gallery) -> None:
    """What was shown, and what there is."""
    known = {"seen": sorted(gallery.seen), "all": sorted(all_widgets())}
    report.write_text(json.dumps({"finished": gallery.finished, **known}), encoding="utf-8")


def show_naive(app: App[None], text: str) -> None:
    """Show widgets that nobody has made safe."""

    async def act(pilot: Pilot[Any]) -> None:
        await app.push_screen(NaiveScreen(text))
        await pilot.pause()
        app.exit()

    app.run(auto_pilot=act)


if __name__ == "__main__":
    kind, folder, report = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    # Without what looks like markup, of which a widget of the library would die.
    text = "\n".join(one for one in ATTACKS if not one.startswith("["))
    match kind:
        case "naive":
            show_naive(App[None](), text)
        case "gated":
            show_naive(GatedApp[None](), text)
        case _:
            show_gallery(folder, report, hostile=kind == "hostile")
