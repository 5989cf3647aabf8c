"""One run of a language server: requests, answers, and the diagnostics that it publishes."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

from inhouse_tools.checks.lsp.framing import Decoder, Message, encode
from inhouse_tools.process import Pipe

READ_BYTES: Final = 65_536
SETTLE_SECONDS: Final = 0.25
"""Servers publish what is quickly found first; they count as done when they pause so long."""
CLOSE_SECONDS: Final = 1.0
CAPABILITIES: Final[Message] = {
    "textDocument": {
        "synchronization": {"didSave": True},
        "publishDiagnostics": {"versionSupport": True},
        "diagnostic": {"dynamicRegistration": False},
    },
    "workspace": {"configuration": True, "workspaceFolders": True},
}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request has no result: the server's `code`, 0 when it ended or was too slow."""

    text: str
    code: int = 0


@dataclass(frozen=True, slots=True)
class Published:
    """The latest diagnostics of a file; `serial` grows with each of them."""

    serial: int
    version: int | None
    diagnostics: list[object]


@dataclass(slots=True)
class Session:
    """Speaks to a server that was just started. `begin` it, then `close` it in the end."""

    pipe: Pipe
    root: Path
    capabilities: Message = field(default_factory=dict[str, object])
    published: dict[Path, Published] = field(default_factory=dict[Path, Published])
    _waiting: dict[int, asyncio.Future[object | Failure]] = field(
        default_factory=dict[int, "asyncio.Future[object | Failure]"]
    )
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _replies: set[asyncio.Task[bool]] = field(default_factory=set["asyncio.Task[bool]"])
    _reading: asyncio.Task[None] | None = None
    _requests: int = 0
    _serial: int = 0

    @property
    def alive(self) -> bool:
        """Whether the server still speaks."""
        return self._reading is not None and not self._reading.done()

    async def begin(self, seconds: float) -> Failure | None:
        """Introduce each to the other; why that failed, if it did."""
        self._reading = asyncio.ensure_future(self._read())
        folder = {"uri": self.root.as_uri(), "name": self.root.name}
        wish: Message = {
            # The sandbox has process ids of its own, where ours would look like a dead one.
            "processId": None,
            "rootUri": folder["uri"],
            "workspaceFolders": [folder],
            "capabilities": CAPABILITIES,
        }
        result = await self.request("initialize", wish, seconds)
        if isinstance(result, Failure):
            return result
        answer = cast("Message", result) if isinstance(result, dict) else {}
        found = answer.get("capabilities")
        self.capabilities = cast("Message", found) if isinstance(found, dict) else {}
        await self.notify("initialized", {})
        return None

    async def request(self, method: str, params: object, seconds: float) -> object | Failure:
        """The server's result, or why there is none."""
        self._requests += 1
        number = self._requests
        future: asyncio.Future[object | Failure] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            async with asyncio.timeout(seconds):
                message: Message = {"id": number, "method": method}
                if params is not None:
                    message["params"] = params
                if not (self.alive and await self.pipe.write(encode(message))):
                    return Failure("it has ended")
                return await future
        except TimeoutError:
            return Failure(f"it did not answer within {seconds:.0f} seconds")
        finally:
            self._waiting.pop(number, None)

    async def notify(self, method: str, params: object) -> None:
        """Tell the server; it does not answer."""
        message: Message = {"method": method}
        if params is not None:
            message["params"] = params
        await self.pipe.write(encode(message))

    def serial(self, path: Path) -> int:
        """The number of the latest diagnostics of a file, 0 for none."""
        known = self.published.get(path)
        return known.serial if known else 0

    async def wait_published(
        self, path: Path, after: int, version: int, seconds: float
    ) -> list[object] | Failure:
        """The diagnostics of this version of a file: those published after number `after`, once
        the server has paused."""
        try:
            async with asyncio.timeout(seconds):
                while not self._is_fresh(path, after, version):
                    if not self.alive:
                        return Failure("it has ended")
                    await self._wait_news()
                with contextlib.suppress(TimeoutError):
                    while self.alive:
                        await asyncio.wait_for(self._wait_news(), SETTLE_SECONDS)
        except TimeoutError:
            if not self._is_fresh(path, after, version):
                return Failure(f"it said nothing within {seconds:.0f} seconds")
        return self.published[path].diagnostics

    async def close(self) -> None:
        """End the server in the way it expects, or in any way."""
        try:
            if self._reading is not None and self.alive:
                await self.request("shutdown", None, CLOSE_SECONDS)
                await self.notify("exit", None)
                await asyncio.wait({self._reading}, timeout=CLOSE_SECONDS)
        finally:
            tasks: list[asyncio.Task[Any]] = [*self._replies]
            if self._reading is not None:
                tasks.append(self._reading)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.pipe.end()

    async def _wait_news(self) -> None:
        self._news.clear()
        await self._news.wait()

    def _is_fresh(self, path: Path, after: int, version: int) -> bool:
        known = self.published.get(path)
        if known is None or known.serial <= after:
            return False
        return known.version is None or known.version >= version

    async def _read(self) -> None:
        """Take what the server writes until it ends or stops making sense."""
        decoder = Decoder()
        try:
            while not decoder.broken and (data := await self.pipe.read(READ_BYTES)):
                for message in decoder.feed(data):
                    self._take(message)
        finally:
            for future in self._waiting.values():
                if not future.done():
                    future.set_result(Failure("it has ended"))
            self._news.set()

    def _take(self, message: Message) -> None:
        method, number = message.get("method"), message.get("id")
        if not isinstance(method, str):
            self._take_answer(number, message)
        elif number is not None:
            reply = encode({"id": number, "result": _answer(method, message.get("params"))})
            task = asyncio.ensure_future(self.pipe.write(reply))
            self._replies.add(task)
            task.add_done_callback(self._replies.discard)
        elif method == "textDocument/publishDiagnostics":
            self._take_diagnostics(message.get("params"))

    def _take_answer(self, number: object, message: Message) -> None:
        future = self._waiting.get(number) if isinstance(number, int) else None
        if future is None or future.done():
            return
        error = message.get("error")
        if isinstance(error, dict):
            fields = cast("Message", error)
            code = fields.get("code")
            text = str(fields.get("message", "it refused"))
            future.set_result(Failure(text, code if isinstance(code, int) else 0))
        else:
            future.set_result(message.get("result"))

    def _take_diagnostics(self, params: object) -> None:
        fields = cast("Message", params) if isinstance(params, dict) else {}
        uri, version, found = (fields.get(name) for name in ("uri", "version", "diagnostics"))
        path = path_of(uri) if isinstance(uri, str) else None
        if path is None or not isinstance(found, list):
            return
        self._serial += 1
        self.published[path] = Published(
            self._serial,
            version if isinstance(version, int) else None,
            cast("list[object]", found),
        )
        self._news.set()


def path_of(uri: str) -> Path | None:
    """The file that a URI names, None when it names something else."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def _answer(method: str, params: object) -> object:
    """What a server that asks is told: nothing is configured, and nothing may be changed."""
    if method == "workspace/configuration":
        items = cast("Message", params).get("items") if isinstance(params, dict) else None
        return [None for _item in cast("list[object]", items)] if isinstance(items, list) else []
    return {"applied": False} if method == "workspace/applyEdit" else None
