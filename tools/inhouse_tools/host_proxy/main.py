"""The program itself: `outside` starts the sandbox and the proxy, `inside` opens the port."""

import array
import ctypes
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn

from inhouse_tools.host_proxy.proxy import Proxy

CHANNEL = 7
"""The descriptor over which the port comes out of the sandbox."""
NOT_RUN = 126
_SIGNAL_AT_END_OF_PARENT = 1


def main(arguments: Sequence[str]) -> int:
    """Run `outside COUNT HOST… ARGUMENT…` or `inside DIRECT ARGUMENT…`; the command's exit code.

    DIRECT are hosts that programs shall not ask the proxy for, with commas.
    """
    if arguments[0] == "inside":
        return inside(arguments[2:], arguments[1])
    count = int(arguments[1])
    return outside(arguments[2 + count :], arguments[2 : 2 + count])


def outside(argv: Sequence[str], granted: Sequence[str]) -> int:
    """Become the sandbox, beside a copy of this process that lets it out to the granted hosts.

    So the sandbox stays the child of whoever started it, and ends with it. It returns only when
    the sandbox cannot be run.
    """
    ours, theirs = socket.socketpair()
    sandbox = os.getpid()
    if os.fork() == 0:
        theirs.close()
        _let_out(ours, Proxy(tuple(granted)), sandbox)
    ours.close()
    os.dup2(theirs.fileno(), CHANNEL)
    os.set_inheritable(CHANNEL, True)
    return _become(argv)


def _let_out(channel: socket.socket, proxy: Proxy, sandbox: int) -> NoReturn:
    """Serve until the sandbox has ended, then say what was refused."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    ctypes.CDLL(None).prctl(_SIGNAL_AT_END_OF_PARENT, signal.SIGTERM)
    if os.getppid() == sandbox:
        threading.Thread(target=_take_and_serve, args=(channel, proxy), daemon=True).start()
        signal.sigwait({signal.SIGTERM})
    for reason in proxy.refused:
        sys.stderr.write(f"[network: {reason}]\n")
    sys.stderr.flush()
    os._exit(0)


def _become(argv: Sequence[str]) -> int:
    try:
        os.execvp(argv[0], list(argv))  # noqa: S606 - no shell is wanted
    except OSError as error:
        sys.stderr.write(f"{argv[0]} cannot be run: {error.strerror}\n")
        return NOT_RUN


def _take_and_serve(channel: socket.socket, proxy: Proxy) -> None:
    with channel:
        _data, descriptors, _flags, _address = socket.recv_fds(channel, 1, 1)
    if descriptors:
        with socket.socket(fileno=descriptors[0]) as listener:
            proxy.serve(listener)


def inside(argv: Sequence[str], direct: str) -> int:
    """Open the port, hand it out and become the command. It belongs to a network that is empty."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        port = listener.getsockname()[1]
        with socket.socket(fileno=CHANNEL) as channel:
            message = array.array("i", [listener.fileno()])
            channel.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, message)])
    address = f"http://127.0.0.1:{port}"
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        os.environ[name] = os.environ[name.lower()] = address
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = direct
    os.environ["NODE_USE_ENV_PROXY"] = "1"
    return _become(argv)
