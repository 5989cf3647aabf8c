"""Real servers with the small model, and answers that were recorded from one."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from tests.models.remote.fake_server import Asked, Said, serving

RECORDED = Path(__file__).parent / "recorded_llama_server.json"
ALIAS = "small"
CONTEXT = 4096
PATIENCE = 120.0
# On a busy machine threads of llama.cpp wait for each other far longer than one alone takes.
THREADS = "1"


@dataclass(frozen=True, slots=True)
class Real:
    """A server to test against."""

    name: str
    url: str


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bindings_command(model: Path, port: int) -> list[str]:
    """llama-cpp-python's own server."""
    return [
        *(sys.executable, "-m", "llama_cpp.server", "--model", str(model), "--model_alias", ALIAS),
        *("--host", "127.0.0.1", "--port", str(port), "--n_ctx", str(CONTEXT)),
        *("--n_threads", THREADS, "--n_threads_batch", THREADS),
    ]


def llama_server_command(program: Path, model: Path, port: int) -> list[str]:
    """llama-server with two slots, so that half of its context is what a conversation gets."""
    return [
        *(str(program), "--model", str(model), "--alias", ALIAS, "--jinja", "--parallel", "2"),
        *("--host", "127.0.0.1", "--port", str(port), "--ctx-size", str(2 * CONTEXT)),
        *("--threads", THREADS, "--threads-batch", THREADS),
    ]


@contextmanager
def started(name: str, command: list[str], port: int, log: Path) -> Generator[Real]:
    """A server process, once it is ready; ended behind it."""
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + PATIENCE
        while not _ready(url):
            assert process.poll() is None, log.read_text("utf-8", "replace")[-2000:]
            assert time.monotonic() < deadline, f"{name} does not get ready"
            # It is polled as its own clients do: there is nothing of another process to wait for.
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.2)
        yield Real(name, url)
    finally:
        process.terminate()
        process.wait(30)


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/v1/models", trust_env=False, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def key_of(asked: Asked) -> str:
    """What tells one recorded request from another: its path, and the beginning of what is said."""
    messages: list[dict[str, Any]] = asked.body.get("messages") or []
    said = str(messages[-1]["content"])[:32] if messages else ""
    wanted = "tools " if asked.body.get("tools") else ""
    return f"{asked.method} {asked.path} {wanted}{said}".strip()


@contextmanager
def replayed() -> Generator[Real]:
    """A server that answers as the recorded one did."""
    answers: Mapping[str, dict[str, Any]] = json.loads(RECORDED.read_text("utf-8"))["answers"]

    def answer(asked: Asked) -> Said:
        key = key_of(asked)
        assert key in answers, f"not recorded: {key}"
        return _said(answers[key])

    with in_thread(answer) as url:
        yield Real("recorded", url)


def _said(answer: Mapping[str, Any]) -> Said:
    body = str(answer["body"]).encode()
    head = f"HTTP/1.1 {answer['status']} Recorded\r\nContent-Type: {answer['type']}\r\n"
    head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return Said(raw=head.encode() + body)


@contextmanager
def recording(real: Real, version: str) -> Generator[Real]:
    """The real server behind a proxy that writes down what it answers."""
    answers: dict[str, dict[str, Any]] = {}

    def answer(asked: Asked) -> Said:
        reply = httpx.request(
            asked.method,
            real.url + asked.path,
            json=asked.body or None,
            timeout=PATIENCE,
            trust_env=False,
        )
        kind = reply.headers.get("content-type", "").partition(";")[0]
        said = {"status": reply.status_code, "type": kind, "body": _plain(reply.text)}
        answers[key_of(asked)] = said
        return _said(said)

    with in_thread(answer) as url:
        yield Real(real.name, url)
    written = {"program": "llama-server", "version": version, "answers": answers}
    RECORDED.write_text(json.dumps(written, indent=1) + "\n", "utf-8")


def _plain(text: str) -> str:
    """Without the path of the model, which is this machine's own."""
    try:
        data = json.loads(text)
    except ValueError:
        return text
    if isinstance(data, dict) and "model_path" in data:
        return json.dumps({**data, "model_path": "model.gguf"})
    return text


@contextmanager
def in_thread(answer: Any) -> Generator[str]:
    """Serve every request with `answer`, in a loop of a thread of its own; yields the URL."""
    ready, end = threading.Event(), asyncio.Event()
    found: list[tuple[str, asyncio.AbstractEventLoop]] = []

    class Every(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            return answer

    async def main() -> None:
        async with serving(Every()) as server:
            found.append((server.url, asyncio.get_running_loop()))
            ready.set()
            await end.wait()

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    assert ready.wait(10)
    try:
        yield found[0][0]
    finally:
        found[0][1].call_soon_threadsafe(end.set)
        thread.join()
