"""A block that shows nothing but text."""

from abc import abstractmethod
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.content import Content

from inhouse.tui.blocks.block import Block
from inhouse.tui.flow.flow_text import FlowText
from inhouse.tui.flow.piece import Margin, Piece, Prose

FOLDED, UNFOLDED = "▸", "▾"


class FlowBlock(Block):
    """Its text follows from its values and from whether it is folded."""

    def compose(self) -> ComposeResult:
        """The text."""
        yield FlowText(self.pieces())

    @abstractmethod
    def pieces(self) -> Sequence[Piece]:
        """What it shows now."""

    def redraw(self) -> None:
        """Show what has changed."""
        if self.is_mounted:
            self.query_one(FlowText).show(self.pieces())

    def watch_folded(self) -> None:
        """Show more or less."""
        self.redraw()


def marked(mark: str, style: str, text: Content) -> Prose:
    """Text behind a mark of one cell, which stands before its first row."""
    return Prose(text, Margin(Content.styled(f"{mark} ", style), Content("  ")))


def indented(text: Content) -> Prose:
    """Text below what is marked."""
    return Prose(text, Margin(Content("  "), Content("  ")))
