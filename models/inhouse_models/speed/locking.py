"""Whether this process may lock a model's memory, so that it is never moved to disk."""

import resource
from pathlib import Path

# Number of the capability that lifts the limit (capabilities(7)).
IPC_LOCK = 14


def lock_limit() -> int | None:
    """Bytes that may be locked; None without a limit."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    return None if soft == resource.RLIM_INFINITY or _may_lock_all() else soft


def judge_lock(size: int, limit: int | None) -> str:
    """Why so many bytes cannot be locked, and what to do; empty when they can."""
    if limit is None or size <= limit:
        return ""
    return (
        f"a lock of {size >> 20:,} MiB is above this user's limit of {limit >> 20:,} MiB; raise it"
        " with `ulimit -l` or memlock in /etc/security/limits.conf"
    )


def _may_lock_all() -> bool:
    """Whether the kernel has lifted the limit for this process; Linux alone tells."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        words = status.partition("\nCapEff:")[2].split(maxsplit=1)
        return bool(words) and bool(int(words[0], 16) >> IPC_LOCK & 1)
    except (OSError, ValueError):
        return False
