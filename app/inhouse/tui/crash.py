"""What happens when the terminal UI fails or loses its terminal: nothing is lost, it is said."""

import asyncio
import contextlib
import errno
import os
import signal
import sys
import termios
import threading
from typing import Any, Final, TypeVar

from rich.text import Text

from inhouse.live.crash_report import tell_crash
from inhouse.tui.terminal_gate import GatedApp

Result = TypeVar("Result")
PART: Final = "terminal UI"
OUTPUT_THREAD: Final = "textual-output"
GRACE_SECONDS: Final = 3.0
HUNG_UP: Final = 128 + signal.SIGHUP


class GuardedApp(GatedApp[Result]):
    """An app whose own faults end in a short message and a report.

    A terminal that hangs up, and SIGTERM, end it as `action_quit` does; when the terminal is
    gone that happens quietly, and soon in any case.
    """

    _loop: asyncio.AbstractEventLoop | None = None

    def on_mount(self) -> None:
        """Listen to the system, unless nobody could lose a terminal."""
        if self.is_headless or threading.current_thread() is not threading.main_thread():
            return
        self._loop = loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.leave_on_demand)
        loop.add_signal_handler(signal.SIGHUP, self.leave_without_terminal)
        threading.excepthook = self._take_thread_fault

    def leave_on_demand(self) -> None:
        """Somebody ended the process: leave as a person does."""
        self.run_worker(self.action_quit(), name="leave", exit_on_error=False)

    def leave_without_terminal(self) -> None:
        """Leave while nothing can be shown any more; what hangs on the way does not hold it up."""
        _end_soon()
        self.leave_on_demand()

    def panic(self, *renderables: Any) -> None:
        """A fault that Textual would have drawn itself, such as one of its input thread."""
        del renderables
        self._fatal_error()

    def _fatal_error(self) -> None:
        """Textual calls this while it handles a fault."""
        fault = self._exception or sys.exception() or RuntimeError()
        if isinstance(fault, (OSError, termios.error)) and self._loop and is_terminal_gone():
            self.leave_without_terminal()
            return
        if not self._exit_renderables:
            # Textual says this once the terminal is as it was.
            self._exit_renderables.append(Text(tell_crash(fault, PART), end=""))
        self._close_messages_no_wait()

    def _take_thread_fault(self, arguments: threading.ExceptHookArgs) -> None:
        """A thread failed; the one that writes fails when the terminal is gone."""
        thread = arguments.thread
        writes = thread is not None and thread.name == OUTPUT_THREAD
        if not (writes and isinstance(arguments.exc_value, OSError)):
            threading.__excepthook__(arguments)
            return
        # The loop itself may stand still: nobody takes what it wants to write.
        _end_soon()
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self.leave_on_demand)


def _end_soon() -> None:
    """End the process after a while, whatever it waits for."""
    timer = threading.Timer(GRACE_SECONDS, os._exit, (HUNG_UP,))
    timer.daemon = True
    timer.start()


def is_terminal_gone() -> bool:
    """Whether standard input was a terminal that has hung up."""
    try:
        termios.tcgetattr(0)
    except (OSError, termios.error) as problem:
        return problem.args[:1] in ((errno.EIO,), (errno.ENXIO,))
    return False
