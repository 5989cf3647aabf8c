"""A number for the code that fills an index: another one may have found something else."""

import zlib
from functools import cache
from pathlib import Path

from inhouse_tools import index, syntax


@cache
def edition() -> int:
    """The same number for the same tables, parsers of code and queries; between 1 and 2**31."""
    checksum = 0
    for package in (index, syntax):
        folder = Path(package.__path__[0])
        for file in sorted([*folder.glob("*.py"), *folder.glob("queries/*.scm")]):
            checksum = zlib.crc32(file.read_bytes(), checksum)
    return checksum % 2**31 or 1
