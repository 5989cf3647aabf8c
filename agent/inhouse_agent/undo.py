"""Undo of a session's turns: what is recorded while they run, and the way back and forth."""

from collections.abc import Callable
from pathlib import Path

from inhouse_agent.folders import cache_folder, folder_of_root, state_folder
from inhouse_tools.tool import Workspace
from inhouse_tools.undo import DEFAULT_ROOM, History, Recorder, Recording, Store


def record_turns(
    workspace: Workspace, room: int, tell: Callable[[str], None], session: str = ""
) -> Recording | None:
    """Records what the turns of a session change, with at most `room` bytes on disk (0: nothing).

    `session` is its id. `tell` takes what the person should know, such as what a command may change
    for good.
    """
    if workspace.state is None or room <= 0:
        return None
    store = Store(workspace.root, workspace.state, _own_folders(), room)
    confined = workspace.sandbox.holds
    return Recording(Recorder(store, workspace.extra, session), tell, confined=confined)


def store_of(root: Path, room: int = DEFAULT_ROOM) -> Store:
    """Where the turns of a folder are recorded."""
    root = root.resolve()
    return Store(root, folder_of_root(state_folder(), root), _own_folders(), room)


def history_of(root: Path, room: int = DEFAULT_ROOM) -> History:
    """The turns of a folder that can be taken back and done again."""
    return History(store_of(root, room))


def _own_folders() -> tuple[Path, ...]:
    """Where inhouse itself writes while a turn runs."""
    return state_folder(), cache_folder()
