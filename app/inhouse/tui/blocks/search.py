"""Calls that search: one quiet line with what was found, the hits when it is unfolded."""

from typing import ClassVar

from textual.content import Content

from inhouse.tui.blocks.arguments import arguments_of, text_of
from inhouse.tui.blocks.reading import counted
from inhouse.tui.blocks.tool_block import ToolBlock


class SearchBlock(ToolBlock):
    """A call of grep or glob."""

    folded_lines: ClassVar[int] = 0

    def described(self) -> tuple[str, str]:
        """What is searched for, and where."""
        arguments = arguments_of(self.started)
        pattern, path = text_of(arguments, "pattern"), text_of(arguments, "path")
        if not pattern:
            return super().described()
        where = f" in {path}" if path not in {"", "."} else ""
        files = f" ({found})" if (found := text_of(arguments, "glob")) else ""
        return self.started.name, f"{pattern}{where}{files}"

    def figures(self) -> tuple[Content, ...]:
        """How much was found."""
        if self.started.name == "glob":
            return counted(self, "file", "files")
        return counted(self, "hit", "hits")
