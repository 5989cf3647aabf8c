"""What a measurement of a model came to, as a value and as JSON."""

import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

# As llama-bench's tests pp512 and tg128.
READ_TOKENS = 512
WRITTEN_TOKENS = 128


@dataclass(frozen=True, slots=True)
class Layout:
    """How the model was loaded.

    `context` in tokens. `gpu_layers` and `all_layers` count the output as a layer. `offloads` is
    whether this build of llama.cpp can use a graphics card. `threads` wrote and `reading_threads`
    read; `chunk` tokens were read at once. `parameters` is the number of weights.
    """

    fingerprint: str
    context: int
    gpu_layers: int
    all_layers: int
    offloads: bool
    key_type: str
    value_type: str
    flash_attention: bool
    threads: int
    reading_threads: int
    chunk: int
    parameters: int


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What else happened meanwhile.

    `busy_cores` other programs used, on average. `swapped_in` bytes came back from swap,
    `from_disk` bytes were read from the disk by this process. `clock` and `gpu_clocks` are shares
    of the highest clock of the processor and of every NVIDIA card, 0 where not told.
    """

    busy_cores: float = 0.0
    swapped_in: int = 0
    from_disk: int = 0
    clock: float = 0.0
    gpu_clocks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """Tokens a second of every repetition, without drafts; never empty."""

    layout: Layout
    reading_samples: tuple[float, ...]
    writing_samples: tuple[float, ...]
    disturbance: Disturbance = Disturbance()
    load_seconds: float = 0.0

    @property
    def reading(self) -> float:
        """Tokens a second, reading a prompt of READ_TOKENS; the median."""
        return statistics.median(self.reading_samples)

    @property
    def writing(self) -> float:
        """Tokens a second, writing WRITTEN_TOKENS; the median."""
        return statistics.median(self.writing_samples)


def encode_measured(measured: Measured) -> dict[str, Any]:
    """All of it as JSON."""
    return asdict(measured)


def decode_measured(data: Mapping[str, Any]) -> Measured | None:
    """What `encode_measured` made; None for anything else."""
    try:
        disturbance = dict(data["disturbance"])
        clocks = tuple(float(share) for share in disturbance.pop("gpu_clocks"))
        layout = Layout(**{name: data["layout"][name] for name in Layout.__dataclass_fields__})
        measured = Measured(
            layout,
            tuple(float(speed) for speed in data["reading_samples"]),
            tuple(float(speed) for speed in data["writing_samples"]),
            Disturbance(**disturbance, gpu_clocks=clocks),
            float(data["load_seconds"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    samples = (*measured.reading_samples, *measured.writing_samples)
    whole = measured.reading_samples and measured.writing_samples
    return measured if whole and all(speed > 0 for speed in samples) else None
