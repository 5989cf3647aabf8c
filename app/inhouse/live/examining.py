"""Looks at everything for /doctor, in a thread that never holds up the end of the program."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inhouse.doctor import Report

Progress = Callable[[int, int, str], None]
Examine = Callable[[Path, Progress], Awaitable["Report"]]


async def examine_aside(root: Path, progress: Progress, examine: Examine | None = None) -> "Report":
    """The doctor's report of this folder; `progress` is called in the loop of the caller.

    Who stops waiting for it leaves a thread behind that ends by itself, or with the program.
    """
    loop = asyncio.get_running_loop()
    waiting: asyncio.Future[Report] = loop.create_future()

    def tell(done: int, total: int, what: str) -> None:
        _hand_over(loop, lambda: progress(done, total, what))

    def look() -> None:
        task = asyncio.run(_look(root, tell, examine))
        _hand_over(loop, lambda: _deliver(waiting, task))

    threading.Thread(target=look, name="doctor", daemon=True).start()
    return await waiting


async def _look(
    root: Path, progress: Progress, examine: Examine | None
) -> "asyncio.Future[Report]":
    """The finished look, whatever it came to."""
    if examine is None:
        from inhouse.doctor import examine
    look = asyncio.ensure_future(examine(root, progress))
    await asyncio.wait([look])
    return look


def _deliver(waiting: "asyncio.Future[Report]", look: "asyncio.Future[Report]") -> None:
    if waiting.done():
        return
    fault = look.exception()
    if fault is not None:
        waiting.set_exception(fault)
    else:
        waiting.set_result(look.result())


def _hand_over(loop: asyncio.AbstractEventLoop, action: Callable[[], None]) -> None:
    """Do it in the loop, unless that has been closed meanwhile."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(action)
