"""Gives memory back to the system, and says how much."""

import ctypes
import gc
import resource
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Released:
    """What a release left: bytes that this process held in memory before and after it, tokens of
    conversations that it saved, those that are kept nowhere, and the seconds that it took.

    `memory_bytes` are states that only memory holds, because the disk has no room for them.
    """

    resident_before: int
    resident_after: int
    saved_tokens: int
    lost_tokens: int = 0
    memory_bytes: int = 0
    seconds: float = 0.0

    @property
    def freed_bytes(self) -> int:
        """What went back to the system."""
        return max(0, self.resident_before - self.resident_after)


def resident_bytes() -> int:
    """The memory that this process has now; where the system does not tell, the most it had."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def give_memory_back() -> None:
    """Hand to the system what was freed: the C library keeps it for later otherwise."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
