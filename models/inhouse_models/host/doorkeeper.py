"""Who may talk to a local server: nobody's web page, nobody without the token, and not for ever.

An ASGI application in front of another one. On a Unix socket the file's mode is the key; over TCP,
which every process and every page in a browser can reach, the token is. No answer ever carries a
CORS header, so that no page may read one.
"""

import asyncio
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

JSON_TYPE: Final = "application/json"
METHODS: Final = ("GET", "POST")
POLICY_VIOLATION: Final = 1008
MIB: Final = 1024**2
MOST_HEAD_BYTES: Final = 16 * 1024
# The words of OpenAI for programs.
CODES: Final = {401: "invalid_api_key", 503: "too_many_requests"}


@dataclass(frozen=True, slots=True)
class HouseRules:
    """What a request has to be like.

    `hosts` are the values of Host that mean this server: another one is a page that had its own
    name rebound to our address. None are all of them, for a server that has a token and names that
    it does not know. `token` is what follows "Bearer ", none where the socket is the key; without
    it the `public` paths can be looked at. A body has at most `most_bytes`, and arrives within
    `body_seconds`; at most `most_open` requests are open at a time.
    """

    hosts: frozenset[str] | None
    token: str | None = None
    public: frozenset[str] = frozenset()
    most_bytes: int = 256 * MIB
    body_seconds: float = 60.0
    most_open: int = 64


def loopback_rules(
    port: int,
    token: str | None,
    host: str = "127.0.0.1",
    public: frozenset[str] = frozenset(),
) -> HouseRules:
    """The rules of a server on a port of a loopback address that somebody asked for."""
    names = ("127.0.0.1", "localhost", "[::1]", host)
    hosts = frozenset(f"{name}:{port}" for name in names)
    return HouseRules(hosts, _long_enough(token), public, 32 * MIB, 30.0, 16)


def open_rules(token: str) -> HouseRules:
    """The rules of a server that other machines reach, since somebody asked for that."""
    return HouseRules(None, _long_enough(token), frozenset(), 32 * MIB, 30.0, 16)


def _long_enough(token: str | None) -> str | None:
    if token is not None and len(token) < 32:
        raise ValueError("a token has at least 32 characters")
    return token


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    text: str


class Doorkeeper:
    """Lets through what keeps the rules; refuses everything else before it is looked at."""

    def __init__(self, application: ASGIApp, rules: HouseRules) -> None:
        self._application = application
        self._rules = rules
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        refusal = self._judge(scope)
        body = refusal or await self._take_body(receive)
        if body is None:
            return
        if isinstance(body, _Refusal):
            await _refuse(body, scope, receive, send)
            return
        self._open += 1
        try:
            await self._application(scope, _replay(body, receive), send)
        finally:
            self._open -= 1

    def _judge(self, scope: Scope) -> _Refusal | None:
        """What is wrong with the head of a request."""
        headers = scope["headers"]
        if len(scope["raw_path"]) + len(scope["query_string"]) + _length(headers) > MOST_HEAD_BYTES:
            return _Refusal(431, "The head of the request is too long.")
        if self._open >= self._rules.most_open:
            return _Refusal(503, "Too many requests are open.")
        if scope["method"] not in METHODS:
            return _Refusal(405, "Only GET and POST are answered.")
        hosts = self._rules.hosts
        if hosts is not None and _all(headers, b"host") not in [[host] for host in hosts]:
            return _Refusal(403, "The Host header does not name this server.")
        if _all(headers, b"origin") or _all(headers, b"sec-fetch-site") not in ([], ["none"]):
            return _Refusal(403, "Web pages are not answered.")
        looks = scope["method"] == "GET" and scope["path"] in self._rules.public
        if not looks and not self._knows_token(_all(headers, b"authorization")):
            return _Refusal(401, "The token is missing or wrong.")
        if scope["method"] == "POST" and not _is_json(headers):
            return _Refusal(415, f"The body has to be {JSON_TYPE}.")
        lengths = _all(headers, b"content-length")
        if lengths and (not lengths[0].isdecimal() or int(lengths[0]) > self._rules.most_bytes):
            return self._too_long()
        return None

    def _knows_token(self, given: Sequence[str]) -> bool:
        if self._rules.token is None:
            return True
        # Always compared, and in the same time whatever was given.
        words = given[0] if len(given) == 1 else ""
        return hmac.compare_digest(words.encode(), f"Bearer {self._rules.token}".encode())

    async def _take_body(self, receive: Receive) -> bytes | _Refusal | None:
        """The whole body; None when the client went away."""
        body = bytearray()
        try:
            async with asyncio.timeout(self._rules.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    body += message.get("body", b"")
                    if len(body) > self._rules.most_bytes:
                        return self._too_long()
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            return _Refusal(408, "The body did not arrive in time.")

    def _too_long(self) -> _Refusal:
        return _Refusal(413, f"The body is longer than {self._rules.most_bytes // MIB} MiB.")


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body as one message, and behind it what the client does next."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return left.pop() if left else await receive()

    return next_message


async def _refuse(refusal: _Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    headers = {"connection": "close"}
    if refusal.status == 401:
        headers["www-authenticate"] = "Bearer"
    error = {"message": refusal.text, "type": "invalid_request_error"}
    body = {"error": {**error, "param": None, "code": CODES.get(refusal.status)}}
    await JSONResponse(body, refusal.status, headers)(scope, receive, send)


def _all(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> list[str]:
    """Every value of a header."""
    return [value.decode("latin-1").strip() for key, value in headers if key.lower() == name]


def _length(headers: Sequence[tuple[bytes, bytes]]) -> int:
    return sum(len(name) + len(value) for name, value in headers)


def _is_json(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """A form cannot send this type, so a page would have to ask first, and is refused."""
    kinds = _all(headers, b"content-type")
    return len(kinds) == 1 and kinds[0].partition(";")[0].strip().lower() == JSON_TYPE
