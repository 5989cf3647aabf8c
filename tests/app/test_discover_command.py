"""`inhouse models discover`, `models key`, `doctor --endpoint` and a turn, against real sockets."""

import asyncio
import json
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest
from tests.app.conftest import Run
from tests.models.remote.fake_server import FakeServer, Routes, Said, serving
from tests.models.remote.known_servers import OLLAMA, VLLM

# A server answers at once, unless the machine is busy with other tests.
DISCOVER = ("models", "discover", "--timeout", "60")
ESCAPES = {"GET /v1/models": Said({"data": [{"id": "evil\x1b]52;c;aGk=\x07\u202e"}]})}


@contextmanager
def running(routes: Routes) -> Generator[FakeServer]:
    """A server in a thread of its own, since the command is a process that is waited for."""
    ready, end = threading.Event(), asyncio.Event()
    found: list[tuple[FakeServer, asyncio.AbstractEventLoop]] = []

    async def main() -> None:
        async with serving(routes) as server:
            found.append((server, asyncio.get_running_loop()))
            ready.set()
            await end.wait()

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    assert ready.wait(60)
    server, loop = found[0]
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()


@pytest.fixture(scope="module")
def vllm() -> Iterator[FakeServer]:
    with running(VLLM) as server:
        yield server


@pytest.fixture(scope="module")
def ollama() -> Iterator[FakeServer]:
    with running(OLLAMA) as server:
        yield server


def test_servers_are_listed_with_their_true_context(
    inhouse: Run, vllm: FakeServer, ollama: FakeServer
) -> None:
    done = inhouse(*DISCOVER, vllm.url, ollama.url, "http://127.0.0.1:1")
    assert done.returncode == 0
    rows = done.stdout.splitlines()
    assert rows[0].split() == ["SERVER", "MODEL", "CONTEXT", "TRAINED", "LOADED", "URL"]
    assert rows[1].split() == ["vLLM", "0.27.0", "Qwen/Qwen3.6-27B", "131,072", "yes", vllm.url]
    assert rows[2].split()[2:6] == ["qwen3:8b", "4,096", "40,960", "yes"]
    assert "cuts a conversation" in done.stdout
    assert f"Use it: inhouse --endpoint {ollama.url} -m qwen3:8b" in done.stdout
    assert "Nobody answers at http://127.0.0.1:1 " in done.stderr


def test_json_says_what_is_switched_off(inhouse: Run, vllm: FakeServer) -> None:
    done = inhouse(*DISCOVER, vllm.url, "127.0.0.1:1", "--json")
    found = json.loads(done.stdout)
    (server,) = found["servers"]
    assert (server["engine"], server["models"][0]["context"]) == ("vLLM", 131_072)
    assert "held calls" in server["models"][0]["switched_off"]
    assert [one["listening"] for one in found["silent"]] == [False]
    assert done.stderr == ""


def test_nothing_found_says_where_it_looked(inhouse: Run) -> None:
    """On a loopback address of our own, where nobody listens."""
    done = inhouse(*DISCOVER, "--host", "127.9.8.7")
    assert (done.returncode, done.stdout) == (5, "")
    for words in ("127.9.8.7:11434", "127.9.8.7:30000", "docs/serving.md", "models pull starter"):
        assert words in done.stderr
    as_json = inhouse(*DISCOVER, "--host", "127.9.8.7", "--json")
    assert json.loads(as_json.stdout)["servers"] == []
    assert as_json.returncode == 5


def test_the_endpoint_that_is_set_is_asked_as_well(inhouse: Run, vllm: FakeServer) -> None:
    done = inhouse(*DISCOVER, env={"INHOUSE_ENDPOINT": vllm.url})
    assert vllm.url in done.stdout


def test_offline_asks_nobody(inhouse: Run, vllm: FakeServer) -> None:
    before = len(vllm.asked)
    done = inhouse(*DISCOVER, vllm.url, env={"INHOUSE_OFFLINE": "true"})
    assert (done.returncode, done.stdout) == (5, "")
    assert "offline is set" in done.stderr
    assert len(vllm.asked) == before


def test_names_of_a_server_cannot_reach_the_terminal(inhouse: Run) -> None:
    with running(ESCAPES) as server:
        shown = inhouse(*DISCOVER, server.url)
        as_json = inhouse(*DISCOVER, server.url, "--json")
    for text in (shown.stdout, as_json.stdout):
        assert "evil" in text
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_a_kept_key_is_sent_to_its_server_and_shown_nowhere(inhouse: Run) -> None:
    with running(VLLM) as server, running(VLLM) as other:
        kept = inhouse("models", "key", server.url, piped="sk-secret-1\n")
        assert (kept.returncode, kept.stdout) == (0, "")
        answers = [
            inhouse(*DISCOVER, server.url, other.url),
            inhouse("-p", "hi", "--endpoint", server.url),
            inhouse("doctor", "--endpoint", server.url),
            inhouse("config", "show"),
        ]
        assert [one.returncode for one in answers] == [0, 0, 0, 0]
        assert not any("sk-secret" in one.stdout + one.stderr for one in (kept, *answers))
        assert {asked.headers.get("authorization") for asked in server.asked} == {
            "Bearer sk-secret-1"
        }
        assert all("authorization" not in asked.headers for asked in other.asked)
        assert inhouse("models", "key", server.url, "--forget").returncode == 0
        before = len(server.asked)
        inhouse(*DISCOVER, server.url)
        assert all("authorization" not in asked.headers for asked in server.asked[before:])


@pytest.mark.parametrize(
    ("arguments", "piped", "words"),
    [
        (("key", "ftp://x"), "sk\n", "no address"),
        (("key", "http://x"), "\n", "empty"),
        (("key", "http://x"), "two words\n", "one line"),
        (("key",), "", "URL"),
        (("discover", "--timeout", "0"), "", "--timeout"),
    ],
)
def test_wrong_usage_is_one_line(
    inhouse: Run, arguments: tuple[str, ...], piped: str, words: str
) -> None:
    done = inhouse("models", *arguments, piped=piped)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_is_off_is_said_once_and_in_full_by_doctor(inhouse: Run, vllm: FakeServer) -> None:
    told = inhouse("-p", "hi", "--endpoint", vllm.url)
    assert told.stdout == "Hello.\n"
    assert told.stderr.count("not inhouse's own engine") == 1
    assert "held calls" in told.stderr
    events = inhouse("-p", "hi", "--endpoint", vllm.url, "--output-format", "stream-json")
    last = json.loads(events.stdout.splitlines()[-1])
    assert last["usage"]["cached_input_tokens"] == 64
    report = json.loads(inhouse("doctor", "--endpoint", vllm.url, "--json").stdout)
    checks = {(check["name"], check["text"]) for check in report["checks"]}
    assert ("server", f"vLLM 0.27.0 at {vllm.url}") in checks
    assert any(name == "off" and "prefix store" in text for name, text in checks)
    assert report["prompt_tokens"] == {"small": 4_321, "large": 4_321}
