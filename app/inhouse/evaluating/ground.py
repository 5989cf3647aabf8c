"""Where one attempt works: a copy of the repository, a home of its own, nothing else of ours."""

import os
import shutil
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from inhouse.evaluating.task import Task
from inhouse_tools import process
from inhouse_tools.process import Result
from inhouse_tools.refusal import Refusal
from inhouse_tools.sandbox import Network, Sandbox

GIT_SECONDS = 120
CLONE_SECONDS = 1800
DIFF_BYTES = 4_000_000
# What programs leave behind belongs to no change.
EXCLUDED = "__pycache__/\n"
GIT = (
    *("git", "-c", "user.name=inhouse", "-c", "user.email=inhouse@localhost"),
    *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"),
)
GIT_SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
DIFF = (
    *("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--binary", "--no-renames"),
    *("--src-prefix=a/", "--dst-prefix=b/"),
)
IGNORED_NAMES = ("__pycache__", ".git")


@dataclass(frozen=True, slots=True)
class Ground:
    """The folders of one attempt, and what holds commands in them back.

    `project` is what the agent works in; its name is the same for every task, since a model sees
    it. `original` shows checks the repository as it was.
    """

    folder: Path
    sandbox: Sandbox

    @property
    def project(self) -> Path:
        """The copy of the repository."""
        return self.folder / "project"

    @property
    def original(self) -> Path:
        """The repository as it was."""
        return self.folder / "original"

    @property
    def home(self) -> Path:
        """The home of the agent."""
        return self.folder / "home"

    async def command(
        self,
        argv: Sequence[str],
        seconds: float,
        variables: Mapping[str, str] | None = None,
        stdin: bytes = b"",
    ) -> Result | Refusal:
        """Run a command in the project, held back like the agent's own; its own loopback only."""
        if self.sandbox.holds:
            boundary = replace(self.sandbox, writable=(self.project, self.original))
            argv = boundary.wrap(argv, Network.loopback())
        return await self._run(argv, seconds, variables or {}, stdin)

    async def git(self, *arguments: str, stdin: bytes = b"") -> Result | Refusal:
        """Run git where an agent has worked: held back, without hooks and a person's settings."""
        return await self.command((*GIT, *arguments), GIT_SECONDS, GIT_SETTINGS, stdin)

    async def trusted_git(self, *arguments: str) -> Result | Refusal:
        """Run git where no agent has worked yet; it may reach what git can reach."""
        return await self._run((*GIT, *arguments), CLONE_SECONDS, GIT_SETTINGS, b"")

    async def _run(
        self, argv: Sequence[str], seconds: float, variables: Mapping[str, str], stdin: bytes
    ) -> Result | Refusal:
        environment = process.scrubbed({**os.environ, **variables})
        environment.pop("PYTHONPATH", None)
        return await process.run(
            argv,
            cwd=self.project,
            timeout=seconds,
            environment=environment,
            stdin=stdin,
            kept_bytes=DIFF_BYTES,
        )


async def lay_out(task: Task, ground: Ground) -> str:
    """Copy the repository of a task, set it up and commit it; what went wrong, or nothing.

    Raises OSError when the task cannot be read any more.
    """
    for place in (ground.project, ground.original):
        copy_tree(task.repository, place)
    if problem := await start_history(ground):
        return problem
    if not task.description.setup:
        return ""
    setup = ["/bin/sh", "-c", task.description.setup]
    done = await ground.command(setup, task.description.setup_seconds)
    if problem := problem_of(done, "The setup"):
        return problem
    return await commit_all(ground, "Set up")


async def start_history(ground: Ground) -> str:
    """Make the project a repository with one commit, as a person would have it."""
    made = await ground.trusted_git("init", "--quiet", "--initial-branch=main")
    if problem := problem_of(made, "git init"):
        return problem
    exclude_compiled(ground)
    return await commit_all(ground, "Start")


def exclude_compiled(ground: Ground) -> None:
    """What running a program leaves behind is no change. Raises OSError."""
    excluded = ground.project / ".git" / "info" / "exclude"
    excluded.parent.mkdir(exist_ok=True)
    with excluded.open("a", encoding="utf-8") as file:
        file.write(EXCLUDED)


async def commit_all(ground: Ground, message: str) -> str:
    """Commit everything that there is; what went wrong, or nothing."""
    added = await ground.trusted_git("add", "--all")
    if problem := problem_of(added, "git add"):
        return problem
    commit = ("commit", "--quiet", "--allow-empty", f"--message={message}")
    return problem_of(await ground.trusted_git(*commit), "git commit")


async def read_changes(ground: Ground, base: str = "HEAD") -> str | Refusal:
    """What was changed since a commit, new files included, as a diff that `git apply` takes."""
    if not ground.project.is_dir():
        return Refusal("The project is gone.")
    await ground.git("add", "--all", "--intent-to-add")
    done = await ground.git(*DIFF, base)
    if isinstance(done, Refusal):
        return done
    if problem := problem_of(done, "git diff"):
        return Refusal(problem)
    if done.cut:
        return Refusal(f"The changes are more than {2 * DIFF_BYTES:,} bytes.")
    return done.output


def problem_of(done: Result | Refusal, what: str) -> str:
    """Why a command did not do what it should, with the end of what it said; nothing if it did."""
    if isinstance(done, Refusal):
        return done.text
    if done.timed_out:
        return f"{what} took longer than it may."
    if done.exit_code != 0:
        return f"{what} ended with exit code {done.exit_code}: {done.output.strip()[-500:]}"
    return ""


def copy_tree(source: Path, target: Path) -> None:
    """Copy a folder; links stay links. Raises OSError."""
    ignored = shutil.ignore_patterns(*IGNORED_NAMES)
    shutil.copytree(source, target, symlinks=True, ignore=ignored)


def place_over(source: Path, target: Path) -> None:
    """Copy every file below `source` over a folder that an agent worked in. Raises OSError."""
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source)
        if path.is_file() and not set(IGNORED_NAMES) & set(name.parts):
            place_file(path, target, name)


def place_file(file: Path, target: Path, name: Path) -> None:
    """Copy a file into a folder that an agent worked in, and nowhere else. Raises OSError.

    A link or anything else in the way is removed, never followed.
    """
    at = target
    for part in name.parts[:-1]:
        at = at / part
        if not _is_folder(at):
            at.unlink(missing_ok=True)
            at.mkdir()
    place = target / name
    if _is_folder(place):
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    shutil.copy(file, place)


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except FileNotFoundError:
        return False
