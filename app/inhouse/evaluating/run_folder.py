"""What a run leaves behind: its plan, a line for each attempt, and the logs of each."""

import fcntl
import hashlib
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from inhouse.evaluating.attempt import Attempt, Trial, decode_attempt
from inhouse.evaluating.plan import Plan, decode_plan
from inhouse_tools.writing.small_file import make_folder, replace_text

VERSION = 1
PLAN, ATTEMPTS, LOGS = "run.json", "attempts.jsonl", "logs"


@dataclass(frozen=True, slots=True)
class RunProblem:
    """Why a folder is no run that can be read or continued, in a sentence for a person."""

    text: str


@dataclass(frozen=True, slots=True)
class Header:
    """What was planned, and where it ran."""

    plan: Plan
    machine: str
    started: str


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run on the disk."""

    path: Path

    def write_header(self, header: Header) -> None:
        """Keep the plan. Raises OSError."""
        make_folder(self.path)
        content = {"version": VERSION, **asdict(header)}
        replace_text(self.path / PLAN, json.dumps(content, indent=2) + "\n")

    def read_header(self) -> Header | RunProblem:
        """The plan of the run."""
        file = self.path / PLAN
        try:
            value: object = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as problem:
            return RunProblem(f"{self.path} holds no run: {file} cannot be read: {problem}")
        data = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        plan = decode_plan(data.get("plan"))
        if data.get("version") != VERSION or plan is None:
            return RunProblem(f"{file} is of another version of inhouse eval.")
        return Header(plan, str(data.get("machine", "")), str(data.get("started", "")))

    def append(self, attempt: Attempt) -> None:
        """Keep an attempt for good: one write, on the disk when this returns. Raises OSError."""
        file = os.open(self.path / ATTEMPTS, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(file).st_size
            torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
            line = json.dumps(attempt.encode(), separators=(",", ":")) + "\n"
            os.write(file, (("\n" if torn else "") + line).encode())
            os.fsync(file)
        finally:
            os.close(file)

    def read_attempts(self) -> list[Attempt]:
        """The newest attempt of each number at each task by each model, in the order of the first.

        A torn line, or one that is no attempt, is left out. Raises OSError.
        """
        found: dict[tuple[str, str, int], Attempt] = {}
        file = self.path / ATTEMPTS
        if not file.exists():
            return []
        with file.open("rb") as lines:
            for line in lines:
                try:
                    attempt = decode_attempt(json.loads(line))
                except (ValueError, RecursionError):
                    continue
                if attempt is not None:
                    trial = attempt.trial
                    found[trial.model, trial.task, trial.number] = attempt
        return list(found.values())

    def logs_of(self, trial: Trial) -> Path:
        """The folder for the logs of a trial. Raises OSError."""
        folder = self.path / LOGS / _folder_name(trial.model) / trial.name
        make_folder(folder)
        return folder

    @contextmanager
    def hold(self) -> Generator[bool]:
        """Keep others from continuing the same run; whether nobody does. Raises OSError."""
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(folder)


def _folder_name(model: str) -> str:
    """A name for the folder of a model, which may be the path of a file; another for each model."""
    if not model:
        return "default"
    kept = "".join(char for char in Path(model).name if char.isalnum() or char in "._-")
    if kept == model and not model.startswith("."):
        return model
    return f"{kept.strip('.')[:60]}-{hashlib.sha256(os.fsencode(model)).hexdigest()[:8]}"
