"""What the person said."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from inhouse.live.spelling import spell_count
from inhouse.tui.blocks.block import Recipe
from inhouse.tui.blocks.excerpt import beginning_of
from inhouse.tui.blocks.flow_block import FOLDED, UNFOLDED, FlowBlock, indented, marked
from inhouse.tui.flow.piece import MUTED, Piece
from inhouse.tui.text import lines

SHOWN_LINES: Final = 8
SHOWN_CHARACTERS: Final = 1200
MOST_THUMBNAILS: Final = 4


class PromptBlock(FlowBlock):
    """A prompt, or with `shell` a command that the person ran; long text is folded.

    `entry` is the id of its entry in the journal, `images` are those that were sent along.
    """

    DEFAULT_CSS = """
    PromptBlock { text-style: bold; }
    """

    def __init__(
        self,
        text: str,
        entry: str = "",
        images: Sequence[str] = (),
        *,
        shell: bool = False,
        folded: bool = True,
    ) -> None:
        super().__init__()
        self.text = text
        self.entry = entry
        self.images = tuple(images)
        self.shell = shell
        self.set_reactive(PromptBlock.folded, folded)

    def compose(self) -> ComposeResult:
        """The text, and small pictures of the images where the terminal can show them."""
        yield from super().compose()
        yield from self._thumbnails()

    async def attach(self, images: Sequence[str]) -> None:
        """These were sent along, as it turned out."""
        self.images = tuple(images)
        if self.is_mounted:
            self.redraw()
            await self.mount(*self._thumbnails())

    def _thumbnails(self) -> Sequence[Horizontal]:
        if not self.images:
            return ()
        from inhouse.tui.thumbnails.thumbnail import Thumbnail

        row = Horizontal(*(Thumbnail(one) for one in self.images[:MOST_THUMBNAILS]))
        row.styles.height = "auto"
        row.styles.padding = (0, 2)
        return (row,)

    def recipe(self) -> Recipe:
        """The prompt, as it is folded now."""
        return partial(
            PromptBlock,
            self.text,
            self.entry,
            self.images,
            shell=self.shell,
            folded=self.folded,
        )

    def copied_text(self) -> str:
        """The whole prompt."""
        return self.text

    def pieces(self) -> list[Piece]:
        """The text behind its mark, and what is folded or sent along below it."""
        excerpt = beginning_of(self.text, SHOWN_LINES, SHOWN_CHARACTERS)
        shown = excerpt.text if self.folded else self.text
        mark = "!" if self.shell else ">"
        pieces: list[Piece] = [marked(mark, "bold $primary", lines(shown.strip("\n")))]
        if not excerpt.whole:
            more = f"{FOLDED} {excerpt.left_out}" if self.folded else f"{UNFOLDED} fold"
            pieces.append(indented(Content.styled(more, f"not bold {MUTED}")))
        if self.images:
            count = spell_count(len(self.images), "image")
            pieces.append(indented(Content.styled(count, f"not bold {MUTED}")))
        return pieces
