"""The steps of the work that goes on, above the composer: what is done, what is next."""

from collections.abc import Sequence
from typing import Any, Final, cast

from textual import getters
from textual.app import App
from textual.content import Content
from textual.events import Click
from textual.reactive import reactive
from textual.widgets import Static

from inhouse.tui.screen_size import follow_screen_size
from inhouse.tui.text import join, line

Steps = tuple[tuple[str, str], ...]
SHOWN_STEPS: Final = 4
SHORT_BELOW: Final = 20
"""On screens with fewer rows it takes one."""
MUTED: Final = "$foreground-muted"


class Checklist(Static):
    """At most five rows, or one when folded. Nothing is shown while there are no steps."""

    DEFAULT_CSS = """
    Checklist {
        height: auto;
        padding: 0 2;
        margin: 0 0 1 0;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        display: none;
    }
    """
    app = getters.app(cast("type[App[Any]]", App))
    folded: reactive[bool] = reactive(default=False)

    def __init__(self) -> None:
        super().__init__()
        self._steps: Steps = ()

    def on_mount(self) -> None:
        """Show what was told before."""
        self._draw()
        follow_screen_size(self, self._draw)

    @property
    def all_done(self) -> bool:
        """Whether nothing is left to do."""
        return all(state == "done" for _text, state in self._steps)

    def show_steps(self, steps: Sequence[tuple[str, str]]) -> None:
        """Show these steps, each a text and a state: todo, doing or done."""
        self._steps = tuple(steps)
        self._draw()

    def begin_turn(self) -> None:
        """Steps that are all done have been seen; others stay."""
        if self.all_done:
            self.show_steps(())

    def toggle(self) -> None:
        """Fold into one row, or unfold."""
        self.folded = not self.folded

    def watch_folded(self) -> None:
        """More or fewer rows."""
        self._draw()

    def on_click(self, event: Click) -> None:
        """Fold or unfold with the mouse."""
        event.stop()
        self.toggle()

    def _draw(self) -> None:
        if not self.is_attached:
            return
        self.display = bool(self._steps)
        short = self.folded or self.app.size.height < SHORT_BELOW
        self.styles.margin = (0, 0, 0, 0) if short else (0, 0, 1, 0)
        self.update(one_row(self._steps) if short else rows(self._steps))


def rows(steps: Steps) -> Content:
    """How far it is, and the steps around the one that is being done."""
    shown = steps[first_shown(steps) :][:SHOWN_STEPS]
    return Content("\n").join([told_progress(steps), *(step_row(*step) for step in shown)])


def one_row(steps: Steps) -> Content:
    """The step that is being done, or the next, and how far the whole is."""
    if not steps:
        return Content("")
    text, state = steps[current_step(steps)]
    return join(told_progress(steps), "  ", step_row(text, state))


def told_progress(steps: Steps) -> Content:
    """How many steps are done."""
    done = sum(state == "done" for _text, state in steps)
    return Content.styled(f"{done} of {len(steps)} done", MUTED)


def current_step(steps: Steps) -> int:
    """Which step is being done, else the first to do, else the last."""
    for wanted in ("doing", "todo"):
        for place, (_text, state) in enumerate(steps):
            if state == wanted:
                return place
    return len(steps) - 1


def first_shown(steps: Steps) -> int:
    """From which step on they are shown: the one before the current one, as far as there are
    enough behind it."""
    return max(0, min(current_step(steps) - 1, len(steps) - SHOWN_STEPS))


def step_row(text: str, state: str) -> Content:
    """A step with the sign of its state."""
    match state:
        case "done":
            return join(Content.styled("✓ ", "$text-success"), line(text, MUTED))
        case "doing":
            return join(Content.styled("◐ ", "$text-accent"), line(text, "bold"))
        case _:
            return join(Content.styled("○ ", MUTED), line(text))
