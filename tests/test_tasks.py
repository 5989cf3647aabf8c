"""Every task of the evaluation is unsolved as it stands and solved by its reference solution."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from attempt import attempt
from evaluation import choose, summary
from judge import HELD_OUT, TASKS, Task, judge, lay_out, load_tasks, overlay

SHOWN = load_tasks(TASKS)
HIDDEN = load_tasks(HELD_OUT)
# Stands for inhouse: lays the folders it is given over the repository and reports a result.
STAND_IN = """\
import json, pathlib, shutil, sys
prompt = sys.argv[sys.argv.index("-p") + 1]
print(json.dumps({"type": "turn_started", "prompt": prompt, "mode": "auto-edit", "model": "none"}))
for change in sys.argv[1 : sys.argv.index("-p")]:
    shutil.copytree(change, ".", dirs_exist_ok=True)
usage = {"input_tokens": 900, "cached_input_tokens": 600, "output_tokens": 50}
timings = {"read_seconds": 2.0, "write_seconds": 4.0}
result = {"type": "result", "subtype": "success", "num_turns": 3}
print(json.dumps(result | {"usage": usage, "timings": timings}))
"""
EVERY = pytest.mark.parametrize("task", [*SHOWN, *HIDDEN], ids=lambda task: task.name)


def need_program(task: Task) -> None:
    """Skip where the program of the check is not installed."""
    if shutil.which(task.program) is None:
        pytest.skip(f"{task.program} is not installed")


def test_there_are_enough_tasks_and_none_is_in_both_sets() -> None:
    assert len(SHOWN) >= 12
    assert len(HIDDEN) >= 6
    assert not {task.name for task in SHOWN} & {task.name for task in HIDDEN}
    assert {task.shape for task in HIDDEN} <= {task.shape for task in SHOWN}
    assert sum(task.several for task in SHOWN) >= 8
    assert sum(task.several for task in HIDDEN) >= 2


@EVERY
def test_the_untouched_repository_fails_the_check(task: Task, tmp_path: Path) -> None:
    need_program(task)
    overlay(task.folder / "repo", tmp_path)
    verdict = judge(task, tmp_path)
    assert not verdict.solved, verdict.output


@EVERY
def test_the_reference_solution_passes_the_check(task: Task, tmp_path: Path) -> None:
    need_program(task)
    overlay(task.folder / "repo", tmp_path)
    overlay(task.folder / "solution", tmp_path)
    verdict = judge(task, tmp_path)
    assert verdict.solved, verdict.output


@EVERY
def test_a_repository_is_small_and_shows_neither_check_nor_solution(task: Task) -> None:
    files = [file for file in (task.folder / "repo").rglob("*") if file.is_file()]
    assert 1 <= len(files) <= 12
    hidden = {file.name for file in (task.folder / "check").rglob("*")}
    assert not hidden & {file.name for file in files} - {"tests", "test"}
    for file in files:
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 60


@EVERY
def test_a_reference_solution_leaves_alone_what_should_stay(task: Task) -> None:
    solution = {
        file.relative_to(task.folder / "solution").as_posix()
        for file in (task.folder / "solution").rglob("*")
        if file.is_file()
    }
    assert not {*task.tests, *task.unchanged} & solution
    for name in (*task.tests, *task.unchanged):
        assert (task.folder / "repo" / name).is_file()


def test_a_solution_that_touches_what_should_stay_is_none(tmp_path: Path) -> None:
    task = next(task for task in SHOWN if task.name == "python-rename-class")
    overlay(task.folder / "repo", tmp_path)
    overlay(task.folder / "solution", tmp_path)
    with (tmp_path / "bank" / "money.py").open("a", encoding="utf-8") as file:
        file.write("# Never mind.\n")
    verdict = judge(task, tmp_path)
    assert not verdict.solved
    assert "no reason to change bank/money.py" in verdict.output


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("javascript-rename-across-files", "convert", "convertUnit"),
        ("python-rename-across-files", "fetch", "download"),
    ],
)
def test_replacing_every_such_word_is_no_rename(
    name: str, old: str, new: str, tmp_path: Path
) -> None:
    task = next(task for task in SHOWN if task.name == name)
    need_program(task)
    overlay(task.folder / "repo", tmp_path)
    kept = {tmp_path / name for name in task.unchanged}
    for file in tmp_path.rglob("*.*"):
        if file not in kept:
            text = file.read_text(encoding="utf-8")
            file.write_text(re.sub(rf"\b{old}\b", new, text), encoding="utf-8")
    assert not judge(task, tmp_path).solved


def test_tasks_are_chosen_by_pattern_and_by_their_files() -> None:
    names = [task.name for task in choose(SHOWN, ["config-*", "*-rename*"])]
    assert {"config-json", "python-rename", "python-rename-class"} <= set(names)
    assert "python-script" not in names
    several = [task.name for task in choose(SHOWN, ["config-*", "*-rename*"], several=True)]
    assert several == [name for name in names if name != "config-json"]


def test_an_edited_test_is_given_back(tmp_path: Path) -> None:
    task = next(task for task in SHOWN if task.name == "python-off-by-one")
    lay_out(task, tmp_path)
    original = (tmp_path / "test_pages.py").read_text(encoding="utf-8")
    (tmp_path / "test_pages.py").write_text("", encoding="utf-8")
    assert not judge(task, tmp_path).solved
    assert (tmp_path / "test_pages.py").read_text(encoding="utf-8") == original


def test_attempts_are_judged_by_what_became_of_the_repository(tmp_path: Path) -> None:
    task = next(task for task in SHOWN if task.name == "config-json")
    script = tmp_path / "stand_in.py"
    script.write_text(STAND_IN, encoding="utf-8")
    command = (sys.executable, str(script))
    idle = attempt(task, "idle", command, os.environ, tmp_path)
    solver = (*command, str(task.folder / "solution"))
    busy = attempt(task, "busy", solver, os.environ, tmp_path)
    assert (idle.verdict, idle.ending) == ("failed", "success")
    assert (busy.verdict, busy.turns, busy.input_tokens, busy.model) == ("solved", 3, 900, "none")
    assert (tmp_path / "idle.diff").read_text(encoding="utf-8") == ""
    assert '+    "timeout": 30,' in (tmp_path / "busy.diff").read_text(encoding="utf-8")
    assert summary([idle, busy], "tasks").splitlines()[:3] == [
        "tasks: 1/2 solved",
        "by kind: one or two files 1/2, several files 0/0",
        "tokens: 1800 input (1200 cached), 100 output",
    ]


def test_an_attempt_without_a_result_tells_the_exit_code(tmp_path: Path) -> None:
    task = next(task for task in SHOWN if task.name == "config-json")
    failed = attempt(task, "gone", (sys.executable, "-c", "raise SystemExit(5)"), {}, tmp_path)
    assert (failed.verdict, failed.ending, failed.model) == ("failed", "exit code 5", "unknown")
