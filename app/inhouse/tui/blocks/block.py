"""What all entries of the conversation share: focus, folding, copying."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive, reactive

Recipe = Callable[[], "Block"]


class Block(Vertical, can_focus=True, inherit_bindings=False):
    """One entry. Everything it shows follows from values, so that it can be made again.

    A block far outside the view is unmounted, and made again when the person scrolls back. It may
    be told what has changed before it is mounted, too. A subclass overrides `again` or `recipe`.
    """

    @dataclass
    class Copied(Message):
        """The person wants this text on the clipboard."""

        text: str

    DEFAULT_CSS = """
    Block {
        height: auto;
        padding: 0 1 0 2;
        margin: 0 0 1 0;
        border-left: blank;
        &:focus { border-left: outer $primary; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "fold", "Fold or unfold"),
        Binding("c,y", "copy", "Copy"),
    ]
    folded: reactive[bool] = reactive(default=False)
    # A block does not scroll, so what is in it has its place before this changes. Textual would
    # lay the screen out and draw it a second time whenever a block grows.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False, repaint=False)

    def again(self) -> "Block":
        """A block that is not mounted yet and shows the same."""
        return self.recipe()()

    def recipe(self) -> Recipe:
        """How to make a block that shows the same; it holds the values, and not this widget.

        A widget takes ten kilobytes also when it is not mounted, a recipe hardly more than its
        texts, so kinds of blocks of which there are many have one.
        """
        fresh = self.again()
        return lambda: fresh

    @abstractmethod
    def copied_text(self) -> str:
        """What copying gives, as it was written."""

    @property
    def finished(self) -> bool:
        """Whether it no longer changes by itself, so that it may be unmounted."""
        return True

    def action_fold(self) -> None:
        """Fold or unfold."""
        self.folded = not self.folded

    def action_copy(self) -> None:
        """Ask for the text to be copied."""
        self.post_message(self.Copied(self.copied_text()))
