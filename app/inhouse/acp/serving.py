"""Serves one editor on standard input and output, until it closes the connection."""

import logging
from typing import TYPE_CHECKING

from acp.agent.connection import AgentSideConnection

from inhouse.acp.agent import EditorAgent
from inhouse.acp.transport import LineTransport
from inhouse.standard_pipes import open_pipes

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
    """Standard input and output."""
    return LineTransport(*await open_pipes())
