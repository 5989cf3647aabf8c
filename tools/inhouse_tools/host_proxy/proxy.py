"""An HTTP proxy for granted hosts: it opens tunnels (CONNECT) and passes plain requests on."""

import contextlib
import socket
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from inhouse_tools.host_proxy.names import USUAL_PORTS, is_granted, may_be_reached

MOST_HEAD = 65_536
MOST_CONNECTIONS = 64
PATIENCE = 30.0
_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request wants to go, and the head of the request as it is passed on (b"" for a
    tunnel)."""

    host: str
    port: int
    head: bytes = b""


def addresses_of(host: str, port: int) -> list[str]:
    """Where a host can be found, as the system says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[0]).partition("%")[0] for *_rest, place in found]


@dataclass(slots=True)
class Proxy:
    """Serves connections of one command. `refused` says what was not let through, each once.

    `find` gives the addresses of a host and a port; OSError when there are none.
    """

    granted: Collection[str]
    find: Callable[[str, int], Sequence[str]] = addresses_of
    refused: dict[str, None] = field(default_factory=dict[str, None])
    _room: threading.Semaphore = field(
        default_factory=lambda: threading.Semaphore(MOST_CONNECTIONS)
    )

    def serve(self, listener: socket.socket) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            self._room.acquire()
            threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            try:
                connection.settimeout(PATIENCE)
                self._answer(connection)
            finally:
                self._room.release()

    def _answer(self, connection: socket.socket) -> None:
        head, rest = _read_head(connection)
        target = _target_of(head)
        if target is None:
            connection.sendall(_response(400, "this proxy takes CONNECT and http:// only"))
            return
        reason = self._why_not(target)
        if reason:
            self.refused[reason] = None
            connection.sendall(_response(403, reason))
            return
        found = self._connect(target)
        if isinstance(found, str):
            connection.sendall(_response(502, found))
            return
        with found:
            if target.head:
                found.sendall(target.head + rest)
            else:
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                found.sendall(rest)
            _pass_on(connection, found)

    def _why_not(self, target: Target) -> str:
        if is_granted(target.host, target.port, self.granted):
            return ""
        port = "" if target.port in USUAL_PORTS else f":{target.port}"
        return f"{target.host}{port} was not granted"

    def _connect(self, target: Target) -> socket.socket | str:
        """A connection to the address that was judged, or why there is none."""
        try:
            found = self.find(target.host, target.port)
        except OSError as error:
            return f"{target.host} was not found ({error.strerror})"
        problem = ""
        for address in found:
            if not may_be_reached(address, target.host, self.granted):
                problem = f"{target.host} leads to {address}, which was not granted itself"
                self.refused[problem] = None
                continue
            try:
                connection = socket.create_connection((address, target.port), PATIENCE)
            except OSError as error:
                problem = f"{target.host} does not answer ({error.strerror or error})"
                continue
            connection.settimeout(None)
            return connection
        return problem or f"{target.host} has no address"


def _read_head(connection: socket.socket) -> tuple[bytes, bytes]:
    """The head of a request with its empty line, and what came after it; b"" when it has no end."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(_PIECE)
        if not piece or len(data) > MOST_HEAD:
            return b"", b""
        data += piece
    head, end, rest = data.partition(b"\r\n\r\n")
    return head + end, rest


def _target_of(head: bytes) -> Target | None:
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        return None
    method, wanted, version = words
    try:
        parts = urlsplit(f"//{wanted}" if method == "CONNECT" else wanted)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.username is not None:
        return None
    if method == "CONNECT":
        return Target(host, port) if port and not parts.path else None
    if parts.scheme != "http":
        return None
    path = parts._replace(scheme="", netloc="").geturl() or "/"
    kept = [
        line
        for line in lines[1:]
        if line
        and line.partition(":")[0].strip().lower()
        not in ("host", "connection", "proxy-connection", "proxy-authorization", "keep-alive")
    ]
    # The server is told one host only, and ends the connection: nothing else goes through it.
    own = [f"{method} {path} {version}", f"Host: {parts.netloc}", *kept, "Connection: close"]
    return Target(host, port or 80, "\r\n".join([*own, "", ""]).encode("latin-1"))


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until both ends are silent."""
    one.settimeout(None)
    back = threading.Thread(target=_carry, args=(other, one), daemon=True)
    back.start()
    _carry(one, other)
    back.join()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _response(status: int, reason: str) -> bytes:
    body = f"inhouse: {reason}\n".encode()
    head = f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\n"
    length = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode("ascii", "replace") + length.encode() + body
