"""What this machine has for llama.cpp to run on: cards, drivers, runtimes. Reads, loads nothing."""

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from inhouse_models.machine import GIB, Gpu, Machine
from inhouse_models.machine.nvml_library import cuda_version, open_library

Version = tuple[int, int]
# The memory below which a graphics card holds no model worth the trouble.
_LEAST_MEMORY = 2 * GIB
_RUNTIMES = {11: "libcudart.so.11.0", 12: "libcudart.so.12", 13: "libcudart.so.13"}
_LIBRARIES = ("lib", "lib64", "local/cuda/lib64", "lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu")


@dataclass(frozen=True, slots=True)
class Nvidia:
    """An NVIDIA card with its driver: the newest CUDA the driver runs, and the card's capability.

    `runtimes` are the major versions of the CUDA libraries that are installed.
    """

    cuda: Version
    capability: Version
    runtimes: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Hardware:
    """What could be used. `system` and `processor` as Python's platform module names them.

    `driverless` is an NVIDIA card without NVIDIA's driver. `vulkan` is whether programs find its
    loader. `card` is the name of the card that counts, empty without one.
    """

    system: str = "Linux"
    processor: str = "x86_64"
    card: str = ""
    maker: Literal["nvidia", "amd", "intel", "apple", ""] = ""
    nvidia: Nvidia | None = None
    driverless: bool = False
    rocm: Version | None = None
    vulkan: bool = False
    wsl: bool = False


def look_at_hardware(machine: Machine) -> Hardware:
    """What there is now, for the cards of this machine. Takes milliseconds."""
    cards = [card for card in machine.gpus if card.maker and card.memory >= _LEAST_MEMORY]
    best = max(cards, key=lambda card: card.memory, default=None)
    maker = best.maker if best else ""
    return Hardware(
        system=platform.system(),
        processor=platform.machine(),
        card=best.name if best else "",
        maker=maker,
        nvidia=_ask_nvidia(machine.gpus) if maker == "nvidia" else None,
        driverless=not maker and any("NVIDIA" in card.name for card in machine.unused_gpus),
        rocm=read_rocm(rocm_folder()),
        vulkan=_has_library(["libvulkan.so.1"]),
        wsl="WSL" in machine.surroundings,
    )


def _ask_nvidia(cards: Iterable[Gpu]) -> Nvidia | None:
    with open_library() as library:
        cuda = cuda_version(library) if library else None
    if cuda is None:
        return None
    # One build serves all cards: the oldest one decides.
    found = [read_version(card.architecture) for card in cards if card.maker == "nvidia"]
    capability = min((one for one in found if one), default=(0, 0))
    runtimes = frozenset(major for major, name in _RUNTIMES.items() if _has_library([name]))
    return Nvidia(cuda, capability, runtimes)


def _has_library(names: Iterable[str]) -> bool:
    """Whether the system's loader would find one of these, without loading it."""
    folders = [Path("/usr") / name for name in _LIBRARIES]
    folders += [
        Path(folder) for folder in os.environ.get("LD_LIBRARY_PATH", "").split(":") if folder
    ]
    if home := os.environ.get("CUDA_HOME") or os.environ.get("CUDA_PATH"):
        folders.append(Path(home) / "lib64")
    return any((folder / name).exists() for folder in folders for name in names)


def rocm_folder() -> Path:
    """Where ROCm is installed, unless the environment says otherwise."""
    return Path(os.environ.get("ROCM_PATH") or Path("/", "opt", "rocm"))


def read_rocm(folder: Path) -> Version | None:
    """The version of ROCm below a folder; None without one."""
    try:
        text = (folder / ".info" / "version").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return read_version(text.strip().split("-")[0])


def read_version(text: str) -> Version | None:
    """The first two numbers of such as `7.2.0`; None when there are none."""
    numbers = text.split(".")[:2]
    if len(numbers) < 2 or not all(part.isascii() and part.isdigit() for part in numbers):
        return None
    return int(numbers[0]), int(numbers[1])
