"""Names what probably keeps a model from the speed that its machine should give."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from inhouse_models.machine import Machine
from inhouse_models.measuring.measured import Measured
from inhouse_models.measuring.processors import usual_bandwidth
from inhouse_models.memory.reasons import describe

# Below this share of what is expected something is wrong, rather than a little different.
FAR_BELOW = 0.7
MUCH_SWAP = 64 * 1024**2
# Of the weights; a little is read again in any case.
MUCH_FROM_DISK = 0.1
# Cores that other programs may use beside those that are left over.
LITTLE_LOAD = 0.25
LOWERED_POWER = 0.95
LOW_CLOCK = 0.7
# A copy reaches four fifths of what memory can do; half of it is one channel of two.
LOW_BANDWIDTH = 0.5
NO_CAUSE = (
    "None of the usual causes was found. Measure again when the machine is at rest"
    " (inhouse setup --measure); a limit of heat or power that the system does not tell remains."
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a measurement.

    `writing` and `reading` are expected tokens a second, 0 where nobody knows, by `source`.
    `gpu_layers` were planned on the cards. `weights` are the bytes of the model.
    """

    machine: Machine
    measured: Measured
    writing: float = 0.0
    reading: float = 0.0
    source: str = ""
    gpu_layers: int = 0
    weights: int = 0

    @property
    def share(self) -> float:
        """The worse of the two speeds as a share of what is expected; 1 where nobody knows."""
        pairs = (
            (self.measured.writing, self.writing),
            (self.measured.reading, self.reading),
        )
        return min((found / wanted for found, wanted in pairs if wanted), default=1.0)

    @property
    def on_processor(self) -> bool:
        """Whether some layers lie in main memory."""
        return self.measured.layout.gpu_layers < self.measured.layout.all_layers


def is_far_below(evidence: Evidence) -> bool:
    """Whether the model is much slower than it should be."""
    return evidence.share < FAR_BELOW


def name_causes(evidence: Evidence) -> tuple[str, ...]:
    """What probably slows it down, the heaviest cause first, as sentences; never empty."""
    found = [cause for look in LOOKS for cause in look(evidence)]
    return tuple(found) or (NO_CAUSE,)


def _build(evidence: Evidence) -> Iterator[str]:
    """llama.cpp without the backend of the card."""
    if evidence.machine.gpus and not evidence.measured.layout.offloads:
        card = evidence.machine.gpus[0].name
        yield (
            f"llama.cpp was built without support for {card}, so the processor does all the work:"
            " inhouse doctor --fix-build"
        )


def _driver(evidence: Evidence) -> Iterator[str]:
    """A card that no model can be put on."""
    if not evidence.machine.gpus:
        yield from (
            f"{card.name} is not used. {card.reason}" for card in evidence.machine.unused_gpus
        )


def _layers(evidence: Evidence) -> Iterator[str]:
    """Fewer layers on the card than there was room for."""
    layout = evidence.measured.layout
    if layout.offloads and layout.gpu_layers < evidence.gpu_layers:
        left = layout.all_layers - layout.gpu_layers
        yield (
            f"{left} of {layout.all_layers} layers lie in main memory, since the card had no room"
            " for them: close what else uses it (nvidia-smi lists it), or take less context."
        )


def _swap(evidence: Evidence) -> Iterator[str]:
    swapped = evidence.measured.disturbance.swapped_in
    if swapped > MUCH_SWAP:
        yield (
            f"{describe(swapped)} came back from swap meanwhile: memory is short."
            " Close other programs, or choose a smaller model."
        )


def _disk(evidence: Evidence) -> Iterator[str]:
    """Weights that do not stay in memory are read for every token."""
    read = evidence.measured.disturbance.from_disk
    if evidence.weights and read > MUCH_FROM_DISK * evidence.weights:
        yield (
            f"{describe(read)} were read from the disk meanwhile: the model does not stay in"
            " memory. Close other programs, or choose a smaller model."
        )


def _other_programs(evidence: Evidence) -> Iterator[str]:
    """On the processor, as far as cores are missing for it, and on the cards."""
    machine, busy = evidence.machine, evidence.measured.disturbance.busy_cores
    threads = evidence.measured.layout.threads if evidence.on_processor else 1
    if busy > max(machine.cores - threads, 0) + LITTLE_LOAD:
        yield (
            f"Other programs kept {busy:.1f} of {machine.cores} cores busy:"
            " measure again when they are done."
        )
    if not evidence.measured.layout.gpu_layers:
        return
    for gpu in machine.gpus:
        if gpu.others:
            programs = "program computes" if gpu.others == 1 else "programs compute"
            yield f"{gpu.others} other {programs} on {gpu.name}: nvidia-smi lists them."


def _power(evidence: Evidence) -> Iterator[str]:
    """Cards that may take less power than they are made for."""
    if not evidence.measured.layout.gpu_layers:
        return
    for gpu in evidence.machine.gpus:
        if 0 < gpu.power_limit < LOWERED_POWER * gpu.usual_power_limit:
            yield (
                f"{gpu.name} is limited to {gpu.power_limit} of {gpu.usual_power_limit} W:"
                f" sudo nvidia-smi -pl {gpu.usual_power_limit}"
            )


def _clocks(evidence: Evidence) -> Iterator[str]:
    """Clocks that were low at work: heat, a battery, a mode that saves power."""
    disturbance = evidence.measured.disturbance
    if evidence.measured.layout.gpu_layers:
        for gpu, share in zip(evidence.machine.gpus, disturbance.gpu_clocks, strict=False):
            if 0 < share < LOW_CLOCK:
                yield (
                    f"{gpu.name} worked at {100 * share:.0f} % of its highest clock: it is too"
                    " warm, or it saves power."
                )
    if evidence.on_processor and 0 < disturbance.clock < LOW_CLOCK:
        yield (
            f"The processor worked at {100 * disturbance.clock:.0f} % of its highest clock: it is"
            " too warm, runs on battery, or saves power."
        )


def _bandwidth(evidence: Evidence) -> Iterator[str]:
    """Memory that is slower than the processor's usually is."""
    usual = usual_bandwidth(evidence.machine.processor.name)
    found = evidence.machine.bandwidth
    if evidence.on_processor and found and found.bytes_per_second < LOW_BANDWIDTH * usual:
        yield (
            f"Memory copies {found.bytes_per_second / 1e9:.0f} GB/s where this processor's usually"
            f" moves {usual / 1e9:.0f}: one of its two channels may be empty, or the modules run"
            " without their profile (XMP, EXPO)."
        )


def _threads(evidence: Evidence) -> Iterator[str]:
    """More threads than cores wait for each other."""
    machine, threads = evidence.machine, evidence.measured.layout.threads
    cores = min(machine.processor.cores or machine.cores, machine.cores)
    if evidence.on_processor and threads > cores:
        yield (
            f"{threads} threads share {cores} core{'' if cores == 1 else 's'}:"
            " inhouse config set threads 0 has the best number measured."
        )


LOOKS: tuple[Callable[[Evidence], Iterator[str]], ...] = (
    _build,
    _driver,
    _layers,
    _swap,
    _disk,
    _threads,
    _other_programs,
    _power,
    _clocks,
    _bandwidth,
)
