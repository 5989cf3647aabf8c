"""What is made of a machine's answers: this one's, and those of recorded ones."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models.machine.machines import NAMES, machine_of, recording_of

from inhouse_models.machine import (
    GIB,
    Gpu,
    Machine,
    Processor,
    examine_machine,
    look_at_machine,
    physical_cores,
)
from inhouse_models.machine.copying import measure_copying
from inhouse_models.machine.recording import RecordedMachine, Recorder, read_recording
from inhouse_models.machine.source import ThisMachine

# Bandwidths by the makers' specifications, in GB/s.
BANDWIDTHS = {
    "rtx_3060_12gb": [360],
    "rtx_4060_8gb": [272],
    "rtx_4080_16gb": [717],
    "rtx_3090_24gb": [936],
    "rtx_4090_24gb": [1008],
    "rtx_5090_32gb": [1792],
    "two_rtx_3090": [936, 936],
    "rx_7900_xtx_24gb": [959],
    "m1_8gb": [68],
    "m3_max_64gb": [400],
    "m4_max_128gb": [546],
}


def linux(**files: str) -> RecordedMachine:
    """A machine that has only these files; `__` stands for a slash."""
    named = {f"/{name.replace('__', '/')}": text for name, text in files.items()}
    return RecordedMachine("", "Linux", "x86_64", (0, 1, 2, 3), files=named)


def test_sees_this_machine() -> None:
    here = look_at_machine()
    assert here.cores >= 1
    assert 0 < here.available <= here.memory
    assert here.processor.name
    assert 1 <= here.processor.cores == physical_cores()


def test_a_model_fits_a_card_or_main_memory() -> None:
    laptop = Machine(memory=16 * GIB, available=8 * GIB, cores=8)
    desktop = Machine(16 * GIB, 8 * GIB, 8, (Gpu("card", 24 * GIB, 23 * GIB),))
    assert laptop.fits(11.0)
    assert not laptop.fits(15.0)
    assert desktop.fits(20.0)
    assert not desktop.fits(25.0)


@pytest.mark.parametrize("name", NAMES)
def test_every_recording_says_where_it_is_from(name: str) -> None:
    origin = recording_of(name).origin
    assert origin.startswith(("Recorded", "Written by hand, not recorded on such a machine."))


@pytest.mark.parametrize("name", NAMES)
def test_cards_have_the_bandwidth_that_their_makers_state(name: str) -> None:
    found = [round(gpu.bandwidth / 1e9) for gpu in machine_of(name).gpus]
    assert found == BANDWIDTHS.get(name, [])


def test_an_nvidia_card_tells_everything() -> None:
    machine = machine_of("rtx_3090_24gb")
    (card,) = machine.gpus
    assert (card.name, card.maker, card.architecture) == (
        "NVIDIA GeForce RTX 3090",
        "nvidia",
        "8.6",
    )
    assert (card.memory, card.free) == (24 * GIB, 24 * GIB - 350 * 1024**2)
    assert (card.power_limit, card.usual_power_limit) == (250, 350)
    # 10,496 cores at 2.1 GHz, two operations each, twice of it for matrices.
    assert card.arithmetic == 10_496 * 2_100_000_000 * 4
    assert machine_of("rtx_4090_24gb").gpus[0].others == 1


def test_fast_cores_are_told_from_slow_ones() -> None:
    intel = machine_of("rtx_4090_24gb")
    assert (intel.processor.cores, intel.processor.performance_cores) == (24, 8)
    apple = machine_of("m4_max_128gb").processor
    assert (apple.name, apple.cores, apple.performance_cores) == ("Apple M4 Max", 16, 12)
    assert apple.instructions == ("SME", "int8 matrices", "dot product", "NEON")
    assert machine_of("m1_8gb").processor.instructions == ("dot product", "NEON")
    capacities = {f"sys__devices__system__cpu__cpu{n}__cpu_capacity": "1024" for n in range(2)}
    capacities |= {f"sys__devices__system__cpu__cpu{n}__cpu_capacity": "400" for n in (2, 3)}
    arm = linux(proc__cpuinfo="Features : asimd asimddp sve", **capacities)
    processor = look_at_machine(arm).processor
    assert processor == Processor("x86_64", ("SVE", "dot product", "NEON"), 4, 2)


def test_second_threads_of_a_core_are_not_cores() -> None:
    machine = machine_of("cpu_16gb")
    assert (machine.cores, machine.processor.cores) == (12, 6)


def test_an_amd_card_is_found_among_several() -> None:
    machine = machine_of("rx_7900_xtx_24gb")
    (card,) = machine.gpus
    assert (card.name, card.architecture) == ("AMD Radeon RX 7900 XTX", "gfx1100")
    assert card.memory - card.free == 900 * 1024**2
    (part,) = machine.unused_gpus
    assert part.name == "AMD Radeon Graphics"
    assert "part of the processor" in part.reason


def test_cards_that_cannot_be_used_are_named_with_the_reason() -> None:
    machine = machine_of("unknown_gpu")
    assert machine.gpus == ()
    driverless, strange = machine.unused_gpus
    assert "driver" in driverless.reason
    assert "0x1a03" in strange.name
    assert machine_of("cpu_8gb").unused_gpus[0].name == "Intel graphics"


def test_an_intel_card_has_the_size_of_its_window() -> None:
    device = "sys__class__drm__card0__device__"
    window = "0x0000004000000000 0x00000043ffffffff 0x000000000014220c"
    files = {f"{device}vendor": "0x8086", f"{device}device": "0x56a0"}
    (card,) = look_at_machine(linux(**files, **{f"{device}resource": window})).gpus
    assert (card.name, card.memory) == ("Intel graphics card 56a0", 16 * GIB)


def test_apple_gives_a_part_of_memory_to_the_gpu() -> None:
    small, large = machine_of("m1_8gb"), machine_of("m3_max_64gb")
    assert small.gpus[0].memory == 8 * GIB * 2 // 3
    assert large.gpus[0].memory == 48 * GIB
    # Less is free than the GPU may use.
    assert small.gpus[0].free == small.available < small.gpus[0].memory
    # Set by sysctl iogpu.wired_limit_mb.
    assert machine_of("m4_max_128gb").gpus[0].memory == 112 * GIB


def test_a_control_group_limits_memory_and_cores() -> None:
    machine = machine_of("nothing_fits")
    assert (machine.memory, machine.memory_limit) == (512 * 1024**2, 512 * 1024**2)
    # 90 MiB in use, of which 11 MB are files.
    assert machine.available == (512 - 90) * 1024**2 + 11_000_000
    assert machine.cores == 2
    assert machine.surroundings == ("container",)


def test_the_limit_of_an_outer_or_an_older_group_counts() -> None:
    memory = "MemTotal: 33554432 kB\nMemAvailable: 30000000 kB"
    outer = linux(
        proc__meminfo=memory,
        proc__self__cgroup="0::/user.slice/one",
        **{"sys__fs__cgroup__user.slice__memory.max": str(4 * GIB)},
    )
    assert look_at_machine(outer).memory == 4 * GIB
    older = linux(
        proc__meminfo=memory,
        proc__self__cgroup="5:cpu,memory:/docker/a",
        **{"sys__fs__cgroup__memory__memory.limit_in_bytes": str(3 * GIB)},
    )
    assert look_at_machine(older).memory == 3 * GIB
    free = linux(proc__meminfo=memory, proc__self__cgroup="0::/")
    assert look_at_machine(free).memory == 32 * GIB
    assert look_at_machine(free).memory_limit == 0


def test_wsl_is_recognised() -> None:
    told = "Linux version 5.15.167.4-microsoft-standard-WSL2"
    assert look_at_machine(linux(proc__version=told)).surroundings == ("WSL",)


def test_a_machine_that_says_nothing_is_no_error() -> None:
    for system in ("Linux", "Darwin", "FreeBSD"):
        silent = RecordedMachine("", system, "", ())
        machine = examine_machine(Path("/models"), silent)
        assert (machine.memory, machine.cores) == (0, 1)
        nonsense = replace(silent, files={"/proc/meminfo": "MemTotal: ?", "/proc/cpuinfo": ":::"})
        assert look_at_machine(nonsense).memory == 0


def test_copying_is_measured_within_its_time() -> None:
    measured = measure_copying(2)
    assert measured
    assert measured.threads == 2
    # Slower than any memory of these years, and faster than any.
    assert 1e8 < measured.bytes_per_second < 1e13


def test_a_recording_answers_as_the_machine_did(tmp_path: Path) -> None:
    recorder = Recorder(ThisMachine())
    here = examine_machine(tmp_path / "not" / "there", recorder)
    assert here.disk_free
    again = read_recording(recorder.write("Recorded by a test."))
    assert examine_machine(Path("/elsewhere"), again) == here


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_of_a_recording_is_the_same_machine(name: str) -> None:
    recorder = Recorder(recording_of(name))
    first = examine_machine(Path("/models"), recorder)
    again = read_recording(recorder.write("Recorded anew."))
    assert examine_machine(Path("/models"), again) == first == machine_of(name)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_of_a_system_can_be_recorded(text: str) -> None:
    source = RecordedMachine('"\\', "Linux", "x86_64", (0,), files={"/a": text}, values={"b": text})
    recorder = Recorder(source)
    assert recorder.read("/a") == text.strip()
    assert recorder.sysctl("b") == text
    again = read_recording(recorder.write("\t\"\\\n'"))
    assert again.read("/a").split() == text.split()
    assert again.sysctl("b").split() == text.split()
