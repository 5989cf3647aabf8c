"""All settings: what each means, where it comes from, and another value for it."""

import asyncio
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static
from textual.widgets.option_list import Option

from inhouse.live.person_settings import NOT_SET, SettingRow, SettingsBook
from inhouse.sanitise import sanitise_line
from inhouse.settings import SettingProblem
from inhouse.tui.screens.choice_list import ChoiceList
from inhouse.tui.screens.field import Field
from inhouse.tui.screens.hints import Hints
from inhouse.tui.screens.setting_rows import details, heading, row
from inhouse.tui.text import join, line

HEIGHTS = [(0, "-short"), (22, "-middle"), (36, "-tall")]
NOTHING_FOUND = "No setting is called so."
BY_HAND = "Its tables are written by hand in {}."


class SettingsScreen(ModalScreen[frozenset[str]]):
    """Gives the names of the settings that were changed."""

    DEFAULT_CSS = """
    SettingsScreen {
        align: center middle;
        & > Vertical {
            width: 100%;
            max-width: 104;
            height: auto;
            max-height: 100%;
            border: round $primary;
            border-title-color: $foreground;
            background: $surface;
            padding: 0 1;
        }
        #search { margin: 0 0 1 0; }
        #heading { height: 1; padding: 0 1; }
        #rows { height: auto; max-height: 16; min-height: 2; }
        #details, #problem { height: auto; padding: 0 1; margin: 1 0 0 0; }
        #value { margin: 1 0 0 0; display: none; }
        #values { height: auto; max-height: 6; margin: 1 0 0 0; display: none; }
        #problem { display: none; }
        #hints { padding: 0 1; margin: 1 0 0 0; }
        .-shown { display: block !important; }
        &.-short, &.-middle {
            & > Vertical { height: 100%; }
            #rows { height: 1fr; max-height: 100%; }
        }
        &.-short {
            #details { display: none; }
            #search, #hints, #problem, #value, #values { margin: 0; }
        }
    }
    """
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back"),
        Binding("r", "reset", "Back to the default"),
        Binding("slash", "search", "Search"),
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
    ]

    def __init__(self, book: SettingsBook, wanted: str = "") -> None:
        super().__init__()
        self._book = book
        self._wanted = wanted
        self._rows: tuple[SettingRow, ...] = ()
        self._shown: tuple[SettingRow, ...] = ()
        self._changed: set[str] = set()

    def compose(self) -> ComposeResult:
        """Search, the list, what is said of the chosen one, and where it is changed."""
        with Vertical() as box:
            box.border_title = "Settings"
            yield Field("Search", plain=True).named("search")
            yield Static(id="heading", markup=False)
            yield ChoiceList(id="rows")
            yield Static(id="details", markup=False)
            yield ChoiceList(id="values")
            yield Field().named("value")
            yield Static(id="problem", markup=False)
            yield Hints(id="hints")

    async def on_mount(self) -> None:
        """Read them all."""
        self.query_one("#rows", ChoiceList).focus()
        await self._read()

    def on_resize(self) -> None:
        """Rows are as wide as the list."""
        self.call_after_refresh(self._draw)

    async def _read(self) -> None:
        rows = await asyncio.to_thread(self._book.rows)
        if isinstance(rows, SettingProblem):
            self._say(rows.text)
            return
        self._rows = rows
        self._filter()

    # What is shown.

    def _chosen(self) -> SettingRow | None:
        at = self.query_one("#rows", ChoiceList).highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    @on(Input.Changed, "#search")
    def _filter(self) -> None:
        words = self.query_one("#search", Input).value.lower().split()
        before = self._chosen()
        wanted = before.name if before else self._wanted
        self._shown = tuple(one for one in self._rows if _matches(one, words))
        names = [one.name for one in self._shown]
        self.query_one("#rows", ChoiceList).fill(names, wanted)
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        rows = self.query_one("#rows", ChoiceList)
        self.query_one("#heading", Static).update(heading(rows.row_width))
        rows.draw([row(setting, rows.row_width) for setting in self._shown])
        self._describe()

    def _describe(self) -> None:
        chosen = self._chosen()
        said = Content.styled(NOTHING_FOUND if self._rows else "…", "$text-muted")
        self.query_one("#details", Static).update(details(chosen) if chosen else said)
        hints = self.query_one(Hints)
        if self._editing():
            hints.show(("Enter", "keep this value"), ("Esc", "back"))
            return
        pairs = [("Enter", "change")] if chosen is not None else []
        if chosen is not None and chosen.own is not None:
            pairs.append(("r", "forget your value"))
        hints.show(*pairs, ("/", "search"), ("Esc", "close"))

    def _say(self, text: str) -> None:
        problem = self.query_one("#problem", Static)
        problem.set_class(bool(text), "-shown")
        problem.update(join(Content.styled("✗ ", "$error"), line(text)) if text else Content(""))

    # What a person does.

    @on(ChoiceList.OptionHighlighted, "#rows")
    def _follow(self) -> None:
        self._say("")
        self._describe()

    @on(Input.Submitted, "#search")
    @on(ChoiceList.OptionSelected, "#rows")
    def _edit(self) -> None:
        """Open the field, or the few values there are."""
        chosen = self._chosen()
        if chosen is None:
            return
        if chosen.by_hand:
            self._say(BY_HAND.format(self._book.file))
            return
        self._say("")
        if chosen.choices:
            values = self.query_one("#values", ChoiceList)
            values.set_options([Option(line(choice)) for choice in chosen.choices])
            now = chosen.value or NOT_SET
            values.highlighted = chosen.choices.index(now) if now in chosen.choices else 0
            self._open("values")
        else:
            field = self.query_one("#value", Input)
            field.value = sanitise_line(chosen.value if chosen.own is None else chosen.own)
            field.cursor_position = len(field.value)
            self._open("value")

    def _open(self, name: str) -> None:
        """Show the editor of this name and give it the focus; the list for an empty one."""
        for editor in ("value", "values"):
            self.query_one(f"#{editor}").set_class(editor == name, "-shown")
        self.query_one(f"#{name or 'rows'}").focus()
        self._describe()

    def _editing(self) -> bool:
        return any(self.query_one(name).has_class("-shown") for name in ("#value", "#values"))

    @on(ChoiceList.OptionSelected, "#values")
    async def _take_choice(self, event: ChoiceList.OptionSelected) -> None:
        chosen = self._chosen()
        if chosen is not None:
            choice = chosen.choices[event.option_index]
            await self._change(chosen, None if choice == NOT_SET else choice)

    @on(Input.Submitted, "#value")
    async def _take_written(self, event: Input.Submitted) -> None:
        chosen = self._chosen()
        if chosen is not None:
            await self._change(chosen, event.value.strip())

    async def action_reset(self) -> None:
        """Take the value out of the person's own file."""
        chosen = self._chosen()
        if chosen is not None and chosen.own is not None and not chosen.by_hand:
            await self._change(chosen, None)

    async def _change(self, setting: SettingRow, text: str | None) -> None:
        """Write it, or forget it for None; a problem leaves the field open."""
        if text is None:
            problem = await asyncio.to_thread(self._book.forget, setting.name)
        else:
            problem = await asyncio.to_thread(self._book.change, setting.name, text)
        self._say(problem)
        if problem:
            return
        self._changed.add(setting.name)
        self._open("")
        await self._read()

    def action_search(self) -> None:
        """Write into the search."""
        self.query_one("#search", Input).focus()

    def action_move(self, step: int) -> None:
        """Choose another row while the search has the focus."""
        rows = self.query_one("#rows", ChoiceList)
        if step > 0:
            rows.action_cursor_down()
        else:
            rows.action_cursor_up()

    def action_leave(self) -> None:
        """Take back one step: the editor, the search, then the screen."""
        search = self.query_one("#search", Input)
        if self._editing():
            self._say("")
            self._open("")
        elif search.has_focus or search.value:
            search.value = ""
            self.query_one("#rows", ChoiceList).focus()
        else:
            self.dismiss(frozenset(self._changed))


def _matches(setting: SettingRow, words: list[str]) -> bool:
    """Whether every word stands in its name, its meaning, its value or its source."""
    known = (setting.name, setting.meaning, setting.value, setting.source)
    text = " ".join(known).lower()
    return all(word in text for word in words)
