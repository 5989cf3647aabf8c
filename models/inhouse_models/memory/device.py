"""The memories a model can lie in, and how much of each may be used."""

from dataclasses import dataclass
from typing import Literal

from inhouse_models.machine import GIB, Gpu, Machine

Kind = Literal["cuda", "metal", "vulkan", "cpu"]
# A driver's own context, the screen and rounding; llamacpp.md measured 0.7 to 1 GiB.
GPU_MARGIN = GIB * 8 // 10
RAM_MARGIN_PERCENT = 10
_AMD_NAMES = ("amd", "radeon", "navi", "instinct")


@dataclass(frozen=True, slots=True)
class Device:
    """A graphics card, or main memory (`cpu`). `total` and `free` in bytes.

    The memory of a `metal` device is a part of main memory, so what it holds counts there too.
    """

    name: str
    kind: Kind
    total: int
    free: int

    @property
    def usable(self) -> int:
        """Bytes a plan may fill: free memory without the margin that is left to others."""
        margin = self.total * RAM_MARGIN_PERCENT // 100 if self.kind == "cpu" else GPU_MARGIN
        return max(self.free - margin, 0)


def devices_of(machine: Machine) -> tuple[Device, ...]:
    """Graphics cards in their order, then main memory, which comes last and is always there."""
    cards = tuple(Device(gpu.name, _kind_of(gpu), gpu.memory, gpu.free) for gpu in machine.gpus)
    return (*cards, Device("main memory", "cpu", machine.memory, machine.available))


def _kind_of(gpu: Gpu) -> Kind:
    if gpu.shared:
        return "metal"
    if gpu.maker:
        return "cuda" if gpu.maker == "nvidia" else "vulkan"
    return "vulkan" if any(word in gpu.name.lower() for word in _AMD_NAMES) else "cuda"
