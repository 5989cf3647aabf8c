"""An editor for tests that offers terminals: each is a real program in a pseudo-terminal."""

import asyncio
import os
import signal
from dataclasses import dataclass, field
from typing import Any

from acp.schema import (
    ClientCapabilities,
    CreateTerminalResponse,
    KillTerminalResponse,
    ReleaseTerminalResponse,
    WaitForTerminalExitResponse,
)
from tests.app.editors.editor import Editor

TERMINALS = ClientCapabilities(terminal=True)


@dataclass
class Terminal:
    """A program in a pseudo-terminal and all that it wrote there."""

    process: asyncio.subprocess.Process
    pty: int
    output: bytes = b""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False

    def take(self) -> None:
        """What is there to read now; a pseudo-terminal without a program fails."""
        try:
            piece = os.read(self.pty, 65_536)
        except OSError:
            piece = b""
        if not piece:
            asyncio.get_running_loop().remove_reader(self.pty)
            self.ended = True
        self.output += piece
        self.arrived.set()

    async def wait_for(self, text: bytes) -> None:
        """Until this was written."""
        while text not in self.output:
            assert not self.ended, self.output
            self.arrived.clear()
            await self.arrived.wait()


@dataclass
class TerminalEditor(Editor):
    """`terminals` are those that were asked for, in order; `opened` is set for each."""

    terminals: list[Terminal] = field(default_factory=list[Terminal])
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def create_terminal(
        self, session_id: str, command: str, args: list[str] | None = None, **rest: Any
    ) -> CreateTerminalResponse:
        """Start the program."""
        del session_id
        ours, theirs = os.openpty()
        process = await asyncio.create_subprocess_exec(
            command,
            *(args or []),
            cwd=rest.get("cwd"),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        terminal = Terminal(process, ours)
        asyncio.get_running_loop().add_reader(ours, terminal.take)
        self.terminals.append(terminal)
        self.opened.set()
        return CreateTerminalResponse(terminal_id=str(len(self.terminals) - 1))

    async def wait_for_terminal_exit(
        self, session_id: str, terminal_id: str, **_: Any
    ) -> WaitForTerminalExitResponse:
        """How the program ended."""
        del session_id
        code = await self.terminals[int(terminal_id)].process.wait()
        return WaitForTerminalExitResponse(exit_code=code if code >= 0 else None)

    async def kill_terminal(
        self, session_id: str, terminal_id: str, **_: Any
    ) -> KillTerminalResponse:
        """End the program."""
        del session_id
        process = self.terminals[int(terminal_id)].process
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        return KillTerminalResponse()

    async def release_terminal(
        self, session_id: str, terminal_id: str, **_: Any
    ) -> ReleaseTerminalResponse:
        """Nothing is asked of it any more."""
        del session_id
        self.terminals[int(terminal_id)].released.set()
        return ReleaseTerminalResponse()
