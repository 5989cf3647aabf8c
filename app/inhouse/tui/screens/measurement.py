"""After the first model has come: how fast it is on this machine, and why if it is slow."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from inhouse.setting_up.telling import describe_step
from inhouse.tui.screens.amounts import percent
from inhouse.tui.screens.column import ColumnScreen
from inhouse.tui.screens.hints import Hints
from inhouse.tui.text import join, line, lines
from inhouse_models.chat import ModelError
from inhouse_models.measuring.asking import Follow, Step
from inhouse_models.proposal.report import Section

if TYPE_CHECKING:
    from textual.worker import Worker

Measure = Callable[[Follow], Awaitable[Section | ModelError]]
"""Measures the model and says how far it is; cancelled, it ends."""
TITLE = "How fast is {} here?"
EXPLANATION = (
    "It is loaded, tuned to this machine and measured once, which takes about a minute. What comes"
    " out is remembered."
)


class MeasurementScreen(ColumnScreen[None]):
    """Measures at once; the person may go on before it is done."""

    DEFAULT_CSS = """
    MeasurementScreen {
        #explanation { color: $text-muted; margin: 0 0 1 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "go_on", "Go on"),
        Binding("enter", "finish", "Go on"),
    ]

    def __init__(self, name: str, measure: Measure) -> None:
        super().__init__()
        self._model = name
        self._measure = measure
        self._done = False
        self._worker: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        """What is asked, what is done, what came out."""
        with VerticalScroll():
            yield Static(line(TITLE.format(self._model)), id="title", markup=False)
            yield Static(EXPLANATION, id="explanation", markup=False)
            yield Static(id="found", markup=False)
            yield Hints(id="hints")

    def on_mount(self) -> None:
        """Begin."""
        self.query_one(Hints).show(("Esc", "go on without it"))
        self._show("loading", 0, 0)
        self._worker = self.run_worker(self._work())

    async def _work(self) -> None:
        found = await self._measure(self._show)
        self._done = True
        self.query_one("#found", Static).update(describe_outcome(found))
        self.query_one(Hints).show(("Enter", "go on"))

    def _show(self, step: Step, done: int, total: int) -> None:
        share = f"  {percent(done, total)}" if total else ""
        text = join(line(describe_step(step, self._model)), line(share, "$text-muted"))
        self.query_one("#found", Static).update(text)

    def action_go_on(self) -> None:
        """With or without a result; what runs ends with the screen."""
        if self._worker is not None:
            self._worker.cancel()
        self.dismiss()

    def action_finish(self) -> None:
        """Once there is something to have read."""
        if self._done:
            self.dismiss()


def describe_outcome(found: Section | ModelError) -> Content:
    """The lines of a measurement, or why there is none."""
    if isinstance(found, ModelError):
        return join(Content.styled("✗ ", "$error"), lines(found.text))
    return lines("\n".join(found.lines))
