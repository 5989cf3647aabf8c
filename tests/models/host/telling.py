"""Hosts that tell their id by themselves: they may be gone before they could be asked."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from inhouse_models.host.spawn import Start, start_directly


def start_and_tell(told: Path) -> Start:
    """Start hosts that write their process id into a file first, the latest one's stays."""

    def start(argv: Sequence[str], files: Mapping[int, int]) -> None:
        start_directly(["/bin/sh", "-c", 'echo $$ > "$0"; exec "$@"', str(told), *argv], files)

    return start


def told_id(told: Path) -> int:
    """The id of the host that was started last."""
    return int(told.read_text(encoding="ascii"))
