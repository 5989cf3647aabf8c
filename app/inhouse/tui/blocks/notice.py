"""Something the person should know."""

from functools import partial

from inhouse.tui.blocks.block import Recipe
from inhouse.tui.blocks.flow_block import FlowBlock, marked
from inhouse.tui.flow.piece import MUTED, Piece
from inhouse.tui.text import lines


class NoticeBlock(FlowBlock):
    """A quiet remark."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def recipe(self) -> Recipe:
        """The text."""
        return partial(NoticeBlock, self.text)

    def copied_text(self) -> str:
        """The text."""
        return self.text

    def pieces(self) -> list[Piece]:
        """The text behind a dot."""
        return [marked("·", MUTED, lines(self.text.strip(), MUTED))]
