"""What a command line is made of: simple commands, as they are written."""

from dataclasses import dataclass, field

from inhouse_tools.shell.words import Word


@dataclass(frozen=True, slots=True)
class Redirect:
    """`operator` such as `>` or `2>&`; `target` None where it is closed or a here-document."""

    operator: str
    target: Word | None


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command as written, with what is redirected and assigned for it.

    `fed`: something is put into its standard input; `feed` is that text where it is known.
    `nested`: it stands in a loop, a condition, a subshell or a substitution. `piped`: it is a
    part of a pipeline.
    """

    text: str
    words: tuple[Word, ...]
    assigned: tuple[tuple[str, Word | None], ...] = ()
    redirects: tuple[Redirect, ...] = ()
    fed: bool = False
    feed: str | None = None
    nested: bool = False
    piped: bool = False


@dataclass(slots=True)
class Reading:
    """What was read: the commands in order, why the line is `unclear`, and what it holds `beyond`
    a list of plain commands, both in words that follow "because". `joints` are the operators
    between its commands."""

    commands: list[Command] = field(default_factory=list[Command])
    unclear: list[str] = field(default_factory=list[str])
    beyond: list[str] = field(default_factory=list[str])
    joints: set[str] = field(default_factory=set[str])
