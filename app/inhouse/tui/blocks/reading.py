"""Calls that only read: one quiet line, what was read when it is unfolded."""

from typing import ClassVar

from textual.content import Content

from inhouse.tui.blocks.arguments import arguments_of, text_of
from inhouse.tui.blocks.tool_block import ToolBlock
from inhouse.tui.text import line


class ReadingBlock(ToolBlock):
    """A call of read or symbols."""

    folded_lines: ClassVar[int] = 0

    def described(self) -> tuple[str, str]:
        """The name that is looked for, if any, and the file."""
        arguments = arguments_of(self.started)
        symbol, path = text_of(arguments, "name"), text_of(arguments, "file_path")
        if not symbol:
            return super().described()
        return self.started.name, f"{symbol} in {path}" if path else symbol

    def figures(self) -> tuple[Content, ...]:
        """How many lines were read, and how many there are besides."""
        return counted(self, "line", "lines")


def counted(block: ToolBlock, one: str, many: str) -> tuple[Content, ...]:
    """What a call shows as "lines", and as "cut" what was left out."""
    if block.ended is None or block.state != "done":
        return ()
    count, cut = block.ended.show.get("lines"), block.ended.show.get("cut")
    if not isinstance(count, int):
        return ()
    said = f"{count:,} {one if count == 1 else many}" if count else f"no {many}"
    if isinstance(cut, int) and cut > 0:
        said += f" of {count + cut:,}" if many == "lines" else f", {cut:,} not shown"
    return (line(said, "$text-muted"),)
