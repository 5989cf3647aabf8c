"""The history became a summary."""

from functools import partial

from inhouse.tui.blocks.block import Recipe
from inhouse.tui.blocks.flow_block import FOLDED, UNFOLDED, FlowBlock, indented, marked
from inhouse.tui.flow.piece import MUTED, Piece
from inhouse.tui.text import line, lines
from inhouse_agent.events import Compacted


class CompactionBlock(FlowBlock):
    """How much room it made; unfolded, what the model goes on with."""

    def __init__(self, event: Compacted, *, folded: bool = True) -> None:
        super().__init__()
        self.event = event
        self.set_reactive(CompactionBlock.folded, folded)

    def recipe(self) -> Recipe:
        """The event, as it is folded now."""
        return partial(CompactionBlock, self.event, folded=self.folded)

    def copied_text(self) -> str:
        """The summary."""
        return "\n\n".join(message.text for message in self.event.messages if message.text)

    def pieces(self) -> list[Piece]:
        """One line, and the summary below it."""
        event, summary = self.event, self.copied_text().strip()
        size = f"Summarised the conversation: {event.before:,} tokens became {event.after:,}"
        if not summary:
            return [marked("·", MUTED, line(size, MUTED))]
        title = marked(FOLDED if self.folded else UNFOLDED, MUTED, line(size, MUTED))
        return [title] if self.folded else [title, indented(lines(summary, MUTED))]
