"""Projects of the undo tests lie in memory where that is possible: they would wait for the disk."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """pytest's own, but quick: records and undo sync each of their steps."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="inhouse-undo-", dir=MEMORY) as folder:
        yield Path(folder)
