"""What Ctrl+C and SIGTERM do while something runs: end it cleanly, and at once when repeated."""

import asyncio
import os
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager

from inhouse.exit_codes import ExitCode


def _nothing() -> bool:
    return False


@contextmanager
def interrupts(take: Callable[[], bool] = _nothing) -> Generator[Callable[[], bool]]:
    """Let Ctrl+C and SIGTERM cancel the current task, and a second one end the process at once.

    `take` is asked at each Ctrl+C before that: true means that less was ended, and all goes on.
    Gives a function that tells whether the task was cancelled so.
    """
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    ended = False

    def end() -> None:
        nonlocal ended
        if ended or task is None:
            os._exit(ExitCode.INTERRUPTED)
        ended = True
        task.cancel()

    def press() -> None:
        if ended or not take():
            end()

    loop.add_signal_handler(signal.SIGINT, press)
    loop.add_signal_handler(signal.SIGTERM, end)
    try:
        yield lambda: ended
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
