"""Tasks of the evaluation: load them, lay out their repositories, judge what became of them."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

TASKS = Path(__file__).parents[2] / "tests" / "tasks"
HELD_OUT = TASKS / "held-out"
CHECK_SECONDS = 60
PATIENCE_SECONDS = 10
# From so many changed files on, a task counts as one that needs several.
SEVERAL_FILES = 3


@dataclass(frozen=True, slots=True)
class Task:
    """One repository, what a person asks for in it, and the command that tells whether it was done.

    `tests` are the files of the repository that are given back as they were before the check,
    so that no one passes by editing them. `unchanged` are those that the task gives no reason to
    touch: it is not solved when one of them differs.
    """

    name: str
    folder: Path
    prompt: str
    check: str
    shape: str
    seconds: int
    tests: tuple[str, ...]
    unchanged: tuple[str, ...]

    @property
    def program(self) -> str:
        """The program that the check needs."""
        return shlex.split(self.check)[0]

    @property
    def several(self) -> bool:
        """Whether the reference solution changes or adds several files."""
        repo, solution = self.folder / "repo", self.folder / "solution"
        files = [path.relative_to(solution) for path in solution.rglob("*") if path.is_file()]
        return sum(differ(repo / file, solution / file) for file in files) >= SEVERAL_FILES


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the check passed, and everything that it wrote."""

    solved: bool
    output: str


def load_tasks(folder: Path) -> list[Task]:
    """Return the tasks of a folder by name; each stands in a folder with a task.toml."""
    return [load_task(file.parent) for file in sorted(folder.glob("*/task.toml"))]


def load_task(folder: Path) -> Task:
    """Read one task; a missing or unknown key is an error of whoever wrote it."""
    values = tomllib.loads((folder / "task.toml").read_text(encoding="utf-8"))
    task = Task(
        name=folder.name,
        folder=folder,
        prompt=values.pop("prompt"),
        check=values.pop("check"),
        shape=values.pop("shape"),
        seconds=values.pop("seconds", 600),
        tests=tuple(values.pop("tests", ())),
        unchanged=tuple(values.pop("unchanged", ())),
    )
    if values:
        raise ValueError(f"{folder / 'task.toml'} has unknown keys: {', '.join(values)}")
    return task


def lay_out(task: Task, target: Path) -> None:
    """Copy the repository of a task to `target` and commit it there, as a person would have it."""
    overlay(task.folder / "repo", target)
    run_git(target, "init", "--quiet", "--initial-branch=main")
    with (target / ".git" / "info" / "exclude").open("a", encoding="utf-8") as file:
        file.write("__pycache__/\n")
    run_git(target, "add", "--all")
    run_git(target, "commit", "--quiet", "--message=Start")


def show_changes(target: Path) -> str:
    """Return what was changed since the commit, new files included, as a diff."""
    try:
        run_git(target, "add", "--all", "--intent-to-add")
        return run_git(target, "diff", "HEAD")
    except subprocess.CalledProcessError as error:
        return f"There is no diff, git says: {error.stderr}"


def run_git(folder: Path, *arguments: str) -> str:
    """Run git with a made-up author and without the person's own settings."""
    author = ("-c", "user.name=inhouse", "-c", "user.email=inhouse@localhost")
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(
        ["git", *author, *arguments],
        cwd=folder,
        env=os.environ | settings,
        check=True,
        capture_output=True,
        text=True,
        errors="replace",
    ).stdout


def judge(task: Task, target: Path) -> Verdict:
    """Run the check of a task in a finished repository.

    The files that only the judge has are copied over it first, and its tests are given back.
    Checks find the repository as it was in the folder that the variable ORIGINAL names.
    """
    repo = task.folder / "repo"
    touched = [name for name in task.unchanged if differ(repo / name, target / name)]
    for cache in list(target.rglob("__pycache__")):
        # A file that is changed within a second to the same size would run as it was before.
        shutil.rmtree(cache)
    for test in task.tests:
        (target / test).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(repo / test, target / test)
    overlay(task.folder / "check", target)
    environment = dict(os.environ)
    environment.pop("PYTHONPATH", None)
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    environment["ORIGINAL"] = str(repo)
    # The interpreter that runs this one has the parsers that the checks of Go sources need.
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            shlex.split(task.check),
            cwd=target,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        code = wait_or_kill(process, CHECK_SECONDS)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if code is None:
        text += f"\nThe check was stopped after {CHECK_SECONDS} seconds.\n"
    if touched:
        text += f"\nThere was no reason to change {', '.join(touched)}.\n"
    return Verdict(code == 0 and not touched, text)


def differ(first: Path, second: Path) -> bool:
    """Tell whether two files have different bytes; a missing file differs from any."""
    if not first.is_file() or not second.is_file():
        return True
    return first.read_bytes() != second.read_bytes()


def overlay(source: Path, target: Path) -> None:
    """Copy every file under `source` to the same place under `target`."""
    shutil.copytree(
        source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
    )


def wait_or_kill(process: "subprocess.Popen[bytes]", seconds: float) -> int | None:
    """Return the exit code of the leader of a session, or None when it took too long.

    It is asked to stop first and killed with all that it started after some patience; this also
    happens when the wait itself is interrupted.
    """
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
