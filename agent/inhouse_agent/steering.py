"""What the next answer of a model may do: the turn decides, the request carries it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Steering:
    """Limits of one answer.

    `must_call`: a held answer ends with a call, since small models talk instead of working.
    Tools that are `barred` cannot be called. Files that are `new` are named by the task and do
    not exist; with `invent` a new file may have any other name. A text begins with one of the
    `openings`.
    """

    must_call: bool = False
    barred: Collection[str] = ()
    new: Sequence[str] = ()
    invent: bool = True
    openings: Sequence[str] = ()


FREE: Final = Steering()
