"""The log of processes that load a model, which is their standard error."""

import datetime
import faulthandler
import os
import re
import sys
from pathlib import Path

_CRASH = re.compile(r"^Fatal Python error: (.{1,80})$", re.MULTILINE)
_BEGINNING = " loading "
# A crash writes some twenty lines for each thread.
_LOOKED_AT = 64 * 1024


def write_log(line: str) -> None:
    """One dated line."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    sys.stderr.write(f"{now} {line}\n")
    sys.stderr.flush()


def log_crashes() -> None:
    """From now on a signal that ends the process, such as a segmentation fault in llama.cpp, is
    written with where it happened."""
    faulthandler.enable(sys.stderr)


def last_crash(log: Path) -> str:
    """What ended the process that logged last, such as "Segmentation fault"; empty if no crash."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _LOOKED_AT), os.SEEK_SET)
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    found = _CRASH.search(text, max(text.rfind(_BEGINNING), 0))
    return found[1] if found else ""
