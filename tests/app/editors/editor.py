"""An editor for tests: the SDK's client over real pipes, which notes all that it is told."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from acp import PROTOCOL_VERSION, spawn_agent_process
from acp.client.connection import ClientSideConnection
from acp.schema import (
    AllowedOutcome,
    ClientCapabilities,
    DeniedOutcome,
    FileSystemCapabilities,
    PermissionOption,
    ReadTextFileResponse,
    RequestPermissionResponse,
    ToolCallUpdate,
    WriteTextFileResponse,
)
from tests.app.loaded import loaded_command

FILES = ClientCapabilities(fs=FileSystemCapabilities(read_text_file=True, write_text_file=True))
# An agent that is killed after the two seconds of the SDK leaves its session as it was.
SECONDS_TO_END = 60.0
READ_ONLY = ClientCapabilities(fs=FileSystemCapabilities(read_text_file=True))


@dataclass
class Editor:
    """`answers` are the options that are chosen in turn, by id; without one it is cancelled.

    `heard` is set once something of an answer came. `buffers` are open files with unsaved text;
    what is written is `saved`, in order. `meanwhile` is called before a question is answered.
    """

    answers: list[str] = field(default_factory=list[str])
    updates: list[Any] = field(default_factory=list[Any])
    asked: list[tuple[ToolCallUpdate, list[PermissionOption]]] = field(
        default_factory=list[tuple[ToolCallUpdate, list[PermissionOption]]]
    )
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list[tuple[str, dict[str, Any]]])
    buffers: dict[str, str] = field(default_factory=dict[str, str])
    saved: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    meanwhile: Callable[[], None] = lambda: None

    def on_connect(self, conn: Any) -> None:
        """Nothing to prepare."""

    async def session_update(self, session_id: str, update: Any, **_meta: Any) -> None:
        """Note it."""
        del session_id
        self.updates.append(update)
        if update.session_update == "agent_message_chunk":
            self.heard.set()

    async def request_permission(
        self, session_id: str, tool_call: ToolCallUpdate, options: list[PermissionOption], **_: Any
    ) -> RequestPermissionResponse:
        """Choose what was foreseen."""
        del session_id
        self.asked.append((tool_call, options))
        self.meanwhile()
        if not self.answers:
            return RequestPermissionResponse(outcome=DeniedOutcome(outcome="cancelled"))
        chosen = AllowedOutcome(outcome="selected", option_id=self.answers.pop(0))
        return RequestPermissionResponse(outcome=chosen)

    async def read_text_file(self, session_id: str, path: str, **_: Any) -> ReadTextFileResponse:
        """What stands in the open file, or else on the disk."""
        del session_id
        return ReadTextFileResponse(content=self.buffers.get(path) or text_of(path))

    async def write_text_file(
        self, session_id: str, path: str, content: str, **_: Any
    ) -> WriteTextFileResponse | None:
        """Take the text over and save it."""
        del session_id
        self.buffers.pop(path, None)
        self.saved.append((save(path, content), content))
        return None

    async def ext_notification(self, method: str, params: dict[str, Any]) -> None:
        """Note it."""
        self.told.append((method, params))

    def texts(self, kind: str) -> str:
        """All text of one kind of update."""
        return "".join(
            update.content.text for update in self.updates if update.session_update == kind
        )

    def of(self, kind: str) -> list[Any]:
        """The updates of one kind."""
        return [update for update in self.updates if update.session_update == kind]


def text_of(path: str) -> str:
    """What stands on the disk."""
    return Path(path).read_text()


def save(path: str, content: str) -> str:
    """Write it to the disk, and give the name of the file."""
    Path(path).write_text(content)
    return Path(path).name


@asynccontextmanager
async def editing(
    case: str, editor: Editor, capabilities: ClientCapabilities | None = None
) -> AsyncGenerator[ClientSideConnection]:
    """The agent of a case as a process of its own, initialised."""
    async with spawn_agent_process(
        editor,  # pyright: ignore[reportArgumentType] - it offers no terminal
        *loaded_command("agent"),
        case,
        transport_kwargs={"shutdown_timeout": SECONDS_TO_END},
        use_unstable_protocol=True,
    ) as (agent, _process):
        await agent.initialize(PROTOCOL_VERSION, capabilities or ClientCapabilities())
        yield agent
