"""A real engine host: its socket is the person's alone, and it listens on nothing else."""

import asyncio
import os
import socket
import stat
import sys
from pathlib import Path

import httpx
import pytest
from tests.models.host.listeners import listeners

from inhouse_models.chat import ModelError
from inhouse_models.host.control import engine_status, stop_engines
from inhouse_models.host.places import place_for
from inhouse_models.host.spawn import HostOptions, ensure_host, open_http

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the sockets of a process"),
]


def test_it_listens_on_its_socket_only(small_model: Path) -> None:
    async def main() -> None:
        place = await ensure_host(HostOptions(small_model, context=512))
        assert not isinstance(place, ModelError)
        try:
            (status,) = await engine_status()
            assert listeners(status.pid) == []
            assert stat.S_IMODE(place.socket.stat().st_mode) == 0o600
            assert stat.S_IMODE(place.socket.parent.stat().st_mode) == 0o700
            async with open_http(place, 30) as http:
                assert (await http.get("/inhouse/hello")).status_code == 200
            transport = httpx.AsyncHTTPTransport(uds=str(place.socket))
            page = {"origin": "http://evil.example"}
            async with httpx.AsyncClient(transport=transport, base_url="http://inhouse") as http:
                assert (await http.get("/inhouse/hello", headers=page)).status_code == 403
                foreign = {"host": "evil.example"}
                assert (await http.get("/inhouse/hello", headers=foreign)).status_code == 403
        finally:
            assert await stop_engines() == 1

    asyncio.run(main())
    assert not place_for(small_model).socket.exists()


def test_the_list_of_sockets_sees_one() -> None:
    """The positive control: this process, listening."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert f"0100007F:{port:04X}" in listeners(os.getpid())
