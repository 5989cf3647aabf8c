"""What a machine offers a model, as values: memory, processor, graphics cards, disk."""

from dataclasses import dataclass
from typing import Literal

GIB = 1024**3

Maker = Literal["nvidia", "amd", "intel", "apple", ""]


@dataclass(frozen=True, slots=True)
class Gpu:
    """A graphics card; memory in bytes. `shared` when it uses the machine's own memory.

    `architecture` is NVIDIA's compute capability or AMD's gfx name. `bandwidth` is of its memory
    in bytes a second, `arithmetic` the most multiplications and additions of matrices a second,
    both 0 when not known. Power limits are in watts, 0 when not told. `others` is how many other
    programs compute on it.
    """

    name: str
    memory: int
    free: int
    shared: bool = False
    maker: Maker = ""
    architecture: str = ""
    driver: str = ""
    bandwidth: int = 0
    arithmetic: int = 0
    power_limit: int = 0
    usual_power_limit: int = 0
    others: int = 0


@dataclass(frozen=True, slots=True)
class UnusedGpu:
    """A graphics card that no model can be put on, and why, in a sentence."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Processor:
    """The processor. `instructions` are the sets that llama.cpp gains by, best first.

    `cores` are physical ones that this process may use, `performance_cores` those of them that are
    fast where a processor has two kinds, else 0.
    """

    name: str = ""
    instructions: tuple[str, ...] = ()
    cores: int = 0
    performance_cores: int = 0


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """Bytes that were read and written a second while `threads` copied `block` bytes each."""

    bytes_per_second: int
    threads: int
    block: int


@dataclass(frozen=True, slots=True)
class Machine:
    """Memory in bytes that this process may use, cores it may run on, and graphics cards.

    `memory_limit` is that of a control group, 0 when there is none. `bandwidth` is None where
    nobody measured, `disk_free` where nobody asked. `surroundings` are such as "WSL".
    """

    memory: int
    available: int
    cores: int
    gpus: tuple[Gpu, ...] = ()
    processor: Processor = Processor()
    swap: int = 0
    swap_free: int = 0
    memory_limit: int = 0
    unused_gpus: tuple[UnusedGpu, ...] = ()
    bandwidth: Bandwidth | None = None
    disk_free: int | None = None
    surroundings: tuple[str, ...] = ()

    def fits(self, needs_gib: float) -> bool:
        """Whether a model that needs this much fits on one GPU or in main memory."""
        largest = max((gpu.memory for gpu in self.gpus), default=0)
        # The system and other programs keep a part of main memory.
        return needs_gib * GIB <= max(largest, self.memory * 0.8)
