"""What an engine's thread is asked to do beside answering; each wish is told what came of it."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeVar

from inhouse_models.chat import ModelError
from inhouse_models.deletion import Deletion
from inhouse_models.engine.release import Released

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Forget what is kept of a conversation, None of all."""

    deletion: Deletion | None
    done: Future[None] = field(default_factory=Future[None])


@dataclass(frozen=True, slots=True)
class Releasing:
    """Give the memory back. `held` are words for those who wait until it is restored; without any
    the next job restores it. `losing`: also when states have no place to be kept."""

    held: str = ""
    losing: bool = False
    done: Future[Released | ModelError] = field(default_factory=Future[Released | ModelError])


@dataclass(frozen=True, slots=True)
class Restoring:
    """Load the model again; None when it is loaded."""

    done: Future[ModelError | None] = field(default_factory=Future[ModelError | None])


@dataclass(frozen=True, slots=True)
class Holding:
    """While the memory is released, hold those who wait with these words; with none, no more."""

    held: str


@dataclass(frozen=True, slots=True)
class Dismissing:
    """While the memory is released, end those who wait."""

    error: ModelError


@dataclass(frozen=True, slots=True)
class Looking:
    """See who has gone of those that wait."""


def tell(done: Future[Answer], answer: Answer) -> None:
    """Resolve a wish, unless who asked has hung up."""
    if done.set_running_or_notify_cancel():
        done.set_result(answer)
