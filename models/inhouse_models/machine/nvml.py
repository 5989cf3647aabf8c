"""What NVIDIA's cards are, and how fast their cores run now."""

from inhouse_models.machine.nvml_library import Card, cards_of, driver_version, open_library
from inhouse_models.machine.source import NvidiaAnswer

_CORE_CLOCK, _MEMORY_CLOCK = 1, 2


def ask_nvml() -> tuple[NvidiaAnswer, ...]:
    """Every card that the driver shows; none without the driver."""
    with open_library() as library:
        if library is None:
            return ()
        driver = driver_version(library)
        answers = [_ask_card(card, driver) for card in cards_of(library)]
        return tuple(answer for answer in answers if answer)


def _ask_card(card: Card, driver: str) -> NvidiaAnswer | None:
    memory = card.memory()
    if memory is None:
        return None
    major, minor = card.capability()
    return NvidiaAnswer(
        name=card.name(),
        memory=int(memory.total),
        free=int(memory.free),
        capability=f"{major}.{minor}" if major else "",
        driver=driver,
        power_limit=card.number("nvmlDeviceGetEnforcedPowerLimit") // 1000,
        usual_power_limit=card.number("nvmlDeviceGetPowerManagementDefaultLimit") // 1000,
        memory_clock=card.number("nvmlDeviceGetMaxClockInfo", _MEMORY_CLOCK),
        bus_width=card.number("nvmlDeviceGetMemoryBusWidth"),
        cores=card.number("nvmlDeviceGetNumGpuCores"),
        core_clock=card.number("nvmlDeviceGetMaxClockInfo", _CORE_CLOCK),
        processes=len(card.processes()),
    )


def ask_clocks() -> tuple[float, ...]:
    """Of every card the clock of its cores now as a share of its highest; 0 where not told."""
    with open_library() as library:
        return tuple(map(_clock_share, cards_of(library))) if library else ()


def _clock_share(card: Card) -> float:
    most = card.number("nvmlDeviceGetMaxClockInfo", _CORE_CLOCK)
    return card.number("nvmlDeviceGetClockInfo", _CORE_CLOCK) / most if most else 0.0
