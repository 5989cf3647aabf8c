"""Runs the server on a socket that listens already, until it is told to stop."""

import asyncio
import contextlib
import ipaddress
import signal
import socket
from collections.abc import Callable, Generator

import uvicorn

from inhouse_models.host.doorkeeper import (
    Doorkeeper,
    HouseRules,
    loopback_rules,
    open_rules,
)
from inhouse_models.host.patience import listening
from inhouse_models.serving.application import ServedApplication
from inhouse_models.serving.served import Served

# As with llama-server, whose clients look without a key whether there is one, and with which model.
PUBLIC = frozenset({"/health", "/v1/health", "/models", "/v1/models"})
# After this, what a program does not take any more is dropped.
ENDING_SECONDS = 3


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Nothing."""
        yield


def rules_for(listener: socket.socket, token: str | None) -> HouseRules:
    """Who may ask on this socket. Raises ValueError for one that others reach without a token."""
    host, port = listener.getsockname()[:2]
    address = ipaddress.ip_address(host)
    if address.is_loopback:
        own = f"[{host}]" if address.version == 6 else host
        return loopback_rules(port, token, own, PUBLIC)
    if token is None:
        raise ValueError("other machines may not ask without a token")
    return open_rules(token)


async def run_server(
    served: Served, listener: socket.socket, token: str | None, begun: Callable[[], None]
) -> None:
    """Answer until SIGINT or SIGTERM; `begun` is called when requests are taken.

    Without a token every program on this machine may ask, none of another one.
    """
    application = ServedApplication(served)
    config = listening(Doorkeeper(application.routes(), rules_for(listener, token)))
    config.timeout_graceful_shutdown = ENDING_SECONDS
    server = _Server(config)

    def stop() -> None:
        server.force_exit = server.should_exit
        application.stop()
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    begun()
    await server.serve(sockets=[listener])
