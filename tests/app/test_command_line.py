"""`inhouse` as a process of its own: what scripts and shells rely on."""

import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.app.conftest import Run

HEAVY = "('llama_cpp', 'textual', 'llguidance')"
SPY = f"""
import sys
sys.argv = ["inhouse", *sys.argv[1:]]
from inhouse.start import main
try:
    main()
finally:
    loaded = [name for name in {HEAVY} if name in sys.modules]
    sys.stderr.write(f"loaded: {{loaded}} typer: {{'typer' in sys.modules}}\\n")
"""


class Server(BaseHTTPRequestHandler):
    """A model server that always says "Hello"; the prompt "hang" it never answers."""

    asked: threading.Event
    release: threading.Event

    def do_GET(self) -> None:
        self._send("application/json", json.dumps({"data": [{"id": "loopback"}]}))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        type(self).asked.set()
        if "hang up here" in body:
            type(self).release.wait(120)
            return
        delta = {"index": 0, "delta": {"content": "Hello"}, "finish_reason": None}
        end = {"index": 0, "delta": {"content": ""}, "finish_reason": "stop"}
        chunks = [json.dumps({"choices": [one]}) for one in (delta, end)]
        self._send("text/event-stream", "".join(f"data: {one}\n\n" for one in (*chunks, "[DONE]")))

    def _send(self, kind: str, text: str) -> None:
        data = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Nothing is logged."""


@contextmanager
def serving() -> Generator[tuple[str, type[Server]]]:
    handler = type("Handler", (Server,), {"asked": threading.Event(), "release": threading.Event()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", handler
    finally:
        handler.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def endpoint() -> Iterator[str]:
    with serving() as (url, _):
        yield url


def processor_seconds() -> float:
    """Of all commands so far: what else runs on the machine does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_version_is_quick_and_imports_nothing_heavy(inhouse_anew: Run, folder: Path) -> None:
    times: list[float] = []
    for _ in range(3):
        started = processor_seconds()
        assert inhouse_anew("--version").stdout == "inhouse 0.1.0\n"
        times.append(processor_seconds() - started)
    assert min(times) < 0.25
    spied = spy(folder, "--version")
    assert spied.stderr == "loaded: [] typer: False\n"


def spy(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SPY, *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


def test_one_shot_imports_neither_engine_nor_screen(folder: Path, endpoint: str) -> None:
    done = spy(folder, "-p", "hi", "--endpoint", endpoint)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Hello\n"
    assert "loaded: []" in done.stderr


def test_only_the_answer_goes_to_standard_output(inhouse: Run, endpoint: str) -> None:
    done = inhouse("run", "say", "hello", "--endpoint", endpoint, "--verbose")
    assert (done.returncode, done.stdout) == (0, "Hello\n")
    assert "1 answer" in done.stderr
    quiet = inhouse("-q", "-p", "hi", "--endpoint", endpoint)
    assert (quiet.stdout, quiet.stderr) == ("Hello\n", "")


def test_formats_and_continuation(inhouse: Run, endpoint: str) -> None:
    first = json.loads(
        inhouse("-p", "hi", "--endpoint", endpoint, "--output-format", "json").stdout
    )
    assert first["subtype"] == "success"
    again = inhouse("-c", "-p", "more", "--endpoint", endpoint, "--output-format", "stream-json")
    events = [json.loads(line) for line in again.stdout.splitlines()]
    assert events[-1]["session_id"] == first["session_id"]
    listed = inhouse("sessions", "list")
    assert first["session_id"] in listed.stdout
    shown = inhouse("sessions", "show", first["session_id"][:5])
    assert "> hi\n" in shown.stdout
    assert "> more\n" in shown.stdout


def test_what_is_piped_in_is_part_of_the_prompt(inhouse: Run, endpoint: str) -> None:
    done = inhouse(
        *("-p", "why?", "--endpoint", endpoint, "--output-format", "stream-json"), piped="a log\n"
    )
    started = next(
        event
        for event in map(json.loads, done.stdout.splitlines())
        if event["type"] == "turn_started"
    )
    assert started["prompt"] == "why?\n\n<stdin>\na log\n</stdin>"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "inhouse -p"),
        (("fix the bug",), "inhouse -p"),
        (("modles", "list"), "Did you mean models?"),
        (("-p",), "prompt is empty"),
        (("-p", ""), "prompt is empty"),
        (("-p", "a", "b"), "quotes"),
        (("-p", "a", "--max-turns", "0"), "max_turns"),
        (("-p", "a", "--max-turns", "x"), "--max-turns"),
        (("-p", "a", "--mode", "wild"), "--mode"),
        (("-p", "a", "--nonsense"), "--nonsense"),
        (("-p", "a", "-C", "missing"), "missing"),
        (("-p", "a", "--add-dir", "missing"), "missing"),
        (("-p", "a", "--json-schema", "{"), "--json-schema"),
        (("-p", "a", "-r"), "sessions list"),
        (("-p", "a", "-r", "nothing"), "nothing"),
        (("-p", "a", "-c"), "no session"),
        (("-p", "a", "--fork"), "--fork"),
        (("config", "get", "max_turn"), "Did you mean max_turns?"),
        (("config", "set", "max_turns", "many"), "max_turns"),
        (("config", "set", "rules.deny", '["bash("]'), "rules.deny"),
        (("sessions", "show", "nothing"), "nothing"),
        (("sessions", "rm"), "sessions rm --help"),
        (("sessions", "prune", "--keep", "-1"), "--keep"),
        (("sessions", "compact", "nothing"), "nothing"),
        (("sessions", "compact"), "no session"),
    ],
)
def test_wrong_usage_is_one_line_and_code_2(
    inhouse: Run, arguments: tuple[str, ...], words: str
) -> None:
    done = inhouse(*arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert words in done.stderr
    assert done.stderr.startswith("inhouse: ")
    assert done.stderr.count("\n") == 1


def test_no_model_says_how_to_get_one(inhouse: Run) -> None:
    done = inhouse("-p", "hi")
    assert (done.returncode, done.stdout) == (5, "")
    last = done.stderr.strip().splitlines()[-1]
    ways = ("inhouse models pull starter", "inhouse setup", "inhouse models find")
    assert [way for way in ways if way not in last] == []
    as_json = inhouse("-p", "hi", "--output-format", "json")
    assert json.loads(as_json.stdout)["error"]["kind"] == "no_model"


def test_a_truncated_model_is_one_line(inhouse: Run, folder: Path) -> None:
    (folder / "broken.gguf").write_bytes(b"GGUF\x03\0\0\0")
    done = inhouse("-m", "broken.gguf", "-p", "hi")
    assert done.returncode == 5
    assert "broken.gguf" in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_are_kept_shown_and_found(inhouse: Run) -> None:
    assert inhouse("config", "set", "max_turns", "7").returncode == 0
    assert inhouse("config", "get", "max_turns").stdout == "7\n"
    shown = inhouse("config", "show", env={"INHOUSE_MODE": "plan"}).stdout
    rows = {line.split()[0]: line for line in shown.splitlines()}
    assert "config.toml" in rows["max_turns"]
    assert "INHOUSE_MODE" in rows["mode"]
    assert "default" in rows["context"]
    assert inhouse("config", "path").stdout.splitlines()[0].endswith("/inhouse/config.toml")


def test_a_project_is_trusted_by_a_flag(inhouse: Run, folder: Path, endpoint: str) -> None:
    (folder / ".inhouse").mkdir()
    (folder / ".inhouse" / "config.toml").write_text("max_turns = 9\n", "utf-8")
    before = inhouse("-p", "hi", "--endpoint", endpoint)
    assert "not trusted" in before.stderr
    after = inhouse("-p", "hi", "--endpoint", endpoint, "--trust")
    assert "not trusted" not in after.stderr
    assert inhouse("config", "get", "max_turns").stdout == "9\n"


def test_the_small_commands_work_on_an_empty_machine(inhouse: Run, folder: Path) -> None:
    (folder / "AGENTS.md").write_text("Be brief.\n", "utf-8")
    assert "AGENTS.md (9 bytes)" in inhouse("instructions").stdout
    assert "starter" in inhouse("models", "list").stdout
    assert "Apache" in inhouse("models", "info", "starter").stdout
    assert inhouse("models", "rm", "nothing").returncode == 5
    assert "No engine runs" in inhouse("engine", "status").stdout
    assert inhouse("engine", "stop").returncode == 0
    assert inhouse("engine", "log").returncode == 0


def test_doctor_says_what_is_missing(inhouse: Run) -> None:
    done = inhouse("doctor", "--json")
    report = json.loads(done.stdout)
    states = {check["name"]: check["state"] for check in report["checks"]}
    assert done.returncode == 5
    assert report["healthy"] is False
    assert states["model"] == "missing"
    assert states["git"] == "warning"
    assert "models pull starter" in inhouse("doctor").stdout


def test_doctor_counts_the_prompts(inhouse: Run, endpoint: str) -> None:
    done = inhouse("doctor", "--json", env={"INHOUSE_ENDPOINT": endpoint})
    counts = json.loads(done.stdout)["prompt_tokens"]
    assert 0 < counts["small"] < counts["large"]


def test_help_is_quick_and_lists_flags_and_commands(inhouse_anew: Run) -> None:
    times: list[float] = []
    text = ""
    for _ in range(3):
        started = processor_seconds()
        text = inhouse_anew("--help").stdout
        times.append(processor_seconds() - started)
    assert min(times) < 0.6
    for word in ("--output-format", "--verify", "models", "doctor", "Exit codes"):
        assert word in text
    assert inhouse_anew("-m", "x", "--help").stdout == text


def test_completion_offers_commands_and_flags(inhouse: Run) -> None:
    for typed, offered in (("inhouse mo", "models"), ("inhouse --ver", "--verify")):
        variables = {"_INHOUSE_COMPLETE": "bash", "COMP_LINE": typed}
        assert offered in inhouse(env=variables).stdout


def test_a_repository_cannot_replace_our_modules(inhouse_anew: Run, folder: Path) -> None:
    for name in ("typer", "pydantic", "click", "httpx"):
        (folder / f"{name}.py").write_text("raise SystemExit('hostile')\n", "utf-8")
    done = inhouse_anew("config", "get", "max_turns", env={"PYTHONPATH": f".{os.pathsep}{folder}"})
    assert (done.returncode, done.stdout) == (0, "100\n"), done.stderr


def test_ctrl_c_ends_with_130_and_says_how_to_go_on(folder: Path) -> None:
    with serving() as (url, handler):
        command = [sys.executable, "-m", "inhouse.start", "-p", "hang up here", "--endpoint", url]
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert handler.asked.wait(60)
        process.send_signal(signal.SIGINT)
        out, complaints = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in complaints
    assert "inhouse -c" in complaints


@pytest.mark.parametrize("arguments", ["--help", "-p hi --output-format stream-json"])
def test_a_reader_that_leaves_is_no_error(folder: Path, endpoint: str, arguments: str) -> None:
    command = f"{sys.executable} -m inhouse.start {arguments} 2>complaints | true; cat complaints"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env={**os.environ, "INHOUSE_ENDPOINT": endpoint},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stdout
    assert "Broken" not in done.stdout


def test_closed_streams_are_no_error(folder: Path, endpoint: str) -> None:
    command = f"{sys.executable} -m inhouse.start -p hi --endpoint {endpoint} <&- >&- 2>&-"
    done = subprocess.run(["/bin/sh", "-c", command], cwd=folder, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_an_ascii_terminal_gets_escapes(inhouse_anew: Run) -> None:
    done = inhouse_anew("config", "get", "größe", env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 2
    assert "gr\\xf6\\xdfe" in done.stderr


def test_without_a_terminal_it_says_how_to_ask(inhouse: Run) -> None:
    done = inhouse()
    assert done.returncode == 2
    assert "inhouse -p" in done.stderr


def test_what_belongs_to_one_answer_opens_no_screen(inhouse: Run) -> None:
    done = inhouse("--output-format", "json")
    assert done.returncode == 2
    assert "--output-format" in done.stderr and "inhouse run" in done.stderr
