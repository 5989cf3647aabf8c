"""An app that shows a few blocks, for pictures and flows of single kinds of blocks."""

from collections.abc import Callable, Sequence

from textual.app import App, ComposeResult

from inhouse.tui.blocks.block import Block
from inhouse.tui.conversation import Conversation


class BlockApp(App[None]):
    """A conversation of the blocks that it is given."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, make: Callable[[], Sequence[Block]], theme: str = "textual-dark") -> None:
        super().__init__()
        self._make = make
        self._theme = theme
        self.copied: list[str] = []

    def compose(self) -> ComposeResult:
        yield Conversation()

    async def on_mount(self) -> None:
        self.theme = self._theme
        for block in self._make():
            await self.conversation.add(block)

    @property
    def conversation(self) -> Conversation:
        return self.query_one(Conversation)

    def on_block_copied(self, message: Block.Copied) -> None:
        self.copied.append(message.text)
