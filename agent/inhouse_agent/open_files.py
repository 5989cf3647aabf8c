"""Files that the person has open in an editor, where text may stand that is not saved yet."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Access, AccessKind, Workspace

if TYPE_CHECKING:
    from inhouse_agent.kit import Kit


class OpenFiles(Protocol):
    """The editor's side of files. Paths are absolute; what it does not know counts as saved."""

    async def look(self, workspace: Workspace, paths: Sequence[Path]) -> bool:
        """Puts unsaved text into `workspace.buffers`; whether that changed anything there."""
        ...

    async def save(self, workspace: Workspace, paths: Sequence[Path]) -> Refusal | None:
        """Has unsaved text saved, or says why a file must not be changed now."""
        ...

    async def show(self, paths: Sequence[Path]) -> None:
        """Tells the editor what stands in files that were written."""
        ...


async def look_at_open_files(kit: "Kit", accesses: Sequence[Access]) -> bool:
    """Before a call is judged: the person is to be asked about the text that they see."""
    if kit.open_files is None:
        return False
    paths = _paths(kit.workspace, accesses, ("read", "write"))
    return await kit.open_files.look(kit.workspace, paths)


async def save_open_files(kit: "Kit", accesses: Sequence[Access]) -> Refusal | None:
    """Before files are written: what the person wrote is on disk, so that undo finds it."""
    paths = _paths(kit.workspace, accesses, ("write",))
    if kit.open_files is None or not paths:
        return None
    return await kit.open_files.save(kit.workspace, paths)


async def show_open_files(kit: "Kit", names: Sequence[str]) -> None:
    """After files were written; staged changes are not there yet."""
    if kit.open_files is not None and kit.workspace.overlay is None and names:
        await kit.open_files.show([kit.workspace.root / name for name in names])


def _paths(
    workspace: Workspace, accesses: Sequence[Access], kinds: Sequence[AccessKind]
) -> list[Path]:
    """Paths inside the workspace; of what is protected the editor is not asked."""
    return [
        workspace.root / access.target
        for access in accesses
        if access.kind in kinds and not access.outside and not access.protected
    ]
