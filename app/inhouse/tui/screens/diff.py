"""All changes on a screen of their own: the files, and the diff of the one that is chosen."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from inhouse.diff.file_diff import FileDiff
from inhouse.diff.parse import changed_files
from inhouse.live.worktree_changes import WorkTreeChanges
from inhouse.tui.blocks.block import Block
from inhouse.tui.diff.file_list import FileList
from inhouse.tui.diff.heading import counts_of, heading
from inhouse.tui.diff.view import DiffLayout, DiffView
from inhouse.tui.screens.hints import Hints
from inhouse.tui.text import join, line, lines

Source = WorkTreeChanges | Callable[[], Awaitable[WorkTreeChanges]]

READING: Final = "reading what has changed …"
NOTHING: Final = "Nothing differs from {}."
WIDTHS = [(0, "-narrow"), (90, "-wide")]
KEYS: Final = (
    ("j k", "scroll"),
    ("n p", "next, previous file"),
    ("d", "side by side"),
    ("c", "copy"),
    ("r", "read again"),
    ("esc", "close"),
)


class DiffScreen(Screen[None]):
    """Shows what it is given, or what `source` finds, which can be asked again."""

    DEFAULT_CSS = """
    DiffScreen {
        background: $background;
        & > .diff--title { height: 1; margin: 0 2; text-wrap: nowrap; text-overflow: ellipsis; }
        & > .diff--note { height: auto; max-height: 6; margin: 1 2 0 2; color: $text-muted; }
        & > Container {
            layout: vertical; height: 1fr; margin: 1 1;
            & > FileList { width: 1fr; height: auto; max-height: 30%; margin: 0 0 1 0; }
            & > VerticalScroll {
                height: 1fr; width: 1fr; padding: 0 1 0 1; scrollbar-size-vertical: 1;
            }
        }
        &.-wide > Container {
            layout: horizontal;
            & > FileList { width: 30%; min-width: 30; max-width: 50; height: 1fr; max-height: 100%;
                margin: 0; }
        }
        & > Hints { padding: 0 2; }
        &.-empty > Container { visibility: hidden; }
        & .diff--file { height: 1; text-style: bold; }
    }
    """
    HORIZONTAL_BREAKPOINTS = WIDTHS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll(1)", "Down", show=False),
        Binding("k,up", "scroll(-1)", "Up", show=False),
        Binding("space,pagedown", "page(1)", "Page down", show=False),
        Binding("b,pageup", "page(-1)", "Page up", show=False),
        Binding("g,home", "ends(-1)", "Beginning", show=False),
        Binding("G,end", "ends(1)", "End", show=False),
        Binding("n,right", "file(1)", "Next file"),
        Binding("p,left", "file(-1)", "Previous file"),
        Binding("d", "layout", "Side by side"),
        Binding("c,y", "copy", "Copy the diff of this file"),
        Binding("r", "read_again", "Read again"),
        Binding("escape,q", "close", "Close"),
    ]
    AUTO_FOCUS = ""

    def __init__(self, source: Source, changing: DiffLayout = "auto") -> None:
        super().__init__()
        self._source = source
        self._files: tuple[FileDiff, ...] = ()
        self._title_of_all = Static(line("Changes", "bold"), markup=False, classes="diff--title")
        self._note = Static("", markup=False, classes="diff--note")
        self._list = FileList()
        self._file_line = Static("", markup=False, classes="diff--file")
        self._view = DiffView(FileDiff(""), changing)
        self._scroll = VerticalScroll(self._file_line, self._view, can_focus=False)
        self._keys = Hints()
        self._keys.show(*KEYS)

    def compose(self) -> ComposeResult:
        """Title, remark, files and diff, keys."""
        yield self._title_of_all
        yield self._note
        with Container():
            yield self._list
            yield self._scroll
        yield self._keys

    def on_mount(self) -> None:
        """Show what there is, or begin to look for it."""
        self._list.can_focus = False
        self.action_read_again()

    def show(self, changes: WorkTreeChanges) -> None:
        """Show these changes from the first file on."""
        self._show_files(changes, changed_files(changes.text))

    def _show_files(self, changes: WorkTreeChanges, files: tuple[FileDiff, ...]) -> None:
        self._files = files
        count = len(self._files)
        title = [line("Changes", "bold")]
        if count:
            title.append(line(f"{count:,} file{'' if count == 1 else 's'}", "$text-muted"))
            title.append(counts_of(self._files))
        if changes.against:
            title.append(line(f"against {changes.against}", "$text-muted"))
        self._title_of_all.update(join("  ").join(part for part in title if part))
        nothing = NOTHING.format(changes.against or "the last commit")
        self._say(changes.note or ("" if count else nothing))
        self.set_class(not count, "-empty")
        self._list.show(self._files)
        self._show_file(0)

    def on_file_list_chosen(self, event: FileList.Chosen) -> None:
        """Show the diff of this file."""
        self._show_file(event.index)

    def action_read_again(self) -> None:
        """Look anew for what has changed."""
        if isinstance(self._source, WorkTreeChanges):
            self.show(self._source)
        else:
            self._say(READING)
            self._read(self._source)

    def action_scroll(self, rows: int) -> None:
        """Some rows further."""
        self._scroll.scroll_relative(y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        """A page further."""
        height = max(1, self._scroll.size.height - 2)
        self._scroll.scroll_relative(y=pages * height, animate=False)

    def action_ends(self, end: int) -> None:
        """To the beginning of the file, or to its end."""
        if end > 0:
            self._scroll.scroll_end(animate=False)
        else:
            self._scroll.scroll_home(animate=False)

    def action_file(self, step: int) -> None:
        """Another file."""
        self._list.move(step)

    def action_layout(self) -> None:
        """Side by side instead of unified, or back."""
        self._view.toggle_layout()

    def action_copy(self) -> None:
        """Ask for the diff of the file to be copied."""
        if self._files:
            self.post_message(Block.Copied(self._files[self._list.chosen].text))

    def action_close(self) -> None:
        """Back to the conversation."""
        self.dismiss()

    @work(exclusive=True)
    async def _read(self, source: Callable[[], Awaitable[WorkTreeChanges]]) -> None:
        changes = await source()
        self._show_files(changes, await asyncio.to_thread(changed_files, changes.text))

    def _say(self, note: str) -> None:
        self._note.update(lines(note))
        self._note.display = bool(note)

    def _show_file(self, index: int) -> None:
        if index < len(self._files):
            self._file_line.update(heading(self._files[index], 10_000))
            self._view.show(self._files[index])
            self._scroll.scroll_home(animate=False)
