"""Where other programs reach us: a socket that listens before this process denies itself any."""

import ipaddress
import socket
from dataclasses import dataclass

from inhouse_tools.refusal import Refusal

# None of the usual ones of llama-server, llama.vim, vLLM, SGLang, Ollama or LM Studio.
DEFAULT_PORT = 8391
BACKLOG = 64


@dataclass(frozen=True, slots=True)
class Listening:
    """A socket and how to reach it. `loopback`: only from this machine."""

    socket: socket.socket
    url: str
    loopback: bool


def is_loopback(host: str) -> bool:
    """Whether a name or address means this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int) -> Listening | Refusal:
    """Listen on an address of this machine; port 0 is any free one."""
    address = "127.0.0.1" if host == "localhost" else host
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        listener = socket.create_server((address, port), family=family, backlog=BACKLOG)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        return Refusal(
            f"inhouse cannot listen on {host} port {port}: {reason}. Another port: --port N,"
            " or --port 0 for any that is free."
        )
    # For all who come: an answer in two parts would wait 40 ms for the receipt of the first.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    port = int(listener.getsockname()[1])
    shown = f"[{address}]" if family == socket.AF_INET6 else address
    return Listening(listener, f"http://{shown}:{port}", is_loopback(host))
