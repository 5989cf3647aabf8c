"""`inhouse acp` as an editor starts it: with the real model, and with sessions of the shell."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from acp import PROTOCOL_VERSION, spawn_agent_process, text_block
from acp.client.connection import ClientSideConnection
from tests.app.editors.editor import Editor
from tests.e2e.conftest import Serve
from tests.e2e.installed import COMMAND, Installed
from tests.e2e.scripted_server import say

# How long an answer is, is the model's affair: one of these is not yet over when it is cancelled.
LONG = (
    "Count from 1 to 500 in words.",
    "Tell a story of twelve sentences about a lighthouse. Use no tools.",
    "In ten sentences, how does a clock work? Use no tools.",
)


@asynccontextmanager
async def starting(
    editor: Editor, folder: Path, *words: str
) -> AsyncGenerator[ClientSideConnection]:
    """The installed command, initialised."""
    async with spawn_agent_process(
        editor,  # pyright: ignore[reportArgumentType] - it offers no terminal
        str(COMMAND),
        "acp",
        *words,
        env=dict(os.environ),
        cwd=folder,
        use_unstable_protocol=True,
    ) as (agent, _process):
        await agent.initialize(PROTOCOL_VERSION)
        yield agent


@pytest.mark.model
@pytest.mark.usefixtures("engine")
def test_the_real_model_streams_and_is_cancelled(repository: Path) -> None:
    editor = Editor()

    async def run() -> tuple[str, int]:
        async with starting(editor, repository, "--mode", "plan") as agent:
            session = await agent.new_session(str(repository))
            stopped = ""
            for prompt in LONG:
                editor.updates.clear()
                turn = asyncio.create_task(agent.prompt(session.session_id, [text_block(prompt)]))
                stopped = await cancelled_while_it_writes(agent, session.session_id, turn)
                if stopped == "cancelled":
                    break
            return stopped, len(editor.of("agent_message_chunk"))

    async def cancelled_while_it_writes(
        agent: ClientSideConnection, session: str, turn: asyncio.Task[Any]
    ) -> str:
        """Why the turn ended, which is cancelled after its first words."""
        async with asyncio.timeout(250):
            while len(editor.of("agent_message_chunk")) < 3 and not turn.done():
                editor.heard.clear()
                hearing = asyncio.create_task(editor.heard.wait())
                await asyncio.wait({turn, hearing}, return_when=asyncio.FIRST_COMPLETED)
                hearing.cancel()
            await agent.cancel(session)
            return (await turn).stop_reason

    stopped, told = asyncio.run(run())
    assert stopped == "cancelled"
    assert told >= 3
    reading = [params for method, params in editor.told if method.endswith("inhouse/prefill")]
    assert reading, "a cold model reads the whole prompt, and says how far it is"
    assert reading[-1]["done"] <= reading[-1]["total"]


def test_a_session_of_the_editor_goes_on_in_the_shell_and_back(
    inhouse: Installed, serve: Serve
) -> None:
    script = serve(say("The word is marmalade."), say("Once more."), say("And again."))
    editor = Editor()

    async def begin() -> str:
        async with starting(editor, inhouse.folder, "--endpoint", script.url) as agent:
            session = await agent.new_session(str(inhouse.folder))
            await agent.prompt(session.session_id, [text_block("what is the word?")])
            return session.session_id

    async def go_on(identifier: str) -> None:
        async with starting(editor, inhouse.folder, "--endpoint", script.url) as agent:
            await agent.load_session(str(inhouse.folder), identifier)
            await agent.prompt(identifier, [text_block("a third time")])

    identifier = asyncio.run(begin())
    inhouse.run("-r", identifier, "-p", "again", "--endpoint", script.url).succeeded()
    said = [one["content"] for one in script.last_messages if one["role"] == "assistant"]
    assert said == ["The word is marmalade."]
    editor.updates.clear()
    asyncio.run(go_on(identifier))
    assert editor.texts("user_message_chunk") == "what is the word?again"
    assert editor.texts("agent_message_chunk") == "The word is marmalade.Once more.And again."
    said = [one["content"] for one in script.last_messages if one["role"] == "assistant"]
    assert said == ["The word is marmalade.", "Once more."]
