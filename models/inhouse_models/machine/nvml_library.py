"""NVIDIA's management library (NVML), which comes with the driver: opening it, asking a card.

https://docs.nvidia.com/deploy/nvml-api/group__nvmlDeviceQueries.html
"""

import ctypes
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

_TEXT = 96
_MOST_PROCESSES = 256
# What it writes where it does not know how much a process holds.
_UNKNOWN = 2**64 - 1


class Memory(ctypes.Structure):
    """The answer on memory, in bytes."""

    _fields_ = (
        ("total", ctypes.c_ulonglong),
        ("free", ctypes.c_ulonglong),
        ("used", ctypes.c_ulonglong),
    )


class _Process(ctypes.Structure):
    """The answer on one process (nvmlProcessInfo_v2_t)."""

    _fields_ = (
        ("pid", ctypes.c_uint),
        ("memory", ctypes.c_ulonglong),
        ("instance", ctypes.c_uint),
        ("compute", ctypes.c_uint),
    )


@dataclass(frozen=True, slots=True)
class Card:
    """One card, as long as the library is open."""

    library: ctypes.CDLL
    handle: ctypes.c_void_p

    def number(self, function: str, kind: int | None = None) -> int:
        """What a function answers; 0 from a driver or a card that does not know the question."""
        answer = ctypes.c_uint(0)
        asked = getattr(self.library, function, None)
        if asked is None:
            return 0
        kinds = () if kind is None else (ctypes.c_uint(kind),)
        return answer.value if asked(self.handle, *kinds, ctypes.byref(answer)) == 0 else 0

    def name(self) -> str:
        """As the maker calls it."""
        text = ctypes.create_string_buffer(_TEXT)
        self.library.nvmlDeviceGetName(self.handle, text, ctypes.c_uint(_TEXT))
        return text.value.decode(errors="replace")

    def memory(self) -> Memory | None:
        """All and what is free; None when it does not tell."""
        memory = Memory()
        told = self.library.nvmlDeviceGetMemoryInfo(self.handle, ctypes.byref(memory))
        return memory if told == 0 else None

    def capability(self) -> tuple[int, int]:
        """The version of what it can compute; (0, 0) when it does not tell."""
        major, minor = ctypes.c_int(0), ctypes.c_int(0)
        self.library.nvmlDeviceGetCudaComputeCapability(
            self.handle, ctypes.byref(major), ctypes.byref(minor)
        )
        return major.value, minor.value

    def processes(self) -> dict[int, int]:
        """Programs that compute on it and the bytes that each holds, 0 where that is not told."""
        asked = getattr(self.library, "nvmlDeviceGetComputeRunningProcesses_v3", None)
        count = ctypes.c_uint(_MOST_PROCESSES)
        found = (_Process * _MOST_PROCESSES)()
        if asked is None or asked(self.handle, ctypes.byref(count), found) != 0:
            return {}
        return {
            int(one.pid): 0 if one.memory == _UNKNOWN else int(one.memory)
            for one in found[: count.value]
        }


@contextmanager
def open_library() -> Generator[ctypes.CDLL | None]:
    """The library, None without the driver."""
    try:
        library = ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        yield None
        return
    if library.nvmlInit_v2() != 0:
        yield None
        return
    try:
        yield library
    finally:
        library.nvmlShutdown()


def cards_of(library: ctypes.CDLL) -> tuple[Card, ...]:
    """Every card that the driver shows and gives access to."""
    count = ctypes.c_uint(0)
    library.nvmlDeviceGetCount_v2(ctypes.byref(count))
    found: list[Card] = []
    for number in range(count.value):
        handle = ctypes.c_void_p()
        index = ctypes.c_uint(number)
        if library.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(handle)) == 0:
            found.append(Card(library, handle))
    return tuple(found)


def driver_version(library: ctypes.CDLL) -> str:
    """The driver's version, such as 570.86.15."""
    text = ctypes.create_string_buffer(_TEXT)
    library.nvmlSystemGetDriverVersion(text, ctypes.c_uint(_TEXT))
    return text.value.decode(errors="replace")


def cuda_version(library: ctypes.CDLL) -> tuple[int, int] | None:
    """The newest CUDA that the driver runs."""
    version = ctypes.c_int(0)
    if library.nvmlSystemGetCudaDriverVersion_v2(ctypes.byref(version)) != 0:
        return None
    # It writes 12.4 as 12040.
    return version.value // 1000, version.value % 1000 // 10
