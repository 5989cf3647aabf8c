"""What the next answer of a model may do: the turn decides, the request carries it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from inhouse_models.chat import Sampling


@dataclass(frozen=True, slots=True)
class Steering:
    """Limits of one answer.

    `must_call`: a held answer ends with a call, since small models talk instead of working.
    Tools that are `barred` cannot be called, symbols that are `done` (by path) not be named.
    `sampling` None is the model's own.
    """

    must_call: bool = False
    barred: Collection[str] = ()
    done: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    sampling: Sampling | None = None


FREE: Final = Steering()
