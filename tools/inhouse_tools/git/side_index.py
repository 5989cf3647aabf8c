"""An index beside the real one: what a commit of some files as they are now would hold."""

import contextlib
import tempfile
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Final

from inhouse_tools.git.commit import joined
from inhouse_tools.git.diff import Diff, diff
from inhouse_tools.git.filters import refuse_filtered
from inhouse_tools.git.log import head_of
from inhouse_tools.git.repository import Repository
from inhouse_tools.refusal import Refusal

UPDATE: Final = ("update-index", "--add", "--remove", "--replace", "-z", "--stdin")


async def preview(repository: Repository, paths: Sequence[str]) -> Diff | Refusal:
    """What a commit of these files as they are now would change, new ones included."""
    refused = await refuse_filtered(repository, paths)
    if refused is not None:
        return refused
    head = await head_of(repository)
    if isinstance(head, Refusal):
        return head
    with side_index() as index:
        filled = await fill_index(repository, head, paths, index)
        if isinstance(filled, Refusal):
            return filled
        return await diff(repository, staged=True, index=index)


async def write_tree(repository: Repository, head: str, paths: Sequence[str]) -> str | Refusal:
    """The id of a tree that is the last commit's but for these paths."""
    with side_index() as index:
        filled = await fill_index(repository, head, paths, index)
        if isinstance(filled, Refusal):
            return filled
        written = await repository.demand("write-tree", index=index)
        return written if isinstance(written, Refusal) else written.text


@contextlib.contextmanager
def side_index() -> Generator[Path]:
    """A place for an index that goes away again."""
    with tempfile.TemporaryDirectory(prefix="inhouse-index-") as folder:
        yield Path(folder) / "index"


async def fill_index(
    repository: Repository, head: str, paths: Sequence[str], index: Path
) -> Refusal | None:
    """Put the last commit into an index, and these paths as they are now."""
    if head:
        read = await repository.demand("read-tree", head, index=index)
        if isinstance(read, Refusal):
            return read
    updated = await repository.demand(*UPDATE, stdin=joined(paths), index=index)
    return updated if isinstance(updated, Refusal) else None
