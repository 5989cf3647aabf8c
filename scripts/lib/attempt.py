"""One attempt of inhouse at a task: run it as a person would, keep the log, have it judged."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from judge import Task, judge, lay_out, show_changes, wait_or_kill

# Beyond its own --timeout inhouse gets this long to stop the model and say how it ended.
GRACE_SECONDS = 30
OUTPUT = ("--output-format", "stream-json")
# A task is ours, so its checks may run.
TRUSTED = ("--trust-once",)

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a task. `ending` is the subtype of the result, or what happened instead.

    `several` is that of the task: whether it needs changes in several files.
    """

    task: str
    name: str
    shape: str
    verdict: Literal["solved", "failed", "skipped"]
    ending: str
    several: bool = False
    model: str = ""
    seconds: float = 0.0
    turns: int = 0
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    read_seconds: float = 0.0
    write_seconds: float = 0.0


def installed_command() -> Path | None:
    """Return the console script beside the interpreter that runs this, if there is one."""
    command = Path(sys.executable).parent / "inhouse"
    return command if command.exists() else None


def skipped(task: Task, name: str) -> Attempt:
    """Return the attempt that was not made because the check could not run here."""
    ending = f"{task.program} is not installed"
    return Attempt(task.name, name, task.shape, "skipped", ending, task.several)


def attempt(
    task: Task, name: str, command: Sequence[str], environment: Mapping[str, str], logs: Path
) -> Attempt:
    """Run inhouse on a fresh copy of the repository and judge it.

    Writes NAME.jsonl (events), NAME.stderr, NAME.diff and NAME.check (output of the judge).
    """
    with tempfile.TemporaryDirectory(prefix="inhouse-task-") as folder:
        # The last part of the path is what the model may see, so it is the same every time.
        target = Path(folder) / "project"
        lay_out(task, target)
        events = logs / f"{name}.jsonl"
        started = time.monotonic()
        code = run(task, command, environment, target, events)
        seconds = time.monotonic() - started
        (logs / f"{name}.diff").write_text(show_changes(target), encoding="utf-8")
        verdict = judge(task, target)
        (logs / f"{name}.check").write_text(verdict.output, encoding="utf-8")
    lines = read_events(events)
    result = lines[-1] if lines and lines[-1].get("type") == "result" else Event()
    usage, timings = result.get("usage", Event()), result.get("timings", Event())
    return Attempt(
        task=task.name,
        name=name,
        shape=task.shape,
        verdict="solved" if verdict.solved else "failed",
        ending=result.get("subtype") or ("timeout" if code is None else f"exit code {code}"),
        several=task.several,
        model=find_model(lines),
        seconds=seconds,
        turns=result.get("num_turns", 0),
        input_tokens=usage.get("input_tokens", 0),
        cached_input_tokens=usage.get("cached_input_tokens", 0),
        output_tokens=usage.get("output_tokens", 0),
        read_seconds=timings.get("read_seconds", 0.0),
        write_seconds=timings.get("write_seconds", 0.0),
    )


def run(
    task: Task,
    command: Sequence[str],
    environment: Mapping[str, str],
    target: Path,
    events: Path,
) -> int | None:
    """Return the exit code of inhouse, None when it had to be stopped from outside."""
    with events.open("wb") as output, events.with_suffix(".stderr").open("wb") as errors:
        process = subprocess.Popen(
            [*command, "-p", task.prompt, *OUTPUT, *TRUSTED, "--timeout", str(task.seconds)],
            cwd=target,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        return wait_or_kill(process, task.seconds + GRACE_SECONDS)


def read_events(file: Path) -> list[Event]:
    """Return the JSON objects of a log; anything else in it is no event."""
    found: list[Event] = []
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            value = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(value, dict):
            found.append(cast("Event", value))
    return found


def find_model(lines: Sequence[Event]) -> str:
    """Return the name of the model as the event that starts a turn says it."""
    for line in lines:
        if "prompt" in line and "model" in line:
            return str(line["model"])
    return "unknown"
