"""A page over the conversation: a title, what there is to read, and the keys that work here."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final, cast

from textual import getters
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widget import Widget

from inhouse.tui.screens.hints import Hints
from inhouse.tui.text import line

COPIED: Final = "Copied."
# Border, space at the top, and the keys with space above them.
FRAME_ROWS: Final = 5
LEAST_ROWS: Final = 3
WIDTHS = [(0, "-narrow"), (50, "-wide")]
HEIGHTS = [(0, "-short"), (22, "-tall")]


class Page(ModalScreen[None]):
    """The base of pages that are only read. Subclasses say `heading` and compose the rest."""

    app = getters.app(cast("type[App[Any]]", App))
    DEFAULT_CSS = """
    Page {
        align: center middle;
        & > #frame {
            width: 100%;
            max-width: 104;
            height: auto;
            max-height: 100%;
            border: round $primary;
            border-title-color: $foreground;
            background: $surface;
            padding: 1 2 0 2;
        }
        #body {
            height: auto;
            scrollbar-size-vertical: 1;
            background: transparent;
        }
        #body:focus { background-tint: transparent; }
        #hints { height: auto; margin: 1 0 0 0; }
        .heading { color: $foreground; text-style: bold; margin: 1 0 0 0; }
        .heading:first-child { margin: 0; }
        .muted { color: $text-muted; }
        &.-short {
            & > #frame { padding: 0 1; }
            #hints { margin: 0; }
            #body { height: 1fr; }
        }
        &.-short > #frame { height: 100%; }
    }
    """
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close"),
        Binding("c,y", "copy", "Copy"),
    ]
    AUTO_FOCUS = "#body"
    heading: ClassVar[str] = ""
    head_rows: ClassVar[int] = 0
    """Rows above the text."""

    def compose(self) -> ComposeResult:
        """The frame around what a subclass composes."""
        with Vertical(id="frame") as frame:
            frame.border_title = line(f" {self.heading} ", "bold")
            yield from self.compose_head()
            with VerticalScroll(id="body"):
                yield from self.compose_body()
            yield Hints(id="hints")

    def compose_head(self) -> ComposeResult:
        """What stands above the text and does not scroll."""
        yield from ()

    def compose_body(self) -> ComposeResult:
        """The text."""
        yield from ()

    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that work here, and what they do."""
        copying = (("c", "copy"),) if self.copied_text() else ()
        return (("esc", "close"), *copying)

    def show_keys(self) -> None:
        """Show the keys that work now."""
        self.query_one(Hints).show(*self.keys())

    def copied_text(self) -> str:
        """What copying gives; nothing when there is nothing to copy."""
        return ""

    async def fill(self, widgets: Sequence[Widget]) -> None:
        """Put these in the place of the text, and follow with the keys."""
        body = self.query_one("#body", VerticalScroll)
        await body.remove_children()
        await body.mount_all(widgets)
        self.show_keys()

    def on_mount(self) -> None:
        """The text has the focus, so that it can be scrolled at once."""
        self.show_keys()

    def on_resize(self, event: Resize) -> None:
        """The text may take what frame, head and keys leave."""
        body = self.query_one("#body", VerticalScroll)
        body.styles.max_height = max(LEAST_ROWS, event.size.height - FRAME_ROWS - self.head_rows)

    def action_close(self) -> None:
        """Back to the conversation."""
        self.dismiss(None)

    def action_copy(self) -> None:
        """Everything that stands here, as text."""
        text = self.copied_text()
        if text:
            self.app.copy_to_clipboard(text)
            self.notify(COPIED, markup=False, timeout=2)
