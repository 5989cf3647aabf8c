"""Runs a program that decodes one file, which it gets as its standard input, and may fail."""

import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from inhouse_tools.process import Collected, collect
from inhouse_tools.refusal import Refusal, of_os_error

MOST_OUTPUT_BYTES: Final = 64 * 1024**2
MOST_FILE_BYTES: Final = 128 * 1024**2


async def run_decoder(
    module: str, arguments: Sequence[str], path: Path, name: str, *, seconds: float
) -> Collected | Refusal:
    """How the program of this module ended; `name` is what a refusal calls the file.

    The file is opened here and once: it cannot become another one meanwhile.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return of_os_error(error, name, "read")
    try:
        facts = os.fstat(file)
        if not stat.S_ISREG(facts.st_mode):
            return Refusal(f"{name} is not a regular file.")
        if facts.st_size > MOST_FILE_BYTES:
            size = MOST_FILE_BYTES // 1024**2
            return Refusal(f"{name} is larger than {size} MiB, which is too large to decode.")
        return await collect(
            (sys.executable, "-I", "-m", module, *arguments),
            cwd=Path("/"),
            timeout=seconds,
            most_bytes=MOST_OUTPUT_BYTES,
            source=file,
        )
    finally:
        os.close(file)
