"""Calls of tools for the tests of their blocks, and an app that shows these."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from tests.tui.diff_samples import DATES
from tests.tui.screen_rows import rows_of
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll

from inhouse.tui.blocks.block import Block
from inhouse.tui.blocks.tool import tool_block
from inhouse.tui.blocks.tool_block import ToolBlock
from inhouse.tui.themes import register_themes
from inhouse_agent.events import Answered, Asked, ToolEnded, ToolStarted
from inhouse_tools.tool import JsonValue

DENIED = (
    "Denied: {}. Do not try another way to the same end. "
    "Go on without it, or say in your final answer what you would need."
)


ASKED = Asked("c1", "edit", "mode ask", ("src/dates.py",), DATES)
NO = Answered("c1", allowed=False, by="person", comment="keep returning None")
YES = Answered("c1", allowed=True, by="person")


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class BlocksApp(App[None]):
    """Some blocks below each other; keeps what they ask for."""

    AUTO_FOCUS = ""

    def __init__(self, *blocks: Block) -> None:
        super().__init__()
        self.blocks = blocks
        self.copied: list[str] = []
        self.outputs: list[ToolBlock.FullOutput] = []

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield from self.blocks

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = "ink"

    def on_block_copied(self, event: Block.Copied) -> None:
        self.copied.append(event.text)

    def on_tool_block_full_output(self, event: ToolBlock.FullOutput) -> None:
        self.outputs.append(event)


def started(name: str, target: str, /, **arguments: object) -> ToolStarted:
    return ToolStarted("c1", name, f"{name} {target}", json.dumps(arguments))


def ended(
    name: str, text: str, *, failed: bool = False, seconds: float = 0.0, **show: JsonValue
) -> ToolEnded:
    return ToolEnded("c1", name, text, show, failed, seconds)


def make(start: ToolStarted, *events: str | Asked | Answered | ToolEnded) -> ToolBlock:
    """A block that has heard of these events."""
    block = tool_block(start, clock=Clock())
    for event in events:
        match event:
            case str():
                block.progress(event)
            case Asked():
                block.wait(event)
            case Answered():
                block.answered(event)
            case ToolEnded():
                block.end(event)
    return block


def shown(*blocks: Block, size: tuple[int, int] = (100, 40)) -> list[str]:
    """What blocks look like."""

    async def look() -> list[str]:
        app = BlocksApp(*blocks)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            return rows_of(app)

    return asyncio.run(look())


def use(app: BlocksApp, act: Callable[[Any], Awaitable[None]], width: int = 100) -> None:
    async def run() -> None:
        async with app.run_test(size=(width, 40)) as pilot:
            await pilot.pause()
            await act(pilot)

    asyncio.run(run())
