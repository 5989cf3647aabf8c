"""Looks at what else a machine does while a model is measured on it."""

import os
import statistics

from inhouse_models.machine import LoadMeter
from inhouse_models.machine.nvml import ask_clocks
from inhouse_models.machine.source import Source
from inhouse_models.measuring.measured import Disturbance

_CLOCKS = "/sys/devices/system/cpu/cpu*/cpufreq/scaling_cur_freq"


class Watch:
    """What happened since it was made; clocks are looked at when `glance` is called."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._load = LoadMeter()
        self._swapped = _swapped_in(source)
        self._read = _read_from_disk(source)
        self._clocks: list[float] = []
        self._gpu_clocks: tuple[float, ...] = ()

    def glance(self) -> None:
        """Look at the clocks; the machine should be at work right now."""
        if share := _processor_clock(self._source):
            self._clocks.append(share)
        if self._source.nvidia():
            self._gpu_clocks = ask_clocks()

    def sum_up(self) -> Disturbance:
        """What it came to."""
        return Disturbance(
            busy_cores=self._load.others(),
            swapped_in=_swapped_in(self._source) - self._swapped,
            from_disk=_read_from_disk(self._source) - self._read,
            clock=statistics.median(self._clocks) if self._clocks else 0.0,
            gpu_clocks=self._gpu_clocks,
        )


def _swapped_in(source: Source) -> int:
    """Bytes that all programs got back from swap since the machine was started."""
    return _field(source.read("/proc/vmstat"), "pswpin ") * os.sysconf("SC_PAGE_SIZE")


def _read_from_disk(source: Source) -> int:
    """Bytes that this process had to be fetched from a disk: pages of a model that are not in
    memory."""
    return _field(source.read("/proc/self/io"), "read_bytes: ")


def _field(text: str, name: str) -> int:
    found = next((line for line in text.splitlines() if line.startswith(name)), "")
    number = found.removeprefix(name).strip()
    return int(number) if number.isdigit() else 0


def _processor_clock(source: Source) -> float:
    """The clock of the quickest core as a share of its highest; 0 where the system does not tell.

    Cores with nothing to do rest, so the quickest is one that works.
    """
    shares: list[float] = []
    for path in source.find(_CLOCKS):
        most = source.read(path.replace("scaling_cur_freq", "cpuinfo_max_freq"))
        now = source.read(path)
        if now.isdigit() and most.isdigit() and int(most):
            shares.append(int(now) / int(most))
    return max(shares, default=0.0)
