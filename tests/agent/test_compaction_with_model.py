"""Compaction with the real small model: exact sizes, and nothing read twice."""

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.agent.kits import Bench

from inhouse_agent.compaction_text import STEPS, SUMMARY
from inhouse_agent.events import Compacted, Event, MessageAdded, TurnEnded, UsageReported
from inhouse_agent.history import fold
from inhouse_agent.profile import Profile
from inhouse_models.chat import Message, Usage
from inhouse_models.host.control import engine_status
from inhouse_models.host.spawn import HostOptions
from inhouse_models.local import LocalClient, LocalModel

CONTEXT = 1_280
PROMPT = "Say OK. Drawer {} holds: " + "screws, nails, bolts, nuts, washers, hooks, " * 26


async def two_turns(bench: Bench) -> list[TurnEnded]:
    """The first fits into the context, the second does not; and the engine's end."""
    try:
        return [await bench.turn(PROMPT.format(number)) for number in (2, 3)]
    finally:
        await bench.kit.client.close()
        for status in await engine_status():
            os.kill(status.pid, signal.SIGKILL)


@pytest.mark.model
def test_a_full_context_is_summarised_from_live_state(small_model: Path, tmp_path: Path) -> None:
    bench = Bench(tmp_path, LocalClient(LocalModel(small_model), HostOptions(context=CONTEXT)))
    bench.kit.profile = Profile("large", (), "native", held=False, brief=False)
    bench.kit.options = replace(bench.kit.options, max_tokens=8)
    bench.history = [
        Message("system", "You keep a list of drawers."),
        Message("user", PROMPT.format(1)),
        Message("assistant", "OK."),
    ]
    before = list(bench.history)
    ended = asyncio.run(two_turns(bench))
    assert [one.error for one in ended] == [None, None]
    (event,) = bench.of(Compacted)
    place = bench.events.index(event)
    *_, earlier, asking = costs(bench.events[:place])
    later = costs(bench.events[place:])[0]
    assert later.input_tokens == event.after < event.before < CONTEXT
    # The summary was asked for behind everything that the engine had read.
    assert asking.cached_input_tokens >= earlier.input_tokens
    # The beginning of the conversation was not read again.
    assert later.cached_input_tokens > event.after // 3
    assert SUMMARY in event.messages[0].text or STEPS in event.messages[0].text
    assert PROMPT.format(3) in "".join(message.text for message in event.messages)
    assert fold([*map(MessageAdded, before), *bench.events]) == bench.history


def costs(events: Sequence[Event]) -> list[Usage]:
    return [event.usage for event in events if isinstance(event, UsageReported)]
