"""Makes blocks of the conversation of events, or changes the blocks that events are about."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, assert_never

from inhouse.file_there import is_file
from inhouse.tui.blocks.answer import AnswerBlock
from inhouse.tui.blocks.block import Block
from inhouse.tui.blocks.notice import NoticeBlock
from inhouse.tui.blocks.prompt import PromptBlock
from inhouse.tui.places import Places
from inhouse.tui.replay import whole_events
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


class EventBlocks:
    """Most kinds of blocks are loaded with the first event that needs one.

    `diffs` is how changes are laid out in what comes.
    """

    def __init__(self, places: Places, clock: Callable[[], float]) -> None:
        self._places = places
        self._clock = clock
        self.diffs: DiffLayout = "auto"
        self._prompt: PromptBlock | None = None
        self._answer: AnswerBlock | None = None
        self._thinking: ThinkingBlock | None = None
        self._thought_since = 0.0
        self._tools: dict[str, ToolBlock] = {}

    async def show_session(self, events: Sequence[Event]) -> None:
        """Show a session in the place of the one that stands there."""
        await self._places.conversation.clear()
        self._forget()
        async with self._places.conversation.filling():
            for event in whole_events(events):
                await self.show(event)
            await self._close_blocks()
        self._places.prefill.rest()

    async def _add(self, block: Block) -> None:
        await self._places.conversation.add(block)

    async def show(self, event: Event) -> None:
        """Show one event; one that belongs to nothing that is there changes nothing."""
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
            self._prompt = PromptBlock(event.prompt)
            await self._add(self._prompt)
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
                elif message.images and message.role == "user" and self._prompt is not None:
                    await self._prompt.attach(message.images)
                    self._prompt = None

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
                await self._add(PlanBlock(plan, lambda name: is_file(root / name), root))

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
        self._prompt = self._answer = self._thinking = None
        self._tools.clear()
