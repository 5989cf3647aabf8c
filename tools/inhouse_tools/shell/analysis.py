"""What judging a command comes to: how far it goes, why, and what it is made of."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from inhouse_tools.shell.scripts import Script

Grade = Literal["reads", "runs", "unclear"]


@dataclass(frozen=True, slots=True)
class SimpleCommand:
    """One simple command for rules: `words` are resolved, what is not known before it runs stands
    as written.

    `inner`: another command runs it (`sudo`, `sh -c`, a substitution). `plain`: it sets no
    variable, writes to no file and everything in it is known. `odd` are words that make a program
    do more than read, although it only reads as a rule. `dynamic`: which program it is cannot be
    told.
    """

    text: str
    words: tuple[str, ...]
    grade: Grade
    inner: bool = False
    plain: bool = True
    odd: tuple[str, ...] = ()
    dynamic: bool = False


@dataclass(frozen=True, slots=True)
class Analysis:
    """What can be told of a command line before it runs.

    `grade` "reads": it was understood whole and only reads inside the workspace; "runs": it was
    understood and does more; "unclear": it was not understood, hides something, or is a trap.
    `reason` follows "because". `commands` are all that were found, at every depth, and `scripts`
    the files of the workspace that it would run. `network`: it likely wants the internet.
    `paths` are the files that its words may mean, absolute and resolved. `listed`: it is nothing
    but plain commands behind each other. `dynamic`: what all it would run cannot be told.
    """

    grade: Grade
    reason: str
    commands: tuple[SimpleCommand, ...] = ()
    scripts: tuple[Script, ...] = ()
    network: bool = False
    paths: tuple[Path, ...] = ()
    listed: bool = False
    dynamic: bool = False
