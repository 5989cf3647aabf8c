"""What the program begins with, and what it offers when no session can be opened."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inhouse.build import BuildProblem, Connect, Wish


@dataclass(frozen=True, slots=True)
class Opening:
    """A folder, how its session is to be made, a first prompt.

    `picks` says that a person wants to choose the session first. `connect_model` None is the model
    of the settings.
    """

    root: "Path"
    make_wish: "Callable[[], Wish | BuildProblem]"
    prompt: str = ""
    picks: bool = False
    theme: str = "auto"
    connect_model: "Connect | None" = None
