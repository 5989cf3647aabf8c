"""Judges what became of a repository: in the sandbox, with files that the agent never saw."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from inhouse.evaluating.attempt import Outcome
from inhouse.evaluating.ground import Ground, place_file, place_over
from inhouse.evaluating.task import Task, differ
from inhouse_tools.refusal import Refusal

KEPT_CHARACTERS = 100_000
HALF = KEPT_CHARACTERS // 2
CUT = "\n[{} characters were not kept]\n"
REASON_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is thought of a change: why it fails, in a line, and what the check wrote, cut in the
    middle. `patch` is the change itself when somebody else will judge it."""

    outcome: Outcome
    reason: str = ""
    output: str = ""
    patch: str = ""


async def judge(task: Task, ground: Ground) -> Verdict:
    """Run the check of a task in a finished repository.

    The files that only the judge has are copied over it first, and its tests are given back.
    Checks find the repository as it was in the folder that the variable ORIGINAL names, and behind
    PYTHON our own interpreter, which has parsers for many languages. Raises OSError when the task
    cannot be read any more.
    """
    wanted = task.description
    touched = prepare_check(task, ground.project)
    variables = {"ORIGINAL": str(ground.original), "PYTHON": sys.executable}
    done = await ground.command(["/bin/sh", "-c", wanted.check], wanted.check_seconds, variables)
    if isinstance(done, Refusal):
        return Verdict("failed", done.text, done.text)
    output = _shorten(done.output)
    if done.timed_out:
        reason = f"the check was stopped after {wanted.check_seconds:g} seconds"
    elif done.flooded:
        reason = "the check wrote too much and was stopped"
    elif done.exit_code != 0:
        reason = _last_line(output) or f"the check ended with exit code {done.exit_code}"
    elif touched:
        reason = f"there was no reason to change {', '.join(touched)}"
    else:
        return Verdict("solved", "", output)
    return Verdict("failed", reason, output)


def prepare_check(task: Task, project: Path) -> list[str]:
    """Put the files of the check in place; those that were touched without a reason.

    Raises OSError.
    """
    wanted = task.description
    project.mkdir(exist_ok=True)
    touched = [name for name in wanted.unchanged if differ(task.repository / name, project / name)]
    _forget_compiled(project)
    for name in wanted.tests:
        place_file(task.repository / name, project, Path(name))
    if task.checks.is_dir():
        place_over(task.checks, project)
    return touched


def _forget_compiled(project: Path) -> None:
    """A file that is changed within a second to the same size would run as it was before."""
    for folder, names, _files in os.walk(project):
        if "__pycache__" in names:
            names.remove("__pycache__")
            shutil.rmtree(Path(folder, "__pycache__"), ignore_errors=True)


def _shorten(text: str) -> str:
    cut = len(text) - KEPT_CHARACTERS
    return text if cut <= 0 else text[:HALF] + CUT.format(cut) + text[-HALF:]


def _last_line(text: str) -> str:
    """The last line that says something: tests end with what they came to."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:REASON_CHARACTERS] if lines else ""
