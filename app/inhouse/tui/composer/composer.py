"""Where a person writes: the editor in its frame, with everything that helps around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, cast

from textual import getters
from textual.actions import SkipAction
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import TextArea

from inhouse.tui.composer.chips import Written, fold, merge
from inhouse.tui.composer.choices import Choice, Choices
from inhouse.tui.composer.completer import Completer
from inhouse.tui.composer.draft_keeper import DraftKeeper
from inhouse.tui.composer.editor import Editor
from inhouse.tui.composer.frame import Frame
from inhouse.tui.composer.mention_costs import MentionCosts
from inhouse.tui.composer.note import Note
from inhouse.tui.composer.outbox import Outbox
from inhouse.tui.composer.pictures import PictureTaker
from inhouse.tui.composer.sending import Command, Prompt, Shell
from inhouse.tui.composer.sources import ComposerSources
from inhouse.tui.composer.waiting import Waiting
from inhouse.tui.composer.walk import Walk
from inhouse.tui.thumbnails.row import ThumbnailRow
from inhouse_tools.refusal import Refusal

HINT: Final = "Ask, or say what to change · @ file · / command · ! shell"
BUSY_HINTS: Final = (
    "Enter queues · Ctrl+S steers into the running turn · Esc interrupts",
    "Enter queues · Ctrl+S steers · Esc interrupts",
    "Enter queues · Esc interrupts",
)


class Composer(Vertical):
    """The editor, its list of choices, what waits, and what it says. It changes nothing itself.

    `hint` stands where nothing is written yet; while `busy` it says what the keys do then.
    `queue` are the prompts that wait, the next one first. `root` is where an editor is started.
    """

    @dataclass
    class Submitted(Message):
        """A prompt; images are data URLs. With `steer` it is for the turn that runs."""

        text: str
        images: tuple[str, ...] = ()
        steer: bool = False

    @dataclass
    class ShellRequested(Message):
        """A shell command that was written behind "!"."""

        command: str

    @dataclass
    class CommandRequested(Message):
        """A slash command that there is, and what stood behind its name."""

        name: str
        arguments: str

    @dataclass
    class Mentioned(Message):
        """A file was chosen from the list, so that it can be read ahead."""

        path: str

    @dataclass
    class Unqueued(Message):
        """The last prompt that waits stands in the editor again and waits no longer."""

        text: str

    app = getters.app(cast("type[App[Any]]", App))
    DEFAULT_CSS = "Composer { height: auto; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send"),
        Binding("shift+enter,ctrl+j,alt+enter", "new_line", "New line"),
        Binding("ctrl+s", "steer", "Send into the running turn"),
        Binding("up", "up", "Older, or the line above", show=False),
        Binding("down", "down", "Newer, or the line below", show=False),
        Binding("tab", "accept", "Take the choice", show=False),
        Binding("escape", "dismiss", "Close the list", show=False),
        Binding("ctrl+c", "clear", "Copy or clear", show=False),
        Binding("ctrl+r", "search_history", "Search the history"),
        Binding("ctrl+g", "edit_outside", "Write in your editor"),
        Binding("ctrl+v", "paste_image", "Paste an image"),
        Binding("alt+o", "unfold", "Unfold pasted text"),
        Binding("alt+up", "unqueue", "Take back what waits"),
    ]
    hint: reactive[str] = reactive(HINT)
    busy: reactive[bool] = reactive(default=False)
    queue: reactive[Sequence[str]] = reactive[Sequence[str]](())

    def __init__(self, sources: ComposerSources, root: Path) -> None:
        super().__init__()
        self.sources = sources
        self.root = root
        self.editor = Editor()
        self.frame = Frame(self.editor)
        self.choices = Choices()
        self.note = Note()
        self._waiting = Waiting()
        self._thumbnails = ThumbnailRow()
        self._completer = Completer(self.editor, self.choices, sources, self)
        self._costs = MentionCosts(sources, self, self.frame.show_cost)
        self._pictures = PictureTaker(sources.pictures)
        self._walk = Walk(sources.history.entries)
        self._outbox = Outbox(self._commands)
        self._draft = DraftKeeper(sources.drafts, self.editor, self._warn)

    def compose(self) -> ComposeResult:
        """What waits, what there is to say, the list over both, and the frame."""
        yield self._waiting
        yield self.note
        yield self.choices
        yield self._thumbnails
        yield self.frame

    @property
    def written(self) -> Written:
        """What stands in the editor."""
        return self.editor.written

    @property
    def text(self) -> str:
        """What stands in the editor, with pasted text in its place."""
        return self.written.whole

    @property
    def told(self) -> str:
        """What would be sent now, as the model would read it."""
        return self.editor.told()

    def put(self, content: str | Written) -> None:
        """Let this stand in the editor instead."""
        self.editor.put(fold(content) if isinstance(content, str) else content)

    def insert(self, content: str) -> None:
        """Write this at the cursor, as if it were pasted."""
        self.editor.receive(content)

    def focus(self, scroll_visible: bool = True) -> "Composer":
        """Focus the editor."""
        self.editor.focus(scroll_visible)
        return self

    def say(self, content: str, *, warning: bool = False) -> None:
        """A sentence above the frame, until something else is written."""
        self.note.say(content, about=self.editor.text, warning=warning)

    def on_mount(self) -> None:
        """Bring back what was not sent, when a process ended before it was."""
        if self._draft.restore():
            self.say("What you had not sent is back. Ctrl+C clears it.")

    def on_unmount(self) -> None:
        """What is not sent is offered next time."""
        self._draft.end()

    def watch_hint(self) -> None:
        """Show another hint."""
        self.frame.show_hint(BUSY_HINTS if self.busy else (self.hint,))

    def watch_busy(self) -> None:
        """Say what the keys do now."""
        self.watch_hint()

    def watch_queue(self, queue: Sequence[str]) -> None:
        """Show what waits."""
        self._waiting.show(queue)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Follow what is written: mark, list, costs, draft."""
        event.stop()
        self.note.hide_unless(about=self.editor.text)
        self.frame.show_mark(self._outbox.mark_for(self.editor.text))
        self._follow_cursor()
        self._costs.follow(self.editor.mentioned)
        self._draft.follow()
        self._thumbnails.follow(self.written.pictures)

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        """The list belongs to the word at the cursor."""
        event.stop()
        self._follow_cursor()

    def on_choices_clicked(self, event: Choices.Clicked) -> None:
        """Take what was clicked."""
        event.stop()
        self._take(event.choice)
        self.editor.focus()

    async def on_editor_pasted(self, event: Editor.Pasted) -> None:
        """An image file that was dropped, or text; nothing at all when an image was pasted."""
        event.stop()
        if not event.text:
            self.action_paste_image()
            return
        pictures = await self._pictures.at_paths(event.text)
        if not pictures or isinstance(pictures, Refusal):
            self.editor.receive(event.text)
        else:
            self.editor.insert_chips(pictures)
        if isinstance(pictures, Refusal):
            self._warn(pictures)

    async def action_send(self) -> None:
        """Take the highlighted choice, or begin a line behind a backslash, or send."""
        await self._completer.settle()
        choice = self.choices.current
        if choice is not None:
            self._take(choice)
            if not choice.runs:
                return
        row, column = self.editor.cursor_location
        if self.editor.document.get_line(row)[:column].endswith("\\"):
            start = (row, column - 1)
            self.editor.replace("\n", start, (row, column), maintain_selection_offset=False)
            return
        await self._send(steer=False)

    async def action_steer(self) -> None:
        """Send into the running turn; without one this sends as Enter does."""
        await self._send(steer=self.busy)

    def action_new_line(self) -> None:
        """Begin another line."""
        self.editor.type("\n")

    def action_up(self) -> None:
        """The choice above, the line above, or what was sent before."""
        if self._completer.open:
            self._completer.move(-1)
        elif not self.editor.on_first_line:
            self.editor.action_cursor_up()
        elif (older := self._walk.older(self.written)) is not None:
            self._show_entry(older)
            first_line = self.editor.document.get_line(0)
            self.editor.move_cursor((0, len(first_line)))

    def action_down(self) -> None:
        """The choice below, the line below, or what was sent after this."""
        if self._completer.open:
            self._completer.move(1)
        elif not self.editor.on_last_line:
            self.editor.action_cursor_down()
        elif (newer := self._walk.newer(self.written)) is not None:
            self._show_entry(newer)

    async def action_accept(self) -> None:
        """Take the highlighted choice, or the first one."""
        await self._completer.settle()
        if not self._completer.open:
            raise SkipAction
        self._take(self.choices.current or self.choices.choices[0])

    def action_dismiss(self) -> None:
        """Close the list."""
        if not self._completer.open:
            raise SkipAction
        self._completer.close()

    def action_clear(self) -> None:
        """Copy what is selected, or clear the text, which can be undone."""
        if self.editor.selected_text:
            self.editor.action_copy()
        elif self.editor.text:
            self.editor.put(Written())
            self._walk.end()
        else:
            raise SkipAction

    def action_search_history(self) -> None:
        """Search everything that was sent in this folder."""
        from inhouse.tui.screens.history import HistoryScreen

        def take(chosen: Written | None) -> None:
            if chosen is not None:
                self._show_entry(chosen)

        self.app.push_screen(HistoryScreen(self.sources.history.entries()), take)

    def action_edit_outside(self) -> None:
        """Write on in `$VISUAL` or `$EDITOR`."""
        self.run_worker(self._edit_outside(), group="outside", exclusive=True)

    def action_paste_image(self) -> None:
        """Put the image of the clipboard into the prompt, or else the text that was cut here."""
        self.run_worker(self._paste_image(), group="image", exclusive=True)

    async def _paste_image(self) -> None:
        picture = await self._pictures.from_clipboard()
        if not isinstance(picture, Refusal):
            self.editor.insert_chips((picture,))
        elif self.app.clipboard:
            self.editor.receive(self.app.clipboard)
        else:
            self._warn(picture)

    def action_unfold(self) -> None:
        """Show the text of the chip at the cursor."""
        problem = self.editor.unfold()
        if problem:
            self.say(problem)

    def action_unqueue(self) -> None:
        """Take the last prompt that waits back into the editor."""
        if not self.queue:
            raise SkipAction
        last = self.queue[-1]
        back = self._outbox.as_written(last)
        self.queue = self.queue[:-1]
        self.editor.put(back if self.written.blank else merge([back, self.written]))
        self.post_message(self.Unqueued(last))

    def _warn(self, problem: Refusal) -> None:
        self.say(problem.text, warning=True)

    def _take(self, choice: Choice) -> None:
        self._completer.insert(choice)
        if choice.path:
            self.post_message(self.Mentioned(choice.path))

    def _show_entry(self, written: Written) -> None:
        self.editor.put(written)
        # A list that opens by itself would take the keys that walk on.
        self._completer.close()

    def _follow_cursor(self) -> None:
        self._completer.room = self.frame.region.y
        self._completer.update()

    def _commands(self) -> list[str]:
        return [command.name for command in self.sources.commands()]

    async def _send(self, *, steer: bool) -> None:
        written = self.written
        outgoing = await self._outbox.prepare(written, self.editor.told())
        if isinstance(outgoing, Refusal):
            self._warn(outgoing)
            return
        if outgoing is None:
            return
        self._begin_anew(written)
        match outgoing.request:
            case Shell(command):
                self.post_message(self.ShellRequested(command))
            case Command(name, arguments):
                self.post_message(self.CommandRequested(name, arguments))
            case Prompt(told):
                images = outgoing.images
                # Images cannot be sent into a turn that runs.
                self.post_message(self.Submitted(told, images, steer and not images))

    def _begin_anew(self, sent: Written) -> None:
        problems = (self.sources.history.add(sent), self._draft.forget())
        self.editor.forget()
        self._costs.forget()
        self._walk.end()
        for problem in filter(None, problems):
            self._warn(problem)

    async def _edit_outside(self) -> None:
        from inhouse.tui.composer.external_editor import edit_outside

        edited = await edit_outside(self.app, self.text, self.root)
        if isinstance(edited, Refusal):
            self._warn(edited)
        else:
            self.put(edited)
