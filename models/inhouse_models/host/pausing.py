"""Who keeps a host's model out of memory, for how long, and what those who wait are told."""

import asyncio
import datetime
import itertools
import json
import math
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from inhouse_models.chat import ModelError
from inhouse_models.engine.release import Released
from inhouse_models.engine.worker import Engine
from inhouse_models.host.gpu_watch import MIB, Asking, GpuWatch
from inhouse_models.host.replies import refusal

PAUSED = "The engine is paused{}. To go on: inhouse engine resume, or /engine resume"
LENT = "The model's memory is lent to `{}`; the answer goes on when that has ended."
STOPPED = "The engine was stopped while it was paused."
YIELDED = "the memory is released: {} ({}) has {} MiB of the graphics card, which is nearly full"
# A program on the card is looked for so often, and while the model is in use it has to wait.
LOOK_EVERY, YIELD_AFTER = 5.0, 30.0
NEAR_SECONDS = 300
MOST_SECONDS = 366 * 86_400
LONGEST_COMMAND = 80


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds without work after which the process ends, and after which it only releases the
    model's memory; 0 for the latter means never. With `yielding` it also does when another program
    needs the graphics card."""

    end_seconds: float = 900.0
    unload_seconds: float = 0.0
    yielding: bool = True


class Pausing:
    """Gives an engine's memory away and takes it back: for the person until they say so, for a
    command as long as that runs, for another program on the graphics card, and after some time
    without work."""

    def __init__(self, engine: Engine, patience: Patience, watch: GpuWatch | None = None) -> None:
        self._engine = engine
        self._unload_seconds = patience.unload_seconds
        self._yielding = patience.yielding
        self._watch = watch or GpuWatch()
        self._looked = 0.0
        self._remembered = False
        self._paused = False
        # On the clock of the machine, which goes on while it sleeps.
        self._until: float | None = None
        self._loans: dict[int, str] = {}
        self._numbers = itertools.count()
        self._kept = False

    def routes(self) -> Sequence[Route]:
        """The addresses of a host."""
        return [
            Route("/inhouse/pause", self.pause, methods=["POST"]),
            Route("/inhouse/resume", self.resume, methods=["POST"]),
            Route("/inhouse/lend", self.lend, methods=["POST"]),
        ]

    @property
    def paused(self) -> bool:
        """Whether the person keeps the model out of memory."""
        return self._paused

    @property
    def held(self) -> str:
        """What those who wait are told; empty when the next request loads the model."""
        if self._paused:
            until = "" if self._until is None else f" until {_clock(self._until)}"
            return PAUSED.format(until)
        command = next(iter(self._loans.values()), "")
        return LENT.format(command) if command else ""

    def describe(self, idle_seconds: float) -> dict[str, object]:
        """What a host says of this. Bytes and seconds; None where nothing is planned."""
        released = self._engine.released
        state = self._engine.state
        if state == "released":
            state = "paused" if self._paused else "lent" if self._loans else "unloaded"
        unload = self._unload_seconds - idle_seconds
        planned = self._unload_seconds and state == "ready" and not self._kept
        return {
            "state": state,
            "paused": self._paused,
            "held": self.held,
            "pause_seconds": None if self._until is None else max(0.0, self._until - time.time()),
            "unload_seconds": max(0.0, unload) if planned else None,
            "freed_bytes": released.freed_bytes if released else 0,
            "saved_tokens": released.saved_tokens if released else 0,
        }

    async def pause(self, request: HttpRequest) -> Response:
        """Release the memory until it is resumed, or for some seconds. Answers that are being
        written are interrupted at a token and go on afterwards."""
        try:
            asked: dict[str, Any] = json.loads(await request.body())
            seconds = None if asked.get("seconds") is None else float(asked["seconds"])
            losing = bool(asked.get("losing"))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            return refusal(ModelError("request", f"The request is no pause: {error!r}."))
        if seconds is not None and not (math.isfinite(seconds) and 0 < seconds <= MOST_SECONDS):
            return refusal(ModelError("request", "A pause takes more than 0 seconds, and no year."))
        before = self._paused, self._until
        self._paused = True
        self._until = None if seconds is None else time.time() + seconds
        released = await self._release(losing=losing)
        if isinstance(released, ModelError):
            self._paused, self._until = before
            return refusal(released)
        return JSONResponse(encode_released(released))

    async def resume(self, _request: HttpRequest) -> Response:
        """End the pause and load the model again; answers when it is loaded."""
        was, started = self._engine.state != "ready", time.monotonic()
        self._paused, self._until = False, None
        if self._loans:
            self._engine.hold(self.held)
            return refusal(ModelError("request", self.held))
        fault = await asyncio.wrap_future(self._engine.restore())
        if fault is not None:
            return refusal(fault)
        seconds = round(time.monotonic() - started, 3)
        return JSONResponse({"resumed": was, "seconds": seconds})

    async def lend(self, request: HttpRequest) -> Response:
        """Release the memory for a command, as long as this connection is open."""
        try:
            asked: dict[str, Any] = json.loads(await request.body())
            command, always = str(asked["command"]), bool(asked.get("always"))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            return refusal(ModelError("request", f"The request is no loan: {error!r}."))
        if not always and not await self._would_help():
            return JSONResponse({"needless": True})
        return StreamingResponse(self._lend(command), media_type="application/x-ndjson")

    async def _would_help(self) -> bool:
        """Whether a command that computes on the graphics card misses what the model holds."""
        return self._engine.on_gpu and not await asyncio.to_thread(self._watch.is_roomy)

    async def _lend(self, command: str) -> AsyncGenerator[bytes]:
        number, was_loaded = next(self._numbers), self._engine.state == "ready"
        self._loans[number] = " ".join(command.split())[:LONGEST_COMMAND]
        try:
            released = await self._release(losing=False)
            yield (
                json.dumps(
                    {"error": released.text}
                    if isinstance(released, ModelError)
                    else encode_released(released)
                ).encode()
                + b"\n"
            )
            await asyncio.Event().wait()
        finally:
            del self._loans[number]
            if was_loaded and not self.held:
                # The model's next turn follows a command at once.
                self._engine.restore()
            else:
                self._engine.hold(self.held)

    async def _release(self, *, losing: bool) -> Released | ModelError:
        return await asyncio.wrap_future(self._engine.release(self.held, losing=losing))

    async def watch(self, idle_seconds: float) -> None:
        """End a pause whose time is over, and release what was not used for long enough."""
        if self._until is not None and time.time() >= self._until:
            self._paused, self._until = False, None
            # Nobody may be there to use it: the next request loads the model.
            self._engine.hold(self.held)
        if idle_seconds < self._unload_seconds or not self._unload_seconds:
            self._kept = False
        elif self._engine.state == "ready" and not self._kept:
            # What cannot be released stays until it was used again.
            self._kept = isinstance(await self._release(losing=False), ModelError)
        if self._yielding and self._engine.on_gpu and self._engine.state == "ready":
            await self._yield_to_others(idle_seconds)

    async def _yield_to_others(self, idle_seconds: float) -> None:
        """Release the memory when another program came to the card and hardly any is left, unless
        the model was used just now: then it is the person's wish too."""
        now = time.monotonic()
        if not self._remembered:
            self._remembered = True
            await asyncio.to_thread(self._watch.remember)
        elif idle_seconds >= YIELD_AFTER and now - self._looked >= LOOK_EVERY:
            self._looked = now
            asking = await asyncio.to_thread(self._watch.find_asking)
            if asking is not None:
                released = await self._release(losing=False)
                self._report(asking, released)

    def _report(self, asking: Asking, released: Released | ModelError) -> None:
        if isinstance(released, Released):
            # The next load has other programs beside it.
            self._remembered = False
            text = YIELDED.format(asking.name, asking.pid, asking.held // MIB)
        else:
            text = released.text
        self._engine.options.report(text)

    def dismiss(self) -> None:
        """End all who wait, since the model is not loaded again."""
        self._engine.dismiss(ModelError("engine_lost", STOPPED))


def encode_released(released: Released) -> dict[str, object]:
    """What came of a release; bytes, tokens and seconds."""
    return {
        "freed_bytes": released.freed_bytes,
        "resident_bytes": released.resident_after,
        "saved_tokens": released.saved_tokens,
        "lost_tokens": released.lost_tokens,
        "memory_bytes": released.memory_bytes,
        "seconds": round(released.seconds, 3),
    }


def _clock(moment: float) -> str:
    """A time as the person's clock shows it: with seconds when it is near, with the day when that
    is another one."""
    now = datetime.datetime.now().astimezone()
    then = datetime.datetime.fromtimestamp(moment).astimezone()
    if (then - now).total_seconds() < NEAR_SECONDS:
        return f"{then:%H:%M:%S}"
    return f"{then:%H:%M}" if then.date() == now.date() else f"{then:%Y-%m-%d %H:%M}"
