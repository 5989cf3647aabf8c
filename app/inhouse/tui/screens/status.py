"""/status: model, engine, sandbox, folder, session and settings on one page."""

from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.widgets import Static

from inhouse.tui.screens.facts import FactGroup, as_text, fact_rows
from inhouse.tui.screens.page import Page
from inhouse.tui.text import line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

LOOKING: Final = "Looking…"


class StatusScreen(Page):
    """Gathers when it is opened."""

    heading = "Status"

    def __init__(self, gather: "Callable[[], Awaitable[Sequence[FactGroup]]]") -> None:
        super().__init__()
        self._gather = gather
        self._groups: Sequence[FactGroup] = ()

    def compose_body(self) -> ComposeResult:
        """One line until there is more."""
        yield Static(line(LOOKING, "$text-muted"))

    def on_mount(self) -> None:
        """Gather."""
        self.run_worker(self._show())

    async def _show(self) -> None:
        self._groups = await self._gather()
        await self.fill(fact_rows(self._groups))

    def copied_text(self) -> str:
        """The facts."""
        return as_text(self._groups)
