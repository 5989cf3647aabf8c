"""Replays one conversation on both sides, turn by turn."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conversation import (
    DISTURBANCES,
    QUICK_DISTURBANCES,
    Conversation,
    Taken,
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


async def replay(
    bench: Bench, model: Path, name: str, *, calling: bool = False, disturbed: bool = False
) -> Replay:
    """Take every turn on one side and then on the other, which begins every second turn."""
    kinds = QUICK_DISTURBANCES if bench.quick else DISTURBANCES
    script = turns(bench.few(20, 4), kinds if disturbed else {})
    host = OwnHost(model, bench.threads, CONTEXT)
    server = _opponent(bench, model)
    from_slot: list[Said] = []
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(host.close)
        ours = Conversation(host, name, calling=calling, alone=server is None)
        sides = [ours]
        theirs: Conversation | None = None
        if server is not None:
            stack.push_async_callback(server.close)
            await server.start()
            theirs = Conversation(server, name, calling=calling, alone=False)
            sides.append(theirs)
        for turn in script:
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
