"""The end of a turn, with what it came to."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from textual.content import Content

from inhouse.live.spelling import spell_count, spell_seconds
from inhouse.tui.blocks.block import Recipe
from inhouse.tui.blocks.flow_block import FlowBlock, marked
from inhouse.tui.flow.piece import MUTED, Margin, Parts, Piece, Prose
from inhouse.tui.text import line, lines
from inhouse_agent.events import Ending, TurnEnded

SHOWN_FILES: Final = 3
# The mark with its colour, and the words.
ENDINGS: Final[Mapping[Ending, tuple[str, str, str]]] = {
    "success": ("✓", "$success", ""),
    "failed": ("✗", "$error", "The task did not succeed"),
    "blocked": ("✗", "$warning", "A call was denied, so the task did not succeed"),
    "limit": ("✗", "$warning", "A limit was reached"),
    "engine_error": ("✗", "$error", "The model could not go on"),
    "interrupted": ("◐", "$warning", "Interrupted"),
}


class TurnEndBlock(FlowBlock):
    """One quiet line of figures; how it ended is said where it was no success."""

    def __init__(self, event: TurnEnded, *, folded: bool = True) -> None:
        super().__init__()
        self.event = event
        self.set_reactive(TurnEndBlock.folded, folded)

    def recipe(self) -> Recipe:
        """The event, without the answer that was shown before."""
        reason = self.event.text if self.event.ending == "limit" else ""
        return partial(TurnEndBlock, replace(self.event, text=reason), folded=self.folded)

    def copied_text(self) -> str:
        """The lines as they stand there."""
        return "\n".join(row.plain for piece in self.pieces() for row in piece.rows(1000))

    def pieces(self) -> list[Piece]:
        """The ending, the figures and the files that were changed."""
        mark, style, words = ENDINGS[self.event.ending]
        below = Margin(Content("  "), Content("  "))
        beside = Margin(Content.styled(f"{mark} ", style), Content("  "))
        figures = tuple(line(figure, MUTED) for figure in self._figures())
        pieces: list[Piece] = []
        if words:
            reason = self.event.text.strip() if self.event.ending == "limit" else ""
            said = f"{words}: {reason}" if reason else words
            pieces.append(marked(mark, f"bold {style}", lines(said)))
        pieces.append(Parts(figures, below if words else beside))
        if self.event.files_changed:
            pieces.append(Parts(self._files(), below))
        if self.event.files_changed and not self.folded:
            listed = lines("\n".join(self.event.files_changed), MUTED)
            pieces.append(Prose(listed, Margin(Content(" " * 4), Content(" " * 4))))
        return pieces

    def _figures(self) -> list[str]:
        event, usage = self.event, self.event.usage
        figures = [
            spell_count(event.answers, "answer"),
            f"{usage.input_tokens:,} tokens in ({usage.cached_input_tokens:,} cached)",
            f"{usage.output_tokens:,} out",
        ]
        if event.timings.write_seconds > 0:
            figures.append(f"{usage.output_tokens / event.timings.write_seconds:.1f} tokens/s")
        return [*figures, spell_seconds(event.seconds)]

    def _files(self) -> tuple[Content, ...]:
        files = self.event.files_changed
        changed = f"{spell_count(len(files), 'file')} changed"
        if self.folded:
            changed += f": {', '.join(files[:SHOWN_FILES])}"
            more = len(files) - SHOWN_FILES
            changed += f" and {more:,} more" if more > 0 else ""
        return (
            line(changed, MUTED),
            line("/diff shows it", MUTED),
            line("/undo takes it back", MUTED),
        )
