"""A running `inhouse serve`, and raw requests to it."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from openai import OpenAI
from tests.e2e.installed import COMMAND

SECONDS = 120


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A server process and what it said when it was ready."""

    process: subprocess.Popen[str]
    start: Mapping[str, Any]

    @property
    def url(self) -> str:
        """Where it answers."""
        return str(self.start["url"])

    @property
    def port(self) -> int:
        """Its port on 127.0.0.1."""
        return int(self.url.rpartition(":")[2])

    @property
    def token(self) -> str:
        """The key, as a program reads it."""
        return Path(self.start["token_file"]).read_text("utf-8").strip()

    @contextmanager
    def openai(self) -> Generator[OpenAI]:
        """OpenAI's own client."""
        base = str(self.start["base_url"])
        with OpenAI(base_url=base, api_key=self.token, max_retries=0, timeout=SECONDS) as client:
            yield client

    @contextmanager
    def http(self) -> Generator[httpx.Client]:
        """A client that has the token."""
        headers = {"authorization": f"Bearer {self.token}"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=SECONDS) as client:
            yield client

    def post(self, path: str, body: object) -> httpx.Response:
        """The answer to a JSON body."""
        with self.http() as http:
            return http.post(path, json=body)

    @contextmanager
    def raw(self, path: str, body: object, length: int | None = None) -> Generator[socket.socket]:
        """A connection on which a request was sent and nothing was read; it may lie about the
        length of its body."""
        data = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {length or len(data)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", self.port), SECONDS) as connection:
            connection.sendall(head.encode() + data)
            yield connection


@contextmanager
def serving(variables: Mapping[str, str], folder: Path, *options: str) -> Generator[ServedModel]:
    """`inhouse serve --json` on a free port, until the block ends."""
    process = subprocess.Popen(
        [str(COMMAND), "serve", "--json", "--port", "0", *options],
        cwd=folder,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout and process.stderr
    try:
        line = process.stdout.readline()
        if not line:
            raise AssertionError(process.stderr.read())
        yield ServedModel(process, json.loads(line))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)
        process.stdout.close()
        process.stderr.close()
