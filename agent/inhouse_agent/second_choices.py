"""When a check refutes an answer: its second choices, where the model hesitated most.

The answer is taken up again at the token whose alternative was nearly as likely, with that
alternative instead, and goes on greedily from there; the check decides, and among those that it
passes the smallest change. No chance is involved, and nothing is read again but the few tokens
behind the turning point.
"""

import asyncio
import heapq
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Final

from inhouse_agent.answer import ask_model
from inhouse_agent.calls import Result, fingerprint, run_calls
from inhouse_agent.events import FileChanged, Noticed
from inhouse_agent.kit import Kit
from inhouse_agent.turn import Attempt, Turn
from inhouse_agent.verify import Verify
from inhouse_models.chat import Finish, Message, ToolCall
from inhouse_tools.refusal import Refusal
from inhouse_tools.writing.snapshot import Snapshot, put_back, take_snapshot

MOST_TRIES: Final = 12
MOST_SECONDS: Final = 180.0
LEAST_ROOM: Final = 400
TRYING: Final = "Going back to where the model hesitated: up to {} other choices are tried."
WORD: Final = re.compile(r"\w+|[^\w\s]")


@dataclass(slots=True)
class Frontier:
    """Beginnings of answers that are still to be tried, the likeliest first.

    The odds of a choice within a choice are the product of both.
    """

    heap: list[tuple[float, tuple[int, ...]]] = field(
        default_factory=list[tuple[float, tuple[int, ...]]]
    )

    def add(self, finish: Finish, odds: float = 1.0) -> None:
        """Every place where this answer might have gone on differently."""
        for doubt in finish.doubts:
            begun = (*finish.ids[: doubt.place], doubt.token)
            heapq.heappush(self.heap, (-odds * min(doubt.odds, 1.0), begun))

    def take(self) -> tuple[float, tuple[int, ...]]:
        """The odds of the likeliest and its ids."""
        odds, begun = heapq.heappop(self.heap)
        return -odds, begun


async def try_second_choices(turn: Turn, check: Verify) -> bool:
    """Whether the check passes with one of them. The one that changes least then stands in the
    files and in the history; else the files are as they were. They are tried once in a turn."""
    attempt, kit = turn.attempt, turn.kit
    if attempt is None or turn.searched or not attempt.finish.doubts:
        return False
    turn.searched = True
    left = take_snapshot(kit.workspace)
    kit.emit(Noticed(TRYING.format(MOST_TRIES)))
    try:
        passing = await _search(turn, check, attempt)
    except asyncio.CancelledError:
        _restore(kit, left)
        raise
    if not passing:
        _restore(kit, left)
        return False
    _size, best = min(passing, key=lambda candidate: candidate[0])
    if not _restore(kit, attempt.before):
        return False
    turn.changed = dict.fromkeys(attempt.changed)
    turn.add(best)
    await run_calls(kit, best.calls, turn.close)
    return True


async def _search(turn: Turn, check: Verify, attempt: Attempt) -> list[tuple[int, Message]]:
    """The answers that the check passes, each with the size of its change."""
    frontier = Frontier()
    frontier.add(attempt.finish)
    tried = {_normalise(attempt.finish.message.calls)}
    passing: list[tuple[int, Message]] = []
    # One that gets far longer than the first answer has lost its way.
    room = max(2 * len(attempt.finish.ids), LEAST_ROOM)
    request = replace(attempt.request, max_tokens=min(room, attempt.request.max_tokens or room))
    started = time.monotonic()
    for number in range(1, MOST_TRIES + 1):
        if not frontier.heap or time.monotonic() - started > MOST_SECONDS:
            break
        odds, begun = frontier.take()
        answer = await ask_model(turn, replace(request, begun=begun))
        frontier.add(answer, odds)
        message = _renumber(answer.message, number)
        key = _normalise(message.calls)
        if answer.error is not None:
            break
        if answer.reason != "calls" or key in tried:
            continue
        tried.add(key)
        if not _restore(turn.kit, attempt.before):
            break
        if await _passes(turn.kit, check, message):
            after = take_snapshot(turn.kit.workspace)
            passing.append((_distance(attempt.before, after), message))
    return passing


def _renumber(message: Message, number: int) -> Message:
    """The message as it may follow the first attempt: with calls of other ids, and without the
    token ids, which stand behind another history."""
    calls = tuple(replace(call, id=f"{call.id}.{number}") for call in message.calls)
    return replace(message, calls=calls, tokens=(), model="")


async def _passes(kit: Kit, check: Verify, message: Message) -> bool:
    """Runs the calls of an answer and then the check, when something has changed."""
    results: list[Result] = []
    await run_calls(kit, message.calls, results.append)
    if not any(result.changed for result in results):
        return False
    output = await check.check()
    says = "fails" if output.failed else "passes"
    kit.emit(Noticed(f"`{check.command}` {says} with another choice."))
    return not output.failed


def _distance(before: Snapshot, after: Snapshot) -> int:
    """How many words and signs are others."""
    size = 0
    for path in {*before, *after}:
        old, new = (
            WORD.findall(files.get(path, b"").decode("utf-8", "replace"))
            for files in (before, after)
        )
        blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
        same = sum(block.size for block in blocks)
        size += len(old) + len(new) - 2 * same
    return size


def _restore(kit: Kit, snapshot: Snapshot) -> bool:
    """Whether the files could be put back; what changed is reported."""
    before = {path: fingerprint(kit.workspace, path) for path in kit.workspace.seen}
    changed = put_back(kit.workspace, snapshot)
    if isinstance(changed, Refusal):
        kit.emit(Noticed(f"Second choices are not tried any further: {changed.text}"))
        return False
    for path in changed:
        kit.emit(FileChanged(path, before.get(path, ""), fingerprint(kit.workspace, path)))
    return True


def _normalise(calls: Sequence[ToolCall]) -> str:
    """Calls that differ in white space only are the same."""
    return "\n".join(f"{call.name} {''.join(call.arguments.split())}" for call in calls)
