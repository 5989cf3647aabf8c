"""How busy other programs keep the processor."""

import os
import time
from pathlib import Path


class LoadMeter:
    """How many cores all other programs keep busy, on average since it was made."""

    def __init__(self) -> None:
        self._used = _used_seconds()
        self._own = time.process_time()
        self._started = time.perf_counter()

    def others(self) -> float:
        """Cores in use; 0 where the system does not tell."""
        used, passed = _used_seconds(), time.perf_counter() - self._started
        if used is None or self._used is None or passed <= 0:
            return 0.0
        own = time.process_time() - self._own
        return max(used - self._used - own, 0.0) / passed


def _used_seconds() -> float | None:
    """Processor time of all programs since the machine was started."""
    words = _read_text(Path("/proc/stat")).partition("\n")[0].split()
    if len(words) < 9 or words[0] != "cpu":
        return None
    user, nice, system, _idle, _waiting, *interrupts = (int(word) for word in words[1:9])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
