"""What a person says into a running turn reaches the model, and the turn goes on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.agent.kits import Bench

from inhouse_models.chat import Finish, Message, ModelInfo, Part, Request, Text

ABOUT = ModelInfo("scripted", "one", 8_000, "large")


@dataclass
class Talker:
    """Talks until it is interrupted; its next answer is the last."""

    requests: list[Request] = field(default_factory=list[Request])
    talking: asyncio.Event = field(default_factory=asyncio.Event)
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)

    async def info(self) -> ModelInfo:
        return ABOUT

    async def count(self, request: Request) -> int:
        return len(request.messages)

    async def stream(self, request: Request) -> AsyncIterator[Part]:
        self.requests.append(request)
        if len(self.requests) == 1:
            yield Text("I shall paint it blue")
            self.talking.set()
            await self.interrupted.wait()
            partial = Message("assistant", "I shall paint it blue", tokens=(1, 2), model="one")
            yield Finish(partial, "cancelled")
            return
        yield Text("Red it is.")
        yield Finish(Message("assistant", "Red it is.", tokens=(3, 4), model="one"), "stop")

    async def read_ahead(self, request: Request) -> None:
        return

    async def interrupt(self, session: str) -> None:
        self.interrupted.set()

    async def close(self) -> None:
        return


async def steered(bench: Bench, talker: Talker, text: str) -> None:
    turn = asyncio.create_task(bench.turn("Paint the door."))
    await talker.talking.wait()
    await bench.kit.steer(text)
    await turn


def test_the_answer_stays_and_the_model_goes_on(tmp_path: Path) -> None:
    talker = Talker()
    bench = Bench(tmp_path, talker)
    asyncio.run(steered(bench, talker, "No, red!"))
    roles = [(message.role, message.text) for message in bench.history[-3:]]
    assert roles == [
        ("assistant", "I shall paint it blue"),
        ("user", "No, red!"),
        ("assistant", "Red it is."),
    ]
    # The ids of the unfinished answer are known, so that it is not read again.
    assert bench.history[-3].tokens == (1, 2)
    assert talker.requests[1].messages[-1] == Message("user", "No, red!")
    assert not bench.kit.inbox
