"""Every task of the evaluation is unsolved as it stands and solved by its reference solution."""

import asyncio
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from inhouse.evaluating.ground import Ground, copy_tree, place_over
from inhouse.evaluating.judging import Verdict, judge
from inhouse.evaluating.task import Task, TaskProblem, find_tasks
from inhouse_tools.sandbox import Sandbox, probe

TASKS = Path(__file__).parent / "tasks"
Prepare = Callable[[Path], None]


def load(folder: Path) -> list[Task]:
    """The tasks of a folder, which are all whole."""
    tasks = find_tasks(folder)
    broken = [task.text for task in tasks if isinstance(task, TaskProblem)]
    assert not broken
    return [task for task in tasks if isinstance(task, Task)]


SHOWN = load(TASKS)
HIDDEN = load(TASKS / "held-out")
EVERY = pytest.mark.parametrize("task", [*SHOWN, *HIDDEN], ids=lambda task: task.name)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """What holds the checks back here."""
    return asyncio.run(probe(tmp_path_factory.mktemp("tried")))


@pytest.fixture
def judged(sandbox: Sandbox, tmp_path: Path) -> Callable[[Task, Prepare], Verdict]:
    """Lays a task out, prepares the project as an agent would, and judges it."""
    ground = Ground(tmp_path, sandbox)

    def look(task: Task, prepare: Prepare) -> Verdict:
        missing = [program for program in task.programs if shutil.which(program) is None]
        if missing:
            pytest.skip(f"{missing[0]} is not installed")
        for folder in (ground.project, ground.original):
            copy_tree(task.repository, folder)
        prepare(ground.project)
        return asyncio.run(judge(task, ground))

    return look


Judged = Callable[[Task, Prepare], Verdict]


def named(name: str) -> Task:
    """The task of this name."""
    return next(task for task in SHOWN if task.name == name)


def leave(_project: Path) -> None:
    """Change nothing."""


def test_there_are_enough_tasks_and_none_is_in_both_sets() -> None:
    assert len(SHOWN) >= 12
    assert len(HIDDEN) >= 6
    assert not {task.name for task in SHOWN} & {task.name for task in HIDDEN}
    shapes = {task.description.shape for task in SHOWN}
    assert {task.description.shape for task in HIDDEN} <= shapes
    assert sum(task.several for task in SHOWN) >= 8
    assert sum(task.several for task in HIDDEN) >= 2


@EVERY
def test_the_untouched_repository_fails_the_check(task: Task, judged: Judged) -> None:
    verdict = judged(task, leave)
    assert verdict.outcome == "failed", verdict.output
    assert verdict.reason


@EVERY
def test_the_reference_solution_passes_the_check(task: Task, judged: Judged) -> None:
    verdict = judged(task, lambda project: place_over(task.folder / "solution", project))
    assert verdict.outcome == "solved", verdict.output


@EVERY
def test_a_repository_is_small_and_shows_neither_check_nor_solution(task: Task) -> None:
    files = [file for file in task.repository.rglob("*") if file.is_file()]
    assert 1 <= len(files) <= 12
    hidden = {file.name for file in task.checks.rglob("*")}
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
    assert not {*task.description.tests, *task.description.unchanged} & solution


@EVERY
def test_a_task_names_its_languages(task: Task) -> None:
    assert task.description.languages


def test_a_solution_that_touches_what_should_stay_is_none(judged: Judged) -> None:
    task = named("python-rename-class")

    def solve(project: Path) -> None:
        place_over(task.folder / "solution", project)
        with (project / "bank" / "money.py").open("a", encoding="utf-8") as file:
            file.write("# Never mind.\n")

    verdict = judged(task, solve)
    assert verdict.outcome == "failed"
    assert "no reason to change bank/money.py" in verdict.reason


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("javascript-rename-across-files", "convert", "convertUnit"),
        ("python-rename-across-files", "fetch", "download"),
    ],
)
def test_replacing_every_such_word_is_no_rename(
    name: str, old: str, new: str, judged: Judged
) -> None:
    task = named(name)

    def replace(project: Path) -> None:
        kept = {project / name for name in task.description.unchanged}
        for file in project.rglob("*.*"):
            if file not in kept:
                text = file.read_text(encoding="utf-8")
                file.write_text(re.sub(rf"\b{old}\b", new, text), encoding="utf-8")

    assert judged(task, replace).outcome == "failed"


def test_an_edited_test_is_given_back(judged: Judged, tmp_path: Path) -> None:
    task = named("python-off-by-one")
    changed = tmp_path / "project" / "test_pages.py"

    def empty(_project: Path) -> None:
        changed.write_text("", encoding="utf-8")

    verdict = judged(task, empty)
    assert verdict.outcome == "failed"
    assert changed.read_bytes() == (task.repository / "test_pages.py").read_bytes()
