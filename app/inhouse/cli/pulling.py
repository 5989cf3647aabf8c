"""A download from the command line: stopped cleanly, and told as JSON lines to who started it."""

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from inhouse.cli.project import settings_of
from inhouse.offline import NO_DOWNLOAD

if TYPE_CHECKING:
    from inhouse_models.download import PullFault
    from inhouse_models.store import ModelFile
    from inhouse_models.transfer import Progress

SECONDS_BETWEEN = 0.1


def pull_here(name: str, progress: "Progress", *, projector: bool) -> "ModelFile | PullFault":
    """Pull a model, unless nothing is to be downloaded. Also a SIGTERM lets go of it in order.

    Ends with KeyboardInterrupt when it was stopped; what was fetched is kept.
    """
    from inhouse.interrupting import interrupts
    from inhouse_models.download import PullFault, pull

    if settings_of(Path.cwd()).settings.offline:
        return PullFault(NO_DOWNLOAD)

    async def work() -> "ModelFile | PullFault":
        with interrupts():
            return await pull(name, progress, projector=projector)

    try:
        return asyncio.run(work())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


class JsonMeter:
    """Says how far a download is, as JSON lines, not more often than a screen needs."""

    def __init__(self) -> None:
        self._last = (0.0, "")

    def show(self, done: int, total: int, step: str) -> None:
        """Bytes done, bytes in all, and what is being done."""
        now = time.monotonic()
        if step == self._last[1] and now - self._last[0] < SECONDS_BETWEEN and done < total:
            return
        self._last = (now, step)
        self._say({"type": "progress", "done": done, "total": total, "step": step})

    def finish(self, pulled: "ModelFile | PullFault") -> None:
        """How it ended."""
        from inhouse_models.download import PullFault

        if isinstance(pulled, PullFault):
            told = {"type": "result", "problem": pulled.problem, "advice": pulled.advice}
            self._say({**told})
        else:
            self._say({"type": "result", "name": pulled.name, "path": str(pulled.path)})

    def _say(self, told: dict[str, str | int]) -> None:
        from inhouse.output.result import encode_line

        typer.echo(encode_line({**told}), nl=False)
