"""A small language server for tests, run as a program: it dislikes lines with certain words.

Its first argument says how it behaves, the second is a file that it writes what it hears into.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

SEVERITIES = {"BAD": 1, "WARN": 2, "HINT": 4}


class Server:
    """Answers over standard input and output until it is told to exit."""

    def __init__(self, way: str, log: Path) -> None:
        self.way = way
        self.log = log
        self.busy = True
        self.texts: dict[str, str] = {}
        self.asked: dict[str, Any] = {}

    def run(self) -> None:
        if self.way == "garbage":
            sys.stdout.write("This is not the protocol.\r\n\r\n")
            sys.stdout.flush()
        while (message := self.read()) is not None:
            with self.log.open("a", encoding="utf-8") as log:
                log.write(message.get("method", "answer") + "\n")
            self.take(message)

    def read(self) -> dict[str, Any] | None:
        length = 0
        while line := sys.stdin.buffer.readline().strip():
            name, _colon, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return json.loads(sys.stdin.buffer.read(length)) if length else None

    def write(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        sys.stdout.buffer.write(b"Content-Length: %d\r\n" % len(body))
        sys.stdout.buffer.write(b"Content-Type: application/vscode-jsonrpc\r\n\r\n")
        # In two pieces, as a pipe may deliver it.
        sys.stdout.buffer.write(body[:20])
        sys.stdout.buffer.flush()
        sys.stdout.buffer.write(body[20:])
        sys.stdout.buffer.flush()

    def take(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        params: dict[str, Any] = message.get("params") or {}
        if method == "initialize":
            # The client is answered only after it has answered this.
            self.asked = message
            items = [{"section": "a"}, {"section": "b"}]
            self.write(id="ask", method="workspace/configuration", params={"items": items})
        elif method is None and message.get("id") == "ask" and message["result"] == [None, None]:
            capabilities: dict[str, Any] = {"diagnosticProvider": {}} if self.way == "pull" else {}
            self.write(id=self.asked["id"], result={"capabilities": capabilities})
        elif method == "shutdown":
            self.write(id=message["id"], result=None)
        elif method == "exit":
            sys.exit(0)
        elif method in ("textDocument/didOpen", "textDocument/didChange"):
            self.look(params)
        elif method == "textDocument/diagnostic":
            self.answer(message["id"], params["textDocument"]["uri"])

    def look(self, params: dict[str, Any]) -> None:
        document = params["textDocument"]
        changes = params.get("contentChanges")
        self.texts[document["uri"]] = changes[0]["text"] if changes else document["text"]
        first_run = self.log.read_text(encoding="utf-8").count("initialize\n") == 1
        if self.way == "crash" or (self.way == "crash once" and first_run):
            sys.exit(1)
        if self.way in ("silent", "pull"):
            return
        # What was quickly found comes first, then all of it.
        for found in ([], self.diagnostics(document["uri"])):
            self.write(
                method="textDocument/publishDiagnostics",
                params={**document, "diagnostics": found},
            )

    def answer(self, number: int, uri: str) -> None:
        if self.busy:
            self.busy = False
            self.write(id=number, error={"code": -32802, "message": "busy"})
        else:
            self.write(id=number, result={"kind": "full", "items": self.diagnostics(uri)})

    def diagnostics(self, uri: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for line, text in enumerate(self.texts[uri].split("\n")):
            for match in re.finditer("|".join(SEVERITIES), text):
                place = {"line": line, "character": match.start()}
                found.append(
                    {
                        "range": {"start": place, "end": place},
                        "severity": SEVERITIES[match[0]],
                        "code": match[0].lower(),
                        "message": f"{match[0]} is not liked",
                    }
                )
        return found


if __name__ == "__main__":
    Server(sys.argv[1], Path(sys.argv[2])).run()
