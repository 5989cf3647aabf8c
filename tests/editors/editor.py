"""An editor for tests: the SDK's client over real pipes, which notes all that it is told."""

import asyncio
import sys
from collections.abc import AsyncGenerator
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
    PermissionOption,
    RequestPermissionResponse,
    ToolCallUpdate,
)

AGENT = Path(__file__).with_name("scripted_agent.py")


@dataclass
class Editor:
    """`answers` are the options that are chosen in turn, by id; without one it is cancelled.

    `heard` is set once something of an answer came.
    """

    answers: list[str] = field(default_factory=list[str])
    updates: list[Any] = field(default_factory=list[Any])
    asked: list[tuple[ToolCallUpdate, list[PermissionOption]]] = field(
        default_factory=list[tuple[ToolCallUpdate, list[PermissionOption]]]
    )
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list[tuple[str, dict[str, Any]]])

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
        if not self.answers:
            return RequestPermissionResponse(outcome=DeniedOutcome(outcome="cancelled"))
        chosen = AllowedOutcome(outcome="selected", option_id=self.answers.pop(0))
        return RequestPermissionResponse(outcome=chosen)

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


@asynccontextmanager
async def editing(
    case: str, editor: Editor, capabilities: ClientCapabilities | None = None
) -> AsyncGenerator[ClientSideConnection]:
    """The agent of a case as a process of its own, initialised."""
    async with spawn_agent_process(
        editor,  # pyright: ignore[reportArgumentType] - it offers no files and no terminal
        sys.executable,
        str(AGENT),
        case,
        use_unstable_protocol=True,
    ) as (agent, _process):
        await agent.initialize(PROTOCOL_VERSION, capabilities or ClientCapabilities())
        yield agent
