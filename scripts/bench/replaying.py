"""Replays one conversation on both sides, turn by turn."""

import contextlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conversation import (
    DISTURBANCES,
    QUICK_CHARACTERS_PER_SECOND,
    QUICK_DISTURBANCES,
    TYPED_CHARACTERS_PER_SECOND,
    Conversation,
    Kind,
    Taken,
    Typing,
    new_tokens,
    turns,
)
from figure import Bench
from llama_server import LlamaServer
from own_host import OwnHost
from side import Said

CONTEXT = 16_384


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of a replay: the answers of both sides, and how many tokens were `new` for ours.

    `theirs` is empty without an opponent. `from_slot` are its answers after restarts in which its
    client had saved the slot.
    """

    ours: Sequence[Taken]
    theirs: Sequence[Taken]
    new: Sequence[int]
    from_slot: Sequence[Said]


@dataclass(frozen=True, slots=True)
class Script:
    """What happens in a replay.

    `calling`: every answer is a call. Some turns are `disturbed` by these kinds. With `typed` our
    side reads the messages after a disturbance while they are typed; no client of the other does.
    """

    calling: bool = False
    disturbed: Collection[Kind] = ()
    typed: bool = False


APPENDED: Final = Script()


async def replay(bench: Bench, model: Path, name: str, script: Script = APPENDED) -> Replay:
    """Take every turn on one side and then on the other, which begins every second turn."""
    known = QUICK_DISTURBANCES if bench.quick else DISTURBANCES
    rate = QUICK_CHARACTERS_PER_SECOND if bench.quick else TYPED_CHARACTERS_PER_SECOND
    kept = (entry for entry in known.items() if entry[1] in script.disturbed)
    disturbances: dict[int, Kind] = dict(kept)
    host = OwnHost(model, bench.threads, CONTEXT)
    server = _opponent(bench, model)
    from_slot: list[Said] = []
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(host.close)
        ours = Conversation(
            host,
            name,
            calling=script.calling,
            alone=server is None,
            typing=Typing(host.read_ahead, rate) if script.typed else None,
        )
        sides = [ours]
        theirs: Conversation | None = None
        if server is not None:
            stack.push_async_callback(server.close)
            await server.start()
            theirs = Conversation(server, name, calling=script.calling, alone=False)
            sides.append(theirs)
        for turn in turns(bench.few(20, 4), disturbances):
            for conversation in sides[:: 1 if turn.number % 2 == 0 else -1]:
                await conversation.take(turn)
            if server is not None and theirs is not None and turn.kind == "restart":
                from_slot.append(await _ask_from_slot(server, theirs))
    taken = theirs.taken if theirs is not None else []
    return Replay(ours.taken, taken, new_tokens(ours.taken), from_slot)


async def _ask_from_slot(server: LlamaServer, conversation: Conversation) -> Said:
    """Ask the last question once more, after a restart with the slot as it was before it."""
    await server.restart_from_slot()
    said = await server.ask(conversation.asked)
    await server.settle()
    return said


def _opponent(bench: Bench, model: Path) -> LlamaServer | None:
    if bench.llama_server is None:
        return None
    return LlamaServer(bench.llama_server, model, bench.threads, CONTEXT, bench.folder)
