"""Tasks are read whole or not at all, and what is wrong with one is said."""

import os
from pathlib import Path

import pytest
from tests.app.evaluating.task_folders import write_task

from inhouse.evaluating.task import Task, TaskProblem, digest_of, find_tasks, read_task


def test_a_task_is_read_with_its_limits(tmp_path: Path) -> None:
    folder = write_task(
        tmp_path, "one", seconds=5, languages="go", programs=["sh"], tests=["kept.txt"]
    )
    task = read_task(folder)
    assert isinstance(task, Task)
    wanted = task.description
    assert (task.name, wanted.seconds, wanted.languages) == ("one", 5, ("go",))
    assert task.programs == ("python3", "sh")
    assert not task.several


def test_a_folder_holds_tasks_or_is_one(tmp_path: Path) -> None:
    write_task(tmp_path, "two")
    one = write_task(tmp_path, "one")
    assert [task.name for task in find_tasks(tmp_path)] == ["one", "two"]
    assert [task.name for task in find_tasks(one)] == ["one"]
    assert find_tasks(one / "repo") == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("prompt = ", "cannot be read"),
        ("\x00\x01", "cannot be read"),
        ('prompt = "a"\n', "check"),
        ('prompt = "a"\ncheck = "b"\nunknown = 1\n', "unknown"),
        ('prompt = "a"\ncheck = "b"\nseconds = -1\n', "seconds"),
        ('prompt = "a"\ncheck = "b"\nseconds = nan\n', "seconds"),
        ('prompt = ""\ncheck = "b"\n', "prompt"),
        ('prompt = "a\\u0000"\ncheck = "b"\n', "NUL"),
        ('prompt = "a"\ncheck = "b"\ntests = ["../../x"]\n', "leads out"),
        ('prompt = "a"\ncheck = "b"\ntests = ["/etc/passwd"]\n', "leads out"),
        ('prompt = "a"\ncheck = "b"\nunchanged = ["missing.txt"]\n', "no file missing.txt"),
    ],
)
def test_a_broken_task_says_what_is_wrong(tmp_path: Path, text: str, word: str) -> None:
    folder = write_task(tmp_path, "one")
    (folder / "task.toml").write_text(text, "utf-8")
    problem = read_task(folder)
    assert isinstance(problem, TaskProblem)
    assert word in problem.text
    assert str(folder) in problem.text


def test_a_link_is_no_test_to_give_back(tmp_path: Path) -> None:
    folder = write_task(tmp_path, "one", tests=["link.txt"])
    (folder / "repo" / "link.txt").symlink_to("/etc/hostname")
    assert isinstance(read_task(folder), TaskProblem)


def test_the_digest_is_of_all_that_is_tried_and_judged(tmp_path: Path) -> None:
    folder = write_task(tmp_path, "one")
    before = digest_of(folder)
    (folder / "solution").mkdir()
    (folder / "solution" / "answer.txt").write_text("right\n", "utf-8")
    assert digest_of(folder) == before
    for file in ("repo/answer.txt", "check/look.py", "task.toml"):
        text = (folder / file).read_text("utf-8")
        (folder / file).write_text(text + "\n", "utf-8")
        assert digest_of(folder) != before, file
        (folder / file).write_text(text, "utf-8")
    assert digest_of(folder) == before


def test_a_pipe_in_a_repository_is_a_problem_and_not_waited_for(tmp_path: Path) -> None:
    folder = write_task(tmp_path, "one")
    os.mkfifo(folder / "repo" / "pipe")
    problem = read_task(folder)
    assert isinstance(problem, TaskProblem)
    assert "pipe is neither a file nor a folder" in problem.text
