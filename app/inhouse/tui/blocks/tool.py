"""The block that fits a call."""

import time
from typing import Final

from inhouse.tui.blocks.command import CommandBlock
from inhouse.tui.blocks.edit import EditBlock
from inhouse.tui.blocks.reading import ReadingBlock
from inhouse.tui.blocks.search import SearchBlock
from inhouse.tui.blocks.tool_block import Clock, ToolBlock
from inhouse.tui.diff.view import DiffLayout
from inhouse_agent.events import ToolStarted

__all__ = ["ToolBlock", "tool_block"]

CHANGING: Final = frozenset({"edit", "write", "replace_symbol", "rename_symbol"})
READING: Final = frozenset({"read", "symbols"})
SEARCHING: Final = frozenset({"grep", "glob"})


def tool_block(
    event: ToolStarted, changing: DiffLayout = "auto", *, clock: Clock = time.monotonic
) -> ToolBlock:
    """A block for a call that has just started; `changing` is how its diffs are shown."""
    if event.name == "bash":
        return CommandBlock(event, clock=clock)
    if event.name in CHANGING:
        return EditBlock(event, changing, clock=clock)
    if event.name in READING:
        return ReadingBlock(event, clock=clock)
    if event.name in SEARCHING:
        return SearchBlock(event, clock=clock)
    return ToolBlock(event, clock=clock)
