"""What went wrong, and what to do next."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from inhouse.tui.blocks.block import Recipe
from inhouse.tui.blocks.flow_block import FlowBlock, indented, marked
from inhouse.tui.flow.piece import MUTED, Piece
from inhouse.tui.text import line, lines
from inhouse_models.chat import ErrorKind, ModelError

NEXT_STEPS: Final[Mapping[ErrorKind, str]] = {
    "no_model": "/model shows the models and downloads one.",
    "load": "/doctor tells what this machine offers, /model chooses a smaller model.",
    "overflow": "/compact makes room, /context shows what fills it, /new begins a fresh session.",
    "engine_lost": "Nothing is lost: send the prompt again to go on. /doctor tells more.",
    "template": "This model cannot be used for calls: /model chooses another one.",
    "request": "Send the prompt again, or go back with Esc Esc and put it differently.",
    "sources": "Send the prompt again: the files are read anew.",
    "engine": "Send the prompt again. /doctor tells more about the engine.",
}


class FailureBlock(FlowBlock):
    """An error of the model, or of something else as a text."""

    def __init__(self, error: ModelError | str) -> None:
        super().__init__()
        self.error = error

    def recipe(self) -> Recipe:
        """The error."""
        return partial(FailureBlock, self.error)

    def copied_text(self) -> str:
        """What happened."""
        return self.error if isinstance(self.error, str) else self.error.text

    def pieces(self) -> list[Piece]:
        """What happened, and below it what to do next."""
        happened = lines(self.copied_text().strip() or "Something failed.")
        pieces: list[Piece] = [marked("✗", "bold $error", happened)]
        if isinstance(self.error, ModelError):
            pieces.append(indented(line(NEXT_STEPS[self.error.kind], MUTED)))
        return pieces
