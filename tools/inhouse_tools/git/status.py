"""What has changed in a repository, and where its branch stands."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from inhouse_tools.git.repository import Operation, Repository
from inhouse_tools.refusal import Refusal

Kind = Literal["added", "modified", "deleted", "renamed", "copied", "type changed"]
KINDS: Final[dict[str, Kind]] = {
    "A": "added",
    "M": "modified",
    "D": "deleted",
    "R": "renamed",
    "C": "copied",
    "T": "type changed",
}


@dataclass(frozen=True, slots=True)
class Changed:
    """One path that differs; `was` is the old name of a renamed or copied one."""

    path: str
    kind: Kind
    was: str = ""
    submodule: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """A repository now. Paths are relative to its top.

    `branch` is empty when HEAD is detached, `head` (a full id) before the first commit.
    `upstream` is empty when there is none; `ahead` and `behind` count commits against it.
    Paths of `untracked` that end with "/" are whole folders, also repositories of their own.
    `cut` when there was more than could be read.
    """

    branch: str = ""
    head: str = ""
    upstream: str = ""
    ahead: int = 0
    behind: int = 0
    staged: tuple[Changed, ...] = ()
    unstaged: tuple[Changed, ...] = ()
    untracked: tuple[str, ...] = ()
    conflicted: tuple[str, ...] = ()
    operation: Operation = ""
    cut: bool = False

    @property
    def clean(self) -> bool:
        """Whether nothing differs from the last commit, and nothing is untracked."""
        return not (self.staged or self.unstaged or self.untracked or self.conflicted)


async def status(repository: Repository, *, every_file: bool = False) -> Status | Refusal:
    """What has changed. With `every_file` files of new folders are listed one by one."""
    answer = await repository.demand(
        "status",
        "--porcelain=v2",
        "-z",
        "--branch",
        f"--untracked-files={'all' if every_file else 'normal'}",
        "--ignore-submodules=dirty",
        "--find-renames",
    )
    if isinstance(answer, Refusal):
        return answer
    fields = os.fsdecode(answer.output).split("\0")
    # What follows the last NUL is empty, or a record that was torn.
    return _read(fields[:-1], repository.operation, cut=answer.cut)


def _read(fields: list[str], operation: Operation, *, cut: bool) -> Status:
    about: dict[str, str] = {}
    staged: list[Changed] = []
    unstaged: list[Changed] = []
    untracked: list[str] = []
    conflicted: list[str] = []
    rest = iter(fields)
    for line in rest:
        sort = line[:1]
        if sort == "#":
            key, _, value = line.removeprefix("# ").partition(" ")
            about[key] = value
        elif sort == "?":
            untracked.append(line[2:])
        elif sort == "u":
            conflicted.append(line.split(" ", 10)[-1])
        elif sort in {"1", "2"}:
            _sort(line, rest, staged, unstaged)
    ahead, behind = _ahead_behind(about.get("branch.ab", ""))
    head = about.get("branch.oid", "")
    branch = about.get("branch.head", "")
    return Status(
        branch="" if branch == "(detached)" else branch,
        head="" if head == "(initial)" else head,
        upstream=about.get("branch.upstream", ""),
        ahead=ahead,
        behind=behind,
        staged=tuple(staged),
        unstaged=tuple(unstaged),
        untracked=tuple(untracked),
        conflicted=tuple(conflicted),
        operation=operation,
        cut=cut,
    )


def _sort(line: str, rest: Iterator[str], staged: list[Changed], unstaged: list[Changed]) -> None:
    """Add an ordinary or renamed entry to what is staged, unstaged or both."""
    renamed = line[0] == "2"
    parts = line.split(" ", 9 if renamed else 8)
    path, letters, submodule = parts[-1], parts[1], parts[2].startswith("S")
    was = next(rest, "") if renamed else ""
    for letter, changes in ((letters[0], staged), (letters[1], unstaged)):
        if letter in KINDS:
            moved = was if letter in "RC" else ""
            changes.append(Changed(path, KINDS[letter], moved, submodule))


def _ahead_behind(text: str) -> tuple[int, int]:
    """The counts of a line such as "+1 -2"; nothing when there is no upstream."""
    ahead, _, behind = text.partition(" ")
    return int(ahead or 0), -int(behind or 0)
