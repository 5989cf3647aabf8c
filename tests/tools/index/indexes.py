"""What the tests of the index share: files on disk, an index of them, and a count of parses."""

import asyncio
import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from inhouse_tools.index import repository_index
from inhouse_tools.index.facts import Facts
from inhouse_tools.index.repository_index import RepositoryIndex

LONG_AGO = time.time() - 10_000


def write(root: Path, files: Mapping[str, str | bytes], *, age: float = 10_000) -> None:
    """Write files that were changed `age` seconds ago."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        changed = time.time() - age
        os.utime(path, (changed, changed))


def refresh(index: RepositoryIndex) -> RepositoryIndex:
    """The index, as of now."""
    asyncio.run(index.refresh())
    return index


def names(index: RepositoryIndex, path: str) -> list[str]:
    """The names of a file's symbols."""
    return [symbol.name for symbol in index.outline(path)]


def places(index: RepositoryIndex, name: str) -> list[str]:
    """The paths of a name's definitions, the likeliest first."""
    return [found.path for found in index.definitions(name)]


def counted_parses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that gets the path of every file which is parsed in this process from now on."""
    parsed: list[str] = []
    analyse = repository_index.analyse

    def count(path: str, raw: bytes, sha256: bytes) -> Facts:
        parsed.append(path)
        return analyse(path, raw, sha256)

    monkeypatch.setattr(repository_index, "analyse", count)
    return parsed
