"""A number for the code that fills an index: another one may have found something else."""

import zlib
from functools import cache
from pathlib import Path

from inhouse_tools import index, syntax


@cache
def edition() -> int:
    """The same number for the same tables, parsers of code and queries; between 1 and 2**31."""
    return checksum_of(*index.__path__, *syntax.__path__) % 2**31 or 1


@cache
def checksum_of(*folders: str) -> int:
    """The same number for the same code and queries in the folders of packages."""
    checksum = 0
    for folder in map(Path, folders):
        for file in sorted([*folder.glob("*.py"), *folder.glob("queries/*.scm")]):
            checksum = zlib.crc32(file.read_bytes(), checksum)
    return checksum
