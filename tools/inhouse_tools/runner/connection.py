"""Our end of the way to the runner, and which runner this process has."""

import array
import errno
import os
import socket
import threading
from collections.abc import Sequence

from inhouse_tools.runner.forked import FAILED, NUMBER_BYTES, PID
from inhouse_tools.runner.message import Program, encode

PATIENCE_SECONDS = 10.0
LOST = "the process that starts programs has ended; leave inhouse and start it again"


class Runner:
    """Programs are started through it. Any thread may use it, and any event loop."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._control.settimeout(PATIENCE_SECONDS)
        self._lock = threading.Lock()

    def send(self, wanted: Program, descriptors: Sequence[int]) -> None:
        """Have a program started; raises OSError when nobody is there to do it.

        `descriptors` are: where to report how starting went, the lifeline unless it is lasting, and
        what the program shall find under `wanted.targets`.
        """
        data = encode(wanted)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        try:
            with self._lock:
                sent = self._control.sendmsg([data], rights)
                self._control.sendall(data[sent:])
        except OSError as error:
            raise OSError(errno.EPIPE, LOST) from error

    def start_lasting(self, wanted: Program, descriptors: Sequence[int]) -> int:
        """Start a program that outlives us; its process id. Raises OSError when it cannot run."""
        read_end, write_end = os.pipe()
        try:
            try:
                self.send(wanted, [write_end, *descriptors])
            finally:
                os.close(write_end)
            report = b""
            while piece := os.read(read_end, 64):
                report += piece
        finally:
            os.close(read_end)
        return read_report(report)

    def close(self) -> None:
        """Let it end, with all that it started."""
        self._control.close()


def read_report(report: bytes) -> int:
    """The process id of a program that was started; raises OSError for one that was not."""
    size = 1 + NUMBER_BYTES
    told = {
        report[at : at + 1]: int.from_bytes(report[at + 1 : at + size], "big")
        for at in range(0, len(report) - size + 1, size)
    }
    if FAILED in told:
        raise OSError(told[FAILED], os.strerror(told[FAILED]))
    if PID not in told:
        raise OSError(errno.EPIPE, LOST)
    return told[PID]


_present: Runner | None = None


def use_runner(runner: Runner | None) -> None:
    """Start everything through it from now on; None for directly."""
    global _present  # noqa: PLW0603 - a process has one runner, which was forked from it
    _present = runner


def present_runner() -> Runner | None:
    """The runner of this process, when it has one."""
    return _present
