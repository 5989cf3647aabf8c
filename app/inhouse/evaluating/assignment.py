"""What an evaluation gives the agent to do, whatever set it comes from."""

from dataclasses import dataclass
from typing import Protocol

from inhouse.evaluating.ground import Ground, lay_out
from inhouse.evaluating.judging import Verdict, judge
from inhouse.evaluating.task import Task


@dataclass(frozen=True, slots=True)
class Traits:
    """What reports group by. `several`: the task needs changes in several files."""

    shape: str = ""
    languages: tuple[str, ...] = ()
    several: bool = False


class Assignment(Protocol):
    """A repository, what is asked for in it, and what is thought of the change.

    `digest` changes with what it is made of. `seconds` is the limit when no other is given.
    """

    @property
    def name(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def prompt(self) -> str: ...
    @property
    def seconds(self) -> float: ...
    @property
    def programs(self) -> tuple[str, ...]: ...
    @property
    def traits(self) -> Traits: ...

    async def lay_out(self, ground: Ground) -> str:
        """Make the project ready; what went wrong, or nothing. Raises OSError."""
        ...

    async def judge(self, ground: Ground) -> Verdict:
        """What is thought of what the agent left behind. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True)
class JudgedTask:
    """A task of a folder, judged by its own check."""

    task: Task

    @property
    def name(self) -> str:
        """Its name."""
        return self.task.name

    @property
    def digest(self) -> str:
        """What it is made of."""
        return self.task.digest

    @property
    def prompt(self) -> str:
        """What is asked."""
        return self.task.description.prompt

    @property
    def seconds(self) -> float:
        """The limit."""
        return self.task.description.seconds

    @property
    def programs(self) -> tuple[str, ...]:
        """What it needs."""
        return self.task.programs

    @property
    def traits(self) -> Traits:
        """What kind it is."""
        wanted = self.task.description
        return Traits(wanted.shape, wanted.languages, self.task.several)

    async def lay_out(self, ground: Ground) -> str:
        """A copy of its repository, set up."""
        return await lay_out(self.task, ground)

    async def judge(self, ground: Ground) -> Verdict:
        """What its check says."""
        return await judge(self.task, ground)
