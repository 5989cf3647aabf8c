"""What the agent of an attempt is started with, and what is made of what it reports."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.app.evaluating.task_folders import write_task

from inhouse.evaluating.agent_run import Order, Report, passed_on, read_events
from inhouse.evaluating.assignment import JudgedTask
from inhouse.evaluating.attempt import Attempt, Figures, Trial
from inhouse.evaluating.judging import Verdict
from inhouse.evaluating.plan import Limits, Plan
from inhouse.evaluating.progress import RunProgress
from inhouse.evaluating.run_folder import RunFolder
from inhouse.evaluating.scheduling import PATIENCE, Endpoint, Schedule, make_trials
from inhouse.evaluating.task import Task, find_tasks
from inhouse.evaluating.trying import Place, judged
from inhouse_tools.sandbox import Sandbox

if TYPE_CHECKING:
    from inhouse_tools.json_value import JsonValue

TRIAL = Trial("m", "one", 1, "d", "c")


def test_the_agent_gets_a_home_of_its_own_and_settings_for_the_engine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INHOUSE_MODE", "yolo")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("EDITOR", "vi")
    chosen: dict[str, JsonValue] = {"threads": 3, "mode": "yolo", "lora": ["a", "b"], "model": "x"}
    order = Order("m", settings=passed_on(chosen), hidden=(Path("/a"), Path("/b")))
    found = order.environment(tmp_path)
    assert "INHOUSE_MODE" not in found
    assert "PYTHONPATH" not in found
    assert (found["EDITOR"], found["INHOUSE_THREADS"]) == ("vi", "3")
    assert json.loads(found["INHOUSE_LORA"]) == ["a", "b"]
    assert found["INHOUSE_HIDDEN_PATHS"] == "/a:/b"
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        assert Path(found[name]).is_relative_to(tmp_path)
    assert not Path(found["XDG_DATA_HOME"]).is_relative_to(tmp_path)


def test_a_key_reaches_the_agent_and_no_message(tmp_path: Path) -> None:
    order = Order("m", "http://there", key="secret-key")
    found = order.environment(tmp_path)
    assert found["INHOUSE_ENDPOINT_KEY"] == "secret-key"
    assert found["INHOUSE_ENDPOINT"] == "http://there"
    assert "secret-key" not in repr(order) + " ".join(order.arguments())
    assert "INHOUSE_ENDPOINT_KEY" not in Order("m", "http://there").environment(tmp_path)


def test_limits_become_flags() -> None:
    limits = Limits(turns=3, think=False)
    assert limits.flags() == ("--max-turns", "3", "--no-think")
    assert limits.digest != Limits(turns=4, think=False).digest
    words = Order("m", "http://x", 1.5, limits.flags()).arguments()
    assert words[-5:] == ["--timeout", "1.5", "--max-turns", "3", "--no-think"]


def test_what_is_no_event_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b'{"type": "a"}\n\xff\xfe\n[1]\n' + b"[" * 100_000 + b'\n{"type": "b"}\n{"ty')
    assert [event["type"] for event in read_events(file)] == ["a", "b"]


@pytest.mark.parametrize(
    ("ending", "verdict", "outcome", "reason"),
    [
        ("success", "failed", "failed", "why"),
        ("failed", "failed", "failed", "why"),
        ("limit", "failed", "failed", "limit: told; why"),
        ("engine_error", "failed", "error", "engine_error: told; why"),
        ("timeout", "failed", "failed", "timeout: told; why"),
        ("engine_error", "solved", "solved", ""),
        ("limit", "solved", "solved", ""),
        ("limit", "unjudged", "unjudged", "limit: told; why"),
    ],
)
def test_how_it_ended_and_what_the_check_says_make_the_outcome(
    ending: str, verdict: str, outcome: str, reason: str
) -> None:
    report = Report(ending, "m", Figures(), "told", 1.0)
    said = Verdict(verdict, "" if verdict == "solved" else "why")  # pyright: ignore[reportArgumentType] - parametrize makes it a str
    made = judged(Attempt(TRIAL, "error"), report, said)
    assert (made.outcome, made.reason) == (outcome, reason)


def test_an_endpoint_is_given_up_after_some_failures_in_a_row() -> None:
    endpoint = Endpoint("http://x")
    lost = Attempt(TRIAL, "error", "engine_error")
    for one in (lost, lost, Attempt(TRIAL, "failed", "limit"), lost, lost):
        endpoint.learn(one)
    assert endpoint.usable
    endpoint.learn(lost)
    assert not endpoint.usable


class Notes:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def begins(self, trial: Trial, endpoint: str) -> None:
        """Nothing is made of it."""

    def ended(self, attempt: Attempt) -> None:
        """Nothing is made of it."""

    def note(self, text: str) -> None:
        """Remember it."""
        self.notes.append(text)


def test_what_no_endpoint_answers_is_left(tmp_path: Path) -> None:
    for number in range(PATIENCE + 2):
        write_task(tmp_path / "tasks", f"task{number}")
    tasks = [JudgedTask(one) for one in find_tasks(tmp_path / "tasks") if isinstance(one, Task)]
    trials = Plan("tasks", "x").trials("", tasks)
    watcher = Notes()
    schedule = Schedule(
        {one.name: one for one in tasks},
        lambda _trial, _task, url: Order("", url, 60),
        Place(Sandbox.off(), tmp_path),
        RunFolder(tmp_path),
        watcher,
    )
    left = asyncio.run(make_trials(trials, schedule, ["http://127.0.0.1:9"], 1))
    assert left == 2
    assert [one.outcome for one in schedule.done] == ["error"] * PATIENCE
    assert "asked no more" in watcher.notes[0]


def test_progress_counts_and_shows_no_control(tmp_path: Path) -> None:
    file = tmp_path / "progress"
    seconds = iter(range(100))
    with file.open("w", encoding="utf-8") as out:
        progress = RunProgress(out, 5, 2, live=True, clock=lambda: float(next(seconds)), solved=1)
        progress.begins(TRIAL, "")
        progress.ended(Attempt(TRIAL, "solved", reason="evil \x1b[31m\n", seconds=3))
        progress.end()
    text = file.read_bytes().decode()
    assert "2/5 done, 1 solved; one-1 1 s" in text
    assert "[3/5] m one-1: solved in 3 s  evil \\x1b[31m\\n\n" in text
    assert text.replace("\r\x1b[K", "").count("\x1b") == 0
