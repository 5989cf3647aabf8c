"""Memory plans: what is chosen on which machine, and that no plan promises what is not there."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.gguf_files import make_gguf
from tests.models.memory.machines import KINDS, SIZES, make_machine, shape_of

from inhouse_models.machine import GIB, Gpu, Machine
from inhouse_models.memory.device import Device, devices_of
from inhouse_models.memory.known import known_shapes
from inhouse_models.memory.plan import MemoryPlan, PlanFault, plan_for, plan_memory
from inhouse_models.memory.shape import ModelShape
from inhouse_models.memory.wish import Wish

MODELS = ("qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b", "qwen2.5-coder-7b", "qwen3.6-27b")
LARGE = shape_of("qwen3.6-27b")
SMALL = shape_of("qwen2.5-coder-1.5b")
QUICK = settings(max_examples=60, deadline=5000)

wishes = st.builds(
    Wish,
    context=st.one_of(st.none(), st.integers(256, 300_000)),
    kv_type=st.sampled_from((None, "f16", "q8_0")),
    conversations=st.integers(1, 4),
    drafting=st.one_of(st.none(), st.integers(0, 4)),
    vision_bytes=st.sampled_from((0, GIB)),
    gpu_layers=st.sampled_from((None, -1, 0, 20)),
    adapter_bytes=st.sampled_from((0, GIB // 4)),
)
machines = st.builds(make_machine, st.sampled_from(KINDS), st.floats(2, 130))
shapes = st.sampled_from(tuple(known_shapes().values()))


def plan(shape: ModelShape, devices: tuple[Device, ...], wish: Wish | None = None) -> MemoryPlan:
    made = plan_memory(shape, devices, wish or Wish())
    assert isinstance(made, MemoryPlan), made
    return made


def refuse(shape: ModelShape, devices: tuple[Device, ...], wish: Wish) -> PlanFault:
    made = plan_memory(shape, devices, wish)
    assert isinstance(made, PlanFault), made
    return made


def reasons(made: MemoryPlan) -> dict[str, str]:
    return {reason.what: reason.text for reason in made.reasons}


def line(name: str, kind: str, size: int, made: MemoryPlan | PlanFault) -> str:
    start = f"{name:18} {kind:5} {size:3} GB  "
    if isinstance(made, PlanFault):
        return f"{start}no: {made.text}"
    loads = " + ".join(f"{use.load.total / GIB:.1f} of {use.usable / GIB:.1f}" for use in made.uses)
    return (
        f"{start}{made.gpu_layers:2} of {made.all_layers} layers on GPU, {made.context:6} tokens,"
        f" {made.key_type:4} flash {'on ' if made.flash_attention else 'off'}"
        f" repack {'yes' if made.repack else 'no '} {made.checkpoints:2} checkpoints; {loads}"
    )


def test_plans_of_machines_of_all_sizes(golden: Callable[[str, str], None]) -> None:
    lines: list[str] = []
    for name in MODELS:
        for kind in KINDS:
            for size in SIZES:
                made = plan_memory(shape_of(name), make_machine(kind, size), Wish())
                lines.append(line(name, kind, size, made))
    golden("memory_plans.txt", "\n".join(lines) + "\n")


def test_the_target_machine_holds_the_target_model_whole() -> None:
    made = plan(LARGE, make_machine("cuda", 24), Wish(drafting=3))
    assert made.gpu_layers == made.all_layers == 65
    assert made.context >= 65_536
    assert (made.key_type, made.value_type, made.flash_attention) == ("f16", "f16", True)
    assert (made.sequences, made.rollback, made.checkpoints) == (2, 3, 32)
    assert made.load.recurrent == 2 * 4 * LARGE.state_bytes
    # 15.7 weights without the table, 4.0 keys and values, 1.2 states, 0.25 to compute with.
    wished = plan(LARGE, make_machine("cuda", 24), Wish(context=65_536, drafting=3))
    assert wished.uses[0].load.total == pytest.approx(21.15 * GIB, rel=0.001)


def test_keys_and_values_are_quantised_only_to_come_far_enough() -> None:
    made = plan(LARGE, make_machine("cuda", 24), Wish(context=131_072, drafting=3))
    assert (made.key_type, made.value_type, made.gpu_layers) == ("q8_0", "q8_0", 65)
    assert "f16 does not fit" in reasons(made)["kv"]
    tight = plan(LARGE, make_machine("cuda", 22), Wish(drafting=3))
    assert (tight.key_type, tight.context) == ("q8_0", 65_536)
    assert "65,536" in reasons(tight)["kv"]
    apple = plan(shape_of("qwen2.5-coder-14b"), make_machine("metal", 16))
    assert (apple.key_type, apple.flash_attention) == ("f16", True)


def test_layers_leave_the_card_only_as_a_last_resort_and_with_a_warning() -> None:
    made = plan(LARGE, make_machine("cuda", 16))
    assert 0 < made.gpu_layers < made.all_layers
    assert made.split == (made.gpu_layers,)
    warning = next(reason for reason in made.reasons if reason.what == "layers")
    assert warning.warning
    assert f"{65 - made.gpu_layers} of 64 layers lie in main memory" in warning.text
    one_more = replace(made.wish, gpu_layers=made.gpu_layers + 1)
    assert isinstance(plan_memory(LARGE, make_machine("cuda", 16), one_more), PlanFault)


def test_a_processor_gets_a_modest_context_unless_more_is_asked_for() -> None:
    machine = make_machine("cpu", 24)
    made = plan(SMALL, machine)
    assert (made.gpu_layers, made.context, made.flash_attention) == (0, 16_384, False)
    assert (made.repack, made.load.repacked) == (True, SMALL.repacked_bytes)
    wished = plan(SMALL, machine, Wish(context=32_768, kv_type="q8_0"))
    assert (wished.context, wished.key_type, wished.value_type) == (32_768, "q8_0", "f16")
    assert not wished.flash_attention


def test_a_context_beyond_the_training_is_cut_and_said() -> None:
    made = plan(SMALL, make_machine("cpu", 24), Wish(context=131_072))
    assert made.context == 32_768
    assert "131,072" in reasons(made)["context"]


def test_where_memory_is_short_the_processor_gives_up_speed_before_context() -> None:
    seven = shape_of("qwen2.5-coder-7b")
    made = plan(seven, make_machine("cpu", 8))
    assert (made.repack, made.flash_attention) == (False, True)
    notes = {reason.what for reason in made.reasons if reason.warning}
    assert {"repack", "flash attention"} <= notes


def test_two_cards_hold_what_one_cannot() -> None:
    host = Device("main memory", "cpu", 32 * GIB, 27 * GIB)
    cards = tuple(Device(f"card {n}", "cuda", 12 * GIB, 11 * GIB) for n in (1, 2))
    alone = plan(LARGE, (cards[0], host))
    both = plan(LARGE, (*cards, host))
    assert alone.gpu_layers < both.gpu_layers == 65
    assert sum(both.split) == 65
    assert all(both.split)
    assert "card 1 and card 2" in reasons(both)["layers"]


def test_drafts_give_way_to_the_model_itself() -> None:
    roomy = plan(LARGE, make_machine("cuda", 24))
    tight = plan(LARGE, make_machine("cuda", 18.5))
    assert (roomy.rollback, roomy.gpu_layers) == (3, 65)
    assert (tight.rollback, tight.gpu_layers, tight.context) == (0, 65, 16_384)
    assert "drafts pay only" in reasons(tight)["rollback"]
    assert plan(LARGE, make_machine("cpu", 64)).rollback == 0
    assert plan(SMALL, make_machine("cuda", 8)).rollback == 0


def test_every_conversation_gets_its_context_and_its_states() -> None:
    one = plan(LARGE, make_machine("cuda", 48), Wish(context=32_768))
    three = plan(LARGE, make_machine("cuda", 48), Wish(context=32_768, conversations=3))
    assert (one.cells, three.cells) == (32_768, 3 * 32_768)
    assert (one.sequences, three.sequences) == (2, 4)
    assert three.load.recurrent == 2 * one.load.recurrent
    assert three.load.kv == 3 * one.load.kv
    # llama.cpp aborts when it has fewer rows of logits than sequences.
    assert three.outputs >= three.sequences


def test_prediction_layers_cost_only_when_they_draft() -> None:
    layers = (*LARGE.layer_weights, LARGE.layer_bytes)
    shape = replace(LARGE, prediction_layers=1, kv_heads=(*LARGE.kv_heads, 4), layer_weights=layers)
    idle = plan(shape, make_machine("cuda", 48), Wish(context=32_768, drafting=0))
    drafting = plan(shape, make_machine("cuda", 48), Wish(context=32_768, drafting=3))
    assert (idle.predict, drafting.predict) == (False, True)
    assert drafting.load.kv * 16 == idle.load.kv * 17
    assert drafting.all_layers == 66
    assert drafting.load.weights == idle.load.weights + LARGE.layer_bytes


def test_the_table_of_the_vocabulary_stays_in_main_memory() -> None:
    made = plan(LARGE, make_machine("cuda", 48), Wish(context=32_768))
    card, host = made.uses
    assert host.load.weights == LARGE.table_bytes
    assert card.load.weights == sum(LARGE.layer_weights) + LARGE.output_bytes
    # A table that also makes logits is needed on both sides.
    tied = plan(shape_of("qwen3.5-4b"), make_machine("cuda", 48), Wish(context=32_768))
    tables = [use.load.weights for use in tied.uses]
    assert sum(tables) == shape_of("qwen3.5-4b").weights + tables[1]
    apple = plan(shape_of("qwen3.5-4b"), make_machine("metal", 48), Wish(context=32_768))
    assert apple.load.weights == shape_of("qwen3.5-4b").weights


def test_a_refusal_says_what_is_missing_and_what_fits() -> None:
    fault = refuse(LARGE, make_machine("cuda", 24), Wish(context=262_144, gpu_layers=-1))
    assert fault.nearest
    assert 131_072 < fault.nearest.context < 262_144
    assert f"--context {fault.nearest.context}" in fault.text
    assert "22.7 GiB" in fault.text
    hopeless = refuse(LARGE, make_machine("metal", 8), Wish())
    assert hopeless.nearest is None
    assert "Choose a smaller model" in hopeless.text


@QUICK
@given(shapes, machines, wishes)
def test_no_plan_takes_more_than_there_is(
    shape: ModelShape, devices: tuple[Device, ...], wish: Wish
) -> None:
    made = plan_memory(shape, devices, wish)
    found = made.nearest if isinstance(made, PlanFault) else made
    if found is None:
        return
    assert all(use.load.total <= use.usable for use in found.uses)
    *cards, host = found.uses
    borrowed = sum(card.load.total for card in cards if card.kind == "metal")
    assert host.load.total + borrowed <= host.usable
    assert sum(use.load.total for use in found.uses) == found.load.total
    idle = 0 if found.predict else sum(shape.layer_weights[shape.layers :])
    assert found.load.weights >= shape.weights - idle
    assert sum(found.split) == found.gpu_layers
    assert found.checkpoints <= 32
    assert len({reason.what for reason in found.reasons}) == len(found.reasons)


@QUICK
@given(shapes, st.sampled_from(KINDS), st.floats(2, 130), st.floats(0, 40), wishes)
def test_more_memory_never_gives_less_context(
    shape: ModelShape, kind: str, size: float, more: float, wish: Wish
) -> None:
    assert kind in ("cuda", "metal", "cpu")
    small = plan_memory(shape, make_machine(kind, size), wish)
    large = plan_memory(shape, make_machine(kind, size + more), wish)
    if isinstance(small, MemoryPlan):
        assert isinstance(large, MemoryPlan)
        assert large.context >= small.context


@QUICK
@given(shapes, machines, wishes)
def test_what_was_planned_or_offered_is_accepted_when_wished(
    shape: ModelShape, devices: tuple[Device, ...], wish: Wish
) -> None:
    made = plan_memory(shape, devices, wish)
    found = made.nearest if isinstance(made, PlanFault) else made
    if found is None:
        return
    again = plan_memory(shape, devices, found.wish)
    assert isinstance(again, MemoryPlan)
    assert (again.context, again.gpu_layers) == (found.context, found.gpu_layers)
    assert (again.key_type, again.cells) == (found.key_type, found.cells)


def test_devices_of_a_machine() -> None:
    machine = Machine(
        32 * GIB,
        20 * GIB,
        8,
        (
            Gpu("NVIDIA GeForce RTX 4090", 24 * GIB, 23 * GIB),
            Gpu("Radeon RX 7900 XTX", 24 * GIB, 23 * GIB),
            Gpu("Apple silicon", 24 * GIB, 15 * GIB, shared=True),
        ),
    )
    found = devices_of(machine)
    assert [device.kind for device in found] == ["cuda", "vulkan", "metal", "cpu"]
    assert found[-1].usable == 20 * GIB - 32 * GIB // 10
    assert found[0].usable == 23 * GIB - GIB * 8 // 10
    assert Device("full", "cuda", GIB, GIB // 2).usable == 0


def test_plans_a_file_by_its_header(tmp_path: Path) -> None:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(make_gguf({"qwen2.embedding_length": 64, "qwen2.feed_forward_length": 128}))
    machine = Machine(8 * GIB, 6 * GIB, 2)
    made = plan_for(file, machine, Wish())
    assert isinstance(made, MemoryPlan)
    assert (made.context, made.all_layers) == (512, 3)
    file.write_bytes(b"GGUF")
    damaged = plan_for(file, machine, Wish())
    assert isinstance(damaged, PlanFault)
    assert "tiny.gguf" in damaged.text


@pytest.mark.parametrize("kind", KINDS)
def test_a_machine_without_free_memory_is_refused(kind: str) -> None:
    assert kind in ("cuda", "metal", "cpu")
    empty = tuple(replace(device, free=0) for device in make_machine(kind, 24))
    assert refuse(SMALL, empty, Wish()).nearest is None


def test_adapters_take_room_that_is_said() -> None:
    machine = make_machine("cuda", 24)
    without, adapted = plan(LARGE, machine), plan(LARGE, machine, Wish(adapter_bytes=GIB))
    assert adapted.uses[0].load.adapters == GIB
    assert adapted.context < without.context
    assert "1.0 GiB" in reasons(adapted)["adapters"]
    on_processor = plan(LARGE, machine, Wish(adapter_bytes=GIB, gpu_layers=0, context=4096))
    assert on_processor.uses[-1].load.adapters == GIB
