"""Calls that search: one quiet line with what was found, the hits when it is unfolded."""

from typing import ClassVar

from textual.content import Content

from inhouse.tui.blocks.reading import counted
from inhouse.tui.blocks.tool_block import ToolBlock


class SearchBlock(ToolBlock):
    """A call of grep or glob."""

    folded_lines: ClassVar[int] = 0

    def figures(self) -> tuple[Content, ...]:
        """How much was found."""
        if self.started.name == "glob":
            return counted(self, "file", "files")
        return counted(self, "hit", "hits")
