"""The saved states of all models: what there is, and how it is deleted, in hosts and on disk."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from inhouse_models.deletion import Deletion, encode_deletion
from inhouse_models.engine.store.folder import (
    RootFolder,
    clear_folder,
    root_folders,
    state_files,
    trim_folder,
)
from inhouse_models.engine.store.prefix_store import Budget, PrefixStore
from inhouse_models.host.control import EngineStatus, ask_engines, engine_status
from inhouse_models.host.places import states_folder

LIBRARY = "llama-cpp-python"


@dataclass(frozen=True, slots=True)
class SavedStates:
    """What is saved for one model and kind of context.

    `model` is the path of its file, empty when that is not known. `usable` is False when no model
    here can use it with the library that is here. `parts` and `tokens` are those on disk; `used`
    is in seconds since the epoch, 0 for what was never on disk. `memory_bytes` are held by a
    running host.
    """

    model: str
    fingerprint: str
    library: str
    usable: bool
    parts: int
    tokens: int
    disk_bytes: int
    memory_bytes: int
    used: float

    @property
    def name(self) -> str:
        """The model's name: its file without the ending; "unknown" when it is not known."""
        return Path(self.model).stem or "unknown"


async def saved_states() -> list[SavedStates]:
    """What is on disk, what was used last first, then what only a running host holds."""
    hosts = {one.states_root: one for one in await engine_status()}
    roots = await asyncio.to_thread(root_folders, states_folder())
    found = [_on_disk(root, hosts.pop(root.path.name, None)) for root in roots]
    held = [host for host in hosts.values() if host.state_bytes]
    return found + [
        SavedStates(host.model, "", present_library(), True, 0, 0, 0, host.state_bytes, 0.0)
        for host in held
    ]


def _on_disk(root: RootFolder, host: EngineStatus | None) -> SavedStates:
    about = root.about
    return SavedStates(
        model=about.model if about else "",
        fingerprint=about.fingerprint if about else "",
        library=about.library if about else "",
        usable=about is None or about.serves(present_library()),
        parts=root.parts,
        tokens=root.tokens,
        disk_bytes=root.size,
        memory_bytes=host.state_bytes if host else 0,
        used=root.used,
    )


def present_library() -> str:
    """The version of the library that states are written with here; empty without one."""
    try:
        return version(LIBRARY)
    except PackageNotFoundError:
        return ""


def disk_bytes() -> int:
    """What the saved states of all models take on disk."""
    return sum(one.size for one in state_files(states_folder()))


def trim_states(limit: int) -> None:
    """Delete from the disk until at most so many bytes are left. Running hosts find out when they
    miss what is gone."""
    trim_folder(states_folder(), limit, present_library())


async def clear_states() -> list[EngineStatus]:
    """Delete everything that is saved, in running hosts too; the hosts that did not obey."""
    refused = await ask_engines("/inhouse/states/clear", [{}])
    await asyncio.to_thread(clear_folder, states_folder())
    return refused


async def forget_states(deletions: Sequence[Deletion]) -> list[EngineStatus]:
    """Delete what is saved of these conversations alone, in running hosts too; the hosts that did
    not obey."""
    bodies = [encode_deletion(deletion) for deletion in deletions]
    refused = await ask_engines("/inhouse/states/forget", bodies)
    await asyncio.to_thread(_forget_on_disk, deletions)
    return refused


def _forget_on_disk(deletions: Iterable[Deletion]) -> None:
    folder = states_folder()
    for root in root_folders(folder):
        mine = [one for one in deletions if not root.about or root.about.fingerprint == one.model]
        if not mine or not root.root:
            continue
        store = PrefixStore(root.root, folder, Budget(), recurrent=False)
        for deletion in mine:
            store.forget(deletion.tokens, deletion.shared)
