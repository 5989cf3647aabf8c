"""A loopback server that speaks OpenAI chat completions and answers from a script."""

import json
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
# Longer than anything takes that has to happen while an answer hangs.
MAX_WAIT_SECONDS = 240


@dataclass(frozen=True, slots=True)
class Answer:
    """One scripted answer.

    `lines` are sent as they stand. `before` runs first. `ending`: "whole" says [DONE], "torn"
    closes the connection in the middle, "hanging" leaves it open until the test is over.
    """

    lines: tuple[str, ...]
    ending: str = "whole"
    status: int = 200
    before: Callable[[], None] = lambda: None


def say(text: str, ending: str = "whole") -> Answer:
    """A text; a final answer when it is whole."""
    return Answer((chunk({"content": text}), *_finish("stop", ending)), ending)


def call(name: str, arguments: str, before: Callable[[], None] = lambda: None) -> Answer:
    """One tool call, whose arguments are sent as the very text."""
    return calls((name, arguments), before=before)


def calls(*named: tuple[str, str], before: Callable[[], None] = lambda: None) -> Answer:
    """Several tool calls in one answer."""
    deltas = [
        {
            "index": place,
            "id": f"call-{place}",
            "type": "function",
            "function": {"name": name, "arguments": arguments},
        }
        for place, (name, arguments) in enumerate(named)
    ]
    return Answer((chunk({"tool_calls": deltas}), *_finish("tool_calls", "whole")), before=before)


def refuse(status: int, text: str) -> Answer:
    """An error in the place of an answer."""
    return Answer((json.dumps({"error": {"type": "server_error", "message": text}}),), "", status)


def chunk(delta: Json, finish: str | None = None) -> str:
    """One server-sent event."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return "data: " + json.dumps({"choices": [choice]}) + "\n\n"


def _finish(reason: str, ending: str) -> tuple[str, ...]:
    return (chunk({}, reason), "data: [DONE]\n\n") if ending == "whole" else ()


@dataclass(slots=True)
class Script:
    """What is answered in turn ("Done." when nothing is left), and what was asked.

    `facts` join what every GET says: by them a server is taken for one of another kind.
    """

    answers: list[Answer]
    requests: list[Json] = field(default_factory=list[Json])
    asked: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""
    facts: Json = field(default_factory=Json)

    def take(self, request: Json) -> Answer:
        """The next answer."""
        self.requests.append(request)
        self.asked.set()
        return self.answers.pop(0) if self.answers else say("Done.")

    @property
    def last_messages(self) -> list[Json]:
        """The messages of the newest request."""
        return self.requests[-1]["messages"]


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    script: Script

    def do_GET(self) -> None:
        data = json.dumps({"data": [{"id": "scripted"}], **self.script.facts}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.script.take(json.loads(body))
        answer.before()
        self.send_response(answer.status)
        self.send_header("Content-Type", "text/event-stream")
        if answer.ending == "torn":
            # More is promised than comes, so that the client sees a broken connection.
            self.send_header("Content-Length", "1000000")
        self.end_headers()
        for line in answer.lines:
            self.wfile.write(line.encode())
            self.wfile.flush()
        if answer.ending == "hanging":
            self.script.released.wait(MAX_WAIT_SECONDS)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Nothing is logged."""


@contextmanager
def serving(answers: Sequence[Answer]) -> Generator[Script]:
    """The server while the block runs."""
    script = Script(list(answers))
    handler = type("ScriptedHandler", (Handler,), {"script": script})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield script
    finally:
        script.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
