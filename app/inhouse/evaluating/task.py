"""A task of an evaluation: a repository, what is asked for in it, and the command that judges."""

import hashlib
import shlex
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

TASK_FILE = "task.toml"
# From so many changed files on, a task counts as one that needs several.
SEVERAL_FILES = 3


def _as_list(value: object) -> object:
    """One text may stand for a list of one."""
    return (value,) if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Description(BaseModel):
    """The keys of task.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: Annotated[str, Field(min_length=1)]
    check: Annotated[str, Field(min_length=1)]
    shape: str = ""
    languages: Texts = ()
    programs: Texts = ()
    setup: str = ""
    setup_seconds: Seconds = 300
    seconds: Seconds = 600
    check_seconds: Seconds = 60
    tests: Texts = ()
    unchanged: Texts = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One repository, what a person asks for in it, and the command that tells whether it was done.

    `description.tests` are the files of the repository that are given back as they were before the
    check, so that no one passes by editing them; `unchanged` are those that the task gives no
    reason to touch: it is not solved when one of them differs. Times are in seconds.
    """

    name: str
    folder: Path
    description: Description
    digest: str

    @property
    def repository(self) -> Path:
        """What the agent starts with."""
        return self.folder / "repo"

    @property
    def checks(self) -> Path:
        """What only the judge has; it need not be there."""
        return self.folder / "check"

    @property
    def programs(self) -> tuple[str, ...]:
        """The programs that setup and check need."""
        try:
            first = shlex.split(self.description.check)[:1]
        except ValueError:
            first = []
        named = (word for word in first if not word.startswith("$"))
        return tuple(dict.fromkeys((*named, *self.description.programs)))

    @property
    def several(self) -> bool:
        """Whether the reference solution, if there is one, changes or adds several files."""
        solution = self.folder / "solution"
        files = [path.relative_to(solution) for path in solution.rglob("*") if path.is_file()]
        changed = [file for file in files if differ(self.repository / file, solution / file)]
        return len(changed) >= SEVERAL_FILES


@dataclass(frozen=True, slots=True)
class TaskProblem:
    """Why a folder is no task that can be tried, in a sentence for a person."""

    name: str
    text: str


def find_tasks(folder: Path) -> list[Task | TaskProblem]:
    """The tasks of a folder by name, each in a folder of its own with a task.toml.

    A folder that holds a task.toml itself is one task. Raises OSError when it cannot be listed.
    """
    if (folder / TASK_FILE).is_file():
        return [read_task(folder)]
    return [read_task(file.parent) for file in sorted(folder.glob(f"*/{TASK_FILE}"))]


def read_task(folder: Path) -> Task | TaskProblem:
    """One task, or what is wrong with it: a missing or unknown key, a path that leads out of it."""
    file = folder / TASK_FILE
    try:
        description = Description.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        return TaskProblem(folder.name, f"{file} cannot be read: {problem}")
    except ValidationError as problem:
        first = problem.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        return TaskProblem(folder.name, f"{file}: {key}: {first['msg']}")
    task = Task(folder.name, folder, description, "")
    if problem := _problem_of(task):
        return TaskProblem(folder.name, f"{file}: {problem}")
    try:
        return Task(folder.name, folder, description, digest_of(folder))
    except OSError as problem:
        return TaskProblem(folder.name, f"{folder} cannot be read: {problem}")


def digest_of(folder: Path) -> str:
    """What a task is made of in one value: when it changes, its results no longer count.

    The reference solution does not belong to it. Raises OSError.
    """
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if name.parts[0] == "solution" or "__pycache__" in name.parts or path.is_dir():
            continue
        if not (path.is_symlink() or path.is_file()):
            raise OSError(f"{name} is neither a file nor a folder")
        content = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        whole.update(f"{name.as_posix()}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()[:16]


def differ(first: Path, second: Path) -> bool:
    """Whether two files have different bytes; what is missing or no file differs from any."""
    if not (_is_plain(first) and _is_plain(second)):
        return True
    return first.read_bytes() != second.read_bytes()


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _problem_of(task: Task) -> str:
    if not task.repository.is_dir():
        return "there is no folder repo beside it"
    if "\0" in task.description.prompt + task.description.check + task.description.setup:
        return "it holds a NUL character"
    for name in (*task.description.tests, *task.description.unchanged):
        path = Path(name)
        if path.is_absolute() or ".." in path.parts:
            return f"{name} leads out of the repository"
        if not _is_plain(task.repository / path):
            return f"there is no file {name} in repo"
    return ""
