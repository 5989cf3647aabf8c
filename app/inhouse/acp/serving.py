"""Serves one editor on standard input and output, until it closes the connection."""

import asyncio
import logging
import os
import sys
from typing import TYPE_CHECKING

from acp.agent.connection import AgentSideConnection

from inhouse.acp.agent import EditorAgent
from inhouse.acp.transport import LineTransport

if TYPE_CHECKING:
    from acp.interfaces import Agent

    from inhouse.acp.agent import MakeWish
    from inhouse.build import Connect


async def serve(make_wish: "MakeWish", connect_model: "Connect | None" = None) -> None:
    """Answers until the end of the input. Nothing else may write to standard output."""
    # The SDK logs what it could not handle, with what the editor sent.
    logging.getLogger().addHandler(logging.NullHandler())
    agent = EditorAgent(make_wish, connect_model)
    transport = await open_transport()
    connection = AgentSideConnection(
        # The protocol's class names methods that this agent does not offer.
        _as_agent(agent),
        transport,
        listening=False,
        use_unstable_protocol=True,
    )
    try:
        await connection.listen()
    finally:
        await agent.close()
        await connection.close()


def _as_agent(agent: EditorAgent) -> "Agent":
    return agent


async def open_transport() -> LineTransport:
    """Standard input and output; what is printed by accident goes to standard error."""
    loop = asyncio.get_running_loop()
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await loop.connect_read_pipe(lambda: protocol, sys.stdin.buffer)
    transport, flow = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, output)
    return LineTransport(reader, asyncio.StreamWriter(transport, flow, None, loop))
