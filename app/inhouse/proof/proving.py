"""Runs a real task while it is looked at, and says what was seen."""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from inhouse.connect import Progress, find_model
from inhouse.proof.looking import Looking, choose_looking
from inhouse.proof.report import Proof, Task
from inhouse.proof.trace import Calls, Role, read_trace
from inhouse.settings import Settings
from inhouse_models.chat import ModelError
from inhouse_models.host.control import engine_status, stop_engines
from inhouse_models.host.places import Place
from inhouse_models.host.spawn import retire
from inhouse_tools import process
from inhouse_tools.process import Result

SECONDS: Final = 900.0
NAME: Final = "greeting.py"
CONTENT: Final = (
    '"""Greets people."""\n\n\ndef greet(name: str) -> str:\n'
    '    """A greeting for a name."""\n    return f"Hello, {name}"\n'
)
PROMPT: Final = f"In {NAME}, let greet say Goodbye instead of Hello."
TASK: Final = (
    *("--mode", "auto-edit", "--output-format", "json", "--quiet"),
    *("--max-turns", "4", "--verify", f"cat {NAME}", "--offline"),
)
BUSY: Final = "The engine is answering somebody; try again when it has finished."
SERVER: Final = (
    "What you say goes to the server {}; only work with a model of this machine is offline."
)
WORKING: Final = "running a task; with a small model on a processor this takes minutes"
RESULT: Final = '{"type": "result"'


@dataclass(frozen=True, slots=True)
class NotTried:
    """Why nothing was tried."""

    text: str


async def prove_offline(settings: Settings, progress: Progress) -> Proof | NotTried:
    """Let the present model read and edit a file in a folder of its own, and look at all of it.

    It has an engine of its own, so one that is idle is asked to end first: a machine may have no
    room for two.
    """
    if settings.endpoint:
        return NotTried(SERVER.format(settings.endpoint))
    model = await find_model(settings, progress)
    if isinstance(model, ModelError):
        return NotTried(model.text)
    if any(one.busy for one in await engine_status()):
        return NotTried(BUSY)
    await stop_engines()
    # A short name, since a socket's path has room for about 100 bytes.
    with tempfile.TemporaryDirectory(prefix="inhouse-") as place:
        folder = Path(place)
        looking = await choose_looking(folder)
        progress(0, 0, WORKING)
        task = await _work(looking, folder)
        calls: dict[Role, Calls] = {}
        if looking.strace:
            with (folder / "trace").open(encoding="utf-8", errors="replace") as lines:
                calls = read_trace(lines)
        return Proof(model.name, looking.ways, task, calls)


async def _work(looking: Looking, folder: Path) -> Task:
    work = folder / "work"
    work.mkdir()
    (work / NAME).write_text(CONTENT, encoding="utf-8")
    said, ended = "", asyncio.Event()

    def hear(text: str) -> None:
        nonlocal said
        said += text
        if RESULT in said:
            ended.set()

    argv = [sys.executable, "-I", "-m", "inhouse.start", "-p", PROMPT, *TASK]
    stopping = asyncio.create_task(_stop_engine(folder, ended))
    try:
        ran = await process.run(
            looking.wrap(argv, folder / "trace"),
            cwd=work,
            timeout=SECONDS,
            environment=_environment(folder),
            show=hear,
        )
    finally:
        stopping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await stopping
    if not isinstance(ran, Result):
        return Task("not started", ran.text)
    line = next((line for line in ran.output.splitlines() if line.startswith(RESULT)), "")
    if not line:
        why = "it took too long" if ran.timed_out else ran.output.strip()[-300:]
        return Task("not finished", why, seconds=ran.seconds)
    result: dict[str, Any] = json.loads(line)
    changed = tuple(result["files_changed"])
    return Task(result["subtype"], result["result"], changed, result["duration_ms"] / 1000)


def _environment(folder: Path) -> dict[str, str]:
    """The person's own settings and models, but nothing that is kept."""
    names = ("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
    places = {name: str(folder / name[4:7].lower()) for name in names}
    # Should nobody be left to ask the engine to end, it does so itself.
    return {**os.environ, **places, "INHOUSE_IDLE_MINUTES": "1"}


async def _stop_engine(folder: Path, ended: asyncio.Event) -> None:
    """When the task is over its engine ends as well, and so does whoever looks at it."""
    await ended.wait()
    for socket in (folder / "run" / "inhouse").glob("*.sock"):
        await retire(Place(socket.stem, socket, socket.with_suffix(".lock")))
