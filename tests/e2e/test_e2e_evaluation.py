"""`inhouse eval` over the real process: what is kept, hidden, resumed, and how broken tasks end."""

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.app.evaluating.task_folders import solving, write_task
from tests.e2e.conftest import Serve
from tests.e2e.installed import Installed
from tests.e2e.scripted_server import Answer, call, calls, say

FLOOD = "head -c 100000000 /dev/zero | tr '\\\\0' x; echo; echo the end; exit 1"
SECONDS = 60
SUBTRACTS = '''"""Sums."""


def add(first: int, second: int) -> int:
    """The sum of two numbers."""
    return first - second
'''


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    """An empty folder for tasks."""
    return tmp_path / "tasks"


@pytest.fixture
def inhouse(tmp_path: Path) -> Installed:
    """The command, in a folder that has nothing to do with the tasks."""
    here = tmp_path / "here"
    here.mkdir()
    return Installed(here, loaded=True)


@pytest.fixture
def outside() -> Iterator[Path]:
    """A folder that sandboxed commands see, unlike the temporary one."""
    folder = Path(tempfile.mkdtemp(dir="/var/tmp"))
    yield folder
    shutil.rmtree(folder)


def bash(command: str) -> Answer:
    """A call of the shell."""
    return call("bash", json.dumps({"command": command}))


def attempts_of(report: str) -> dict[str, dict[str, Any]]:
    """The attempts of a JSON report by the name of their task."""
    return {one["trial"]["task"]: one for one in json.loads(report)["attempts"]}


def test_every_task_ends_and_says_how(
    inhouse: Installed, serve: Serve, tasks: Path, tmp_path: Path
) -> None:
    write_task(tasks, "a-solved")
    write_task(tasks, "b-failed")
    write_task(tasks, "c-hangs", check="sleep 600", check_seconds=1)
    write_task(tasks, "d-controls", prompt="ring \x07 \x1b[31mred\u202e")
    (write_task(tasks, "e-broken") / "task.toml").write_text("prompt = \x1b", "utf-8")
    write_task(tasks, "f-floods", check=FLOOD)
    write_task(tasks, "g-gone")
    write_task(tasks, "h-unset", setup="echo no; exit 3")
    write_task(tasks, "i-missing", programs="no-such-program")
    done, gone = say("Done."), bash("rm -rf * .git .[a-z]*; ls -la")
    server = serve(*solving(), done, *solving(), done, done, gone, done)
    out = tmp_path / "out"
    ran = inhouse.run("eval", str(tasks), "--endpoint", server.url, "-o", str(out), "--json")
    assert ran.code == 0, ran
    assert "\x1b" not in ran.out + ran.complaints
    assert "Traceback" not in ran.complaints
    assert "e-broken" in ran.complaints
    found = attempts_of(ran.out)
    assert {name: one["outcome"] for name, one in found.items()} == {
        "a-solved": "solved",
        "b-failed": "failed",
        "c-hangs": "failed",
        "d-controls": "failed",
        "f-floods": "failed",
        "g-gone": "failed",
        "h-unset": "error",
        "i-missing": "skipped",
    }
    assert "stopped after 1 seconds" in found["c-hangs"]["reason"]
    assert found["f-floods"]["reason"] == "the end"
    assert (out / "logs" / "default" / "f-floods-1" / "check.txt").stat().st_size < 200_000
    assert "exit code 3: no" in found["h-unset"]["reason"]
    assert "no-such-program" in found["i-missing"]["reason"]
    solved = found["a-solved"]["figures"]
    assert (solved["turns"], solved["calls"], solved["failed_edits"]) == (3, 2, 0)
    asked = [request["messages"][-1]["content"] for request in server.requests]
    assert any("ring \x07 \x1b[31mred\u202e" in text for text in asked)
    changes = (out / "logs" / "default" / "a-solved-1" / "changes.diff").read_text("utf-8")
    assert "-wrong\n+right\n" in changes


def test_the_agent_sees_neither_checks_nor_other_attempts(
    inhouse: Installed, serve: Serve, outside: Path
) -> None:
    tasks, out, open_folder = outside / "tasks", outside / "out", outside / "open"
    write_task(tasks, "peeks")
    open_folder.mkdir()
    (open_folder / "seen.txt").write_text("seen", "utf-8")
    peek = (
        "import os, pathlib\n"
        f"for folder in {[str(tasks), str(out), str(open_folder)]!r}:\n"
        "    print(folder, sorted(os.listdir(folder)))\n"
        "print(pathlib.Path('..').resolve(), sorted(os.listdir('..')))\n"
    )
    write = call("write", json.dumps({"file_path": "peek.py", "content": peek}))
    server = serve(write, bash("python3 peek.py"), say("Done."))
    ran = inhouse.run("eval", str(tasks), "--endpoint", server.url, "-o", str(out))
    assert ran.code == 0, ran
    seen = server.last_messages[-1]["content"]
    assert f"{open_folder} ['seen.txt']" in seen
    assert f"{tasks} []" in seen
    assert f"{out} []" in seen
    assert "['project']" in seen


def test_what_was_done_counts_after_a_kill_and_only_the_rest_is_made(
    inhouse: Installed, serve: Serve, tasks: Path, tmp_path: Path
) -> None:
    for name in ("one", "three", "two"):
        write_task(tasks, name)
    out = tmp_path / "out"
    server = serve(*solving(), say("Wait", "hanging"))
    arguments = ("eval", str(tasks), "--endpoint", server.url, "-o", str(out))
    with inhouse.start(*arguments) as running:
        while len(server.requests) < 4:
            assert server.asked.wait(SECONDS)
            server.asked.clear()
        running.process.kill()
        running.process.wait()
    kept = (out / "attempts.jsonl").read_text("utf-8")
    assert [json.loads(line)["trial"]["task"] for line in kept.splitlines()] == ["one"]
    # As if the machine had stopped while a line was written.
    (out / "attempts.jsonl").write_text(kept + '{"trial": {"mod', "utf-8")
    write_task(tasks, "zero")
    (tasks / "two" / "repo" / "kept.txt").write_text("changed", "utf-8")
    again = serve(say("Done."), *solving(), *solving())
    ran = inhouse.run("eval", "--resume", str(out), "--endpoint", again.url, "--json")
    assert ran.code == 0, ran
    outcomes = {name: one["outcome"] for name, one in attempts_of(ran.out).items()}
    assert outcomes == {"one": "solved", "three": "failed", "two": "solved", "zero": "solved"}
    assert len(again.requests) == 7
    once_more = inhouse.run("eval", "--resume", str(out), "--endpoint", again.url, "--json")
    assert attempts_of(once_more.out) == attempts_of(ran.out)
    assert len(again.requests) == 7


def test_ctrl_c_keeps_what_was_done_and_says_how_to_go_on(
    inhouse: Installed, serve: Serve, tasks: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        write_task(tasks, name)
    out = tmp_path / "out"
    server = serve(*solving(), say("Wait", "hanging"))
    with inhouse.start("eval", str(tasks), "--endpoint", server.url, "-o", str(out)) as running:
        while len(server.requests) < 4:
            assert server.asked.wait(SECONDS)
            server.asked.clear()
        running.press_ctrl_c()
        ended = running.end()
    assert ended.code == 130, ended
    assert f"inhouse eval --resume {out}" in ended.complaints
    assert "Traceback" not in ended.complaints
    assert len((out / "attempts.jsonl").read_text("utf-8").splitlines()) == 1


def test_two_endpoints_are_busy_at_once(
    inhouse: Installed, serve: Serve, tasks: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        write_task(tasks, name)
    # Neither answers before both were asked.
    both = threading.Barrier(2, timeout=SECONDS)
    last = say("Done.")
    meets = Answer(last.lines, before=lambda: void(both.wait()))
    servers = [serve(meets), serve(meets)]
    flags = [word for server in servers for word in ("--endpoint", server.url)]
    ran = inhouse.run("eval", str(tasks), *flags, "--json", "-o", str(tmp_path / "out"))
    assert ran.code == 0, ran
    assert not both.broken
    assert [len(server.requests) for server in servers] == [1, 1]
    assert {one["endpoint"] for one in attempts_of(ran.out).values()} == {
        server.url for server in servers
    }


def test_models_and_runs_are_compared(
    inhouse: Installed, serve: Serve, tasks: Path, tmp_path: Path
) -> None:
    write_task(tasks, "one")
    out, chart = tmp_path / "out", tmp_path / "chart.svg"
    server = serve(*solving(), say("Done."), *solving(), say("Done."))
    flags = ("--endpoint", server.url, "-o", str(out), "--svg", str(chart))
    ran = inhouse.run(
        "eval", str(tasks), "-m", "good", "-m", "bad", "--repeat", "2", "--require", "3", *flags
    )
    assert ran.code == 1, ran
    assert "Solved: 2 of 4; 3 were required." in ran.complaints
    assert "solved by both 0, only A 0, only B 0" not in ran.out
    assert "answered by scripted" in ran.out
    assert 'role="img"' in chart.read_text("utf-8")
    report = inhouse.run("eval", "report", str(out), str(out), "--json")
    found = json.loads(report.out)
    assert [one["second"] for one in found["comparisons"]] == ["out: bad", "out: good", "out: bad"]
    assert found["comparisons"][1]["both"] == found["models"][0]["solved"]


def void(_value: object) -> None:
    """Nothing is made of it."""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("eval", "nowhere"), "holds no task"),
        (("eval", "tasks", "--only", "x*"), "is called x*"),
        (("eval", "--resume", "nowhere"), "holds no run"),
        (("eval", "--resume", "nowhere", "-m", "x"), "keeps its tasks"),
        (("eval", "report", "nowhere"), "holds no run"),
        (("eval", "tasks", "--call-form", "x"), "native or fenced"),
        (("eval", "swebench", "nowhere"), "Where are the repositories?"),
        (("eval", "swebench", "nowhere", "--repositories", "."), "cannot be read"),
        (("eval", "--repeat", "2"), "Which tasks?"),
    ],
)
def test_a_wrong_wish_is_told_in_a_line(
    inhouse: Installed, arguments: tuple[str, ...], words: str
) -> None:
    write_task(inhouse.folder / "tasks", "one")
    inhouse.run(*arguments).failed(2, words)


def test_an_endpoint_that_does_not_answer_is_no_result(inhouse: Installed, tasks: Path) -> None:
    write_task(tasks, "one")
    ran = inhouse.run("eval", str(tasks), "--endpoint", "http://127.0.0.1:9")
    assert ran.code == 5, ran
    assert "Traceback" not in ran.complaints


@pytest.mark.model
def test_a_real_model_is_judged_by_what_it_changed(
    inhouse: Installed, engine: None, tasks: Path, tmp_path: Path
) -> None:
    prompt = "The function add in calc.py subtracts. Fix it so that it adds."
    check = "python3 -c 'import calc; assert calc.add(2, 3) == 5'"
    task = write_task(tasks, "add", prompt=prompt, check=check)
    (task / "repo" / "calc.py").write_text(SUBTRACTS, "utf-8")
    out = tmp_path / "out"
    flags = ("--max-turns", "2", "--timeout", "120", "-o", str(out), "--json")
    ran = inhouse.run("eval", str(tasks), *flags, seconds=240)
    assert ran.code == 0, ran
    attempt = attempts_of(ran.out)["add"]
    assert attempt["answered_by"].startswith("qwen2.5-coder-0.5b")
    assert attempt["figures"]["output_tokens"] > 0
    changes = (out / "logs" / "default" / "add-1" / "changes.diff").read_text("utf-8")
    right = adds(task / "repo", changes)
    assert attempt["outcome"] == ("solved" if right else "failed"), (attempt, changes)


def adds(folder: Path, changes: str) -> bool:
    """Whether the function adds once these changes, which may be spelled in any way, are made."""
    if changes.strip():
        subprocess.run(["git", "apply", "-"], cwd=folder, input=changes, text=True, check=True)
    ask = [sys.executable, "-c", "import calc; assert calc.add(2, 3) == 5"]
    return subprocess.run(ask, cwd=folder, stderr=subprocess.DEVNULL, check=False).returncode == 0


def test_a_call_that_fails_is_counted(
    inhouse: Installed, serve: Serve, tasks: Path, tmp_path: Path
) -> None:
    write_task(tasks, "one")
    wrong = ("edit", json.dumps({"file_path": "answer.txt", "old_string": "x", "new_string": "y"}))
    server = serve(calls(wrong, ("read", json.dumps({"file_path": "nothing"}))), say("Done."))
    out = tmp_path / "out"
    ran = inhouse.run("eval", str(tasks), "--endpoint", server.url, "-o", str(out), "--json")
    figures = attempts_of(ran.out)["one"]["figures"]
    assert (figures["calls"], figures["failed_calls"], figures["failed_edits"]) == (2, 2, 1)
