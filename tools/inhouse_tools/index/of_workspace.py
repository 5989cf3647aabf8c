"""The one index of a workspace, shared by all that ask for it."""

from functools import lru_cache
from pathlib import Path

from inhouse_tools.index.repository_index import RepositoryIndex
from inhouse_tools.tool import Workspace

MAX_OPEN = 8


def index_of(workspace: Workspace) -> RepositoryIndex:
    """The index of a workspace's root; `refresh` or `ask` it before its answers are used."""
    return _index(workspace.root, workspace.cache)


@lru_cache(maxsize=MAX_OPEN)
def _index(root: Path, cache: Path | None) -> RepositoryIndex:
    return RepositoryIndex(root, cache)
