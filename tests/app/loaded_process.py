"""A process that has loaded inhouse already; what it is asked for is done by copies of it.

Most of what a short command costs is loading. `python loaded_process.py SOCKET` listens there and
ends with its standard input; `loaded_command.py` hands over its words, streams and surroundings.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

sys.path.append(str(Path(__file__).resolve().parents[2]))

from tests.app.editors.scripted_agent import main as scripted_agent

from inhouse.start import main as inhouse_command

# What commands load when they need it; what is missing here only takes longer.
LOADED = (
    "inhouse.acp.serving",
    "inhouse.cli",
    "inhouse.committing",
    "inhouse.doctor",
    "inhouse.filtering.edit",
    "inhouse.filtering.review",
    "inhouse.oneshot",
    "inhouse.trust.survey",
    "inhouse_models.download",
    "huggingface_hub.hf_api",
)
Order = dict[str, Any]
WORK: dict[str, Callable[[], None]] = {
    "inhouse": inhouse_command,
    "agent": lambda: scripted_agent(sys.argv[1]),
}
STREAMS = 3


def serve(path: str) -> None:
    """Copy this process for each order, until standard input ends."""
    for name in LOADED:
        import_module(name)
    gc.freeze()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    os.write(1, b"ready\n")
    while True:
        ready, _, _ = select.select([listener, 0], [], [])
        if 0 in ready:
            return
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            keep(connection)
        connection.close()
        reap()


def reap() -> None:
    """Forget the keepers that have ended."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                return
        except ChildProcessError:
            return


def keep(connection: socket.socket) -> NoReturn:
    """Have an order done, and tell its exit code; what nobody waits for any more is ended."""
    _, streams, _, _ = socket.recv_fds(connection, 1, STREAMS)
    order = json.loads(b"".join(iter(lambda: connection.recv(1 << 16), b"")))
    ended, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    child = os.fork()
    if child == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for one in (ended, wake, connection.detach()):
            os.close(one)
        do(order, streams)
    for stream in streams:
        os.close(stream)
    connection.setblocking(False)
    poll = select.poll()
    poll.register(ended, select.POLLIN)
    # The other side has nothing more to say: only that it is gone is of interest.
    poll.register(connection, 0)
    left = ended not in [one for one, _ in poll.poll()]
    if left:
        os.kill(child, signal.SIGTERM)
    _, status = os.waitpid(child, 0)
    if not left:
        connection.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def do(order: Order, streams: list[int]) -> NoReturn:
    """Become what the order says; ends as any program does."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    # As the interpreter opens them: those of this process remember what they were.
    sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["variables"])
    work, *words = order["words"]
    sys.argv = [work, *words]
    WORK[work]()
    sys.exit()


if __name__ == "__main__":
    serve(sys.argv[1])
