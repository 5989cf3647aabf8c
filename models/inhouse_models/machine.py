"""What this machine offers a model: memory, cores, GPUs. Best effort, without llama.cpp."""

import ctypes
import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path

GIB = 1024**3
_AMD = "0x1002"


@dataclass(frozen=True, slots=True)
class Gpu:
    """A graphics card; memory in bytes. `shared` when it uses the machine's own memory."""

    name: str
    memory: int
    free: int
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Machine:
    """Memory in bytes that this process may use, cores it may run on, and graphics cards."""

    memory: int
    available: int
    cores: int
    gpus: tuple[Gpu, ...] = ()

    def fits(self, needs_gib: float) -> bool:
        """Whether a model that needs this much fits on one GPU or in main memory."""
        largest = max((gpu.memory for gpu in self.gpus), default=0)
        # The system and other programs keep a part of main memory.
        return needs_gib * GIB <= max(largest, self.memory * 0.8)


def look_at_machine() -> Machine:
    """What there is now. Takes milliseconds."""
    memory, available = _read_memory()
    limit = _read_number(Path("/sys/fs/cgroup/memory.max"))
    if limit:
        memory, available = min(memory, limit), min(available, limit)
    return Machine(memory, available, _count_cores(), _find_gpus(memory, available))


def physical_cores() -> int:
    """Cores this process may use; a second thread on a core slows decoding down."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    available = available or os.cpu_count() or 1
    siblings: set[str] = set()
    for cpu in range(available):
        path = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        try:
            siblings.add(path.read_text(encoding="ascii").strip())
        except OSError:
            return available
    return max(len(siblings), min(available, 2))


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


def _count_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _read_memory() -> tuple[int, int]:
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        # macOS gives up cached memory when a program asks for it, and tells no simple figure.
        return total, total
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    available = fields.get("MemAvailable", "").split()
    return total, int(available[0]) * 1024 if available else total


def _find_gpus(memory: int, available: int) -> tuple[Gpu, ...]:
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        # Metal lets one process use about three quarters of the memory.
        return (Gpu("Apple silicon", memory * 3 // 4, available * 3 // 4, shared=True),)
    return (*_find_nvidia(), *_find_amd(Path("/sys/class/drm")))


def _find_nvidia() -> tuple[Gpu, ...]:
    try:
        library = ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return ()
    if library.nvmlInit_v2() != 0:
        return ()
    try:
        count = ctypes.c_uint(0)
        library.nvmlDeviceGetCount_v2(ctypes.byref(count))
        gpus = [_ask_nvidia(library, number) for number in range(count.value)]
        return tuple(gpu for gpu in gpus if gpu)
    finally:
        library.nvmlShutdown()


class _Memory(ctypes.Structure):
    """NVML's answer on memory, in bytes."""

    _fields_ = (
        ("total", ctypes.c_ulonglong),
        ("free", ctypes.c_ulonglong),
        ("used", ctypes.c_ulonglong),
    )


def _ask_nvidia(library: ctypes.CDLL, number: int) -> Gpu | None:
    handle = ctypes.c_void_p()
    if library.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(number), ctypes.byref(handle)) != 0:
        return None
    name = ctypes.create_string_buffer(96)
    library.nvmlDeviceGetName(handle, name, ctypes.c_uint(len(name)))
    memory = _Memory()
    if library.nvmlDeviceGetMemoryInfo(handle, ctypes.byref(memory)) != 0:
        return None
    return Gpu(name.value.decode(errors="replace"), int(memory.total), int(memory.free))


def _find_amd(folder: Path) -> tuple[Gpu, ...]:
    gpus: list[Gpu] = []
    for device in sorted(folder.glob("card[0-9]*/device")):
        total = _read_number(device / "mem_info_vram_total")
        if total and _read_text(device / "vendor") == _AMD:
            used = _read_number(device / "mem_info_vram_used") or 0
            name = _read_text(device / "product_name") or "AMD graphics card"
            gpus.append(Gpu(name, total, total - used))
    return tuple(gpus)


def _read_number(path: Path) -> int | None:
    text = _read_text(path)
    return int(text) if text.isdigit() else None


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
