"""/theme: our themes, each shown at once while it is chosen."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, cast

from textual import getters, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from inhouse.tui.screens.choice_list import ChoiceList
from inhouse.tui.screens.hints import Hints
from inhouse.tui.text import join, line

SAMPLE: Final = (
    ("> Rename it everywhere", "$primary"),
    ("● edit app/names.py", "$accent"),
    ("  │ three callers", "$text-muted"),
    ("✓ done  ", "$success"),
    ("◐ slow  ", "$warning"),
    ("✗ failed", "$error"),
)
HEIGHTS = [(0, "-short"), (22, "-tall")]


class ThemePicker(ModalScreen[str | None]):
    """Gives the name that was chosen, or None, and then everything looks as before.

    `choices` are names with what they look like; `resolve` turns a name into a theme of the app,
    which matters for "auto".
    """

    app = getters.app(cast("type[App[Any]]", App))
    DEFAULT_CSS = """
    ThemePicker {
        align: center middle;
        background: transparent;
        & > Vertical {
            width: 100%;
            max-width: 64;
            height: auto;
            max-height: 100%;
            border: round $primary;
            border-title-color: $foreground;
            background: $surface;
            padding: 1 1 0 1;
        }
        #choices { height: auto; max-height: 12; }
        #sample { height: auto; margin: 1 1 0 1; padding: 0 1; background: $background; }
        #hints { height: auto; margin: 1 1 0 1; }
        &.-short {
            & > Vertical { padding: 0; }
            #sample { display: none; }
            #choices { height: 1fr; max-height: 100%; }
            #hints { margin: 0 1; }
        }
    }
    """
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "leave", "Leave all as it was")]

    def __init__(
        self, choices: Mapping[str, str], current: str, resolve: Callable[[str], str]
    ) -> None:
        super().__init__()
        self._choices = choices
        self._current = current
        self._resolve = resolve
        self._before = ""

    def compose(self) -> ComposeResult:
        """The list above a sample."""
        with Vertical() as frame:
            frame.border_title = line(" Theme ", "bold")
            yield ChoiceList(*(self._option(name) for name in self._choices), id="choices")
            yield Static(sample(), id="sample")
            yield Hints(id="hints")

    def on_mount(self) -> None:
        """Begin at the theme that is chosen now."""
        self._before = self.app.theme
        names = [*self._choices]
        choices = self.query_one(ChoiceList)
        choices.highlighted = names.index(self._current) if self._current in names else 0
        choices.focus()
        self.query_one(Hints).show(("↑↓", "look"), ("enter", "keep"), ("esc", "as before"))

    def _option(self, name: str) -> Option:
        wide = max(map(len, self._choices))
        mark = "✓" if name == self._current else " "
        about = line(f"  {self._choices[name]}", "$text-muted")
        return Option(join(line(f"{mark} {name:<{wide}}"), about), id=name)

    @on(OptionList.OptionHighlighted)
    def preview(self, event: OptionList.OptionHighlighted) -> None:
        """Look like this theme."""
        if event.option_id is not None:
            self.app.theme = self._resolve(event.option_id)

    @on(OptionList.OptionSelected)
    def keep(self, event: OptionList.OptionSelected) -> None:
        """Stay with it."""
        self.dismiss(event.option_id)

    def action_leave(self) -> None:
        """Look as before."""
        self.app.theme = self._before
        self.dismiss(None)


def sample() -> Content:
    """A few words in every role."""
    asked, called, muted, *states = [line(text, style) for text, style in SAMPLE]
    return Content("\n").join([asked, called, muted, join(*states)])
