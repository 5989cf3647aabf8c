"""What an agent left behind decides nothing outside of its project."""

import asyncio
import os
import stat
from pathlib import Path

import pytest
from tests.app.evaluating.task_folders import write_task

from inhouse.evaluating.ground import Ground, lay_out, place_file, read_changes
from inhouse.evaluating.judging import Verdict, judge
from inhouse.evaluating.task import Task, read_task
from inhouse_tools.refusal import Refusal
from inhouse_tools.sandbox import Sandbox, probe


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """What holds commands back here."""
    return asyncio.run(probe(tmp_path_factory.mktemp("tried")))


@pytest.fixture
def task(tmp_path: Path) -> Task:
    """A small task that gives one test back."""
    found = read_task(write_task(tmp_path / "tasks", "one", tests=["kept.txt"]))
    assert isinstance(found, Task)
    return found


@pytest.fixture
def ground(sandbox: Sandbox, task: Task, tmp_path: Path) -> Ground:
    """The task, laid out."""
    folder = tmp_path / "attempt"
    folder.mkdir()
    ground = Ground(folder, sandbox)
    assert asyncio.run(lay_out(task, ground)) == ""
    return ground


def judged(task: Task, ground: Ground) -> Verdict:
    """What the check says."""
    return asyncio.run(judge(task, ground))


def changes(ground: Ground) -> str:
    """What was changed."""
    found = asyncio.run(read_changes(ground))
    assert isinstance(found, str)
    return found


def test_an_answer_is_seen_and_judged(task: Task, ground: Ground) -> None:
    assert changes(ground) == ""
    assert judged(task, ground).outcome == "failed"
    (ground.project / "answer.txt").write_text("right\n", "utf-8")
    (ground.project / "new.txt").write_text("new\n", "utf-8")
    assert "+right" in changes(ground)
    assert "+new" in changes(ground)
    assert judged(task, ground).outcome == "solved"


def test_links_are_removed_and_not_followed(task: Task, ground: Ground, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    for name in ("kept.txt", "look.py"):
        (victim / name).write_text("mine\n", "utf-8")
        (ground.project / name).unlink(missing_ok=True)
        (ground.project / name).symlink_to(victim / name)
    (ground.project / "answer.txt").write_text("right\n", "utf-8")
    assert judged(task, ground).outcome == "solved"
    assert {file.read_text("utf-8") for file in victim.iterdir()} == {"mine\n"}
    assert (ground.project / "kept.txt").read_text("utf-8") == "kept\n"


def test_a_file_is_placed_through_whatever_stands_in_its_way(tmp_path: Path) -> None:
    source, project, victim = tmp_path / "source", tmp_path / "project", tmp_path / "victim"
    source.write_text("check\n", "utf-8")
    project.mkdir()
    victim.mkdir()
    (project / "tests").symlink_to(victim)
    place_file(source, project, Path("tests/deep/check.py"))
    assert (project / "tests" / "deep" / "check.py").read_text("utf-8") == "check\n"
    assert list(victim.iterdir()) == []
    os.mkfifo(project / "pipe")
    place_file(source, project, Path("pipe"))
    (project / "folder" / "inner").mkdir(parents=True)
    place_file(source, project, Path("folder"))
    assert stat.S_ISREG((project / "pipe").lstat().st_mode)
    assert stat.S_ISREG((project / "folder").lstat().st_mode)


def test_checks_that_unchanged_files_are_plain(ground: Ground, task: Task) -> None:
    kept = task.description.model_copy(update={"tests": (), "unchanged": ("kept.txt",)})
    task = Task(task.name, task.folder, kept, task.digest)
    (ground.project / "answer.txt").write_text("right\n", "utf-8")
    assert judged(task, ground).outcome == "solved"
    (ground.project / "kept.txt").unlink()
    (ground.project / "kept.txt").symlink_to(task.repository / "kept.txt")
    verdict = judged(task, ground)
    assert (verdict.outcome, verdict.reason) == ("failed", "there was no reason to change kept.txt")


def test_a_project_that_is_gone_is_failed(task: Task, ground: Ground) -> None:
    ground.project.rename(ground.folder / "elsewhere")
    assert isinstance(asyncio.run(read_changes(ground)), Refusal)
    assert judged(task, ground).outcome == "failed"


def test_a_repository_that_became_a_link_runs_no_check(
    task: Task, ground: Ground, tmp_path: Path
) -> None:
    (ground.project / "answer.txt").write_text("right\n", "utf-8")
    (ground.project / ".git").rename(tmp_path / "moved")
    (ground.project / ".git").symlink_to(tmp_path / "moved")
    verdict = judged(task, ground)
    assert verdict.outcome == "failed"
    assert "symlink" in verdict.reason


def test_a_task_that_is_gone_is_an_error(task: Task, ground: Ground) -> None:
    (task.repository / "kept.txt").unlink()
    with pytest.raises(FileNotFoundError):
        judged(task, ground)
