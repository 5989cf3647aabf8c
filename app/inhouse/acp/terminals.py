"""The editor's terminals: a person sees there what a command writes, and can end it there."""

import asyncio
import contextlib
import secrets
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from acp import RequestError

from inhouse.acp.watched_command import WatchedCommand
from inhouse_models.host.places import PlaceError, socket_folder

if TYPE_CHECKING:
    from acp.interfaces import Client

SECONDS: Final = 5.0
"""An editor, or a terminal, that takes longer to begin or to end is not waited for."""
KEPT_BYTES: Final = 4_000_000
"""Of the output the editor may forget what came before the last of these."""
PROBLEMS: Final = (RequestError, ConnectionError, ValueError)
"""The editor refuses, is gone, or its answer is none of the protocol."""

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Embed = Callable[[str, str], None]


class EditorTerminals:
    """Terminals of one session. `embed` shows one, by its id, in a call, by its id.

    The command does not run in them: it stays a child of the agent, in the sandbox and cut off as
    ever, and ends with the turn. The terminal runs a relay which shows the output. An editor that
    refuses one, or whose terminals run where no socket of ours can be reached, is not asked again.
    """

    def __init__(self, client: "Client", session: str, root: Path, embed: Embed) -> None:
        self._client = client
        self._session = session
        self._root = root
        self._embed = embed
        self._useless = False
        self._behind: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self, call_id: str, command: str) -> AsyncGenerator[WatchedCommand | None]:
        """A terminal that shows the command line and what is written, until the block ends."""
        opened = None if self._useless else await self._open()
        if opened is None:
            yield None
            return
        terminal, connection = opened
        self._embed(call_id, terminal)
        watched = WatchedCommand(*connection)
        watched.write(f"$ {command}\n".encode("utf-8", "replace"))
        try:
            yield watched
        finally:
            # The turn may have been cancelled: what is left to do is done beside it.
            self._do(self._finish(watched, terminal))

    async def close(self) -> None:
        """Waits until the terminals are released."""
        if self._behind:
            await asyncio.wait(self._behind, timeout=SECONDS)

    async def _open(self) -> tuple[str, Connection] | None:
        connected: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()

        def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if connected.done():
                writer.close()
            else:
                connected.set_result((reader, writer))

        try:
            path = socket_folder() / f"{secrets.token_hex(4)}.terminal"
            server = await asyncio.start_unix_server(take, path)
        except (PlaceError, OSError):
            self._useless = True
            return None
        terminal: str | None = None
        try:
            terminal = await self._create(path)
            if terminal is None:
                return None
            await asyncio.wait({connected}, timeout=SECONDS)
            if not connected.done():
                self._useless = True
                return None
            opened, terminal = (terminal, connected.result()), None
            return opened
        finally:
            if terminal is not None:
                self._do(self._release(terminal, kill=True))
            server.close()
            path.unlink(missing_ok=True)

    async def _create(self, socket: Path) -> str | None:
        """A terminal that shows what comes over the socket; one that comes late is released."""
        asked = asyncio.ensure_future(
            self._client.create_terminal(
                self._session,
                sys.executable,
                ["-I", "-m", "inhouse.acp.relay", str(socket)],
                cwd=str(self._root),
                output_byte_limit=KEPT_BYTES,
            )
        )

        async def release_late() -> None:
            with contextlib.suppress(*PROBLEMS):
                await self._release((await asked).terminal_id, kill=True)

        try:
            done, _waiting = await asyncio.wait({asked}, timeout=SECONDS)
        except asyncio.CancelledError:
            self._do(release_late())
            raise
        if not done:
            self._do(release_late())
        with contextlib.suppress(*PROBLEMS):
            if done:
                return asked.result().terminal_id
        self._useless = True
        return None

    async def _finish(self, watched: WatchedCommand, terminal: str) -> None:
        await watched.close(SECONDS)
        ended = False
        with contextlib.suppress(*PROBLEMS, TimeoutError):
            async with asyncio.timeout(SECONDS):
                await self._client.wait_for_terminal_exit(self._session, terminal)
                ended = True
        await self._release(terminal, kill=not ended)

    async def _release(self, terminal: str, *, kill: bool) -> None:
        """Lets go of a terminal; what it shows stays in the call."""
        if kill:
            with contextlib.suppress(*PROBLEMS, TimeoutError):
                async with asyncio.timeout(SECONDS):
                    await self._client.kill_terminal(self._session, terminal)
        with contextlib.suppress(*PROBLEMS, TimeoutError):
            async with asyncio.timeout(SECONDS):
                await self._client.release_terminal(self._session, terminal)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._behind.add(task)
        task.add_done_callback(self._behind.discard)
