"""Events as the updates that an editor shows; nothing here is sent."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from acp import helpers
from acp.schema import (
    AgentMessageChunk,
    AgentPlanUpdate,
    AgentThoughtChunk,
    FileEditToolCallContent,
    PlanEntryStatus,
    ToolCallLocation,
    ToolCallProgress,
    ToolCallStart,
    ToolKind,
    UserMessageChunk,
)

from inhouse.diff.file_diff import FileDiff
from inhouse.diff.parse import changed_files
from inhouse_agent.arguments import given_arguments
from inhouse_agent.events import (
    Asked,
    ChangeProposed,
    Compacted,
    Event,
    MessageAdded,
    Noticed,
    PlanChanged,
    PlanProposed,
    TextArrived,
    ThinkingArrived,
    ToolEnded,
    ToolProgress,
    ToolStarted,
    TurnStarted,
)
from inhouse_agent.plan_text import render_plan
from inhouse_models.chat import ToolCall

Update = (
    AgentMessageChunk
    | AgentThoughtChunk
    | UserMessageChunk
    | ToolCallStart
    | ToolCallProgress
    | AgentPlanUpdate
)
KINDS: Final[dict[str, ToolKind]] = {
    "read": "read",
    "symbols": "search",
    "grep": "search",
    "glob": "search",
    "edit": "edit",
    "write": "edit",
    "replace_symbol": "edit",
    "rename_symbol": "edit",
    "bash": "execute",
    "plan": "think",
}
STATES: Final[dict[str, PlanEntryStatus]] = {
    "todo": "pending",
    "doing": "in_progress",
    "done": "completed",
}
MOST_CHARACTERS: Final = 60_000
"""Of the output of a call; more would only make the editor slow."""


class Updates:
    """Turns the events of one session into updates, in their order.

    An answer that came piece by piece is not said again when its message is whole.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._streamed = False
        self._output: dict[str, str] = {}
        self._terminals: dict[str, str] = {}

    def embed(self, call_id: str, terminal: str) -> ToolCallProgress:
        """From now on a terminal of the editor, by its id, shows what the call writes."""
        self._terminals[call_id] = terminal
        return helpers.update_tool_call(call_id, content=[helpers.tool_terminal_ref(terminal)])

    def of(self, event: Event) -> Iterator[Update]:
        """What the editor is told of this event."""
        match event:
            case TextArrived() | ThinkingArrived() | MessageAdded():
                yield from self._of_words(event)
            case ToolStarted() | ToolProgress() | Asked() | ToolEnded():
                yield from self._of_call(event)
            case PlanChanged(steps):
                yield plan_update(steps)
            case PlanProposed(plan):
                yield helpers.update_agent_message_text(f"\n\n{render_plan(plan)}\n")
            case ChangeProposed(diff, files):
                text = f"\n\nStaged: {len(files):,} files.\n\n```diff\n{diff}```\n"
                yield helpers.update_agent_thought_text(text)
            case Noticed(text):
                yield helpers.update_agent_thought_text(f"{text}\n")
            case Compacted(before, after):
                text = f"Summarised: {before:,} tokens became {after:,}.\n"
                yield helpers.update_agent_thought_text(text)
            case _:
                return

    def of_past(self, event: Event) -> Iterator[Update]:
        """The same for a session that goes on: what the person said stands there, too."""
        if isinstance(event, TurnStarted):
            yield helpers.update_user_message_text(event.prompt)
        else:
            yield from self.of(event)

    def _of_words(self, event: TextArrived | ThinkingArrived | MessageAdded) -> Iterator[Update]:
        match event:
            case TextArrived(text):
                self._streamed = True
                yield helpers.update_agent_message_text(text)
            case ThinkingArrived(text):
                self._streamed = True
                yield helpers.update_agent_thought_text(text)
            case MessageAdded(message) if message.role == "assistant":
                if not self._streamed and message.thinking.strip():
                    yield helpers.update_agent_thought_text(message.thinking)
                if not self._streamed and message.text.strip():
                    yield helpers.update_agent_message_text(message.text)
                self._streamed = False
            case MessageAdded():
                return

    def _of_call(self, event: ToolStarted | ToolProgress | Asked | ToolEnded) -> Iterator[Update]:
        match event:
            case ToolStarted():
                call = ToolCall(event.call_id, event.name, event.arguments)
                arguments = given_arguments(call)
                yield helpers.start_tool_call(
                    event.call_id,
                    event.title,
                    kind=KINDS.get(event.name, "other"),
                    status="in_progress",
                    locations=locations_of(arguments, self._root),
                    raw_input=dict(arguments),
                )
            case ToolProgress(call_id) if call_id in self._terminals:
                return
            case ToolProgress(call_id, text):
                so_far = (self._output.get(call_id, "") + text)[-MOST_CHARACTERS:]
                self._output[call_id] = so_far
                content = [helpers.tool_content(helpers.text_block(so_far))]
                yield helpers.update_tool_call(call_id, content=content)
            case Asked():
                yield helpers.update_tool_call(
                    event.call_id, status="pending", content=diffs_of(event.preview, self._root)
                )
            case ToolEnded():
                self._output.pop(event.call_id, None)
                yield self._ended(event)

    def _ended(self, event: ToolEnded) -> ToolCallProgress:
        diff = event.show.get("diff")
        files = changed_files(diff) if isinstance(diff, str) else ()
        text = helpers.text_block(event.text[:MOST_CHARACTERS])
        terminal = self._terminals.pop(event.call_id, "")
        shown = helpers.tool_terminal_ref(terminal) if terminal else helpers.tool_content(text)
        return helpers.update_tool_call(
            event.call_id,
            status="failed" if event.failed else "completed",
            content=[*_diffs(files, self._root)] or [shown],
            locations=[*_changed_places(files, self._root)] or None,
            raw_output=dict(event.show),
        )


def plan_update(steps: Sequence[tuple[str, str]]) -> AgentPlanUpdate:
    """The steps of a plan and how far each is."""
    return helpers.update_plan(
        helpers.plan_entry(step, status=STATES.get(state, "pending")) for step, state in steps
    )


def locations_of(arguments: Mapping[str, object], root: Path) -> list[ToolCallLocation] | None:
    """Where a call looks, so that the editor can follow it."""
    path, line = arguments.get("file_path"), arguments.get("offset")
    if not isinstance(path, str) or not path or "\0" in path:
        return None
    return [ToolCallLocation(path=str(root / path), line=line if isinstance(line, int) else None)]


def diffs_of(diff: str, root: Path) -> list[FileEditToolCallContent] | None:
    """A unified diff as the editor shows it; None where it is no diff."""
    return [*_diffs(changed_files(diff), root)] or None


def _diffs(files: Sequence[FileDiff], root: Path) -> Iterator[FileEditToolCallContent]:
    """Only what stands in the hunks: an editor compares the two texts itself."""
    for file in files:
        if not file.path:
            # Text that is no diff, such as a command, names no file.
            continue
        old = [line.text for hunk in file.hunks for line in hunk.lines if line.mark in " -"]
        new = [line.text for hunk in file.hunks for line in hunk.lines if line.mark in " +"]
        yield helpers.tool_diff_content(
            str(root / file.path),
            "".join(f"{line}\n" for line in new),
            None if file.kind == "added" else "".join(f"{line}\n" for line in old),
        )


def _changed_places(files: Sequence[FileDiff], root: Path) -> Iterator[ToolCallLocation]:
    for file in files:
        lines = (line.new for hunk in file.hunks for line in hunk.lines if line.mark == "+")
        yield ToolCallLocation(path=str(root / file.path), line=next(lines, None))
