"""The editor's file system: text that stands unsaved in it counts before what is on the disk."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from acp import RequestError

from inhouse_tools.refusal import Refusal
from inhouse_tools.text import Document, decode, unified
from inhouse_tools.writing.files import MAX_BYTES, Content, read_file

if TYPE_CHECKING:
    from acp.interfaces import Client
    from acp.schema import FileSystemCapabilities

    from inhouse_tools.tool import Workspace

SECONDS: Final = 5.0
"""For all files of one call; an editor that takes longer is not waited for."""
MOST_FILES: Final = 200
AT_ONCE: Final = 8
UNSAVED: Final = (
    "{} has unsaved changes in the editor, which could not be saved from here. Nothing was "
    "written. Ask the person to save it, then read it again."
)


class EditorFiles:
    """Files as the editor of one session has them; where it fails to say, the disk counts."""

    def __init__(self, client: "Client", session: str, can: "FileSystemCapabilities") -> None:
        self._client = client
        self._session = session
        self._reads = bool(can.read_text_file)
        self._writes = bool(can.write_text_file)
        self._known: dict[Path, None] = {}
        self._unclear: set[Path] = set()

    async def look(self, workspace: "Workspace", paths: Sequence[Path]) -> bool:
        """Asks for the files; below a folder for those that were asked for before."""
        if not self._reads:
            return False
        wanted: dict[Path, None] = {}
        for path in paths:
            if path.is_file():
                wanted[path] = None
            elif path.is_dir():
                wanted |= {known: None for known in self._known if known.is_relative_to(path)}
        asked = list(wanted)[:MOST_FILES]
        self._known = dict.fromkeys([*self._known, *asked][-MOST_FILES:])
        before = dict(workspace.buffers)
        unsaved = dict(zip(asked, await self._ask_all(asked), strict=True))
        for path, raw in unsaved.items():
            workspace.buffers.pop(path, None)
            if raw is not None:
                workspace.buffers[path] = raw
        return workspace.buffers != before

    async def save(self, workspace: "Workspace", paths: Sequence[Path]) -> Refusal | None:
        """Saves what the person was shown; what they wrote since then is read again first."""
        shown = dict(workspace.buffers)
        await self.look(workspace, paths)
        for path in paths:
            unsaved = workspace.buffers.get(path)
            if unsaved is None or unsaved != shown.get(path):
                # The tool finds other text than the model has read, and refuses.
                continue
            saved = await self._write(path, unsaved)
            await self.look(workspace, [path])
            if not saved or path in workspace.buffers:
                return Refusal(UNSAVED.format(path.name))
        return None

    async def show(self, paths: Sequence[Path]) -> None:
        """Gives the editor the new text, which it would else find on disk only later."""
        for path in paths[:MOST_FILES]:
            if path in self._unclear:
                # Text that nobody has seen might stand there.
                continue
            content = read_file(path, path.name)
            if isinstance(content, Content):
                await self._write(path, content.raw)

    async def _ask_all(self, paths: Sequence[Path]) -> list[bytes | None]:
        """The unsaved bytes of each file, None where the disk counts."""
        places = asyncio.Semaphore(AT_ONCE)

        async def ask(path: Path) -> bytes | None:
            async with places:
                return await self._ask(path)

        tasks = [asyncio.create_task(ask(path)) for path in paths]
        if not tasks:
            return []
        try:
            await asyncio.wait(tasks, timeout=SECONDS)
        finally:
            late = [task for task in tasks if task.cancel()]
            if late:
                await asyncio.wait(late)
        self._unclear.update(path for path, task in zip(paths, tasks, strict=True) if task in late)
        return [None if task.cancelled() else task.result() for task in tasks]

    async def _ask(self, path: Path) -> bytes | None:
        content = read_file(path, path.name)
        document = decode(content.raw) if isinstance(content, Content) else content
        if not isinstance(document, Document):
            return None
        try:
            answer = await self._client.read_text_file(self._session, str(path))
        except (RequestError, ConnectionError, ValueError):
            # ValueError: the answer is none of the protocol.
            self._unclear.add(path)
            return None
        self._unclear.discard(path)
        text = unified(answer.content.removeprefix("\ufeff"))
        # Some editors leave out the end of the last line.
        if document.text in (text, f"{text}\n") or len(text) > MAX_BYTES:
            return None
        raw = document.encode(text)
        return raw if isinstance(raw, bytes) and len(raw) <= MAX_BYTES else None

    async def _write(self, path: Path, raw: bytes) -> bool:
        """Has the editor save a text; False where it cannot, or where its bytes might change."""
        document = decode(raw)
        if not self._writes or not isinstance(document, Document):
            return False
        if document.bom or document.codec != "utf-8":
            return False
        try:
            async with asyncio.timeout(SECONDS):
                await self._client.write_text_file(self._session, str(path), raw.decode())
        except (RequestError, ConnectionError, TimeoutError, ValueError):
            return False
        return True
