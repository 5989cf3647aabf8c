"""Whether this process was cut off by a filter of the kernel before it began."""

from pathlib import Path


def is_filtered() -> bool:
    """Whether the kernel filters the system calls of this process; Linux alone tells."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return "\nSeccomp:\t2\n" in status
