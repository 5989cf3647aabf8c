"""What a granted network reaches and what not; without a sandbox the same servers answer."""

import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.tools.sandbox import boxes
from tests.tools.sandbox.boxes import boundary

from inhouse_tools.host_proxy.proxy import Proxy, addresses_of
from inhouse_tools.sandbox import Network, Sandbox
from inhouse_tools.sandbox.bubblewrap import refusal

PYTHON = f"{sys.executable} -I -S -c"
ASK = (
    PYTHON
    + """ "
import os, socket, sys
from urllib.parse import urlsplit
proxy = os.environ.get('http_proxy')
at = urlsplit(proxy or 'http://{0}')
with socket.create_connection((at.hostname, at.port), 5) as connection:
    place = ('http://{0}' if proxy else '') + '/it'
    connection.sendall(f'GET {{place}} HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'.encode())
    connection.shutdown(socket.SHUT_WR)
    while piece := connection.recv(1000): print(piece.decode(), end='')
" """
)
UNIX = PYTHON + " \"import socket; socket.socket(socket.AF_UNIX).connect('{}')\""


class Answers(BaseHTTPRequestHandler):
    """Says who was asked for what."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"asked {self.headers['Host']} for {self.path}".encode())

    def log_request(self, code: object = "", size: object = "") -> None:
        """Nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def sandbox(root: Path) -> Sandbox:
    return boundary(root)


def test_without_a_grant_there_is_no_socket(sandbox: Sandbox, root: Path, port: int) -> None:
    ask = ASK.format(f"127.0.0.1:{port}")
    assert "Operation not permitted" in boxes.inside(sandbox)(ask).text
    assert "for /it" in boxes.outside(root)(ask).text


def test_loopback_is_the_commands_own(sandbox: Sandbox, port: int) -> None:
    shell = boxes.inside(sandbox, Network.loopback())
    assert "Connection refused" in shell(ASK.format(f"127.0.0.1:{port}")).text
    own = (
        f"{PYTHON} \"import socket; a = socket.create_server(('127.0.0.1', 0)); b = "
        "socket.create_connection(a.getsockname()); b.send(b'own'); print(a.accept()[0].recv(9))\""
    )
    assert "b'own'" in shell(own).text


def test_granted_hosts_are_reached_and_no_others(sandbox: Sandbox, port: int) -> None:
    shell = boxes.inside(sandbox, Network.hosts((f"localhost:{port}",)))
    asked = shell(ASK.format(f"localhost:{port}"))
    assert f"asked localhost:{port} for /it" in asked.text, asked.text
    other = shell(ASK.format(f"127.0.0.1:{port}"))
    assert "403" in other.text
    assert f"[network: 127.0.0.1:{port} was not granted]" in other.text
    around = shell(f"unset http_proxy HTTP_PROXY; {ASK.format(f'127.0.0.1:{port}')}")
    assert "Connection refused" in around.text
    code = shell("exit 7")
    assert code.show["exit_code"] == 7


def test_the_whole_network(sandbox: Sandbox, port: int) -> None:
    shell = boxes.inside(sandbox, Network.all())
    assert "for /it" in shell(ASK.format(f"127.0.0.1:{port}")).text
    assert shell("cat /etc/resolv.conf").failed is not Path("/etc/resolv.conf").exists()


@pytest.mark.parametrize(
    "network", [Network.loopback(), Network.hosts(("example.org",)), Network.all()]
)
def test_no_grant_reaches_a_unix_socket(sandbox: Sandbox, root: Path, network: Network) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(root / "s"))
        server.listen()
        connect = UNIX.format(root / "s")
        assert "Operation not permitted" in boxes.inside(sandbox, network)(connect).text
        assert not boxes.outside(root)(connect).failed


def test_hosts_are_not_granted_where_a_command_could_change_the_proxy(tmp_path: Path) -> None:
    from inhouse_tools import host_proxy

    packages = Path(host_proxy.__file__).resolve().parents[2]
    sandbox = Sandbox("bubblewrap", "", program="/usr/bin/bwrap", writable=(packages,))
    said = sandbox.wrap(["true"], Network.hosts(("example.org",)))
    assert said == refusal(said[-1])
    assert str(packages) in said[-1]


def test_a_tunnel_and_what_is_none(port: int) -> None:
    answers = {
        b"CONNECT localhost:%d HTTP/1.1\r\n\r\nGET /t HTTP/1.0\r\nHost: t\r\n\r\n"
        % port: b"for /t",
        b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n\r\n" % port: b"403 127.0.0.1",
        b"CONNECT localhost HTTP/1.1\r\n\r\n": b"400 ",
        b"GET /plain HTTP/1.1\r\n\r\n": b"400 ",
        b"GET ftp://localhost:%d/ HTTP/1.1\r\n\r\n" % port: b"400 ",
        b"GET http://a@localhost:%d/ HTTP/1.1\r\n\r\n" % port: b"400 ",
        b"GET http://localhost:%d/x HTTP/1.1\r\nHost: other\r\n\r\n" % port: b"asked localhost:",
        b"nonsense\r\n\r\n": b"400 ",
        b"x" * 70_000: b"400 ",
    }
    for request, answer in answers.items():
        assert answer in through_proxy(request, (f"localhost:{port}",)), request[:60]


def test_a_name_that_leads_into_the_machine_is_refused(port: int) -> None:
    request = f"CONNECT example.org:{port} HTTP/1.1\r\n\r\nGET /t HTTP/1.0\r\n\r\n".encode()

    def rebound(host: str, _port: int) -> list[str]:
        return ["127.0.0.1"] if host == "example.org" else []

    refused = through_proxy(request, (f"example.org:{port}",), rebound)
    assert b"502 example.org leads to 127.0.0.1" in refused
    both = (f"example.org:{port}", f"127.0.0.1:{port}")
    assert b"for /t" in through_proxy(request, both, rebound)


def through_proxy(
    request: bytes,
    granted: tuple[str, ...],
    find: Callable[[str, int], Sequence[str]] = addresses_of,
) -> bytes:
    """What a proxy answers to one request."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=Proxy(granted, find).serve, args=(listener,), daemon=True)
        thread.start()
        with socket.create_connection(listener.getsockname(), 10) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            said = b""
            while piece := connection.recv(65_536):
                said += piece
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
    return said
