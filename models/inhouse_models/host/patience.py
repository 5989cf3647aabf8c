"""How a local server listens: heads of requests are short and soon there, connections are few."""

import asyncio
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from inhouse_models.host.doorkeeper import MOST_HEAD_BYTES

HEAD_SECONDS: Final = 10.0
MOST_CONNECTIONS: Final = 128
IDLE_SECONDS: Final = 5


class PatientProtocol(H11Protocol):
    """Closes a connection whose request does not begin, or whose head does not end, in time."""

    head_seconds = HEAD_SECONDS
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] - as the class that it comes from declares it
        """Wait for the first request."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
            return
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Wait no longer once the head of a request is whole."""
        super().data_received(data)
        if self._answers:
            self._stop_waiting()
        elif self._waiting is None:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits for it any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    @property
    def _answers(self) -> bool:
        cycle: Any = self.cycle
        return cycle is not None and not cycle.response_complete

    def _await_head(self) -> None:
        self._waiting = self.loop.call_later(self.head_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        if not self._answers:
            self.transport.close()


def listening(application: ASGIApp, descriptor: int | None = None) -> uvicorn.Config:
    """A server on a socket that listens already, which says nothing of itself.

    Without the descriptor of one on Unix the socket is given to the server when it starts.
    """
    return uvicorn.Config(
        application,
        fd=descriptor,
        http=PatientProtocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
        timeout_keep_alive=IDLE_SECONDS,
    )
