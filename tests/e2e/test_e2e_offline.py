"""What inhouse opens while it works, as strace sees it, and the proof that people can run."""

import json
import shutil
import socketserver
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import Serve
from tests.e2e.installed import Done, Installed
from tests.e2e.scripted_server import Answer, Handler, Script, call, say
from tests.models.gguf_files import make_gguf

from inhouse.proof.trace import CALLS, Calls, Role, leaks_of, read_trace
from inhouse_models.host.places import place_for
from inhouse_models.host.spawn import HostOptions
from inhouse_models.wire import VERSION

CONNECTS = "python3 -c 'import socket; socket.socket()'"
TASK = (
    call("read", json.dumps({"file_path": "greeting.py"})),
    call(
        "edit",
        json.dumps(
            {
                "file_path": "greeting.py",
                "old_string": '    return f"Hello, {name}"',
                "new_string": '    return f"Goodbye, {name}"',
            }
        ),
    ),
    call("bash", json.dumps({"command": CONNECTS})),
    say("It says Goodbye now."),
)


class HostHandler(Handler):
    """A scripted engine host: it answers what a front end asks of the real one."""

    told: dict[str, dict[str, Any]]

    def address_string(self) -> str:
        return "front end"

    def do_GET(self) -> None:  # noqa: N802 - the library calls it so
        data = json.dumps(self.told[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self) -> None:  # noqa: N802 - the library calls it so
        if self.path == "/v1/chat/completions":
            super().do_POST()
            return
        self.rfile.read(int(self.headers["Content-Length"]))
        data = json.dumps({"tokens": 10}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """The same over a Unix socket."""

    daemon_threads = True


@contextmanager
def hosting(model: Path, answers: Sequence[Answer]) -> Generator[Script]:
    """A scripted host in the place where the front end looks for that of this model."""
    options = HostOptions(model=model, confined=True)
    script = Script(list(answers))
    about = {"parameters": 10**12, "fingerprint": "f" * 16, "context_size": 32_768}
    hello = {"version": VERSION, "arguments": options.arguments(), "state": "ready"}
    told = {"/inhouse/hello": hello, "/inhouse/model": about}
    place = place_for(model)
    handler = type("ScriptedHost", (HostHandler,), {"script": script, "told": told})
    server = UnixServer(str(place.socket), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def traced(repository: Path, folder: Path, *arguments: str) -> tuple[Done, dict[Role, Calls]]:
    """What a run did, and which calls it made."""
    strace = shutil.which("strace")
    assert strace, "install strace: apt install strace"
    trace = folder / "trace"
    wrapper = [strace, "-f", "-qq", "-s", "256", "-e", f"trace={','.join(CALLS)}"]
    wrapper += ["-e", "signal=none", "-o", str(trace)]
    done = Installed(repository).run(*arguments, wrapper=wrapper)
    return done, read_trace(trace.read_text("utf-8", "replace").splitlines())


def test_a_whole_task_opens_nothing_but_unix_sockets(repository: Path, tmp_path: Path) -> None:
    model = tmp_path / "tiny.gguf"
    model.write_bytes(make_gguf())
    with hosting(model, TASK) as script:
        done, calls = traced(repository, tmp_path, "-p", "Edit it.", "-m", str(model))
    assert done.succeeded().out == "It says Goodbye now.\n"
    assert "Goodbye" in (repository / "greeting.py").read_text("utf-8")
    # The command was run, and tried.
    assert calls["commands"].sockets["AF_INET"] >= 1
    assert "PermissionError" in script.last_messages[-1]["content"]
    front_end = calls["front end"]
    assert set(front_end.sockets) == {"AF_UNIX"} == set(front_end.connections)
    assert front_end.filtered
    assert calls["runner"] == Calls()
    assert leaks_of(calls) == []


def test_a_server_is_seen_by_the_same_counting(
    repository: Path, tmp_path: Path, serve: Serve
) -> None:
    """The positive control: this is how it looks when something leaves."""
    script = serve(say("Hello."))
    done, calls = traced(repository, tmp_path, "-p", "Hi.", "--endpoint", script.url)
    assert done.succeeded().out == "Hello.\n"
    assert calls["front end"].sockets["AF_INET"] >= 1
    assert not calls["front end"].filtered
    assert any(leak.startswith("front end") for leak in leaks_of(calls))


def test_what_starts_no_turn_opens_nothing_at_all(repository: Path, tmp_path: Path) -> None:
    """No telemetry, no look for a newer version."""
    for arguments in (["--version"], ["--help"], ["models", "list"], ["config", "show"]):
        done, calls = traced(repository, tmp_path, *arguments)
        assert done.code == 0
        assert leaks_of(calls) == []
        assert set(calls["front end"].connections) <= {"AF_UNIX"}


@pytest.mark.model
def test_the_proof_holds_with_the_real_model(
    repository: Path, engine_variables: dict[str, str], tmp_path: Path
) -> None:
    # An engine of its own is started, in a folder of sockets of its own.
    variables = {**engine_variables, "XDG_RUNTIME_DIR": str(tmp_path / "run")}
    done = Installed(repository, variables).run("doctor", "--prove-offline", "--json", seconds=280)
    assert done.code == 0, done
    proof = json.loads(done.out)
    assert proof["verdict"] == "proven"
    assert proof["leaks"] == []
    assert all(way["used"] for way in proof["ways"])
    for part in ("front end", "engine"):
        assert proof["calls"][part]["filtered"]
        assert set(proof["calls"][part]["sockets"]) <= {"AF_UNIX"}
    assert proof["calls"]["front end"]["connections"]["AF_UNIX"] >= 1
    assert "AF_INET" in next(way["text"] for way in proof["ways"] if way["name"] == "strace")
