"""Ctrl+C at every moment: code 130, one line, nothing left running, and a session that goes on."""

import json
import os
import select
import signal
import subprocess
from pathlib import Path

import pytest
from tests.e2e.conftest import Serve
from tests.e2e.installed import Done, Installed, Running
from tests.e2e.scripted_server import Answer, call, say

STREAM = ("--output-format", "stream-json")
# What the slow command below is called, so that it can be found among all processes.
MARK = "86399.25"
ENDING_SECONDS = 30
SLEEP = json.dumps({"command": f"sleep {MARK}"})


def start(inhouse: Installed, prompt: str, *arguments: str) -> Running:
    """A prompt whose events can be followed."""
    return inhouse.start("-p", prompt, *STREAM, *arguments)


def check_interrupted(done: Done) -> None:
    """It ended in order: the stream has its end, and nothing was complained about."""
    assert (done.code, done.errors) == (130, []), done
    assert done.result["subtype"] == "interrupted"


def processes_called(word: str) -> list[str]:
    """Command lines that hold this word, of processes that are not on their way out."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True)
    found = [line.split(maxsplit=1) for line in listed.stdout.splitlines() if word in line]
    return [command for pid, command in found if not ends(int(pid))]


def ends(pid: int) -> bool:
    """Whether a process ends: one on its way out may still have to come to it."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    ended, _writable, _errors = select.select([handle], [], [], ENDING_SECONDS)
    os.close(handle)
    return bool(ended)


def test_while_it_reads_and_nothing_came(inhouse: Installed, serve: Serve) -> None:
    script = serve(Answer((), "hanging"))
    with start(inhouse, "first", "--endpoint", script.url) as running:
        running.wait_for("message_added")
        assert script.asked.wait(60)
        running.press_ctrl_c()
        check_interrupted(running.end())
    inhouse.run("-c", "-p", "second", "--endpoint", script.url).succeeded()
    asked = [m["content"] for m in script.last_messages if m["role"] == "user"]
    assert [text.rpartition("\n")[2] for text in asked] == ["first", "second"]


def test_while_it_writes(inhouse: Installed, serve: Serve) -> None:
    script = serve(say("The secret word is", "hanging"))
    with start(inhouse, "first", "--endpoint", script.url) as running:
        running.wait_for("text_arrived")
        running.press_ctrl_c()
        check_interrupted(running.end())
    inhouse.run("-c", "-p", "go on", "--endpoint", script.url).succeeded()
    said = [m["content"] for m in script.last_messages if m["role"] == "assistant"]
    assert said == ["The secret word is"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_a_command_runs(inhouse: Installed, serve: Serve, number: signal.Signals) -> None:
    script = serve(call("bash", SLEEP))
    asked = ("--mode", "yolo", "--endpoint", script.url)
    with start(inhouse, "sleep", *asked) as running:
        running.wait_for("tool_started")
        running.press_ctrl_c(number)
        check_interrupted(running.end())
    assert processes_called(MARK) == []
    inhouse.run("-c", "-p", "go on", "--endpoint", script.url).succeeded()
    (answer,) = (m for m in script.last_messages if m["role"] == "tool")
    assert "cancelled" in answer["content"].lower()


def test_while_standard_input_is_awaited(inhouse: Installed, serve: Serve) -> None:
    script = serve()
    reader, writer = os.pipe()
    with inhouse.start("-p", "hi", "--endpoint", script.url, stdin=reader) as running:
        os.close(reader)
        assert "reading standard input" in running.read_complaint()
        running.press_ctrl_c()
        done = running.end()
    os.close(writer)
    assert (done.code, done.out, done.errors) == (130, "", [])
    assert script.requests == []


def test_a_kill_without_warning_loses_only_the_last_step(inhouse: Installed, serve: Serve) -> None:
    script = serve(call("read", '{"file_path": "README.md"}'), say("The word", "hanging"))
    with start(inhouse, "first", "--endpoint", script.url) as running:
        running.wait_for("text_arrived")
        running.press_ctrl_c(signal.SIGKILL)
        assert running.end().code == -signal.SIGKILL
    inhouse.run("-c", "-p", "go on", "--endpoint", script.url).succeeded()
    assert [m["role"] for m in script.last_messages][:4] == ["system", "user", "assistant", "tool"]
    assert "marmalade" in script.last_messages[3]["content"]


def test_a_torn_journal_is_said_and_goes_on(inhouse: Installed, serve: Serve, home: Path) -> None:
    script = serve(say("One."))
    inhouse.run("-p", "first", "--endpoint", script.url).succeeded()
    (journal,) = (home / ".local" / "state" / "inhouse" / "sessions").glob("*.jsonl")
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-20])
    done = inhouse.run("-c", "-p", "second", "--endpoint", script.url).succeeded()
    assert "dropped" in done.complaints


def test_a_session_that_is_open_elsewhere(inhouse: Installed, serve: Serve) -> None:
    script = serve(say("The word", "hanging"))
    with start(inhouse, "first", "--endpoint", script.url) as running:
        running.wait_for("text_arrived")
        second = inhouse.run("-c", "-p", "second", "--endpoint", script.url)
        second.failed(2, "open in another inhouse", "--fork")
        inhouse.run("-c", "--fork", "-p", "third", "--endpoint", script.url).succeeded()
        running.press_ctrl_c()
