"""What fills the context of a conversation, counted by the model's own tokens."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from inhouse_agent.compaction_text import ask_for_summary
from inhouse_agent.context import build_request, fixed_request
from inhouse_agent.gauge import Room
from inhouse_agent.kit import Kit
from inhouse_models.chat import Message, ModelError, ModelInfo, Request

INSTRUCTIONS: Final = re.compile(
    r"Instructions of the (?:project|user), from .*?\nEnd of these instructions\.\n*", re.DOTALL
)
TASK: Final = "Task:\n"
READING: Final = frozenset({"read", "symbols"})


@dataclass(frozen=True, slots=True)
class Share:
    """One kind of content and its tokens."""

    name: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Filling:
    """How `tokens` of `context` are made up. `exact` when the model counted and nobody guessed.

    At `limit` tokens the conversation is summarised, 0 for never.
    """

    shares: tuple[Share, ...]
    tokens: int
    context: int
    limit: int
    exact: bool

    @property
    def room(self) -> int:
        """Tokens that are left until the conversation is summarised, or the context is full."""
        return max(0, (self.limit or self.context) - self.tokens)


async def measure_filling(
    kit: Kit, history: Sequence[Message], info: ModelInfo
) -> Filling | ModelError:
    """Counts the next request, and what it would have without each kind of content.

    So few counts are enough for a conversation of any length. The history is only read.
    """
    beginning = fixed_request(kit.profile, kit.tools, kit.options)
    if history and history[0].role == "system":
        beginning = replace(beginning, messages=(history[0],))
    fixed = await kit.client.count(beginning)
    if isinstance(fixed, ModelError):
        return fixed
    shares = [Share("system and tools", fixed)]
    request = await build_request(kit, history)
    tokens = fixed
    if history:
        tokens = await kit.client.count(request)
        if isinstance(tokens, ModelError):
            return tokens
        found = await _count_kinds(kit, request)
        if isinstance(found, ModelError):
            return found
        shares += found
        spoken = tokens - sum(share.tokens for share in shares)
        shares.append(Share("conversation", max(0, spoken)))
    limit = _limit(kit, request, info)
    return Filling(tuple(shares), tokens, info.context_size, limit, bool(info.fingerprint))


async def _count_kinds(kit: Kit, request: Request) -> list[Share] | ModelError:
    """How much shorter the prompt gets without each kind of content."""
    plain = replace(request, messages=tuple(_rendered_anew(one) for one in request.messages))
    whole = await kit.client.count(plain)
    if isinstance(whole, ModelError):
        return whole
    shares: list[Share] = []
    for name, messages in _kinds(plain.messages).items():
        without = await kit.client.count(replace(plain, messages=messages))
        if isinstance(without, ModelError):
            return without
        shares.append(Share(name, max(0, whole - without)))
    return shares


def _limit(kit: Kit, request: Request, info: ModelInfo) -> int:
    share = kit.options.compact_at
    room = Room(info.context_size, share or 1.0, len(ask_for_summary(0)) // 3)
    return max(0, room.limit(request.max_tokens)) if share else 0


def _rendered_anew(message: Message) -> Message:
    """Without its known ids, which stand for all text before it."""
    return replace(message, tokens=(), model="")


def _kinds(messages: Sequence[Message]) -> dict[str, tuple[Message, ...]]:
    """The messages without each kind of content, by its name."""
    readers = {call.id for message in messages for call in message.calls if call.name in READING}
    return {
        "instructions": _change(messages, lambda one: _cut(one, _without_instructions)),
        "files": _change(messages, lambda one: _without_files(one, readers)),
        "tool results": _change(messages, lambda one: _without_results(one, readers)),
    }


def _change(
    messages: Sequence[Message], change: Callable[[Message], Message]
) -> tuple[Message, ...]:
    return tuple(change(message) for message in messages)


def _cut(message: Message, cut: Callable[[str], str]) -> Message:
    """A prompt whose beginning, before the task itself, is changed."""
    head, mark, task = message.text.rpartition("\n\n" + TASK)
    if message.role != "user" or not mark:
        return message
    return replace(message, text=cut(head) + mark + task)


def _without_instructions(head: str) -> str:
    return INSTRUCTIONS.sub("", head)


def _only_instructions(head: str) -> str:
    return "\n\n".join(match.group().strip() for match in INSTRUCTIONS.finditer(head))


def _without_files(message: Message, readers: set[str]) -> Message:
    if message.role == "tool" and message.answers in readers:
        return replace(message, text="")
    return _cut(message, _only_instructions)


def _without_results(message: Message, readers: set[str]) -> Message:
    if message.role == "tool" and message.answers not in readers:
        return replace(message, text="")
    return message
