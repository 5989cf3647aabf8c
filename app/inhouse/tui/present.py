"""Shows events: each becomes a block of the conversation, or a change of one, in its order."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from inhouse.tui.blocks.answer import AnswerBlock
from inhouse.tui.blocks.block import Block
from inhouse.tui.blocks.notice import NoticeBlock
from inhouse.tui.blocks.prompt import PromptBlock
from inhouse.tui.checklist import Checklist
from inhouse.tui.conversation import Conversation
from inhouse.tui.replay import whole_events
from inhouse.tui.status.prefill_bar import PrefillBar
from inhouse_agent.events import (
    Answered,
    Asked,
    ChangeProposed,
    Compacted,
    Event,
    FileChanged,
    MessageAdded,
    Noticed,
    PlanChanged,
    PlanProposed,
    PrefillProgress,
    Renamed,
    TextArrived,
    ThinkingArrived,
    ToolEnded,
    ToolProgress,
    ToolStarted,
    TurnEnded,
    TurnStarted,
    UsageReported,
)
from inhouse_models.chat import Message

if TYPE_CHECKING:
    from inhouse.tui.blocks.thinking import ThinkingBlock
    from inhouse.tui.blocks.tool_block import ToolBlock
    from inhouse.tui.diff.view import DiffLayout


@dataclass(frozen=True, slots=True)
class Places:
    """The widgets that events change, and the folder that they are about."""

    conversation: Conversation
    checklist: Checklist
    prefill: PrefillBar
    root: Path


@dataclass(frozen=True, slots=True)
class Restart:
    """Another session begins here, with what has happened in it so far."""

    events: Sequence[Event]


class Presenter:
    """Takes events at any speed and shows them one after the other; `run` is a task of the app.

    Most kinds of blocks are loaded with the first event that needs one: a person can write
    before any of them is there. `diffs` is how changes are laid out in what comes.
    """

    def __init__(self, places: Places, clock: Callable[[], float] = time.monotonic) -> None:
        self._places = places
        self._clock = clock
        self.diffs: DiffLayout = "auto"
        self._waiting: asyncio.Queue[Event | Block | Restart] = asyncio.Queue()
        self._answer: AnswerBlock | None = None
        self._thinking: ThinkingBlock | None = None
        self._thought_since = 0.0
        self._tools: dict[str, ToolBlock] = {}

    def take(self, event: Event) -> None:
        """Show this event after what came before; returns at once."""
        self._waiting.put_nowait(event)

    def put(self, block: Block) -> None:
        """Show what is no event, such as a report of a command, after what came before."""
        self._waiting.put_nowait(block)

    def restart(self, events: Sequence[Event]) -> None:
        """Show a session in the place of the one that stands there, after what came before."""
        self._waiting.put_nowait(Restart(events))

    async def run(self) -> None:
        """Shows what comes, until it is cancelled."""
        while True:
            item = await self._waiting.get()
            match item:
                case Restart(events):
                    await self._show_session(events)
                case Block():
                    await self._add(item)
                case _:
                    await self._show(item)
            self._waiting.task_done()

    async def settled(self) -> None:
        """Waits until everything that came is shown."""
        await self._waiting.join()

    async def _show_session(self, events: Sequence[Event]) -> None:
        await self._places.conversation.clear()
        self._forget()
        async with self._places.conversation.filling():
            for event in whole_events(events):
                await self._show(event)
            await self._close_blocks()
        self._places.prefill.rest()

    async def _add(self, block: Block) -> None:
        await self._places.conversation.add(block)

    async def _show(self, event: Event) -> None:
        self._places.prefill.take(event)
        match event:
            case TextArrived() | ThinkingArrived() | MessageAdded():
                await self._show_words(event)
            case ToolStarted() | ToolProgress() | Asked() | Answered() | ToolEnded():
                await self._show_call(event)
            case TurnStarted() | TurnEnded():
                await self._show_turn(event)
            case PlanProposed() | PlanChanged() | ChangeProposed():
                await self._show_plan(event)
            case Compacted():
                from inhouse.tui.blocks.compaction import CompactionBlock

                await self._add(CompactionBlock(event))
            case Noticed(text):
                await self._add(NoticeBlock(text))
            case PrefillProgress() | FileChanged() | UsageReported() | Renamed():
                pass
            case _:
                assert_never(event)

    async def _show_turn(self, event: TurnStarted | TurnEnded) -> None:
        if isinstance(event, TurnStarted):
            self._forget()
            self._places.checklist.begin_turn()
            await self._add(PromptBlock(event.prompt))
            return
        await self._close_blocks()
        from inhouse.tui.blocks.failure import FailureBlock
        from inhouse.tui.blocks.turn_end import TurnEndBlock

        if event.error is not None:
            await self._add(FailureBlock(event.error))
        await self._add(TurnEndBlock(event))

    async def _show_words(self, event: TextArrived | ThinkingArrived | MessageAdded) -> None:
        from inhouse.tui.blocks.thinking import ThinkingBlock

        match event:
            case ThinkingArrived(text):
                if self._thinking is None:
                    self._thought_since = self._clock()
                    self._thinking = ThinkingBlock(clock=self._clock)
                    await self._add(self._thinking)
                self._thinking.write(text)
            case TextArrived(text):
                self._end_thinking()
                if self._answer is None:
                    if not text.strip():
                        return
                    self._answer = AnswerBlock()
                    await self._add(self._answer)
                self._answer.write(text)
            case MessageAdded(message):
                if message.role == "assistant":
                    await self._show_message(message)

    async def _show_message(self, message: Message) -> None:
        """A whole answer: the end of what was streamed, or all of it when nothing was."""
        if message.thinking.strip() and self._thinking is None and self._answer is None:
            from inhouse.tui.blocks.thinking import ThinkingBlock

            await self._add(ThinkingBlock(message.thinking))
        self._end_thinking()
        if self._answer is not None:
            self._answer.finish(message.text)
        elif message.text.strip():
            await self._add(AnswerBlock(message.text))
        self._answer = None

    async def _show_call(
        self, event: ToolStarted | ToolProgress | Asked | Answered | ToolEnded
    ) -> None:
        if isinstance(event, ToolStarted):
            await self._close_blocks()
            from inhouse.tui.blocks.tool import tool_block

            block = tool_block(event, self.diffs, clock=self._clock)
            self._tools[event.call_id] = block
            await self._add(block)
            return
        block = self._tools.get(event.call_id)
        if block is None:
            return
        match event:
            case ToolProgress(_, text):
                block.progress(text)
            case Asked():
                block.wait(event)
            case Answered():
                block.answered(event)
            case ToolEnded():
                block.end(event)
                del self._tools[event.call_id]

    async def _show_plan(self, event: PlanProposed | PlanChanged | ChangeProposed) -> None:
        from inhouse.tui.blocks.plan import PlanBlock

        match event:
            case PlanChanged(steps):
                self._places.checklist.show_steps(steps)
                plan = self._places.conversation.find(lambda one: isinstance(one, PlanBlock))
                if isinstance(plan, PlanBlock):
                    plan.show_steps(steps)
            case ChangeProposed():
                from inhouse.tui.blocks.change import ChangeBlock

                await self._add(ChangeBlock(event, self.diffs))
            case PlanProposed(plan):
                last = self._places.conversation.last
                if isinstance(last, AnswerBlock):
                    # The same plan as the JSON that the model wrote.
                    await self._places.conversation.take_away(last)
                root = self._places.root
                await self._add(PlanBlock(plan, lambda name: (root / name).is_file(), root))

    async def _close_blocks(self) -> None:
        """What was streamed stays as it came: nothing more will follow."""
        self._end_thinking()
        if self._answer is not None:
            self._answer.finish()
            self._answer = None

    def _end_thinking(self) -> None:
        if self._thinking is not None:
            self._thinking.finish(self._clock() - self._thought_since)
            self._thinking = None

    def _forget(self) -> None:
        self._answer = self._thinking = None
        self._tools.clear()
