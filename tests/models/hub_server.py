"""A loopback server that speaks as much of the hub's API as huggingface_hub uses."""

import hashlib
import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote

COMMIT = "c" * 40


@dataclass(frozen=True)
class Reply:
    """An answer in the place of the true one."""

    status: int
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


@dataclass
class Hub:
    """What the server offers, and what was asked of it.

    `cuts` are byte counts after which a download breaks off, one per download, in order.
    `false_hash` is announced instead of the true one; `claimed_size` instead of the true size.
    `replies` are given first, by method, in order; the last one again and again where `stubborn`.
    `tokens` are the Authorization headers that came, in order.
    """

    files: dict[str, bytes]
    cuts: list[int] = field(default_factory=list[int])
    false_hash: str = ""
    claimed_size: int | None = None
    with_ranges: bool = True
    replies: dict[str, list[Reply]] = field(default_factory=dict[str, list[Reply]])
    stubborn: bool = False
    tokens: list[str] = field(default_factory=list[str])
    requests: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    address: str = ""

    @property
    def downloads(self) -> list[str]:
        """The Range header of every download, in order; empty for a whole one."""
        return [span for method, _, span in self.requests if method == "GET"]


@contextmanager
def serve(hub: Hub) -> Generator[Hub]:
    """Run the server on a free port of 127.0.0.1."""

    class Handler(_Handler):
        offered = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    offered: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def answer(self, *, with_body: bool) -> None:
        span = self.headers.get("Range", "")
        path = unquote(self.path.partition("?")[0])
        self.offered.tokens.append(self.headers.get("Authorization", ""))
        if replies := self.offered.replies.get(self.command):
            again = self.offered.stubborn and len(replies) == 1
            self.give(replies[0] if again else replies.pop(0), path, span)
            return
        if path.startswith("/api/models/"):
            self.answer_listing(path.removeprefix("/api/models/"))
            return
        self.offered.requests.append((self.command, path, span))
        repository, _, rest = path.strip("/").partition("/resolve/")
        revision, _, file = rest.partition("/")
        data = self.offered.files.get(f"{repository}/{file}")
        if data is None:
            known = any(name.startswith(f"{repository}/") for name in self.offered.files)
            code = "EntryNotFound" if known else "RepoNotFound"
            self.send_headers(404, {"X-Error-Code": code, "Content-Length": "0"})
            return
        tag = self.offered.false_hash or hashlib.sha256(data).hexdigest()
        size = self.offered.claimed_size or len(data)
        headers = {
            "X-Repo-Commit": COMMIT if revision == "main" else revision,
            "X-Linked-Etag": f'"{tag}"',
            "X-Linked-Size": str(size),
            "ETag": f'"{tag}"',
            "Accept-Ranges": "bytes",
        }
        start = 0
        if span and self.offered.with_ranges:
            start = int(span.removeprefix("bytes=").partition("-")[0])
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        headers["Content-Length"] = str(len(data) - start)
        self.send_headers(206 if start else 200, headers)
        if with_body:
            self.send_body(data[start:])

    def give(self, reply: Reply, path: str, span: str) -> None:
        self.offered.requests.append((self.command, path, span))
        length = (
            {} if "Transfer-Encoding" in reply.headers else {"Content-Length": str(len(reply.body))}
        )
        self.send_headers(reply.status, {**length, **reply.headers})
        if self.command == "GET":
            self.wfile.write(reply.body)

    def answer_listing(self, rest: str) -> None:
        repository = rest.partition("/revision/")[0].partition("/tree/")[0]
        names = [name for name in self.offered.files if name.startswith(f"{repository}/")]
        siblings = [{"rfilename": name.removeprefix(f"{repository}/")} for name in names]
        body = json.dumps({"id": repository, "sha": COMMIT, "siblings": siblings}).encode()
        if "/tree/" in rest:
            entries = [
                {"type": "file", "path": item["rfilename"], "size": 1, "oid": "0" * 40}
                for item in siblings
            ]
            body = json.dumps(entries).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        if not names:
            headers = {"X-Error-Code": "RepoNotFound", "Content-Length": "0"}
            body = b""
        self.send_headers(200 if names else 404, headers)
        self.wfile.write(body)

    def send_headers(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def send_body(self, data: bytes) -> None:
        cut = self.offered.cuts.pop(0) if self.offered.cuts else len(data)
        self.wfile.write(data[:cut])
        if cut < len(data):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's own name
        pass
