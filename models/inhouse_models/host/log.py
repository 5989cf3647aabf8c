"""The log of processes that load a model, which is their standard error."""

import datetime
import sys


def write_log(line: str) -> None:
    """One dated line."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    sys.stderr.write(f"{now} {line}\n")
    sys.stderr.flush()
