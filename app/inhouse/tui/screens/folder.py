"""Started in a place that is no project: which folder to work in."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static
from textual.widgets.option_list import Option

from inhouse.tui.screens.choice_list import ChoiceList
from inhouse.tui.screens.hints import Hints
from inhouse.tui.screens.path_field import PathField
from inhouse.tui.text import line

NO_PROJECT = "You are in {}, which is no project: the model could read every file below it."
ANOTHER, HERE = "Another folder", "Go on here"


class FolderScreen(ModalScreen[Path]):
    """Gives the folder to work in; Esc goes on in `root`.

    `recent` are folders that were worked in before, the last one first.
    """

    DEFAULT_CSS = """
    FolderScreen {
        align: center middle;
        & > Vertical {
            width: 100%;
            max-width: 84;
            height: auto;
            max-height: 100%;
            border: round $primary;
            border-title-color: $foreground;
            background: $surface;
            padding: 0 1;
        }
        #about { padding: 0 1; margin: 0 0 1 0; height: auto; }
        #folders { height: auto; max-height: 12; }
        PathField { display: none; margin: 1 1 0 1; }
        #problem { display: none; padding: 0 1; margin: 1 0 0 0; height: auto; }
        #hints { padding: 0 1; margin: 1 0 0 0; }
        .-shown { display: block !important; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back, or go on here")]

    def __init__(self, root: Path, recent: Sequence[Path] = ()) -> None:
        super().__init__()
        self._root = root
        self._recent = tuple(recent)

    def compose(self) -> ComposeResult:
        """What is the matter, and where else to go."""
        with Vertical() as box:
            box.border_title = "Where to work"
            yield Static(line(NO_PROJECT.format(shorten(self._root))), id="about", markup=False)
            recent = [Option(line(shorten(folder))) for folder in self._recent]
            another, here = Option(Content(ANOTHER)), Option(Content(HERE))
            yield ChoiceList(*recent, another, here, id="folders")
            yield PathField("Path of a folder; Tab completes")
            yield Static(id="problem", markup=False)
            yield Hints(id="hints")

    def on_mount(self) -> None:
        """The last folder is the likeliest."""
        self.query_one(ChoiceList).focus()
        self._show_hints()

    @on(ChoiceList.OptionSelected)
    def _choose(self, event: ChoiceList.OptionSelected) -> None:
        at = event.option_index
        if at < len(self._recent):
            self.run_worker(partial(self._take, self._recent[at]), exclusive=True)
        elif at == len(self._recent):
            field = self.query_one(PathField)
            field.add_class("-shown")
            field.focus()
            self._show_hints()
        else:
            self.dismiss(self._root)

    @on(Input.Submitted)
    def _take_written(self) -> None:
        self.run_worker(partial(self._take, self.query_one(PathField).path), exclusive=True)

    async def _take(self, folder: Path) -> None:
        if await asyncio.to_thread(folder.is_dir):
            self.dismiss(folder)
        else:
            self._say(f"There is no folder {folder}.")

    @on(Input.Changed)
    def _clear_problem(self) -> None:
        self._say("")

    def _say(self, text: str) -> None:
        problem = self.query_one("#problem", Static)
        problem.set_class(bool(text), "-shown")
        problem.update(line(text, "$error"))

    def _show_hints(self) -> None:
        if self.query_one(PathField).has_class("-shown"):
            self.query_one(Hints).show(("Enter", "go there"), ("Tab", "complete"), ("Esc", "back"))
        else:
            self.query_one(Hints).show(("Enter", "choose"), ("Esc", "go on here"))

    def action_leave(self) -> None:
        """Close the field, else go on here."""
        field = self.query_one(PathField)
        if not field.has_class("-shown"):
            self.dismiss(self._root)
            return
        field.remove_class("-shown")
        self._say("")
        self.query_one(ChoiceList).focus()
        self._show_hints()


def shorten(folder: Path) -> str:
    """The path as a person writes it, with `~` for their home."""
    home = Path.home()
    if folder == home:
        return "~"
    return f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)
