"""/doctor: everything that inhouse needs, what is missing and how to get it."""

from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.widgets import Static

from inhouse.tui.screens.facts import Fact, FactGroup, FactRow, as_text
from inhouse.tui.screens.page import Page
from inhouse.tui.text import join, line, lines

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from inhouse.doctor import Report

    Examine = Callable[[Callable[[int, int, str], None]], Awaitable[Report]]

LOOKING: Final = "Looking at the machine, the model and this folder…"
MARKS: Final = {
    "ok": ("✓", "$success"),
    "warning": ("◐", "$warning"),
    "missing": ("✗", "$error"),
}
HEALTHY: Final = "Everything that is needed is here."
SICK: Final = "Something that is needed is missing."


class DoctorScreen(Page):
    """Looks when it is opened; `examine` is told how to show long steps (done, total, what)."""

    heading = "Doctor"

    def __init__(self, examine: "Examine") -> None:
        super().__init__()
        self._examine = examine
        self._report: Report | None = None

    def compose_body(self) -> ComposeResult:
        """One line until there is more."""
        yield Static(line(LOOKING, "$text-muted"), id="looking")

    def on_mount(self) -> None:
        """Look."""
        self.run_worker(self._look())

    def show_step(self, done: int, total: int, what: str) -> None:
        """How far a long step is."""
        if self._report is None and self.is_attached:
            share = f" {100 * done // total} %" if total else ""
            self.query_one("#looking", Static).update(line(f"{what}{share}", "$text-muted"))

    async def _look(self) -> None:
        self._report = report = await self._examine(self.show_step)
        rows = [
            FactRow(join(line(mark, style), " ", line(check.name)), lines(check.text))
            for check in report.checks
            for mark, style in (MARKS[check.state],)
        ]
        mark, style = MARKS["ok"]
        rows += [
            FactRow(join(line(mark, style), " ", line("prompt")), lines(_prompt(name, count)))
            for name, count in report.prompt_tokens.items()
        ]
        verdict = line(HEALTHY, "$success") if report.healthy else line(SICK, "$error")
        await self.fill([*rows, Static(verdict, classes="heading")])

    def copied_text(self) -> str:
        """The report."""
        report = self._report
        if report is None:
            return ""
        checks = [Fact(f"{check.state} {check.name}", check.text) for check in report.checks]
        checks += [
            Fact("ok prompt", _prompt(name, count)) for name, count in report.prompt_tokens.items()
        ]
        return as_text([FactGroup("", tuple(checks))])


def _prompt(name: str, count: int) -> str:
    return f"{count:,} tokens of system prompt and tools for {name}"
