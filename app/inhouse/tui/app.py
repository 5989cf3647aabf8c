"""The application: one conversation, what a person writes below it, and how they are wired."""

import gc
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from inhouse import __version__
from inhouse.live.folders import git_notice
from inhouse.live.live_session import Hearing, LiveSession
from inhouse.tui.answering import Answering
from inhouse.tui.blocks.block import Block
from inhouse.tui.checklist import Checklist
from inhouse.tui.composer.composer import Composer
from inhouse.tui.composer.workspace_sources import WorkspaceSources
from inhouse.tui.conversation import Conversation
from inhouse.tui.notification import Notifier
from inhouse.tui.places import Places
from inhouse.tui.present import Presenter
from inhouse.tui.problems import show_problem
from inhouse.tui.status.follower import StatusFollower
from inhouse.tui.status.prefill_bar import PrefillBar
from inhouse.tui.status.status_line import StatusLine
from inhouse.tui.terminal.terminal_app import TerminalApp
from inhouse.tui.trusting import ask_for_trust
from inhouse.tui.welcome import Welcome

if TYPE_CHECKING:
    from inhouse.build import Built, Resume
    from inhouse.trust.question import Reply, TrustQuestion
    from inhouse.tui.asking.panel import QuestionPanel
    from inhouse.tui.blocks.plan import PlanBlock
    from inhouse.tui.blocks.tool_block import ToolBlock
    from inhouse.tui.commands.command import SlashCommand
    from inhouse.tui.opening import Opening
    from inhouse_agent.events import Event, UsageReported
    from inhouse_agent.permission import Mode

TWICE_SECONDS: Final = 1.0
"""How soon a key has to come again to mean more."""
DRAFT_SECONDS: Final = 0.5
USUAL_MODES: "tuple[Mode, ...]" = ("ask", "auto-edit", "plan")
LOADING: Final = "loading the model"
BUSY: Final = "/{} has to wait until the turn has ended. Esc interrupts it."
ASKS: Final = "{} waits for your answer"
ENDED: Final = "the turn has ended: {}"
LEAVE: Final = "Press Ctrl+C again to leave. The session is kept."


class InhouseApp(TerminalApp[None]):
    """A conversation with the agent in one folder."""

    CSS = """
    Screen { background: $background; }
    Conversation { height: 1fr; }
    #below { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Interrupt; twice: rewind"),
        Binding("ctrl+c", "leave", "Twice: leave"),
        Binding("ctrl+d", "leave_at_once", "Leave"),
        Binding("shift+tab", "next_mode", "Next mode", priority=True),
        Binding("ctrl+o", "show_output", "Full output of the last tool"),
        Binding("ctrl+t", "fold_checklist", "Fold the steps"),
        # Where the system keeps Ctrl with arrows for itself there are letters.
        Binding("ctrl+up,ctrl+p", "step(-1)", "To the entries above"),
        Binding("ctrl+down,ctrl+n", "step(1)", "To the entries below"),
        Binding("ctrl+z", "suspend_process", "Suspend; fg goes on"),
        Binding("f1", "run_command('help')", "Help"),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, opening: "Opening", clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(opening.theme, opening.dark, opening.early)
        self.opening = opening
        self._clock = clock
        self._pressed: dict[str, float] = {}
        self._interrupted = float("-inf")
        self._below = Vertical(id="below")
        self._draft = ""
        self._replayed = False
        hearing = Hearing(
            self.take_event, self.show_session, self.follow, self.show_step, self.report_fault
        )
        self.live = LiveSession(opening.make_wish, hearing, opening.connect_model)
        self.welcome = Welcome(f"inhouse {__version__}", _short(opening.root))
        self.conversation = Conversation(self.welcome)
        self.checklist = Checklist()
        self.prefill = PrefillBar(clock)
        sources = WorkspaceSources(opening.root, _commands, self.live.count)
        self.composer = Composer(sources, opening.root)
        self.status_line = StatusLine()
        self.presenter = Presenter(
            Places(self.conversation, self.checklist, self.prefill, opening.root)
        )
        self.answering = Answering(self.live, self.composer, self.presenter, clock)
        self.notifier = Notifier(self.tell_terminal)
        self.status = StatusFollower(self.status_line, opening.root)

    def compose(self) -> ComposeResult:
        """The conversation, and below it what is going on, the editor and what holds."""
        yield self.conversation
        with self._below:
            yield self.checklist
            yield self.prefill
            yield self.composer
            yield self.status_line

    def on_mount(self) -> None:
        """Take keys at once; what is not needed for that begins once the person sees something."""
        self.composer.focus()
        self.take_keys()
        self.call_after_refresh(self._begin_all)

    def _begin_all(self) -> None:
        gc.enable()
        self.run_worker(self.presenter.run, name="present")
        self.run_worker(self.status.look_at_branch, name="branch")
        self.run_worker(self._begin, name="begin")
        self.set_interval(DRAFT_SECONDS, self._read_draft)
        if self.opening.prompt:
            self.live.send(self.opening.prompt)

    async def _begin(self) -> None:
        """Opens the session that is wanted, or lets the person choose one."""
        if self.opening.find_question is not None:
            await self.ask_for_trust(self.opening.find_question)
        if self.opening.picks:
            from inhouse.tui.commands.sessions import pick_first

            await pick_first(self)
        else:
            await self.open_session()

    async def ask_for_trust(self, find: "Callable[[], TrustQuestion | None]") -> "Reply | None":
        """Asks about the folder what `find` finds to be asked; what was said."""
        return await ask_for_trust(self, find, self._clock)

    async def open_session(self, resume: "Resume | None" = None) -> None:
        """Opens a session in place of the one that is open."""
        self.prefill.load(0, 0, LOADING)
        self._replayed = True
        opened = await self.live.open(resume)
        self._replayed = False
        self.prefill.rest()
        if not opened and self.live.problem is not None:
            await show_problem(self, self.live.problem)

    def show_session(self, built: "Built") -> None:
        """Shows what a session that was opened holds so far."""
        from inhouse.tui.blocks.notice import NoticeBlock

        self._replayed = False
        self.welcome.model = built.info.name
        if self.live.wish is not None:
            self.notifier.setting = self.live.wish.settings.notify
            self.presenter.diffs = self.live.wish.settings.diff
        events = built.session.events()
        self.presenter.restart(events)
        self.status.recall(events)
        self.status.follow_session(self.live)
        self.run_worker(self.status.look_at_model, group="model", exclusive=True)
        if not events and (about_git := git_notice(self.opening.root)):
            self.presenter.put(NoticeBlock(about_git))
        for notice in self.live.wish.notices if self.live.wish else ():
            self.presenter.put(NoticeBlock(notice))

    def take_event(self, event: "Event") -> None:
        """Shows an event; those of a session that is being opened come with all it holds."""
        from inhouse_agent.events import Asked, PlanProposed, TurnEnded, UsageReported

        if self._replayed:
            return
        self.presenter.take(event)
        self.status.follow_event(event)
        match event:
            case UsageReported():
                self.run_worker(partial(self._note_speed, event), group="speed", thread=True)
            case Asked(name=name):
                self.notifier.notify("question", ASKS.format(name))
            case TurnEnded():
                self.notifier.notify("ended", ENDED.format(event.ending), event.seconds)
                self.run_worker(self.status.look_at_branch, group="branch", exclusive=True)
            case PlanProposed():
                self.run_worker(self._focus_plan, group="focus", exclusive=True)
            case _:
                pass

    async def _focus_plan(self) -> None:
        """A plan that was handed in takes the keys, unless the person is writing."""
        from inhouse.tui.blocks.plan import PlanBlock

        await self.presenter.settled()
        # Not the last block: the end of the turn may stand below the plan by now.
        block = self.conversation.find(lambda one: isinstance(one, PlanBlock))
        if block is not None and block.is_mounted and not self.composer.text:
            block.focus()

    def show_step(self, done: int, total: int, what: str) -> None:
        """Shows how far a long step is."""
        self.prefill.load(done, total, what)

    def follow(self) -> None:
        """Shows another state, queue or question."""
        if not self.composer.is_mounted:
            return
        self.composer.busy = self.live.state == "busy"
        self.composer.queue = [prompt.text for prompt in self.live.queue]
        self.status.follow_session(self.live)
        self.call_later(self.answering.follow, self._below)

    def report_fault(self, fault: BaseException) -> None:
        """A fault of ours in a turn ends the program like any other, with a report."""
        self.call_later(_fail, fault)

    def on_app_focus(self) -> None:
        """The person looks."""
        self.notifier.focused = True

    def on_app_blur(self) -> None:
        """The person looks elsewhere, and is told what waits."""
        self.notifier.focused = False

    @on(Composer.Submitted)
    async def _send(self, message: Composer.Submitted) -> None:
        """A prompt, or a word into the running turn."""
        if message.steer and self.live.state == "busy":
            from inhouse.tui.blocks.prompt import PromptBlock

            self.presenter.put(PromptBlock(message.text, images=message.images))
            await self.live.steer(message.text)
        else:
            self.live.send(message.text, message.images)

    @on(Composer.ShellRequested)
    def _run_shell(self, message: Composer.ShellRequested) -> None:
        self.run_worker(partial(self.live.run_shell, message.command), name="shell")

    @on(Composer.CommandRequested)
    async def _run_command(self, message: Composer.CommandRequested) -> None:
        await self.action_run_command(message.name, message.arguments)

    @on(Composer.Unqueued)
    def _unqueue(self, message: Composer.Unqueued) -> None:
        """The last one that waits is written anew."""
        texts = [prompt.text for prompt in self.live.queue]
        if message.text in texts:
            del self.live.queue[len(texts) - 1 - texts[::-1].index(message.text)]
            self.follow()

    # These are named after their messages, since what posts them is loaded when it is needed.
    async def on_question_panel_decided(self, message: "QuestionPanel.Decided") -> None:
        """The person answered."""
        await self.answering.decide(message)

    def on_question_panel_overtyped(self, message: "QuestionPanel.Overtyped") -> None:
        """What was still meant for the editor stands there."""
        self.composer.insert(message.text)

    def on_plan_block_approved(self, message: "PlanBlock.Approved") -> None:
        """The plan is carried out as the person left it."""
        if self.live.mode == "plan":
            self.live.set_mode("auto-edit")
        self.run_worker(partial(self.live.carry_out, message.plan), name="plan")

    @on(Block.Copied)
    def _copy(self, message: Block.Copied) -> None:
        self.copy_to_clipboard(message.text)
        self.notify("Copied.", timeout=2, markup=False)

    async def on_tool_block_full_output(self, message: "ToolBlock.FullOutput") -> None:
        """Everything that a tool has written, on a screen of its own."""
        from inhouse.tui.screens.output import OutputScreen

        built = self.live.built
        kept = built.kit.workspace.handles.get(message.kept) if built and message.kept else None
        text = kept or message.text
        await self.push_screen(OutputScreen(message.title, text, at_end=message.at_end))

    @on(Conversation.Left)
    def _write_again(self) -> None:
        self.composer.focus()

    async def action_run_command(self, name: str, arguments: str = "") -> None:
        """Does what a slash command says; in a worker, since it may wait for a screen."""
        from inhouse.tui.commands.registry import command_named

        command = command_named(name)
        if command is None:
            return
        if self.live.state == "busy" and not command.while_busy:
            self.composer.say(BUSY.format(name), warning=True)
            return
        self.run_worker(partial(command.run, self, arguments), name=f"/{name}")

    async def action_stop(self) -> None:
        """Interrupts what runs; a second Esc soon after, with nothing running, rewinds."""
        if self.live.state == "busy":
            await self.live.interrupt()
            self._interrupted = self._clock()
        elif self._clock() - self._interrupted < TWICE_SECONDS:
            # Who wants to stop something presses more than once.
            return
        elif self._twice("escape"):
            await self.action_run_command("rewind")

    async def action_leave(self) -> None:
        """Leaves at the second press."""
        if self._twice("ctrl+c"):
            await self.action_quit()
        else:
            self.composer.say(LEAVE)

    async def action_leave_at_once(self) -> None:
        """Leaves, unless something is written."""
        if not self.composer.text:
            await self.action_quit()

    async def action_quit(self) -> None:
        """Closes the session, then the program."""
        await self.live.close()
        await self.notifier.close()
        self.exit()

    def action_next_mode(self) -> None:
        """Goes on to the next of the usual modes; yolo has to be said."""
        at = USUAL_MODES.index(self.live.mode) if self.live.mode in USUAL_MODES else -1
        self.live.set_mode(USUAL_MODES[(at + 1) % len(USUAL_MODES)])

    async def action_step(self, direction: int) -> None:
        """Goes to an entry of the conversation, from wherever the person is."""
        await self.conversation.action_step(direction)

    def action_show_output(self) -> None:
        """Shows everything that the last tool has written."""
        from inhouse.tui.blocks.tool_block import ToolBlock

        block = self.conversation.find(lambda one: isinstance(one, ToolBlock) and one.finished)
        if isinstance(block, ToolBlock):
            block.action_full_output()

    def action_fold_checklist(self) -> None:
        """Folds the steps into one line, or unfolds them."""
        self.checklist.toggle()

    def _note_speed(self, event: "UsageReported") -> None:
        """Remembers how fast the model is here; a server elsewhere says nothing of that."""
        from inhouse.speeds import note

        wish, info = self.live.wish, self.live.info
        if wish is not None and info is not None and not wish.settings.endpoint:
            note(info.name, event.usage, event.timings)

    def _twice(self, key: str) -> bool:
        now = self._clock()
        before, self._pressed[key] = self._pressed.get(key), now
        return before is not None and now - before < TWICE_SECONDS

    def _read_draft(self) -> None:
        """Lets the engine read what is being written, as far as it is for the model."""
        draft = self.composer.told
        if draft == self._draft:
            return
        self._draft = draft
        self.answering.last_written = self._clock()
        if not draft.startswith(("/", "!")):
            self.live.read_ahead(draft)


def _commands() -> "Sequence[SlashCommand]":
    from inhouse.tui.commands.registry import all_commands

    return all_commands()


def _fail(fault: BaseException) -> None:
    raise fault


def _short(folder: Path) -> str:
    """A folder as people write it."""
    home = Path.home()
    return f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)
