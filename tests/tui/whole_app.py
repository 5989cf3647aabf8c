"""The whole application over scripted models, in an invented folder."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from inhouse.build import Wish
from inhouse.settings import Settings
from inhouse.tui.app import InhouseApp
from inhouse.tui.opening import Opening
from inhouse_agent.events import TurnEnded
from inhouse_models.chat import ModelClient, ModelError

CART = '''"""A cart."""


def total(items):
    return sum(item.price for item in items)
'''


def unhurried() -> float:
    """A clock by which whatever a test does takes long: nobody is still typing, no key is pressed
    twice at once. On a real one that would depend on how busy the machine is."""
    return 1_000 * time.monotonic()


def standing_still() -> float:
    """A clock by which all keys are pressed at once."""
    return 100.0


@dataclass(frozen=True, slots=True)
class Stage:
    """An app that runs, and the hand on its keys."""

    app: InhouseApp
    pilot: Pilot[None]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits until what the person sees has got so far."""
        async with asyncio.timeout(60):
            while not condition():
                await self.pilot.pause()

    async def settle(self) -> None:
        """Waits until everything that came is shown."""
        await self.app.presenter.settled()
        await self.until(self.has_looked)
        await self.pilot.pause()

    def has_looked(self) -> bool:
        """Whether branch and model, which threads look at, are told in the status line."""
        running = [one for one in self.app.workers if not one.is_finished]
        return not any({one.name, one.group} & {"branch", "model"} for one in running)

    async def send(self, text: str) -> None:
        """Writes a prompt and sends it."""
        self.app.composer.put(text)
        await self.pilot.press("enter")

    async def turn(self, text: str) -> None:
        """A prompt, until its turn has ended."""
        before = self.ended()
        await self.send(text)
        await self.until(lambda: self.ended() > before and self.app.live.state == "ready")
        await self.until(lambda: not self.app.live.queue)
        await self.settle()

    def ended(self) -> int:
        """How many turns of the open session have ended."""
        built = self.app.live.built
        events = built.session.events() if built is not None else ()
        return sum(isinstance(event, TurnEnded) for event in events)

    def texts(self) -> str:
        """Everything that the conversation holds, as it would be copied."""
        return "\n".join(block.copied_text() for block in self.app.conversation.blocks)


def make_folder(root: Path) -> Path:
    """A small project; below the person's home it has the same name on every machine."""
    folder = root / "shop"
    folder.mkdir(parents=True)
    (folder / "cart.py").write_text(CART, encoding="utf-8")
    return folder


@asynccontextmanager
async def running(
    root: Path,
    model: ModelClient | ModelError,
    size: tuple[int, int] = (100, 30),
    clock: Callable[[], float] = unhurried,
    **settings: object,
) -> AsyncGenerator[Stage]:
    """The app in this folder with this model, opened and shown."""

    async def connect(_settings: Settings, _progress: object) -> ModelClient | ModelError:
        return model

    def make_wish() -> Wish:
        return Wish(root, Settings.model_validate({"sandbox": "off", **settings}), "ask")

    opening = Opening(root, make_wish, connect_model=connect)
    app = InhouseApp(opening, clock)
    async with app.run_test(size=size) as pilot:
        stage = Stage(app, pilot)
        await stage.until(lambda: app.live.state != "starting")
        await stage.settle()
        yield stage
