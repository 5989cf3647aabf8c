"""The messages of a conversation: from events, and valid, with every call answered."""

from collections.abc import Iterable, Sequence
from typing import Final

from inhouse_agent.events import Compacted, Event, MessageAdded
from inhouse_models.chat import Message, ToolCall

CANCELLED: Final = "Cancelled before it finished."


def fold(events: Iterable[Event]) -> list[Message]:
    """The history that these events have come to; calls that never ended are closed."""
    history: list[Message] = []
    for event in events:
        if isinstance(event, MessageAdded):
            history.append(event.message)
        elif isinstance(event, Compacted):
            history[event.kept :] = event.messages
    return close_calls(history)


def open_calls(history: Sequence[Message]) -> tuple[ToolCall, ...]:
    """The calls at the end of the history that no tool message has answered."""
    answered: set[str] = set()
    for message in reversed(history):
        if message.role == "tool":
            answered.add(message.answers)
        else:
            return tuple(call for call in message.calls if call.id not in answered)
    return ()


def close_calls(history: Sequence[Message]) -> list[Message]:
    """The same history with a tool message for every call left open."""
    closed: list[Message] = []
    for message in history:
        if message.role != "tool":
            closed += [Message("tool", CANCELLED, answers=call.id) for call in open_calls(closed)]
        closed.append(message)
    return closed + [Message("tool", CANCELLED, answers=call.id) for call in open_calls(closed)]
