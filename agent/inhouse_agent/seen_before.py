"""Which files a model has read in a session that goes on, so that it need not read them again."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from inhouse_agent.events import Compacted, Event, FileChanged, MessageAdded, ToolEnded, ToolStarted
from inhouse_agent.still_seen import forget_files
from inhouse_models.chat import Message
from inhouse_tools.places.paths import resolve
from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Workspace
from inhouse_tools.writing.files import digest

WRITERS: Final = frozenset({"edit", "write", "replace_symbol", "rename_symbol"})
"""What these write the model knows; what a command writes it does not."""
ATTACHED: Final = re.compile(r"^(?P<path>[^\n`]+)\n(?P<fence>`{3,})\n", re.MULTILINE)


def remember_files(workspace: Workspace, events: Sequence[Event]) -> None:
    """Take up what these events say of files: which were read, in which state.

    A file that has changed since then is told from the one that was read by its hash.
    """
    workspace.seen.update(_read_by_calls(events))
    workspace.seen.update(_attached(workspace, events))
    if any(isinstance(event, Compacted) for event in events):
        from inhouse_agent.history import fold

        forget_files(workspace, fold(events))


def _read_by_calls(events: Iterable[Event]) -> dict[str, str]:
    """The sha256 of each file as it was last read or written by a call, by path."""
    seen: dict[str, str] = {}
    tool = ""
    for event in events:
        match event:
            case ToolStarted():
                tool = event.name
            case ToolEnded(name="read", failed=False):
                path, sha256 = event.show.get("path"), event.show.get("sha256")
                if isinstance(path, str) and isinstance(sha256, str):
                    seen[path] = sha256
            case FileChanged() if tool in WRITERS and seen.get(event.path, "") == event.before:
                seen[event.path] = event.after
            case _:
                pass
    return {path: sha256 for path, sha256 in seen.items() if sha256}


def _attached(workspace: Workspace, events: Iterable[Event]) -> dict[str, str]:
    """Files that stand whole in a prompt, as they are on the disk now."""
    seen: dict[str, str] = {}
    for event in events:
        if isinstance(event, MessageAdded) and event.message.role == "user":
            seen.update(_attached_to(event.message, workspace))
    return seen


def _attached_to(message: Message, workspace: Workspace) -> dict[str, str]:
    seen: dict[str, str] = {}
    for match in ATTACHED.finditer(message.text):
        place = resolve(match["path"], workspace)
        if isinstance(place, Refusal) or place.outside or not place.path.is_file():
            continue
        try:
            raw = place.path.read_bytes()
        except OSError:
            continue
        whole = raw.decode("utf-8", "replace").strip("\n")
        if whole and message.text.startswith(whole, match.end()):
            seen[place.name] = digest(raw)
    return seen
