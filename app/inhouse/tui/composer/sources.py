"""What the composer needs of the world: files, symbols, commands, costs, and what it keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from inhouse.tui.composer.draft import Draft
from inhouse.tui.composer.prompt_history import PromptHistory

if TYPE_CHECKING:
    from pathlib import Path

    from inhouse.tui.commands.command import SlashCommand


@dataclass(frozen=True, slots=True)
class SymbolChoice:
    """A definition that can be named: `path` is relative to the root, `line` counts from 1."""

    name: str
    kind: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Cost:
    """How many tokens a file takes; it is an estimate unless it is `exact`."""

    tokens: int
    exact: bool = True


class ComposerSources(Protocol):
    """Each of them answers soon, or from what it knows so far."""

    @property
    def history(self) -> PromptHistory:
        """What was sent in this folder before."""
        ...

    @property
    def drafts(self) -> Draft:
        """Where what is not sent yet is kept."""
        ...

    @property
    def pictures(self) -> "Path":
        """The folder for images from the clipboard."""
        ...

    def commands(self) -> Sequence["SlashCommand"]:
        """Every slash command there is now, in the order of the help."""
        ...

    async def files(self) -> Sequence[str]:
        """Sorted paths relative to the root, with "/". The same object while nothing changed."""
        ...

    async def symbols(self, query: str) -> Sequence[SymbolChoice]:
        """Definitions whose name fits the query, the best first."""
        ...

    async def cost(self, path: str, *, exact: bool) -> Cost | None:
        """What a file would cost; None when it is no text. Counted only when it must be `exact`."""
        ...
