"""A local server over a real loopback port and a Unix socket: who gets in, and who does not."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.models.host.listeners import listeners

from inhouse_models.host.doorkeeper import Doorkeeper, HouseRules, loopback_rules, open_rules
from inhouse_models.host.patience import MOST_CONNECTIONS, PatientProtocol, listening

TOKEN = "t0ken" * 8
JSON_HEADERS = {"content-type": "application/json"}


class Counted:
    """An application that notes what reached it."""

    def __init__(self) -> None:
        self.reached: list[bytes] = []
        self.arrived = asyncio.Semaphore(0)
        self.go = asyncio.Event()

    def routes(self) -> Starlette:
        async def act(request: Request) -> Response:
            self.reached.append(await request.body())
            self.arrived.release()
            if request.url.path == "/slow":
                await self.go.wait()
            return JSONResponse({"done": True})

        paths = ("/act", "/slow")
        return Starlette(routes=[Route(path, act, methods=["GET", "POST"]) for path in paths])


class House:
    """A server that runs, on a port of the loopback address."""

    def __init__(self, counted: Counted, port: int) -> None:
        self.counted, self.port = counted, port

    async def send(self, raw: bytes, *, wait: bool = True) -> str:
        """What is answered to these bytes, until the connection is closed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(raw)
        await writer.drain()
        if not wait:
            return ""
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()
        return answer.decode()

    def request(
        self, headers: Mapping[str, str | None] = {}, body: bytes = b"{}", method: str = "POST"
    ) -> bytes:
        """An honest request, but for these headers; None leaves one out."""
        usual = {
            "host": f"127.0.0.1:{self.port}",
            "authorization": f"Bearer {TOKEN}",
            "content-length": str(len(body)),
            "connection": "close",
            **JSON_HEADERS,
        }
        given = {**usual, **headers}
        lines = [f"{name}: {value}" for name, value in given.items() if value is not None]
        return "\r\n".join([f"{method} /act HTTP/1.1", *lines, "", ""]).encode() + body


@asynccontextmanager
async def open_house(**rules: object) -> AsyncGenerator[House]:
    """The server while the block runs."""
    counted = Counted()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        strict = loopback_rules(port, TOKEN)
        loosened = replace(strict, **rules) if rules else strict  # pyright: ignore[reportArgumentType] - fields of the rules
        config = listening(Doorkeeper(counted.routes(), loosened), listener.fileno())
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        try:
            yield House(counted, port)
        finally:
            counted.go.set()
            server.should_exit = True
            await task


def status_of(answer: str) -> int:
    return int(answer.split()[1]) if answer else 0


def test_an_honest_request_gets_in() -> None:
    """The positive control."""

    async def main() -> None:
        async with open_house() as house:
            answer = await house.send(house.request(body=b'{"a": 1}'))
            assert status_of(answer) == 200
            assert house.counted.reached == [b'{"a": 1}']
            assert "access-control" not in answer.lower()
            assert "server:" not in answer.lower()

    asyncio.run(main())


REFUSED: Mapping[str, tuple[int, Mapping[str, str | None]]] = {
    "no token": (401, {"authorization": None}),
    "an empty token": (401, {"authorization": "Bearer "}),
    "a wrong token": (401, {"authorization": "Bearer " + "x" * 40}),
    "the start of the token": (401, {"authorization": f"Bearer {TOKEN[:-1]}"}),
    "another scheme": (401, {"authorization": f"Basic {TOKEN}"}),
    "the host of a page": (403, {"host": "evil.example"}),
    "a name rebound to us": (403, {"host": "evil.example:{port}"}),
    "another port": (403, {"host": "127.0.0.1:1"}),
    "no port": (403, {"host": "127.0.0.1"}),
    "another page": (403, {"origin": "http://evil.example"}),
    "a page without an origin": (403, {"origin": "null"}),
    "our own origin": (403, {"origin": "http://127.0.0.1:{port}"}),
    "a page of the same site": (403, {"sec-fetch-site": "same-origin"}),
    "a form": (415, {"content-type": "application/x-www-form-urlencoded"}),
    "a plain text": (415, {"content-type": "text/plain"}),
    "text that claims": (415, {"content-type": "text/plain; application/json"}),
    "no type": (415, {"content-type": None}),
    "a length beyond": (413, {"content-length": "999999999999"}),
    "a page's upgrade": (403, {"connection": "Upgrade", "upgrade": "websocket", "origin": "x"}),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_refused_and_has_no_effect(kind: str) -> None:
    async def main() -> None:
        expected, headers = REFUSED[kind]
        async with open_house() as house:
            filled = {
                name: value and value.format(port=house.port) for name, value in headers.items()
            }
            answer = await house.send(house.request(filled))
            assert status_of(answer) == expected
            assert "access-control" not in answer.lower()
            assert house.counted.reached == []

    asyncio.run(main())


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "TRACE", "CONNECT"])
def test_other_methods_are_refused(method: str) -> None:
    async def main() -> None:
        async with open_house() as house:
            answer = await house.send(house.request(method=method))
            assert status_of(answer) in {400, 405}
            assert "access-control" not in answer.lower()
            assert house.counted.reached == []

    asyncio.run(main())


def test_two_hosts_and_no_host() -> None:
    async def main() -> None:
        async with open_house() as house:
            raw = house.request()
            twice = raw.replace(b"\r\n", b"\r\nhost: evil.example\r\n", 1)
            none = house.request({"host": None})
            for one in (twice, none):
                assert status_of(await house.send(one)) in {400, 403}
            assert house.counted.reached == []

    asyncio.run(main())


def test_a_body_without_length_is_bounded() -> None:
    async def main() -> None:
        async with open_house(most_bytes=100_000) as house:
            head = house.request({"content-length": None, "transfer-encoding": "chunked"}, b"")
            chunk = b"1000\r\n" + b"a" * 4096 + b"\r\n"
            assert status_of(await house.send(head + chunk * 25)) == 413
            assert house.counted.reached == []

    asyncio.run(main())


def test_a_body_that_does_not_come() -> None:
    async def main() -> None:
        async with open_house(body_seconds=0.2) as house:
            raw = house.request({"content-length": "50"}, b"half")
            assert status_of(await house.send(raw)) == 408
            assert house.counted.reached == []

    asyncio.run(main())


def test_a_head_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientProtocol, "head_seconds", 0.2)

    async def main() -> None:
        async with open_house() as house:
            for raw in (b"", b"POST /act HTTP/1.1\r\nhost: ", b"POST /act HTTP/1.1\r\nx-a: b\r\n"):
                assert await house.send(raw) == ""
            # And behind an answer on the same connection.
            kept = house.request({"connection": "keep-alive"}) + b"POST /act HT"
            assert status_of(await house.send(kept)) == 200
            assert len(house.counted.reached) == 1

    asyncio.run(main())


def test_a_long_head_is_refused() -> None:
    async def main() -> None:
        async with open_house() as house:
            assert status_of(await house.send(house.request({"x-long": "a" * 20_000}))) == 431
            assert house.counted.reached == []

    asyncio.run(main())


def test_open_requests_and_connections_are_few() -> None:
    async def main() -> None:
        async with open_house(most_open=2) as house:
            slow = house.request().replace(b"/act", b"/slow")
            waiting = [asyncio.create_task(house.send(slow)) for _ in range(2)]
            for _ in waiting:
                await house.counted.arrived.acquire()
            assert status_of(await house.send(house.request())) == 503
            house.counted.go.set()
            assert [status_of(one) for one in await asyncio.gather(*waiting)] == [200, 200]
            silent = [
                await asyncio.open_connection("127.0.0.1", house.port)
                for _ in range(MOST_CONNECTIONS)
            ]
            reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
            with pytest.raises(ConnectionResetError):
                assert await reader.read() == b""
                raise ConnectionResetError
            for _reader, one in silent:
                one.close()
            writer.close()

    asyncio.run(main())


def test_the_bound_address_is_loopback() -> None:
    async def main() -> None:
        async with open_house() as house:
            listening_now = listeners(os.getpid())
            assert f"0100007F:{house.port:04X}" in listening_now
            assert not [one for one in listening_now if one.startswith(("00000000:", "0" * 32))]

    asyncio.run(main())


def test_a_short_token_is_no_token() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        loopback_rules(1, "short")
    with pytest.raises(ValueError, match="32 characters"):
        open_rules("short")


def test_what_may_be_looked_at_without_a_token_may_not_be_changed() -> None:
    async def main() -> None:
        async with open_house(public=frozenset({"/act"})) as house:
            nameless = {"authorization": None}
            looked = house.request(nameless, b"", "GET")
            assert status_of(await house.send(looked)) == 200
            assert len(house.counted.reached) == 1
            pages = [{"origin": "null"}, {"host": "evil.example"}, {"sec-fetch-site": "none of it"}]
            for page in pages:
                refused = house.request({**nameless, **page}, b"", "GET")
                assert status_of(await house.send(refused)) == 403
            assert status_of(await house.send(house.request(nameless))) == 401
            assert status_of(await house.send(looked.replace(b"/act", b"/act/"))) == 401
            assert len(house.counted.reached) == 1

    asyncio.run(main())


def test_other_machines_use_any_name_and_need_the_token() -> None:
    async def main() -> None:
        named = {"host": "gpu.example:1234"}
        rules = open_rules(TOKEN)
        assert rules.public == frozenset()
        async with open_house(hosts=rules.hosts) as house:
            assert status_of(await house.send(house.request(named))) == 200
            assert status_of(await house.send(house.request({**named, "origin": "x"}))) == 403
            unknown = {**named, "authorization": None}
            assert status_of(await house.send(house.request(unknown))) == 401
            assert len(house.counted.reached) == 1

    asyncio.run(main())


def test_the_socket_of_the_host_answers_no_page(tmp_path: Path) -> None:
    async def main() -> None:
        counted = Counted()
        path = tmp_path / "s"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(path))
            listener.listen()
            door = Doorkeeper(counted.routes(), HouseRules(frozenset({"inhouse"})))
            server = uvicorn.Server(listening(door, listener.fileno()))
            task = asyncio.create_task(server.serve())
            answers: list[int] = []
            for extra in ("host: inhouse", "host: localhost", "host: inhouse\r\norigin: null"):
                reader, writer = await asyncio.open_unix_connection(str(path))
                head = f"GET /act HTTP/1.1\r\n{extra}\r\nconnection: close\r\n\r\n"
                writer.write(head.encode())
                answers.append(status_of((await reader.read()).decode()))
                writer.close()
            assert answers == [200, 403, 403]
            assert len(counted.reached) == 1
            server.should_exit = True
            await task

    asyncio.run(main())


def test_answers_are_json() -> None:
    async def main() -> None:
        async with open_house() as house:
            answer = await house.send(house.request({"authorization": None}))
            told = json.loads(answer.partition("\r\n\r\n")[2])
            assert told["error"]["message"] == "The token is missing or wrong."
            assert "www-authenticate: bearer" in answer.lower()

    asyncio.run(main())
