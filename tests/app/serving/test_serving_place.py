"""Where it listens, and what a person is told of it."""

import json
import socket
import subprocess
from pathlib import Path

import pytest

from inhouse.serving.listening import Listening, is_loopback, listen
from inhouse.serving.telling import Start
from inhouse_tools.refusal import Refusal


@pytest.mark.parametrize(
    ("host", "here"),
    [
        *(("127.0.0.1", True), ("127.8.9.1", True), ("localhost", True), ("::1", True)),
        *(("0.0.0.0", False), ("192.0.2.1", False), ("::", False), ("example.org", False)),
    ],
)
def test_which_addresses_are_this_machine(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_free_port_of_this_machine(host: str) -> None:
    found = listen(host, 0)
    assert isinstance(found, Listening) and found.loopback
    with found.socket:
        address, port = found.socket.getsockname()[:2]
        with socket.create_connection((address, port)):
            accepted, _peer = found.socket.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert found.url == f"http://{f'[{address}]' if ':' in address else address}:{port}"
        taken = listen(host, port)
        assert isinstance(taken, Refusal) and f"port {port}" in taken.text


def test_an_address_of_another_machine() -> None:
    found = listen("192.0.2.1", 0)
    assert isinstance(found, Refusal) and "192.0.2.1" in found.text


def test_what_is_said_can_be_pasted(tmp_path: Path) -> None:
    folder = tmp_path / "o'neil and sons"
    folder.mkdir()
    path = folder / "token"
    path.write_text("the-token\n", "utf-8")
    start = Start("http://127.0.0.1:1", "small", 2048, path, confined=True)
    text = start.text()
    shell = text[text.index("curl") : text.index("OpenAI(")]
    play = f"curl() {{ printf '%s\\n' \"$@\"; }}; {shell}\nprintf '%s\\n' \"$OPENAI_API_KEY\""
    said = subprocess.run(["sh", "-c", play], capture_output=True, text=True, check=True)
    assert said.stderr == ""
    lines = said.stdout.splitlines()
    assert "Authorization: Bearer the-token" in lines and lines[-1] == "the-token"
    assert any(line.startswith('{"messages"') and json.loads(line) for line in lines)
    quoted = str(path).replace("'", "''")
    assert f"readfile('{quoted}')[0]" in text
    assert json.loads(json.dumps(start.encode()))["base_url"] == "http://127.0.0.1:1/v1"
    open_to_all = Start("http://127.0.0.1:1", "small", 2048, None, confined=True)
    assert "cat " not in open_to_all.text() and open_to_all.encode()["token_file"] is None
