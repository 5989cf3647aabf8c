"""Sockets around the laboratory that an attack could reach, and what arrived on them."""

import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Listeners:
    """Open sockets by name. Nothing serves them: whatever arrives waits to be counted."""

    streams: dict[str, socket.socket]
    datagrams: dict[str, socket.socket]
    paths: dict[str, str]

    @staticmethod
    def open(folder: Path, nonce: str) -> "Listeners":
        """One socket of each kind: TCP and UDP on loopback, Unix sockets by path and name."""
        runtime = folder / "run"
        runtime.mkdir()
        paths = {
            "docker": str(folder / "docker.sock"),
            "bus": str(runtime / "bus"),
            "agent": str(folder / "agent"),
            "abstract": f"inhouse-lab-{nonce}",
            "log": str(folder / "log"),
        }
        streams = {
            "tcp": socket.create_server(("127.0.0.1", 0)),
            **{name: _unix(paths[name], socket.SOCK_STREAM) for name in ("docker", "bus", "agent")},
            "abstract": _unix("\0" + paths["abstract"], socket.SOCK_STREAM),
        }
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        datagrams = {"udp": udp, "log": _unix(paths["log"], socket.SOCK_DGRAM)}
        for server in (*streams.values(), *datagrams.values()):
            server.setblocking(False)
        return Listeners(streams, datagrams, paths)

    def environment(self) -> dict[str, str]:
        """Where they listen, for an attack; the names of agents too, as a desktop sets them."""
        return {
            "LAB_TCP": str(self.streams["tcp"].getsockname()[1]),
            "LAB_UDP": str(self.datagrams["udp"].getsockname()[1]),
            "LAB_DOCKER": self.paths["docker"],
            "LAB_BUS": self.paths["bus"],
            "LAB_AGENT": self.paths["agent"],
            "LAB_ABSTRACT": self.paths["abstract"],
            "LAB_LOG": self.paths["log"],
        }

    def arrived(self) -> tuple[str, ...]:
        """The sockets that somebody reached since this was last asked, by connecting or sending."""
        found: list[str] = []
        for name, server in self.streams.items():
            while (connection := _accept(server)) is not None:
                connection.close()
                found.append(f"{name}: somebody connected")
        for name, server in self.datagrams.items():
            while (piece := _receive(server)) is not None:
                found.append(f"{name}: {len(piece)} bytes arrived")
        return tuple(found)

    def close(self) -> None:
        """Close all of them."""
        for server in (*self.streams.values(), *self.datagrams.values()):
            server.close()


def _unix(address: str, kind: int) -> socket.socket:
    server = socket.socket(socket.AF_UNIX, kind)
    server.bind(address)
    if kind == socket.SOCK_STREAM:
        server.listen(64)
    return server


def _accept(server: socket.socket) -> socket.socket | None:
    try:
        return server.accept()[0]
    except BlockingIOError:
        return None


def _receive(server: socket.socket) -> bytes | None:
    try:
        return server.recv(65_536)
    except BlockingIOError:
        return None
