"""Starts the engine host of a model, or finds the one that runs."""

import asyncio
import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import httpx

from inhouse_models.adapter import Adapter
from inhouse_models.chat import ModelError
from inhouse_models.host.places import Place, PlaceError, all_places, log_path, place_for
from inhouse_models.speed.choices import NOTHING, SpeedChoices, encode_choices
from inhouse_models.wire import VERSION

HELLO_SECONDS = 5.0
LOCK_SECONDS = 60.0
LOG_LIMIT = 1_000_000
HELD = "{} Until then no other model is loaded, and this one not with other settings."


class Start(Protocol):
    """Starts a program that outlives us, in a session of its own and the folder `/`.

    It finds our descriptors `files[N]` as its N, and nothing else of ours; its input is empty.
    Raises OSError when it cannot be started.
    """

    def __call__(self, argv: Sequence[str], files: Mapping[int, int]) -> None: ...


@dataclass(frozen=True, slots=True)
class HostOptions:
    """How a host serves its model. `context` None is the engine's choice, in tokens.

    It ends after `idle_seconds` without work, and releases the model's memory after
    `unload_seconds`, 0 for never, or when another program needs the graphics card, unless
    `keep_gpu`.
    `states_memory` and `states_disk` are bytes for the states of conversations that do not live
    in the context: the former 0 to choose, the latter for all models together, 0 for none.
    `threads` 0 is found by measuring. `template` "chatml" writes prompts in that form, "" by the
    model's own template.
    `lora` are the adapters at work in every answer; another set starts another host. `drafting`
    "off" drafts nothing; `draft_model` is a small model that drafts for the large one. `speed` are
    further choices of the person. With `projector` the model sees images. One that is to be
    `confined` refuses to work unless it was started so that it cannot open a socket.
    """

    model: Path = Path()
    context: int | None = None
    threads: int = 0
    gpu_layers: int = -1
    idle_seconds: float = 900.0
    unload_seconds: float = 0.0
    keep_gpu: bool = False
    states_memory: int = 0
    states_disk: int = 8 * 1024**3
    template: str = ""
    lora: tuple[Adapter, ...] = ()
    projector: Path | None = None
    drafting: Literal["auto", "off"] = "auto"
    draft_model: Path | None = None
    speed: SpeedChoices = NOTHING
    confined: bool = False

    def arguments(self) -> list[str]:
        """The host's command line; it is compared to see whether a running host fits."""
        return [
            "--model",
            str(self.model.resolve()),
            "--context",
            str(self.context or 0),
            "--threads",
            str(self.threads),
            "--gpu-layers",
            str(self.gpu_layers),
            "--idle-seconds",
            str(self.idle_seconds),
            *(("--unload-seconds", str(self.unload_seconds)) if self.unload_seconds else ()),
            *(("--keep-gpu",) if self.keep_gpu else ()),
            "--states-memory",
            str(self.states_memory),
            "--states-disk",
            str(self.states_disk),
            *(("--template", self.template) if self.template else ()),
            "--drafting",
            self.drafting,
            *(("--draft-model", str(self.draft_model.resolve())) if self.draft_model else ()),
            *(("--speed", encode_choices(self.speed)) if self.speed.given() else ()),
            *(word for adapter in self.lora for word in ("--lora", str(adapter))),
            *(("--projector", str(self.projector.resolve())) if self.projector else ()),
            *(("--confined",) if self.confined else ()),
        ]


def open_http(place: Place, seconds: float | None = None) -> httpx.AsyncClient:
    """An HTTP client over the host's socket; `seconds` limits each wait."""
    transport = httpx.AsyncHTTPTransport(uds=str(place.socket))
    return httpx.AsyncClient(
        transport=transport, base_url="http://inhouse", timeout=seconds, trust_env=False
    )


async def say_hello(place: Place) -> dict[str, Any] | None:
    """What a running host says of itself, or None when none answers."""
    try:
        async with open_http(place, HELLO_SECONDS) as http:
            response = await http.get("/inhouse/hello")
            return response.json()
    except (httpx.TransportError, ValueError):
        return None


async def retire(place: Place) -> bool:
    """Ask a host to finish its answers and end; its place is free for another at once."""
    try:
        async with open_http(place, HELLO_SECONDS) as http:
            await http.post("/inhouse/stop", json={})
    except httpx.TransportError:
        return False
    finally:
        place.socket.unlink(missing_ok=True)
    return True


class _Host(subprocess.Popen[bytes]):
    """A host outlives whoever started it, on purpose: that is nothing to be warned of."""

    def __del__(self) -> None:
        """Nothing is left to do."""


# Those that end before us must not stay as zombies.
_started: list[_Host] = []


def start_directly(argv: Sequence[str], files: Mapping[int, int]) -> None:
    """Start a host as a child of this process; a descriptor other than 0 to 2 keeps its number."""
    _started[:] = [child for child in _started if child.poll() is None]
    child = _Host(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=files[1],
        stderr=files[2],
        cwd="/",
        pass_fds=[number for number in files if number > 2],
        start_new_session=True,
    )
    _started.append(child)


async def ensure_host(options: HostOptions, start: Start = start_directly) -> Place | ModelError:
    """The place of a host that serves these options, started if need be.

    One host owns the machine's memory, so idle hosts of other models are asked to end.
    """
    if not options.model.is_file():
        return ModelError("no_model", f"There is no model file at {options.model}.")
    try:
        place = place_for(options.model)
        with place.lock.open("a") as lock:
            await _take_lock(lock.fileno())
            hello = await say_hello(place)
            if hello is not None and _fits(hello, options):
                return place
            if hello is not None and hello.get("held"):
                return ModelError("load", HELD.format(hello["held"]))
            if hello is not None:
                await retire(place)
            held = await _retire_idle_others(place)
            if held:
                return ModelError("load", HELD.format(held))
            _spawn(place, options, start)
            return place
    except PlaceError as fault:
        return ModelError("engine_lost", str(fault))
    except (OSError, TimeoutError) as error:
        return ModelError("engine_lost", f"The engine host could not be started: {error}.")


def _fits(hello: dict[str, Any], options: HostOptions) -> bool:
    """Whether it serves these options. After a failure to load, the file may be better now."""
    same = hello.get("version") == VERSION and hello.get("arguments") == options.arguments()
    return same and hello.get("state") != "failed"


async def _take_lock(descriptor: int) -> None:
    """Wait for the lock without blocking the event loop."""
    async with asyncio.timeout(LOCK_SECONDS):
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                await asyncio.sleep(0.05)
            else:
                return


async def _retire_idle_others(place: Place) -> str:
    """End the hosts of other models that have nothing to do; why no other model may be loaded,
    when the memory of one of them was given away."""
    for other in all_places():
        if other.name == place.name:
            continue
        hello = await say_hello(other)
        if hello is not None and hello.get("held"):
            return str(hello["held"])
        if hello is None or not hello.get("busy"):
            await retire(other)
    return ""


def _spawn(place: Place, options: HostOptions, start: Start) -> None:
    """Start the host with a socket that listens already, so that nobody has to poll for it."""
    log = log_path()
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".old.log"))
    place.socket.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        before = os.umask(0o177)
        try:
            listener.bind(str(place.socket))
        finally:
            os.umask(before)
        listener.listen(64)
        with log.open("ab") as output:
            log.chmod(0o600)
            # -I keeps the repository we stand in, and PYTHONPATH, out of the host's imports.
            command = [sys.executable, "-I", "-m", "inhouse_models.host"]
            listening = listener.fileno()
            command += ["--fd", str(listening), *options.arguments()]
            start(command, {1: output.fileno(), 2: output.fileno(), listening: listening})
