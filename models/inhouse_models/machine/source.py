"""Where facts about a machine come from: the seam between asking and making sense of answers."""

import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from inhouse_models.machine.copying import measure_copying
from inhouse_models.machine.facts import Bandwidth


@dataclass(frozen=True, slots=True)
class NvidiaAnswer:
    """What NVIDIA's management library says of one card; numbers are 0 where it says nothing.

    Memory in bytes, power in watts, clocks in MHz at their highest, `bus_width` in bits.
    `processes` are programs that compute on it.
    """

    name: str
    memory: int
    free: int
    capability: str = ""
    driver: str = ""
    power_limit: int = 0
    usual_power_limit: int = 0
    memory_clock: int = 0
    bus_width: int = 0
    cores: int = 0
    core_clock: int = 0
    processes: int = 0


class Source(Protocol):
    """Raw answers of a machine; what it does not have is an empty answer, never an error."""

    @property
    def system(self) -> str:
        """As Python names it: "Linux", "Darwin"."""
        ...

    @property
    def architecture(self) -> str:
        """As the system names it: "x86_64", "arm64"."""
        ...

    def read(self, path: str) -> str:
        """The text of a small file without the white space around it."""
        ...

    def find(self, pattern: str) -> tuple[str, ...]:
        """Absolute paths that match, in order."""
        ...

    def sysctl(self, name: str) -> str:
        """A value of macOS's kernel."""
        ...

    def nvidia(self) -> tuple[NvidiaAnswer, ...]:
        """NVIDIA's cards."""
        ...

    def allowed_cores(self) -> tuple[int, ...]:
        """Numbers of the logical cores that this process may run on."""
        ...

    def free_disk(self, folder: Path) -> int | None:
        """Bytes free where this folder is or would be."""
        ...

    def copying(self, threads: int) -> Bandwidth | None:
        """How fast memory is copied; takes less than 0.3 seconds."""
        ...


class ThisMachine:
    """The machine that this runs on."""

    @property
    def system(self) -> str:
        """The operating system's name."""
        return platform.system()

    @property
    def architecture(self) -> str:
        """The processor's kind."""
        return platform.machine()

    def read(self, path: str) -> str:
        """A file of the kernel."""
        try:
            return Path(path).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""

    def find(self, pattern: str) -> tuple[str, ...]:
        """Files and folders of the kernel."""
        return tuple(sorted(str(path) for path in Path("/").glob(pattern.removeprefix("/"))))

    def sysctl(self, name: str) -> str:
        """Asks only on macOS."""
        if self.system != "Darwin":
            return ""
        from inhouse_models.machine.sysctl import ask_kernel

        return ask_kernel(name)

    def nvidia(self) -> tuple[NvidiaAnswer, ...]:
        """Asks the driver's own library, when it is there."""
        from inhouse_models.machine.nvml import ask_nvml

        return ask_nvml()

    def allowed_cores(self) -> tuple[int, ...]:
        """By affinity, where the system has that."""
        if hasattr(os, "sched_getaffinity"):
            return tuple(sorted(os.sched_getaffinity(0)))
        return tuple(range(os.cpu_count() or 1))

    def free_disk(self, folder: Path) -> int | None:
        """Of the nearest folder that is there already."""
        for place in (folder, *folder.parents):
            try:
                return shutil.disk_usage(place).free
            except OSError:
                continue
        return None

    def copying(self, threads: int) -> Bandwidth | None:
        """Measured now."""
        return measure_copying(threads)
