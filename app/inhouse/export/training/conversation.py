"""The conversations of a session as the model had them, and which of its answers are to be
learned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from inhouse_agent.context import tool_specs
from inhouse_agent.events import Compacted, MessageAdded
from inhouse_agent.history import close_calls
from inhouse_agent.kit import Options
from inhouse_agent.profile import LARGE_PROFILE, SMALL_PROFILE, Profile
from inhouse_agent.prompt import system_prompt
from inhouse_models.chat import Message, ToolSpec
from inhouse_tools.registry import builtin_tools

if TYPE_CHECKING:
    from inhouse.export.training.turns import Judged

# What an entry of the journal is known by, also in a copy of its session.
Origin = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """A message, and whether it is an answer to be learned."""

    message: Message
    learn: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """What stood before the model at its last answer, with that answer.

    A session has one, and one more for each time that it was summarised. `profile` is what
    inhouse gave the model: tools, and the form of its calls.
    """

    session: str
    model: str
    messages: tuple[Said, ...]
    profile: Literal["small", "large"]
    tools: tuple[ToolSpec, ...]

    @property
    def tokens(self) -> int:
        """Its length in tokens, as far as the engine that wrote it has told; 0 if it has not."""
        return sum(len(said.message.tokens) for said in self.messages)


def conversations_of(
    session: str, model: str, judged: Sequence["Judged"], known: set[Origin]
) -> list[Conversation]:
    """The conversations of these turns; `known` are answers that stand in another one already,
    such as the beginning of a copied session, and grows."""
    parts = (_complete(part) for part in _parts(judged, known))
    return [_conversation(session, model, part) for part in parts if any(one.learn for one in part)]


def _parts(judged: Sequence["Judged"], known: set[Origin]) -> Iterable[list[Said]]:
    history: list[Said] = []
    for one in judged:
        for entry in one.turn.entries:
            match entry.event:
                case MessageAdded(message):
                    origin = (entry.id, entry.at)
                    answered = message.role == "assistant" and one.reason == "accepted"
                    history.append(Said(message, answered and origin not in known))
                    known.add(origin)
                case Compacted() as compacted:
                    yield list(history)
                    # What stays in front of the model is learned once.
                    kept = [replace(said, learn=False) for said in history[: compacted.kept]]
                    history = [*kept, *(Said(message) for message in compacted.messages)]
                case _:
                    pass
    yield history


def _complete(part: Sequence[Said]) -> list[Said]:
    """The last message is an answer, and every call before it has its result."""
    learned = {id(said.message) for said in part if said.learn}
    closed = close_calls([said.message for said in part])
    while closed and closed[-1].role != "assistant":
        closed.pop()
    learn = [id(message) in learned for message in closed]
    return [Said(*pair) for pair in zip(_numbered(closed), learn, strict=True)]


def _numbered(messages: Iterable[Message]) -> Iterable[Message]:
    """Calls with ids that are unique and always the same: servers make some up, or count anew."""
    count = 0
    ids: dict[str, str] = {}
    for message in messages:
        if message.calls:
            named = {call.id: f"call_{count + place}" for place, call in enumerate(message.calls)}
            count += len(message.calls)
            ids |= named
            calls = (replace(call, id=named[call.id]) for call in message.calls)
            yield replace(message, calls=tuple(calls))
        elif message.answers:
            yield replace(message, answers=ids.get(message.answers, message.answers))
        else:
            yield message


def _conversation(session: str, model: str, part: Sequence[Said]) -> Conversation:
    profile = _profile_of([said.message for said in part])
    tools = tool_specs(profile, builtin_tools())
    return Conversation(session, model, tuple(part), profile.name, tools)


def _profile_of(messages: Sequence[Message]) -> Profile:
    """Told by the system prompt; where the person wrote their own, by the tools that were called.

    The journal keeps no tools: they are those that this version of inhouse gives the profile.
    """
    system = messages[0].text if messages and messages[0].role == "system" else ""
    for profile in (SMALL_PROFILE, LARGE_PROFILE):
        if system.startswith(system_prompt(profile, Options())):
            return profile
    called = {call.name for message in messages for call in message.calls}
    small = {*SMALL_PROFILE.tool_names} - {*LARGE_PROFILE.tool_names}
    return SMALL_PROFILE if called & small else LARGE_PROFILE
