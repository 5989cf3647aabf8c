"""Scripted cards: who needs what the model holds, and what a host does then."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import Message, Scope

from inhouse_models.engine.loading import EngineOptions
from inhouse_models.engine.weights import Weights
from inhouse_models.engine.worker import Engine
from inhouse_models.host.gpu_watch import Asking, GpuWatch
from inhouse_models.host.pausing import YIELD_AFTER, Patience, Pausing
from inhouse_models.machine.gpu_use import CardUse

GIB = 1024**3
OURS, DESKTOP, TRAINING = os.getpid(), 2**30, 2**30 + 1


def card(free: float, total: float = 24, **held: float) -> CardUse:
    """A card of so many GiB; `held` by the process ids above."""
    pids = {"ours": OURS, "desktop": DESKTOP, "training": TRAINING}
    return CardUse(
        int(total * GIB),
        int(free * GIB),
        {pids[name]: int(size * GIB) for name, size in held.items()},
    )


@dataclass
class Script:
    """What the cards say, until another thing is said."""

    cards: tuple[CardUse, ...]

    def __call__(self) -> tuple[CardUse, ...]:
        return self.cards


LOADED = (card(2.0, ours=21.0, desktop=0.5),)
GROWN = (card(0.3, ours=21.0, desktop=0.5, training=1.7),)


@pytest.mark.parametrize(
    ("now", "asking"),
    [
        (GROWN, Asking(TRAINING, "a program", int(1.7 * GIB))),
        # Another card is full, and nobody new is on it.
        ((card(20, training=2), card(0.2, ours=23)), None),
        # There is room for what it asks next.
        ((card(12, ours=8, training=4),), None),
        # It was there before, and is as large as then.
        ((card(0.3, ours=23, desktop=0.6),), None),
        ((card(0.3, ours=20, desktop=3.5),), Asking(DESKTOP, "a program", int(3.5 * GIB))),
        # The driver does not tell how much it holds.
        ((card(0.3, ours=23, training=0),), None),
        ((), None),
    ],
)
def test_a_program_asks_when_it_grew_until_the_card_was_full(
    now: tuple[CardUse, ...], asking: Asking | None
) -> None:
    script = Script(LOADED)
    watch = GpuWatch(script)
    watch.remember()
    script.cards = now
    assert watch.find_asking() == asking


@pytest.mark.parametrize(
    ("cards", "roomy"),
    [(LOADED, False), ((card(16),), True), ((card(16), card(3)), False), ((), False)],
)
def test_a_command_has_room_with_half_of_every_card(
    cards: tuple[CardUse, ...], roomy: bool
) -> None:
    assert GpuWatch(Script(cards)).is_roomy() is roomy


@pytest.fixture
def engine(tiny_model: Callable[[str], Path]) -> Iterator[Engine]:
    running = Engine(EngineOptions(tiny_model("qwen2"), context=512, threads=1, drafting="off"))
    running.start()
    assert isinstance(running.loaded.result(60), Weights)
    # There is no card here; what lies on one would be as it is.
    running.on_gpu = True
    yield running
    running.stop()


@pytest.mark.model
@pytest.mark.parametrize("yielding", [True, False])
def test_the_memory_goes_to_a_program_that_needs_it_when_nobody_uses_the_model(
    engine: Engine, yielding: bool
) -> None:
    script = Script(LOADED)
    pausing = Pausing(engine, Patience(yielding=yielding), GpuWatch(script))

    async def main() -> None:
        await pausing.watch(0.0)
        script.cards = GROWN
        await pausing.watch(0.0)
        assert engine.state == "ready"
        await pausing.watch(YIELD_AFTER)
        assert engine.state == ("released" if yielding else "ready")
        # The next prompt is the person's wish too.
        assert pausing.held == ""
        assert await asyncio.wrap_future(engine.restore()) is None

    asyncio.run(main())


@pytest.mark.model
@pytest.mark.parametrize(
    ("cards", "on_gpu", "answer"),
    [((card(16),), True, {"needless": True}), (LOADED, False, {"needless": True})],
)
def test_nothing_is_lent_where_that_would_not_help(
    engine: Engine, cards: tuple[CardUse, ...], on_gpu: bool, answer: dict[str, bool]
) -> None:
    engine.on_gpu = on_gpu
    pausing = Pausing(engine, Patience(), GpuWatch(Script(cards)))

    async def main() -> None:
        transport = httpx.ASGITransport(Starlette(routes=pausing.routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://inhouse") as http:
            told = await http.post("/inhouse/lend", json={"command": "python train.py"})
            assert told.json() == answer
            for body in ("[]", "{}", "no", '{"seconds": "x"}', '{"seconds": -1}'):
                path = "/inhouse/pause" if "seconds" in body else "/inhouse/lend"
                assert (await http.post(path, content=body)).status_code == 400
        assert engine.state == "ready"

    asyncio.run(main())


@pytest.mark.model
def test_a_command_is_lent_the_memory_where_that_helps(engine: Engine) -> None:
    pausing = Pausing(engine, Patience(), GpuWatch(Script(LOADED)))
    lines: list[dict[str, object]] = []

    async def main() -> None:
        hang_up = asyncio.Event()
        states: list[str] = []

        async def receive() -> Message:
            if not states:
                states.append("asked")
                return {"type": "http.request", "body": b'{"command": "python  train.py"}'}
            await hang_up.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            body = message.get("body")
            if isinstance(body, bytes) and body:
                lines.append(json.loads(body))
                states.append(engine.state)
                assert "`python train.py`" in pausing.held
                hang_up.set()

        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "method": "POST",
            "path": "/inhouse/lend",
            "headers": [],
            "query_string": b"",
        }
        application = Starlette(routes=pausing.routes())
        await application(scope, receive, send)
        assert states == ["asked", "released"]
        assert "freed_bytes" in lines[0]
        assert await asyncio.wrap_future(engine.restore()) is None
        assert (pausing.held, engine.state) == ("", "ready")

    asyncio.run(main())
