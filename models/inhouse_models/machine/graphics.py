"""The graphics cards of a machine, of every maker, and those that cannot be used and why."""

import re
from collections.abc import Iterator

from inhouse_models.machine.amd import look_at_amd
from inhouse_models.machine.apple import look_at_apple
from inhouse_models.machine.facts import Gpu, UnusedGpu
from inhouse_models.machine.main_memory import MainMemory
from inhouse_models.machine.source import NvidiaAnswer, Source

# A memory clock counts both edges, and a bus moves 8 bits to a byte.
_TRANSFERS_PER_BYTE = 2 / 8
# Of matrices a core multiplies twice as much as of single numbers since compute capability 7.
_MATRICES = 7
# Integrated graphics show a small window of main memory; a card shows all of its own.
_LEAST_CARD = 2 * 1024**3
_MAKERS = {"0x1002": "AMD", "0x10de": "NVIDIA", "0x8086": "Intel"}
# First and last address of a window, then its flags.
_WINDOW = re.compile(r"^(0x[0-9a-f]+) (0x[0-9a-f]+) 0x", re.MULTILINE)
_CARD = re.compile(r"/card\d+/device/vendor$")


def look_at_graphics(
    source: Source, memory: MainMemory
) -> tuple[tuple[Gpu, ...], tuple[UnusedGpu, ...]]:
    """Cards that a model can be put on, and the others."""
    if source.system == "Darwin":
        if source.architecture == "arm64":
            return (look_at_apple(source, memory),), ()
        return (), (UnusedGpu("Intel Mac graphics", "llama.cpp is slower on it than without."),)
    used = [_read_nvidia(answer) for answer in source.nvidia()]
    unused: list[UnusedGpu] = []
    for device, vendor in _find_cards(source):
        if vendor == "0x10de" and used:
            continue
        card = _look_at_card(source, device, vendor)
        if isinstance(card, Gpu):
            used.append(card)
        else:
            unused.append(card)
    return tuple(used), tuple(unused)


def _find_cards(source: Source) -> Iterator[tuple[str, str]]:
    """Folders of the kernel's cards, without their connectors, and who made each."""
    for path in source.find("/sys/class/drm/card*/device/vendor"):
        if _CARD.search(path):
            yield path.removesuffix("/vendor"), source.read(path)


def _look_at_card(source: Source, device: str, vendor: str) -> Gpu | UnusedGpu:
    if vendor == "0x1002":
        return look_at_amd(source, device)
    if vendor == "0x8086":
        return _look_at_intel(source, device)
    if vendor == "0x10de":
        reason = "Its driver does not answer (libnvidia-ml.so.1): install NVIDIA's driver."
        return UnusedGpu("NVIDIA graphics card", reason)
    maker = _MAKERS.get(vendor, vendor or "unknown")
    return UnusedGpu(f"Graphics card of maker {maker}", "inhouse knows no way to compute on it.")


def _read_nvidia(answer: NvidiaAnswer) -> Gpu:
    major = answer.capability.partition(".")[0]
    tensor = 2 if major.isdigit() and int(major) >= _MATRICES else 1
    return Gpu(
        name=answer.name or "NVIDIA graphics card",
        memory=answer.memory,
        free=answer.free,
        maker="nvidia",
        architecture=answer.capability,
        driver=answer.driver,
        bandwidth=int(answer.memory_clock * 1e6 * answer.bus_width * _TRANSFERS_PER_BYTE),
        arithmetic=int(answer.cores * answer.core_clock * 1e6 * 2 * tensor),
        power_limit=answer.power_limit,
        usual_power_limit=answer.usual_power_limit,
        others=answer.processes,
    )


def _look_at_intel(source: Source, device: str) -> Gpu | UnusedGpu:
    """The driver tells no size: the window of a card that stands on its own is its memory."""
    windows = _WINDOW.findall(source.read(f"{device}/resource"))
    size = max((int(last, 16) - int(first, 16) + 1 for first, last in windows), default=0)
    number = source.read(f"{device}/device").removeprefix("0x")
    if size < _LEAST_CARD:
        reason = "It is part of the processor and shares its memory: no gain over the processor."
        return UnusedGpu("Intel graphics", reason)
    return Gpu(f"Intel graphics card {number}", size, size, maker="intel")
