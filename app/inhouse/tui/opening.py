"""What the program begins with, and what it offers when no session can be opened."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inhouse.build import BuildProblem, Connect, Wish
    from inhouse.trust.question import TrustQuestion
    from inhouse.tui.terminal.early import EarlyTerminal


@dataclass(frozen=True, slots=True)
class Opening:
    """A folder, how its session is to be made, a first prompt.

    `picks` says that a person wants to choose the session first. `dark` is what the terminal has
    said of its background, and `early` the terminal with what was typed before the editor was
    there. `connect_model` None is the model of the settings. `find_question` tells what is to be
    asked about the folder before any setting of it is read.
    """

    root: "Path"
    make_wish: "Callable[[], Wish | BuildProblem]"
    prompt: str = ""
    picks: bool = False
    theme: str = "auto"
    dark: bool | None = None
    early: "EarlyTerminal | None" = None
    connect_model: "Connect | None" = None
    find_question: "Callable[[], TrustQuestion | None] | None" = None
