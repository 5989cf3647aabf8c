"""What the front ends show of a session that a server answers: /status, the status line, notes."""

import asyncio
from pathlib import Path

from tests.models.remote.fake_server import Routes, Said, serving
from tests.models.remote.known_servers import OLLAMA, VLLM

from inhouse.build import Wish
from inhouse.live.live_session import Hearing, LiveSession
from inhouse.live.state_facts import gather_state
from inhouse.settings import Settings
from inhouse.tui.status.follower import StatusFollower
from inhouse.tui.status.status import Status
from inhouse.tui.status.status_line import StatusLine
from inhouse_agent.events import Event, Noticed, UsageReported
from inhouse_models.chat import Timings, Usage


def show(routes: Routes, root: Path) -> tuple[dict[str, list[str]], list[str], Status]:
    """The facts of the model by name, the notes, and the status line after an answer."""

    async def main() -> tuple[dict[str, list[str]], list[str], Status]:
        events: list[Event] = []
        async with serving(routes) as server:
            settings = Settings(endpoint=server.url, sandbox="off")
            hearing = Hearing(events.append, _ignore, _nothing, _no_progress, _ignore)
            live = LiveSession(lambda: Wish(root, settings, "ask"), hearing)
            assert await live.open(), live.problem
            groups = await gather_state(live)
            follower = StatusFollower(StatusLine(), root)
            follower.follow_session(live)
            follower.follow_event(UsageReported(Usage(10, 0, 5), Timings()))
            await live.close()
        facts: dict[str, list[str]] = {}
        for name, value in groups[0].facts:
            facts.setdefault(name, []).append(value)
        notes = [event.text for event in events if isinstance(event, Noticed)]
        return facts, notes, follower.status

    return asyncio.run(main())


def _ignore(_value: object) -> None:
    """Nothing is done with it."""


def _nothing() -> None:
    """Nothing has changed that matters here."""


def _no_progress(_done: int, _total: int, _what: str) -> None:
    """No progress is looked at."""


def test_a_server_that_counts(tmp_path: Path) -> None:
    facts, notes, status = show(VLLM, tmp_path)
    assert facts["server"] == ["vLLM 0.27.0"]
    assert facts["context"] == ["131,072 tokens"]
    assert facts["where"][0].endswith("on this machine")
    off = [one.partition(":")[0] for one in facts["off"]]
    assert {"held calls", "prefix store", "drafting", "memory plan"} <= set(off)
    told = [note for note in notes if "not inhouse's own engine" in note]
    assert len(told) == 1
    assert all(name in told[0] for name in off)
    assert (status.exact, status.context, bool(status.endpoint)) == (True, 131_072, True)


def test_a_server_that_only_lets_us_estimate(tmp_path: Path) -> None:
    facts, notes, status = show(OLLAMA, tmp_path)
    assert any(one.startswith("exact token counts") for one in facts["off"])
    assert any("cuts a conversation" in note for note in notes)
    assert (status.exact, status.tokens, status.context) == (False, 15, 4_096)


def test_what_a_server_calls_itself_is_only_text(tmp_path: Path) -> None:
    """It reaches a screen through its own sanitiser; here it must stay one short line."""
    hostile = {**VLLM, "GET /version": Said({"version": "9\n" + "x" * 100_000})}
    facts, notes, _status = show(hostile, tmp_path)
    assert len(facts["server"][0]) < 400
    assert all(len(note) < 2_000 for note in notes)
