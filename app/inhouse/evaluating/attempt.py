"""One attempt of the agent at a task, as a value that is kept and compared."""

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

Outcome = Literal["solved", "failed", "unjudged", "skipped", "error"]
"""unjudged: there is a change, and no check. skipped: it cannot be tried here. error: setup, model
or engine failed before the agent could end; tried again on resuming."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be tried: a task, by a model, for the `number`th time (from 1 on).

    `digest` is that of the task and `conditions` that of the limits and flags: results of others
    do not count for it.
    """

    model: str
    task: str
    number: int
    digest: str
    conditions: str

    @property
    def name(self) -> str:
        """A name for people and folders, unique within a run."""
        return f"{self.task}-{self.number}"


@dataclass(frozen=True, slots=True)
class Figures:
    """What an attempt cost, as the agent counted it; tokens read include the cached ones."""

    turns: int = 0
    calls: int = 0
    failed_calls: int = 0
    failed_edits: int = 0
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    read_seconds: float = 0.0
    write_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a trial.

    `ending` is the subtype of the result, or what happened instead; `reason` says in a line why it
    is not solved. `several`: the task needs changes in several files. `patch` is the change when
    nobody judged it. `seconds` are those of the agent alone.
    """

    trial: Trial
    outcome: Outcome
    ending: str = ""
    reason: str = ""
    shape: str = ""
    languages: tuple[str, ...] = ()
    several: bool = False
    answered_by: str = ""
    endpoint: str = ""
    started: str = ""
    seconds: float = 0.0
    judge_seconds: float = 0.0
    figures: Figures = Figures()
    patch: str = ""

    @property
    def counts(self) -> bool:
        """Whether it says something about the model: it was tried, however it ended."""
        return self.outcome != "skipped"

    @property
    def solved(self) -> bool:
        """Whether the check passed."""
        return self.outcome == "solved"

    def encode(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def decode_attempt(value: object) -> Attempt | None:
    """An attempt from JSON; None when it is of another form."""
    if not isinstance(value, dict):
        return None
    data = dict(cast("Mapping[str, Any]", value))
    if set(data) != {field.name for field in fields(Attempt)}:
        return None
    try:
        data["trial"] = Trial(**data["trial"])
        data["figures"] = Figures(**data["figures"])
        data["languages"] = tuple(data["languages"])
    except TypeError:
        return None
    return Attempt(**data)
