"""The picker of sessions: find one by what was said in it, see it, go on with it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus, Resize
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from inhouse.export.document import Document
from inhouse.export.writing import ExportProblem
from inhouse.live.kept_sessions import (
    ELSEWHERE,
    Done,
    export_session,
    free_path,
    in_batches,
    read_document,
    remove_session,
    rename_session,
)
from inhouse.sanitise import sanitise_line
from inhouse.tui.screens.hints import Hints
from inhouse.tui.screens.row_list import RowList
from inhouse.tui.screens.session_preview import draw_preview
from inhouse.tui.screens.session_rows import Row, arrange, draw, say_folder, search
from inhouse.tui.screens.session_words import (
    DELETE,
    OPEN_HERE,
    Now,
    Question,
    keys_of,
    why_empty,
)
from inhouse.tui.text import line
from inhouse_agent.journal import SessionProblem
from inhouse_agent.session_outline import Outline, read_outline, read_outlines

Rename = Callable[[str, str], Awaitable[Done | SessionProblem]]
PREVIEW_DELAY: Final = 0.06
"""Seconds that a row has to stay chosen before its session is read."""
WIDTHS: Final = [(0, "-narrow"), (96, "-wide")]
HEIGHTS: Final = [(0, "-short"), (20, "-tall")]


@dataclass(frozen=True, slots=True)
class SessionChoice:
    """What the person wants: go on with a session, or with a copy of it. `entry` is the last one
    of the branch, "" for where the session ended."""

    action: Literal["resume", "fork"]
    id: str
    entry: str = ""


class SessionPicker(ModalScreen[SessionChoice | None]):
    """Gives what to go on with, or None. Renaming, deleting and exporting are done here.

    `root` is the folder of the person, `current` the id of the session that is open, which
    `rename` renames as well.
    """

    DEFAULT_CSS = """
    SessionPicker {
        align: center middle;
        & > Vertical {
            width: 100%;
            max-width: 150;
            height: 100%;
            border: round $primary;
            border-title-color: $foreground;
            background: $surface;
            padding: 0 1;
        }
        #search, #answer { border: none; height: 1; padding: 0 1; background: $surface; }
        #search:focus, #answer:focus { border: none; background-tint: transparent; }
        #search { margin: 0 0 1 0; }
        #both { height: 1fr; }
        #list { width: 1fr; height: 1fr; }
        #beside {
            width: 1fr; height: 1fr; padding: 0 1 0 2; scrollbar-size: 0 1; background: $surface;
        }
        #beside:focus { background-tint: transparent; }
        #said { height: auto; max-height: 6; padding: 0 1; margin: 1 0 0 0; display: none; }
        #answer { display: none; }
        #said.-shown, #answer.-shown { display: block; }
        #hints { height: auto; padding: 0 1; margin: 1 0 0 0; }
        &.-narrow #both { layout: vertical; }
        &.-narrow #beside { width: 1fr; height: 40%; padding: 1 1 0 1; }
        &.-short {
            #beside { display: none; }
            #search, #hints, #said { margin: 0; }
        }
        &.-short.-wide #beside { display: block; }
    }
    """
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close"),
        Binding("slash", "search", "Search"),
        Binding("a", "everywhere", "All folders or this one"),
        Binding("f", "fork", "Go on with a copy"),
        Binding("r", "rename", "Rename"),
        Binding("x", "export", "Export"),
        Binding("d,delete", "remove", "Delete"),
        Binding("y", "agree", "Yes"),
        Binding("n", "refuse", "No"),
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
    ]

    @dataclass
    class Found(Message):
        """More sessions were read, by this reading; `last` says that these are all."""

        outlines: list[Outline]
        reading: int
        last: bool

    def __init__(self, root: Path, current: str = "", rename: Rename = rename_session) -> None:
        super().__init__()
        self._root = root
        self._current = current
        self._rename = rename
        self._everywhere = False
        self._outlines: list[Outline] = []
        self.rows: list[Row] = []
        self.reading = True
        self._readings = 0
        self._question: Question | None = None
        self._asked_about: Row | None = None
        self._previewed: tuple[str, str] | None = None

    def compose(self) -> ComposeResult:
        """Search, the list beside the preview, and what is asked or said."""
        with Vertical() as box:
            box.border_title = "Sessions"
            yield Input(placeholder="Search titles and prompts", id="search")
            with Horizontal(id="both"):
                yield RowList(self._draw_row, id="list")
                with VerticalScroll(id="beside", can_focus=False):
                    yield Static(id="preview", markup=False)
            yield Static(id="said", markup=False)
            yield Input(id="answer")
            yield Hints(id="hints")

    def on_mount(self) -> None:
        """The list has the keys; what there is comes bit by bit."""
        self.query_one(RowList).focus()
        self._show_rows()
        self._read()

    @property
    def _row(self) -> Row | None:
        place = self.query_one(RowList).highlighted
        return self.rows[place] if 0 <= place < len(self.rows) else None

    @work(thread=True, group="reading")
    def _read(self) -> None:
        """Reads the sessions beside the loop, the newest first."""
        reading, folder = self._readings, None if self._everywhere else self._root
        for batch, last in in_batches(read_outlines(folder)):
            # What is no longer wanted is not read to its end.
            if not self.is_running or reading != self._readings:
                return
            self.post_message(self.Found(batch, reading, last))

    @on(Found)
    def _take(self, event: Found) -> None:
        if event.reading == self._readings and self.is_active:
            self._outlines += event.outlines
            self.reading = not event.last
            self._show_rows()

    def _show_rows(self) -> None:
        """The rows that fit the search; the chosen one stays chosen where it still is."""
        query = self.query_one("#search", Input).value.strip()
        chosen = self._row
        self.rows = search(self._outlines, query) if query else arrange(self._outlines)
        keys = [row.key for row in self.rows]
        keep = not query and chosen is not None and chosen.key in keys
        place = keys.index(chosen.key) if keep and chosen is not None else 0
        self.query_one(RowList).show(len(self.rows), place)
        self.query_one(Vertical).border_title = self._title()
        if not self.rows:
            why = why_empty(reading=self.reading, query=query, everywhere=self._everywhere)
            self.query_one("#preview", Static).update(line(why, "$text-muted"))
        self._show_hints()

    def _title(self) -> Content:
        place = "all folders" if self._everywhere else say_folder(str(self._root))
        count = f"{len(self._outlines):,}" + ("…" if self.reading else "")
        return line(f"Sessions in {place}: {count}")

    def _draw_row(self, row: int, *, chosen: bool) -> list[Content]:
        title, facts = draw(self.rows[row], time.time(), self._current, folder=self._everywhere)
        return [title.stylize("bold") if chosen else title, facts]

    @on(RowList.Highlighted)
    def _show_chosen(self) -> None:
        row = self._row
        if self._question and row != self._asked_about:
            self._answered()
        if row is None:
            self._previewed = None
        elif row.key != self._previewed:
            self._previewed = row.key
            self._preview(row)

    @work(exclusive=True, group="preview")
    async def _preview(self, row: Row) -> None:
        await asyncio.sleep(PREVIEW_DELAY)
        document = await read_document(row.outline.id, row.entry)
        if not self.is_active:
            return
        if isinstance(document, SessionProblem):
            content = line(document.text, "$text-error")
        else:
            content = draw_preview(document)
        self.query_one("#preview", Static).update(content)
        self.query_one("#beside", VerticalScroll).scroll_end(animate=False)

    @on(RowList.Chosen)
    def _resume(self) -> None:
        self._leave_with("resume")

    def action_fork(self) -> None:
        """Go on with a copy."""
        self._leave_with("fork")

    def _leave_with(self, action: Literal["resume", "fork"]) -> None:
        row = self._row
        if row is None or self._question:
            return
        header = row.outline.header
        if header.root != str(self._root.resolve()):
            self._say(ELSEWHERE.format(root=header.root, id=header.id), "$text-warning")
            return
        self.dismiss(SessionChoice(action, header.id, row.entry))

    @on(Input.Changed, "#search")
    def _search(self) -> None:
        self._show_rows()

    @on(Input.Submitted, "#search")
    def _take_found(self) -> None:
        self._leave_with("resume")

    def action_search(self) -> None:
        """Write into the search."""
        self.query_one("#search", Input).focus()

    def action_move(self, rows: int) -> None:
        """Choose another row while the search has the focus."""
        self.query_one(RowList).action_move(rows)

    def action_everywhere(self) -> None:
        """Show the sessions of all folders, or of this one again."""
        if self._question:
            return
        self._everywhere = not self._everywhere
        self._outlines, self.reading = [], True
        self._readings += 1
        self._show_rows()
        self._read()

    def action_rename(self) -> None:
        """Ask for another title."""
        if self._row is not None:
            self._ask("rename", "New title:", self._row.outline.title)

    def action_export(self) -> None:
        """Ask for a file, whose name says the format."""
        row = self._row
        if row is None:
            return
        header = row.outline.header
        about = Document(row.outline.title, header.id, header.root, header.model, "", ())
        path = free_path(self._root, about, "html")
        self._ask("export", "Export to a file that ends with .html or .md:", str(path))

    def action_remove(self) -> None:
        """Ask whether the session shall be deleted."""
        row = self._row
        if row is None:
            return
        if row.outline.id == self._current:
            self._say(OPEN_HERE, "$text-warning")
        else:
            self._ask("delete", DELETE.format(title=row.outline.title or row.outline.id))

    def _ask(self, question: Question, text: str, value: str | None = None) -> None:
        self._question, self._asked_about = question, self._row
        self._say(text)
        answer = self.query_one("#answer", Input)
        answer.set_class(value is not None, "-shown")
        if value is not None:
            answer.value = sanitise_line(value)
            answer.focus()
        self._show_hints()

    def _answered(self) -> None:
        """Nothing is asked any more."""
        self._question = self._asked_about = None
        self.query_one("#said").remove_class("-shown")
        self.query_one("#answer").remove_class("-shown")
        self.query_one(RowList).focus()
        self._show_hints()

    def _say(self, text: str, style: str = "") -> None:
        said = self.query_one("#said", Static)
        said.update(line(text, style))
        said.set_class(bool(text), "-shown")

    @on(Input.Submitted, "#answer")
    async def _take_answer(self, event: Input.Submitted) -> None:
        row, question, value = self._asked_about, self._question, event.value.strip()
        self._answered()
        if row is not None and question == "rename":
            self._report(await self._rename(row.outline.id, value))
            await self._read_again(row)
        elif row is not None and question == "export" and value:
            done = await export_session(row.outline.id, row.entry, self._root, value)
            self._report(done)

    async def action_agree(self) -> None:
        """Yes to what is asked."""
        row = self._asked_about
        if self._question != "delete" or row is None:
            return
        self._answered()
        done = await remove_session(row.outline.id)
        if isinstance(done, Done) and self.is_active:
            place = self.query_one(RowList).highlighted
            self._outlines = [one for one in self._outlines if one.id != row.outline.id]
            self._show_rows()
            self.query_one(RowList).highlighted = place
        self._report(done)

    def _report(self, done: Done | SessionProblem | ExportProblem) -> None:
        well = isinstance(done, Done)
        if self.is_active:
            mark, style = ("✓", "$text-success") if well else ("✗", "$text-error")
            self._say(f"{mark} {done.text}", style)

    def action_refuse(self) -> None:
        """No to what is asked."""
        if self._question:
            self._answered()

    async def _read_again(self, row: Row) -> None:
        outline = await asyncio.to_thread(read_outline, row.outline.path)
        if isinstance(outline, Outline) and self.is_active:
            self._outlines = [outline if one.id == outline.id else one for one in self._outlines]
            self._show_rows()

    def action_leave(self) -> None:
        """Take back one step: the question, the search, then the screen."""
        find = self.query_one("#search", Input)
        if self._question:
            self._answered()
        elif find.has_focus or find.value:
            find.value = ""
            self.query_one(RowList).focus()
        else:
            self.dismiss(None)

    @on(DescendantFocus)
    @on(Resize)
    def _show_hints(self) -> None:
        """Which keys do what now."""
        searching = self.query_one("#search", Input).has_focus
        now = Now(self._question, searching, self.size.height < HEIGHTS[1][0], self._everywhere)
        self.query_one(Hints).show(*keys_of(now))
