"""What the picker of sessions says, and which keys do what in it."""

from dataclasses import dataclass
from typing import Final, Literal

Question = Literal["rename", "export", "delete"]
Keys = tuple[tuple[str, str], ...]

NO_SESSIONS: Final = "There is no session in this folder yet."
NONE_AT_ALL: Final = "There is no session yet."
NONE_FOUND: Final = "No session has these words in its title or its prompts."
READING: Final = "Reading the sessions …"
OPEN_HERE: Final = "This session is open here. Begin a new one with /new to delete it."
DELETE: Final = "Delete “{title}” with all its branches?"

GO_ON: Final = ("Enter", "go on")
SEARCH: Final = ("/", "search")
CLOSE: Final = ("Esc", "close")
CHANGE: Final = (("f", "copy"), ("r", "rename"), ("x", "export"), ("d", "delete"))


@dataclass(frozen=True, slots=True)
class Now:
    """What the picker is about to do: what it asks, and where one writes. `short`: there is room
    for a few keys only."""

    question: Question | None
    searching: bool
    short: bool
    everywhere: bool


def keys_of(now: Now) -> Keys:
    """The keys that do something now, and what."""
    if now.question == "delete":
        return ("y", "delete"), ("n", "keep")
    if now.question:
        return ("Enter", "do it"), ("Esc", "leave it")
    if now.searching:
        return GO_ON, ("↑ ↓", "choose"), ("Esc", "back to the list")
    if now.short:
        return GO_ON, SEARCH, CLOSE
    return GO_ON, *CHANGE, SEARCH, ("a", "this folder" if now.everywhere else "all folders"), CLOSE


def why_empty(*, reading: bool, query: str, everywhere: bool) -> str:
    """Why there is no session to be seen."""
    if reading:
        return READING
    if query:
        return NONE_FOUND
    return NONE_AT_ALL if everywhere else NO_SESSIONS
