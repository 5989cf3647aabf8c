"""Output that cannot be written: no traceback, no lost work, a session that goes on."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.e2e.conftest import Serve
from tests.e2e.installed import COMMAND, Installed
from tests.e2e.scripted_server import call, calls, say

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
FORMATS = ("text", "stream-json")
READ = ("read", json.dumps({"file_path": "README.md"}))


def run_in_shell(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which `inhouse` is the installed command."""
    return subprocess.run(
        ["/bin/sh", "-c", command.replace("inhouse", str(COMMAND))],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@needs_full
@pytest.mark.parametrize("words", ["--version", "--help", "models list", "config show"])
def test_a_command_on_a_full_disk(untouched: Path, words: str) -> None:
    done = run_in_shell(untouched, f"inhouse {words} >/dev/full")
    assert done.returncode == 1
    assert done.stderr == "inhouse: The output cannot be written: No space left on device.\n"


@needs_full
@pytest.mark.parametrize("output_format", FORMATS)
def test_an_answer_on_a_full_disk(inhouse: Installed, serve: Serve, output_format: str) -> None:
    script = serve(calls(READ, READ), say("The word is marmalade."))
    asked = f"-q -p first --endpoint {script.url} --output-format {output_format}"
    done = run_in_shell(inhouse.folder, f"inhouse {asked} >/dev/full")
    assert done.returncode == 1
    assert done.stderr == "inhouse: The output cannot be written: No space left on device.\n"
    if output_format == "stream-json":
        # The first event is what is to know of the server: it is not asked any more.
        assert script.requests == []
        return
    inhouse.run("-c", "-p", "second", "--endpoint", script.url).succeeded()
    called = [one["id"] for m in script.last_messages for one in m.get("tool_calls", [])]
    answered = [m["tool_call_id"] for m in script.last_messages if m["role"] == "tool"]
    assert called == answered


@needs_full
def test_errors_on_a_full_disk(inhouse: Installed, serve: Serve) -> None:
    """What cannot be said stops nothing: the answer comes and the code is right."""
    script = serve(say("Hello."))
    asked = f"inhouse -p hi --verbose --endpoint {script.url}"
    done = run_in_shell(inhouse.folder, f"{asked} 2>/dev/full")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Hello.\n", "")
    assert run_in_shell(inhouse.folder, "inhouse -p hi 2>/dev/full").returncode == 5
    assert run_in_shell(inhouse.folder, "inhouse -p hi >/dev/full 2>&1").returncode == 5


def test_a_reader_that_leaves_in_the_middle(inhouse: Installed, serve: Serve) -> None:
    """Reads run side by side, so the broken pipe is found in one of several tasks."""
    script = serve(calls(*[READ] * 12), say("The word is marmalade."))
    asked = f"inhouse -q -p hi --endpoint {script.url} --output-format stream-json"
    done = run_in_shell(inhouse.folder, f"{asked} | head -n 6 >/dev/null")
    assert done.stderr == ""
    inhouse.run("-c", "-p", "second", "--endpoint", script.url).succeeded()


def test_a_journal_that_cannot_be_written(inhouse: Installed, serve: Serve, home: Path) -> None:
    script = serve(say("Hello."))
    (home / "state").write_text("a file in the place of a folder")
    elsewhere = Installed(inhouse.folder, {"XDG_STATE_HOME": str(home / "state")})
    elsewhere.run("-p", "hi", "--endpoint", script.url).failed(2, "sessions", str(home / "state"))
    assert script.requests == []


def test_a_command_that_fills_the_pipe(inhouse: Installed, serve: Serve) -> None:
    """Endless output is cut, and the program that writes it is stopped."""
    arguments = json.dumps({"command": "yes inhouse", "timeout": 2})
    script = serve(call("bash", arguments), say("Too much."))
    done = inhouse.ask("go", "--endpoint", script.url)
    assert done.code in (0, 3), done
    assert len(script.last_messages[-1]["content"]) < 40_000
