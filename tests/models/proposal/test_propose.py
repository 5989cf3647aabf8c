"""Which model is proposed on which machine, why, and that a proposal keeps its own promises."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.machine.machines import NAMES, machine_of, recording_of

from inhouse_models.catalogue import load_catalogue
from inhouse_models.machine import GIB, Bandwidth, Gpu, Machine, Processor
from inhouse_models.memory.device import devices_of
from inhouse_models.memory.known import known_shapes
from inhouse_models.memory.plan import MemoryPlan, plan_memory
from inhouse_models.proposal.expectation import references
from inhouse_models.proposal.option import ENOUGH_CONTEXT
from inhouse_models.proposal.propose import Proposal, propose
from inhouse_models.proposal.report import report

QUICK = settings(max_examples=12, deadline=None)
SIZES = (6, 8, 10, 12, 16, 20, 24, 28, 32, 40, 48, 64, 80, 96)


def propose_here(machine: Machine) -> Proposal:
    return propose(machine, load_catalogue())


def with_card(gib: float) -> Machine:
    """A machine with a card like an RTX 4090 of another size, and little main memory."""
    size = int(gib * GIB)
    card = Gpu("card", size, size - GIB // 2, maker="nvidia", bandwidth=1008 * 10**9)
    return _with(Machine(32 * GIB, 27 * GIB, 8, (card,)))


def with_chip(gib: float) -> Machine:
    """A machine like one with an M4 Max, of another size."""
    size, free = int(gib * GIB), int(gib * GIB * 0.85)
    chip = Gpu(
        "chip", size * 3 // 4, free * 3 // 4, shared=True, maker="apple", bandwidth=546 * 10**9
    )
    return _with(Machine(size, free, 12, (chip,)))


def with_processor(gib: float) -> Machine:
    """A desktop without a card."""
    return _with(Machine(int(gib * GIB), int(gib * GIB * 0.85), 8))


def _with(machine: Machine) -> Machine:
    bandwidth = Bandwidth(40 * 10**9, 8, 1)
    return replace(machine, processor=Processor("one", ("AVX2",), 8), bandwidth=bandwidth)


KINDS = (with_card, with_chip, with_processor)


@pytest.mark.parametrize("name", NAMES)
def test_every_choice_is_defended(name: str, golden: Callable[[str, str], None]) -> None:
    sections = report(propose_here(machine_of(name)))
    said = "\n\n".join("\n  ".join((section.title, *section.lines)) for section in sections)
    golden(f"proposals/{name}.txt", f"{recording_of(name).origin}\n{said}\n")


@pytest.mark.parametrize("name", NAMES)
def test_everything_else_was_considered(name: str) -> None:
    proposal = propose_here(machine_of(name))
    told = {one.name for one in proposal.considered}
    chosen = {proposal.chosen.entry.name} if proposal.chosen else set[str]()
    assert told | chosen == {entry.name for entry in load_catalogue()}
    assert not told & chosen
    assert all(one.reason.endswith(".") for one in proposal.considered)


@QUICK
@given(st.sampled_from(KINDS), st.floats(1, 130))
def test_a_proposal_fits_by_its_own_plan(kind: Callable[[float], Machine], gib: float) -> None:
    machine = kind(gib)
    chosen = propose_here(machine).chosen
    if chosen is None:
        assert gib < 3
        return
    assert all(use.load.total <= use.usable for use in chosen.plan.uses)
    devices = devices_of(machine) if chosen.plan.gpu_layers else devices_of(machine)[-1:]
    again = plan_memory(known_shapes()[chosen.entry.name], devices, chosen.plan.wish)
    assert isinstance(again, MemoryPlan)
    assert (again.context, again.gpu_layers) == (chosen.context, chosen.plan.gpu_layers)


@pytest.mark.parametrize("kind", KINDS)
def test_more_memory_never_gives_less(kind: Callable[[float], Machine]) -> None:
    before, line = (0, 0, 0), ""
    for gib in SIZES:
        chosen = propose_here(kind(gib)).chosen
        assert chosen
        # A better model may begin with less context, and more bits down to what is enough; the
        # same bits keep their drafts and their context.
        now = (chosen.entry.quality, chosen.plan.rollback, chosen.context)
        assert now >= before, f"{gib} GiB: {now} after {before}"
        if chosen.entry.line == line:
            assert chosen.context >= min(before[2], ENOUGH_CONTEXT)
        before, line = now, chosen.entry.line


def test_a_full_disk_is_said() -> None:
    machine = replace(machine_of("rtx_4090_24gb"), disk_free=5 * GIB)
    proposal = propose_here(machine)
    assert proposal.chosen
    assert proposal.chosen.entry.name == "qwen3.5-4b"
    assert "the disk has 5.0 GiB free" in proposal.considered[0].reason
    none = propose_here(replace(machine, disk_free=GIB // 2))
    assert none.chosen is None
    assert "inhouse --endpoint URL" in none.problem


def test_a_card_of_unknown_speed_is_used_and_no_speed_is_promised() -> None:
    card = Gpu("Intel graphics card 56a0", 16 * GIB, 16 * GIB, maker="intel")
    proposal = propose_here(replace(with_processor(32), gpus=(card,)))
    assert proposal.chosen
    assert proposal.chosen.place == "gpu"
    assert proposal.chosen.speed.writing == 0
    assert any("not known" in line for section in report(proposal) for line in section.lines)


def test_a_card_for_starters_only_gives_way_to_the_processor() -> None:
    tiny = Gpu("card", 2 * GIB, 2 * GIB, maker="nvidia", bandwidth=112 * 10**9)
    chosen = propose_here(replace(with_processor(64), gpus=(tiny,))).chosen
    assert chosen
    assert (chosen.place, chosen.entry.name) == ("cpu", "qwen3.6-35b-a3b")


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        # Tokens a second of a Qwen3.6-27B in four bits, by the sources in references.toml.
        ("rtx_4090_24gb", 47.6),
        ("rtx_3090_24gb", 43.9),
        ("m4_max_128gb", 21.8),
    ],
)
def test_expected_speeds_are_near_those_that_were_seen(name: str, seen: float) -> None:
    entry = [entry for entry in load_catalogue() if entry.name == "qwen3.6-27b"]
    chosen = propose(machine_of(name), entry).chosen
    assert chosen
    # The published figures are of files of 16.5 GB.
    expected = chosen.speed.writing * chosen.weights / 16.5e9
    assert expected == pytest.approx(seen, rel=0.1)


def test_every_kind_of_device_has_a_reference_with_its_source() -> None:
    assert set(references()) == {"cuda", "metal", "vulkan", "cpu"}
    assert all(reference.source for reference in references().values())


def test_a_model_that_is_here_is_not_downloaded_again() -> None:
    proposal = propose_here(with_processor(16))
    assert proposal.chosen
    name = proposal.chosen.entry.name
    missing, here = (
        [line for section in report(proposal, known) for line in section.lines]
        for known in ((), (name,))
    )
    assert f"inhouse models pull {name}" in missing
    assert f"inhouse models pull {name}" not in here
    assert any(line.endswith(f"({name}), already here") for line in here)
    assert f"inhouse config set model {name}" in here
