"""Opening a folder as the workspace of a session."""

from collections.abc import Sequence
from pathlib import Path

from inhouse_tools.reading.handles import Handles
from inhouse_tools.refusal import Refusal
from inhouse_tools.sandbox import Sandbox
from inhouse_tools.tool import Workspace


def open_workspace(
    root: Path,
    extra: Sequence[Path] = (),
    sandbox: Sandbox | None = None,
    *,
    cache: Path | None = None,
    state: Path | None = None,
) -> Workspace | Refusal:
    """The workspace of a folder and of further folders that may be read and written.

    `cache` and `state` are this root's own folders for an index and for journals.
    """
    folders: list[Path] = []
    for folder in (root, *extra):
        try:
            resolved = folder.resolve(strict=True)
        except (OSError, RuntimeError):
            return Refusal(f"{folder} does not exist or cannot be opened.")
        if not resolved.is_dir():
            return Refusal(f"{folder} is not a folder.")
        folders.append(resolved)
    return Workspace(
        root=folders[0],
        sandbox=sandbox or Sandbox.none("it was not set up"),
        handles=Handles(),
        extra=tuple(folders[1:]),
        cache=cache,
        state=state,
    )
