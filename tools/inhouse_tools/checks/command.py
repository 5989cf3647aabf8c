"""A check that is a program: run on what changed, its output read into problems."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inhouse_tools import process
from inhouse_tools.checks.check import Check, When
from inhouse_tools.checks.ground import Ground
from inhouse_tools.checks.parse import parse
from inhouse_tools.checks.problem import Finding, Problem, findings
from inhouse_tools.places.listing import list_files
from inhouse_tools.refusal import Refusal
from inhouse_tools.text import cut, plain
from inhouse_tools.writing.files import read_file

MAX_OUTPUT: Final = 4_000
"""Characters of a failing test's output that a model reads."""


@dataclass(frozen=True, slots=True)
class Run:
    """How a check's program ended, what it wrote and what of that was understood."""

    exit_code: int
    output: str
    problems: tuple[Problem, ...]

    @property
    def short(self) -> str:
        """The output, cut to what a model may read."""
        return cut(self.output.strip("\n"), MAX_OUTPUT).with_note("Run it yourself to see all.")


async def run_check(
    check: Check, units: Sequence[str], ground: Ground, seconds: float
) -> Run | Refusal:
    """Run a check on units, or a refusal when it may not, does not start or takes too long."""
    refused = ground.refusal()
    if refused:
        return refused
    if not check.program:
        return Refusal(f"{check.argv[0]} is named by {check.source} but not installed.")
    result = await process.run(
        ground.wrap(check.command(units), check.folder),
        cwd=ground.root,
        timeout=seconds,
        environment=ground.environment(),
    )
    if isinstance(result, Refusal):
        return result
    if result.timed_out:
        return Refusal(f"{check.name} was stopped: it took longer than {seconds:.0f} seconds.")
    output = plain(result.output)
    return Run(result.exit_code, output, parse(output, ground.root, check.folder))


@dataclass(frozen=True, slots=True)
class CommandChecker:
    """A checker that runs a program anew each time."""

    check: Check
    ground: Ground

    @property
    def name(self) -> str:
        """The check's name."""
        return self.check.name

    @property
    def when(self) -> When:
        """When the check runs."""
        return self.check.when

    def units(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Files, folders, or "" for the whole project."""
        return self.check.units(paths)

    def state(self, unit: str) -> str:
        """The sha256 of a file, or of names, sizes and times of files in a folder or project."""
        root = self.ground.root
        if self.check.scope == "files":
            content = read_file(root / unit, unit)
            return "" if isinstance(content, Refusal) else content.sha256
        if self.check.scope == "folders":
            return _stamp(root, _names_in(root, unit))
        return _stamp(root, filter(self.check.concerns, list_files(root).files))

    async def look(self, units: Sequence[str], seconds: float) -> tuple[Finding, ...] | Refusal:
        """Run it; one that fails without naming a problem has failed itself."""
        root = self.ground.root
        present = [unit for unit in units if (root / unit).exists()]
        if not present:
            return ()
        run = await run_check(self.check, present, self.ground, seconds)
        if isinstance(run, Refusal):
            return run
        if run.exit_code and not run.problems:
            last = run.output.strip().rpartition("\n")[2][:200] or "it said nothing"
            return Refusal(f"{self.name} failed with exit code {run.exit_code}: {last}")
        return findings(run.problems, root)

    async def close(self) -> None:
        """Nothing runs any more."""


@dataclass(frozen=True, slots=True)
class CommandTest:
    """Tests that run at the end of a turn: they pass or fail, and nobody knows how they did before.

    A run before the first edit would cost as much as the one at the end.
    """

    check: Check
    ground: Ground

    @property
    def name(self) -> str:
        """The check's name."""
        return self.check.name

    def units(self, paths: Sequence[str]) -> tuple[str, ...]:
        """What to run them on when these files have changed; nothing when that is no concern."""
        return self.check.units(paths)

    async def run(self, units: Sequence[str], seconds: float) -> Run | Refusal:
        """Run them."""
        return await run_check(self.check, units, self.ground, seconds)


def _names_in(root: Path, folder: str) -> list[str]:
    try:
        return sorted(f"{folder}/{entry.name}" for entry in os.scandir(root / folder))
    except OSError:
        return []


def _stamp(root: Path, names: Iterable[str]) -> str:
    """What changes when one of these files is written, made or removed."""
    stamp = hashlib.sha256()
    for name in names:
        try:
            facts = (root / name).stat()
        except OSError:
            continue
        stamp.update(f"{name}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode("utf-8", "replace"))
    return stamp.hexdigest()
