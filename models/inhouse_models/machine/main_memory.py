"""Main memory that this process may use: the machine's own, or what a control group leaves."""

from collections.abc import Iterator
from dataclasses import dataclass

from inhouse_models.machine.source import Source

# Groups without a limit carry a number near 2**63, or "max".
_UNLIMITED = 2**60
_GROUPS = "/sys/fs/cgroup"
_APPLE_PAGE = 16384


@dataclass(frozen=True, slots=True)
class MainMemory:
    """All in bytes; `limit` is 0 without one."""

    total: int
    available: int
    swap: int = 0
    swap_free: int = 0
    limit: int = 0


def look_at_memory(source: Source) -> MainMemory:
    """What there is now."""
    if source.system == "Darwin":
        return _look_at_apple(source)
    fields = _fields(source.read("/proc/meminfo"))
    total = fields.get("MemTotal", 0)
    available = fields.get("MemAvailable", total)
    limit = 0
    for folder, names in _groups(source):
        found = _number(source.read(f"{folder}/{names[0]}"))
        if not found or found >= min(total, _UNLIMITED):
            continue
        limit = min(limit or found, found)
        available = min(available, max(found - _held(source, folder, names[1]), 0))
    return MainMemory(
        total=min(total, limit or total),
        available=min(available, limit or available),
        swap=fields.get("SwapTotal", 0),
        swap_free=fields.get("SwapFree", 0),
        limit=limit,
    )


def count_allowed_cores(source: Source) -> int:
    """Logical cores, or fewer where a control group gives less of their time."""
    cores = len(source.allowed_cores())
    for folder, _ in _groups(source):
        quota, _, period = source.read(f"{folder}/cpu.max").partition(" ")
        if quota.isdigit() and period.isdigit() and int(period):
            cores = min(cores, max(-(-int(quota) // int(period)), 1))
    return max(cores, 1)


def _look_at_apple(source: Source) -> MainMemory:
    """Pages that are free, or hold what is on the disk as well and are given up when needed."""
    total = _number(source.sysctl("hw.memsize"))
    names = ("free_count", "pageable_external_count", "purgeable_count")
    pages = sum(_number(source.sysctl(f"vm.page_{name}")) for name in names)
    # Speculative pages are counted among the free ones and among those of files.
    pages -= _number(source.sysctl("vm.page_speculative_count"))
    size = _number(source.sysctl("hw.pagesize")) or _APPLE_PAGE
    return MainMemory(total, min(pages * size, total) if pages > 0 else total)


def _groups(source: Source) -> Iterator[tuple[str, tuple[str, str]]]:
    """Folders of the control groups around this process, with the names of limit and use.

    In a container the path within may not be there: its own group then lies at the top.
    """
    for line in source.read("/proc/self/cgroup").splitlines():
        _, kinds, path = (*line.split(":", 2), "", "")[:3]
        if kinds == "":
            root, names = _GROUPS, ("memory.max", "memory.current")
        elif "memory" in kinds.split(","):
            root = f"{_GROUPS}/memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes")
        else:
            continue
        parts = [part for part in path.split("/") if part and part != ".."]
        for depth in range(len(parts) + 1):
            yield "/".join((root, *parts[:depth])), names


def _held(source: Source, folder: str, name: str) -> int:
    """Bytes in use that are not mere copies of files."""
    used = _number(source.read(f"{folder}/{name}"))
    lines = source.read(f"{folder}/memory.stat").splitlines()
    stat = dict(line.split(" ", 1) for line in lines if " " in line)
    files = _number(stat.get("inactive_file", "")) + _number(stat.get("active_file", ""))
    return max(used - files, 0)


def _fields(text: str) -> dict[str, int]:
    """Values of the kernel's list in bytes; it counts in KiB."""
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    return {name: _number((value.split() or ("",))[0]) * 1024 for name, value in pairs}


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
