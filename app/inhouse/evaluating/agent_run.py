"""Runs the agent as a person would, in a process of its own, and reads what it reports."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from inhouse.endpoint_keys import ENDPOINT_VARIABLE, VARIABLE
from inhouse.evaluating.attempt import Figures
from inhouse.evaluating.ground import Ground
from inhouse.settings import KEYS
from inhouse.speed_settings import SPEED_KEYS
from inhouse_tools import process
from inhouse_tools.json_value import JsonValue
from inhouse_tools.refusal import Refusal
from inhouse_tools.sandbox.hidden import HIDDEN_PATHS

# Beyond its own limit the agent gets this long to stop the model and say how it ended.
GRACE_SECONDS = 30
EVENTS, ERRORS = "events.jsonl", "stderr.txt"
# Its output goes to files: a stream of events has no use for a limit of what is kept.
TO_FILES = ("/bin/sh", "-c", 'events=$1 errors=$2; shift 2; exec "$@" >"$events" 2>"$errors"', "sh")
EDITS = frozenset({"edit", "write", "replace_symbol", "rename_symbol"})
GIT_IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "inhouse"), ("EMAIL", "inhouse@localhost"))
}
# What says how a model runs on this machine; nothing else of a person's settings is passed on.
PASSED_ON = (
    *("model", "lora", "projector", "offline", "think", "think_budget", "drafting", "draft_model"),
    *SPEED_KEYS,
    *("threads", "context", "map_tokens", "compact_at", "idle_minutes", "states_memory"),
    *("states_disk", "call_form", "template", "sandbox", "command_memory"),
)

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Order:
    """How the agent is to work: by which model, reached where, within which limits.

    `settings` are those of the person that concern the engine, by name; `key` is for the endpoint.
    """

    model: str = ""
    endpoint: str = ""
    seconds: float = 600
    flags: tuple[str, ...] = ()
    settings: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    hidden: tuple[Path, ...] = ()
    key: str = field(default="", repr=False)

    def arguments(self) -> list[str]:
        """The command line of the agent; the prompt comes over its standard input."""
        return [
            # -I: neither the folder we stand in nor PYTHONPATH decide what is imported.
            *(sys.executable, "-I", "-m", "inhouse.start", "-p", "-"),
            *(("--model", self.model) if self.model else ()),
            *(("--endpoint", self.endpoint) if self.endpoint else ()),
            *("--output-format", "stream-json", "--timeout", f"{self.seconds:g}", *self.flags),
        ]

    def environment(self, home: Path) -> dict[str, str]:
        """The person's environment with another home, and settings for the engine alone."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("INHOUSE_", "GIT_", "PYTHON"))
        }
        data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
        return {
            **kept,
            **GIT_IDENTITY,
            **{KEYS[name].variable: _as_text(value) for name, value in self.settings.items()},
            **({ENDPOINT_VARIABLE: self.endpoint, VARIABLE: self.key} if self.key else {}),
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_STATE_HOME": str(home / ".local" / "state"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "XDG_DATA_HOME": data,
            HIDDEN_PATHS: os.pathsep.join(str(path) for path in self.hidden),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What the agent said at its end, and what it did until then."""

    ending: str
    answered_by: str
    figures: Figures
    error: str
    seconds: float


async def run_agent(prompt: str, order: Order, ground: Ground, logs: Path) -> Report | Refusal:
    """Have the agent answer a prompt in the project; its events and complaints go to `logs`."""
    ground.home.mkdir(exist_ok=True)
    events, errors = logs / EVENTS, logs / ERRORS
    done = await process.run(
        [*TO_FILES, str(events), str(errors), *order.arguments()],
        cwd=ground.project,
        timeout=order.seconds + GRACE_SECONDS,
        environment=order.environment(ground.home),
        stdin=prompt.encode(),
    )
    if isinstance(done, Refusal):
        return done
    seen = _Seen()
    for event in read_events(events):
        seen.take(event)
    ending = seen.result.get("subtype") or (
        "timeout" if done.timed_out else f"exit code {done.exit_code}"
    )
    error = seen.error or (_last_line(errors) if not seen.result else "")
    return Report(str(ending), seen.answered_by, seen.figures(), error, done.seconds)


def read_events(file: Path) -> Iterator[Event]:
    """The JSON objects of a log, one a line; anything else in it is no event."""
    with file.open("rb") as lines:
        for line in lines:
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                yield cast("Event", value)


@dataclass(slots=True)
class _Seen:
    """What the events of a run tell."""

    result: Event = field(default_factory=dict[str, Any])
    answered_by: str = ""
    calls: int = 0
    failed_calls: int = 0
    failed_edits: int = 0

    def take(self, event: Event) -> None:
        """Take the next event."""
        match event.get("type"):
            case "turn_started":
                self.answered_by = self.answered_by or str(event.get("model", ""))
            case "tool_ended":
                failed = event.get("failed") is True
                self.calls += 1
                self.failed_calls += failed
                self.failed_edits += failed and event.get("name") in EDITS
            case "result":
                self.result = event
            case _:
                pass

    @property
    def error(self) -> str:
        """Why the run ended without success, when it says so."""
        error = self.result.get("error")
        if isinstance(error, dict):
            return str(cast("Event", error).get("text", ""))
        return ""

    def figures(self) -> Figures:
        """What it cost."""
        usage = cast("Event", self.result.get("usage") or {})
        timings = cast("Event", self.result.get("timings") or {})
        return Figures(
            turns=self.result.get("num_turns", 0),
            calls=self.calls,
            failed_calls=self.failed_calls,
            failed_edits=self.failed_edits,
            input_tokens=usage.get("input_tokens", 0),
            cached_input_tokens=usage.get("cached_input_tokens", 0),
            output_tokens=usage.get("output_tokens", 0),
            read_seconds=timings.get("read_seconds", 0.0),
            write_seconds=timings.get("write_seconds", 0.0),
        )


def passed_on(chosen: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Of the settings that a person has chosen those that concern how a model runs."""
    return {name: chosen[name] for name in PASSED_ON if name in chosen}


def _as_text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _last_line(file: Path) -> str:
    with file.open("rb") as text:
        text.seek(max(0, file.stat().st_size - 2000))
        lines = text.read().decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
