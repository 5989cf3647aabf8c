"""What is named as the cause of a slow model: a table from facts to sentences."""

from dataclasses import replace

import pytest
from tests.models.machine.machines import machine_of

from inhouse_models.machine import GIB, Bandwidth, Gpu, Machine, Processor, UnusedGpu
from inhouse_models.measuring.causes import (
    FAR_BELOW,
    NO_CAUSE,
    Evidence,
    is_far_below,
    name_causes,
)
from inhouse_models.measuring.measured import Disturbance, Layout, Measured
from inhouse_models.measuring.processors import known_processors, usual_bandwidth

ON_CARD = Layout("f", 65_536, 65, 65, True, "q8_0", "q8_0", True, 8, 8, 512, 27_000_000_000)
ON_PROCESSOR = replace(ON_CARD, gpu_layers=0, offloads=False, flash_attention=False)
CARD = Gpu(
    "RTX 4090",
    24 * GIB,
    23 * GIB,
    maker="nvidia",
    bandwidth=1008 * 10**9,
    power_limit=450,
    usual_power_limit=450,
)
PROCESSOR = Processor("AMD Ryzen 9 7950X 16-Core Processor", ("AVX-512",), 16)
MACHINE = Machine(
    64 * GIB, 60 * GIB, 32, (CARD,), PROCESSOR, bandwidth=Bandwidth(60 * 10**9, 16, 1)
)
WITHOUT_CARD = replace(MACHINE, gpus=(), cores=16)
QUIET = Disturbance(clock=0.97, gpu_clocks=(0.95,))


def evidence(
    machine: Machine, layout: Layout, disturbance: Disturbance = QUIET, gpu_layers: int = 0
) -> Evidence:
    """A model at a fifth of what it should give."""
    measured = Measured(layout, (200.0,), (8.0,), disturbance, 3.0)
    return Evidence(
        machine,
        measured,
        writing=40.0,
        reading=1_000.0,
        gpu_layers=gpu_layers,
        weights=16 * GIB,
    )


ONLY_CAUSES = [
    (
        "the build knows no card",
        evidence(MACHINE, ON_PROCESSOR, gpu_layers=65),
        "llama.cpp was built without support for RTX 4090",
    ),
    (
        "a card without a driver",
        evidence(
            replace(WITHOUT_CARD, unused_gpus=(UnusedGpu("NVIDIA card", "Install its driver."),)),
            ON_PROCESSOR,
        ),
        "NVIDIA card is not used. Install its driver.",
    ),
    (
        "layers that had no room on the card",
        evidence(MACHINE, replace(ON_CARD, gpu_layers=40), gpu_layers=65),
        "25 of 65 layers lie in main memory",
    ),
    (
        "swap",
        evidence(WITHOUT_CARD, ON_PROCESSOR, replace(QUIET, swapped_in=3 * GIB)),
        "3.0 GiB came back from swap",
    ),
    (
        "weights that are read from the disk again and again",
        evidence(WITHOUT_CARD, ON_PROCESSOR, replace(QUIET, from_disk=40 * GIB)),
        "40.0 GiB were read from the disk",
    ),
    (
        "more threads than cores",
        evidence(WITHOUT_CARD, replace(ON_PROCESSOR, threads=32)),
        "32 threads share 16 cores",
    ),
    (
        "other programs on the processor",
        evidence(WITHOUT_CARD, replace(ON_PROCESSOR, threads=16), replace(QUIET, busy_cores=4.2)),
        "Other programs kept 4.2 of 16 cores busy",
    ),
    (
        "other programs on the card",
        evidence(replace(MACHINE, gpus=(replace(CARD, others=2),)), ON_CARD, gpu_layers=65),
        "2 other programs compute on RTX 4090",
    ),
    (
        "a lowered power limit",
        evidence(replace(MACHINE, gpus=(replace(CARD, power_limit=230),)), ON_CARD, gpu_layers=65),
        "limited to 230 of 450 W: sudo nvidia-smi -pl 450",
    ),
    (
        "a card that is too warm",
        evidence(MACHINE, ON_CARD, replace(QUIET, gpu_clocks=(0.4,)), gpu_layers=65),
        "RTX 4090 worked at 40 % of its highest clock",
    ),
    (
        "a processor that saves power",
        evidence(WITHOUT_CARD, ON_PROCESSOR, replace(QUIET, clock=0.35)),
        "The processor worked at 35 % of its highest clock",
    ),
    (
        "one channel of memory",
        evidence(replace(WITHOUT_CARD, bandwidth=Bandwidth(30 * 10**9, 16, 1)), ON_PROCESSOR),
        "Memory copies 30 GB/s where this processor's usually moves 83",
    ),
]


@pytest.mark.parametrize(
    ("facts", "cause"), [row[1:] for row in ONLY_CAUSES], ids=[row[0] for row in ONLY_CAUSES]
)
def test_one_fact_gives_one_cause(facts: Evidence, cause: str) -> None:
    assert is_far_below(facts)
    (named,) = name_causes(facts)
    assert cause in named
    assert named.endswith((".", "--fix-build", "450", "measured"))


@pytest.mark.parametrize("layout", [ON_CARD, ON_PROCESSOR])
def test_without_a_fact_none_is_made_up(layout: Layout) -> None:
    machine = MACHINE if layout.gpu_layers else WITHOUT_CARD
    assert name_causes(evidence(machine, layout, gpu_layers=layout.gpu_layers)) == (NO_CAUSE,)


def test_what_does_not_touch_the_layers_is_no_cause() -> None:
    # All of it lies on the card: the processor only hands over tokens.
    busy = replace(QUIET, busy_cores=20.0, clock=0.3)
    machine = replace(MACHINE, bandwidth=Bandwidth(10**9, 16, 1))
    assert name_causes(evidence(machine, ON_CARD, busy, gpu_layers=65)) == (NO_CAUSE,)
    # And the other way round.
    limited = replace(MACHINE, gpus=(replace(CARD, power_limit=100, others=3),))
    told = name_causes(evidence(limited, ON_PROCESSOR, replace(QUIET, gpu_clocks=(0.1,))))
    assert [cause for cause in told if "RTX 4090" in cause] == [told[0]]
    assert "--fix-build" in told[0]


def test_several_causes_come_with_the_heaviest_first() -> None:
    facts = evidence(
        WITHOUT_CARD,
        replace(ON_PROCESSOR, threads=64),
        replace(QUIET, swapped_in=GIB, busy_cores=9.0, clock=0.5),
    )
    told = name_causes(facts)
    assert [
        word for cause in told for word in ("swap", "share", "busy", "clock") if word in cause
    ] == [
        "swap",
        "share",
        "busy",
        "clock",
    ]


@pytest.mark.parametrize(
    ("writing", "reading", "far"),
    [
        (40.0, 1_000.0, False),
        (40.0 * FAR_BELOW, 1_000.0 * FAR_BELOW, False),
        (27.9, 1_000.0, True),
        (40.0, 690.0, True),
        (400.0, 10_000.0, False),
    ],
)
def test_far_below_is_either_speed(writing: float, reading: float, far: bool) -> None:
    measured = Measured(ON_CARD, (reading,), (writing,))
    assert is_far_below(Evidence(MACHINE, measured, writing=40.0, reading=1_000.0)) is far


def test_nothing_is_far_below_what_nobody_knows() -> None:
    measured = Measured(ON_CARD, (1.0,), (1.0,))
    assert not is_far_below(Evidence(MACHINE, measured))
    assert is_far_below(Evidence(MACHINE, measured, writing=40.0))


def test_memory_of_known_processors() -> None:
    assert all(one.source and one.bandwidth > 10**10 for one in known_processors())
    usual = {
        name: usual_bandwidth(machine_of(name).processor.name)
        for name in ("cpu_16gb", "rtx_4090_24gb", "two_cores_24gb", "m3_max_64gb")
    }
    assert usual["two_cores_24gb"] == usual["m3_max_64gb"] == 0
    assert usual_bandwidth("AMD Ryzen 5 5600X 6-Core Processor") == 51_200_000_000
    assert usual_bandwidth("13th Gen Intel(R) Core(TM) i9-13900K") == 51_200_000_000
    assert usual_bandwidth("AMD Ryzen 7 7730U with Radeon Graphics") == 0
    assert usual_bandwidth("Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz") == 0
