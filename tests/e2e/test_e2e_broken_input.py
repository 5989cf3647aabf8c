"""Whatever comes in, and whenever a stream closes: an answer of the protocol, or one line and the
right exit code; never a traceback, and never no end."""

import json
import os
import signal
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from tests.e2e.conftest import Serve
from tests.e2e.installed import COMMAND, Installed
from tests.e2e.scripted_server import Answer, Script, say

# Nobody answers there: what is broken is told before anybody is asked.
NOBODY = ("--endpoint", "http://127.0.0.1:9")
Stream = int | IO[bytes]
# No file can grow, as on a full disk.
NO_ROOM = ("sh", "-c", 'ulimit -f 0 && exec "$@"', "sh")
LATIN = b"caf\xe9 = 1\nprice = 2\n"
LARGE = b"x" * 10_000_000
TORN = b'{"id": 1, "prefix'
START: Mapping[str, object] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": 1},
}
LINES = {
    "no JSON": b"{]",
    "no object": b"[1]",
    "no UTF-8": b'{"a": "\xff"}',
    "NUL": b"\0",
    "nested": b"[" * 50_000,
    "10 MB": b'{"id": 2, "prefix": "' + LARGE + b'"}',
    "no request": b"{}",
    "half a line, and the end": TORN,
}


@contextmanager
def starting(
    folder: Path,
    *words: str,
    stdin: Stream = subprocess.PIPE,
    stdout: Stream = subprocess.PIPE,
    wrapper: tuple[str, ...] = (),
) -> Generator[subprocess.Popen[bytes]]:
    """The command, by way of another one; it is ended if it did not end."""
    with subprocess.Popen(
        [*wrapper, str(COMMAND), *words],
        cwd=folder,
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def ended(process: subprocess.Popen[bytes], data: bytes | None = None) -> tuple[int, bytes, str]:
    """Its exit code and what it wrote."""
    output, complaints = process.communicate(data, timeout=60)
    assert b"Traceback" not in complaints and b"Exception" not in complaints, complaints
    return process.returncode, output or b"", complaints.decode()


# Text.


@pytest.mark.parametrize(
    "words, piped, told",
    [
        (("edit", "shorter"), b"a\0b", "binary"),
        (("edit", "shorter"), LARGE, "longer than 4 MB"),
        (("edit", "shorter"), b"", "nothing to work on"),
        (("ask", "why?"), b"a\0b", "NUL"),
        (("explain", "greeting.py:4"), LARGE, "longer than 4 MB"),
        (("complete", "greeting.py:99"), b"a\n", "only 2 lines"),
    ],
)
def test_text_that_is_none_is_told(
    inhouse: Installed, words: tuple[str, ...], piped: bytes, told: str
) -> None:
    inhouse.run(*words, *NOBODY, piped=piped).failed(2, told)


def test_a_failed_edit_gives_back_every_byte(untouched: Path) -> None:
    with starting(untouched, "edit", "-q", "shorter", *NOBODY) as process:
        code, output, complaints = ended(process, LATIN)
    assert (code, output) == (5, LATIN)
    assert complaints.startswith("inhouse: Nobody answers") and complaints.count("\n") == 1


def test_an_edit_keeps_an_encoding_that_is_not_utf8(untouched: Path, serve: Serve) -> None:
    script = serve(say("```python\nprice = 3\n```"))
    words = ("edit", "-q", "menu.py:2-2", "make it 3", "--endpoint", script.url)
    with starting(untouched, *words) as process:
        assert ended(process, LATIN) == (0, LATIN.replace(b"2", b"3"), "")


# Lines.


def test_broken_lines_of_an_editor_are_answered(untouched: Path) -> None:
    with starting(untouched, "complete", *NOBODY) as process:
        code, output, complaints = ended(process, b"\n".join(LINES.values()))
    answers = [json.loads(line) for line in output.splitlines()]
    assert (code, complaints, len(answers)) == (0, "", len(LINES))
    assert all(answer["error"] and answer["id"] is None for answer in answers)


def test_broken_messages_of_an_editor_are_answered(untouched: Path) -> None:
    messages = [json.dumps(START).encode(), *LINES.values()]
    with starting(untouched, "acp", *NOBODY) as process:
        code, output, complaints = ended(process, b"\n".join(messages))
    answers = [json.loads(line) for line in output.splitlines()]
    assert (code, complaints, len(answers)) == (0, "", len(messages))
    broken = [answer for answer in answers if "error" in answer]
    assert {answer["error"]["code"] for answer in broken} == {-32700, -32600}
    assert len(broken) == len(LINES)


@pytest.mark.parametrize("command", ["complete", "acp"])
def test_files_and_devices_serve_as_well_as_pipes(untouched: Path, command: str) -> None:
    given, taken = untouched.parent / "given", untouched.parent / "taken"
    given.write_bytes(json.dumps(START).encode() + b"\n")
    with (
        given.open("rb") as source,
        taken.open("wb") as target,
        starting(untouched, command, *NOBODY, stdin=source, stdout=target) as process,
    ):
        assert ended(process) == (0, b"", "")
    assert json.loads(taken.read_bytes())
    with starting(untouched, command, *NOBODY, stdin=subprocess.DEVNULL) as process:
        assert ended(process) == (0, b"", "")


# Nobody reads, or there is no room.


def test_answers_that_cannot_be_written_are_told(untouched: Path) -> None:
    with (
        Path("/dev/full").open("wb") as full,
        starting(untouched, "complete", *NOBODY, stdout=full) as process,
    ):
        code, _output, complaints = ended(process, LINES["no JSON"] + b"\n")
    assert (code, complaints.count("\n")) == (1, 1)
    assert "No space left" in complaints


@pytest.mark.parametrize("words", [("edit", "-q", "shorter"), ("ask", "why?"), ("complete",)])
def test_a_closed_output_ends_it_quietly(
    untouched: Path, serve: Serve, words: tuple[str, ...]
) -> None:
    script = serve(say("```\nb\n```"))
    with starting(untouched, *words, "--endpoint", script.url) as process:
        assert process.stdout and process.stdin
        process.stdout.close()
        process.stdin.write(b"a\n")
        process.stdin.close()
        assert process.stderr
        complaints = process.stderr.read().decode()
        assert process.wait(60) in {0, 1, 141}
    assert "Traceback" not in complaints and "Exception" not in complaints


def test_a_full_disk_leaves_the_file_as_it_is(untouched: Path, serve: Serve) -> None:
    script = serve(say("```python\n    return name\n```"))
    words = ("edit", "-q", "-i", "greeting.py:6-6", "only the name", "--endpoint", script.url)
    with starting(untouched, *words, wrapper=NO_ROOM) as process:
        code, _output, complaints = ended(process, b"")
    assert code != 0
    assert [line.split(":")[0] for line in complaints.splitlines()] == ["inhouse"]


# Signals, while an answer is waited for.


@contextmanager
def waiting(
    folder: Path, script: Script, *words: str, data: bytes = b""
) -> Generator[subprocess.Popen[bytes]]:
    """The command, once it has asked the model."""
    with starting(folder, *words, "--endpoint", script.url) as process:
        assert process.stdin
        process.stdin.write(data)
        process.stdin.close()
        process.stdin = None
        assert script.asked.wait(60)
        yield process


def test_an_interrupted_edit_gives_back_what_came_in(untouched: Path, serve: Serve) -> None:
    script = serve(say("```\n", ending="hanging"))
    with waiting(untouched, script, "edit", "-q", "shorter", data=LATIN) as process:
        process.send_signal(signal.SIGINT)
        assert ended(process) == (130, LATIN, "inhouse: Interrupted.\n")


def is_right(code: int, number: signal.Signals) -> bool:
    """Whether a command that was ended by this signal says so."""
    return code in ({130} if number is signal.SIGINT else {143, -signal.SIGTERM})


@pytest.mark.parametrize(
    "words, number", [(("ask", "why?"), signal.SIGINT), (("review",), signal.SIGTERM)]
)
def test_a_signal_ends_an_answer(
    repository: Path, serve: Serve, words: tuple[str, ...], number: signal.Signals
) -> None:
    (repository / "greeting.py").write_text("greet = print\n")
    script = serve(Answer((), "hanging"))
    with waiting(repository, script, *words) as process:
        process.send_signal(number)
        code, output, complaints = ended(process)
    assert is_right(code, number)
    assert output == b"" and complaints.count("inhouse: ") <= 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", ["acp", "complete"])
def test_a_signal_ends_what_an_editor_has_started(
    untouched: Path, command: str, number: signal.Signals
) -> None:
    with starting(untouched, command, *NOBODY) as process:
        assert process.stdin and process.stdout
        process.stdin.write(LINES["no JSON"] + b"\n")
        process.stdin.flush()
        assert "error" in json.loads(process.stdout.readline())
        process.send_signal(number)
        code, output, complaints = ended(process)
    # An agent without a turn ends as if the editor had closed its input.
    assert is_right(code, number) or (command, code) == ("acp", 0)
    assert (output, complaints) == (b"", "")
