"""Files that the person has open in an editor, where text may stand that is not saved yet."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Access, Workspace


class OpenFiles(Protocol):
    """The editor's side of files. Paths are absolute; what it cannot do counts as not open."""

    async def look(self, workspace: Workspace, paths: Sequence[Path]) -> bool:
        """Puts unsaved text into `workspace.buffers`, and says whether that changed anything."""
        ...

    async def save(self, workspace: Workspace, paths: Sequence[Path]) -> Refusal | None:
        """Has unsaved text saved, so that undo and the journal of writes hold it."""
        ...

    async def show(self, workspace: Workspace, paths: Sequence[Path]) -> None:
        """Tells what stands in these files now that they were written."""
        ...


def paths_of(workspace: Workspace, accesses: Sequence[Access]) -> list[Path]:
    """What is touched inside the folders of the workspace; no commands, and no other files."""
    return [
        workspace.root / access.target
        for access in accesses
        if access.kind != "run" and not access.outside
    ]
