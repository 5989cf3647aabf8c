"""Shapes: the figures that were measured, and headers that do not say enough."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from tests.models.memory.machines import make_machine, shape_of

from inhouse_models.gguf import GgufHeader, GgufTensor, Value, read_header
from inhouse_models.memory.cost import Setting, compute_bytes, kv_token_bytes, recurrent_bytes
from inhouse_models.memory.known import known_shapes
from inhouse_models.memory.plan import PlanFault, plan_memory
from inhouse_models.memory.shape import ModelShape, ShapeFault, read_shape
from inhouse_models.memory.wish import Wish

MIB = 1024**2
Q8 = Setting(4096, key_type="q8_0", value_type="q8_0", flash_attention=True)
BASE: dict[str, Value] = {
    "general.architecture": "qwen2",
    "qwen2.block_count": 4,
    "qwen2.context_length": 4096,
    "qwen2.embedding_length": 512,
    "qwen2.feed_forward_length": 1024,
    "qwen2.attention.head_count": 8,
    "qwen2.attention.head_count_kv": 2,
    "qwen2.vocab_size": 1000,
}


def header(changes: Mapping[str, Value | None]) -> GgufHeader:
    metadata = {key: value for key, value in {**BASE, **changes}.items() if value is not None}
    return GgufHeader(3, 0, 2_000_000, 4_000_000, metadata)


def shape(changes: Mapping[str, Value | None] | None = None) -> ModelShape:
    read = read_shape(header(changes or {}))
    assert isinstance(read, ModelShape), read
    return read


def test_keys_and_values_take_what_was_measured() -> None:
    assert kv_token_bytes(shape_of("qwen2.5-coder-1.5b"), Setting(4096)) == 28_672
    assert kv_token_bytes(shape_of("qwen2.5-coder-0.5b"), Setting(4096)) == 12_288
    assert kv_token_bytes(shape_of("qwen3.6-27b"), Setting(4096)) == 64 * 1024
    assert kv_token_bytes(shape_of("qwen3.6-27b"), Q8) == 34 * 1024


def test_a_recurrent_state_takes_what_was_measured() -> None:
    large = shape_of("qwen3.6-27b")
    assert large.state_bytes == 149.625 * MIB
    assert (large.layers, large.attention_layers, large.recurrent_layers) == (64, 16, 48)
    # Two sequences with three rows to roll back to: llama.cpp's log says 1197.00 MiB.
    assert recurrent_bytes(large, Setting(4096, rollback=3)) == 1197 * MIB


# MiB of llama.cpp's own dry run (no_alloc) with two sequences and 17 outputs.
@pytest.mark.parametrize(
    ("name", "context", "flash", "measured"),
    [
        ("qwen2.5-coder-0.5b", 2048, False, 69.26),
        ("qwen2.5-coder-0.5b", 32_768, False, 969.26),
        ("qwen2.5-coder-0.5b", 65_536, True, 99.51),
        ("qwen2.5-coder-1.5b", 16_384, False, 432.01),
        ("qwen2.5-coder-1.5b", 65_536, True, 128.51),
        ("qwen2.5-coder-7b", 16_384, False, 965.01),
        ("qwen2.5-coder-7b", 65_536, True, 203.01),
        ("qwen3.6-27b", 16_384, False, 870.01),
        ("qwen3.6-27b", 32_768, False, 1670.01),
        ("qwen3.6-27b", 16_384, True, 148.02),
        ("qwen3.6-27b", 65_536, True, 196.02),
    ],
)
def test_the_compute_buffer_is_bounded_closely(
    name: str, context: int, flash: bool, measured: float
) -> None:
    bound = compute_bytes(shape_of(name), Setting(context, flash_attention=flash), "cpu") / MIB
    assert measured <= bound <= measured * 1.1 + 50


def test_quantised_caches_need_room_to_unpack_on_cuda() -> None:
    large = shape_of("qwen3.6-27b")
    # One layer's keys and values as f16: 4 heads of 256 numbers each, twice, 2 bytes a number.
    extra = compute_bytes(large, Q8, "cuda") - compute_bytes(large, Q8, "metal")
    assert extra == 4096 * 4 * 256 * 2 * 2


def test_heads_may_differ_from_layer_to_layer() -> None:
    uneven = shape({"qwen2.attention.head_count_kv": (2, 1, 2, 1), "qwen2.block_count": 4})
    assert uneven.kv_heads == (2, 1, 2, 1)
    assert kv_token_bytes(uneven, Setting(1, flash_attention=True)) == 6 * 2 * 64 * 2
    # Without flash attention llama.cpp pads the values of every layer to the widest.
    assert kv_token_bytes(uneven, Setting(1)) == (6 + 8) * 64 * 2


def test_missing_values_have_the_defaults_of_llama_cpp() -> None:
    plain = shape({"qwen2.attention.head_count_kv": None})
    assert plain.kv_heads == (8, 8, 8, 8)
    assert (plain.key_size, plain.value_size) == (64, 64)
    assert not plain.hybrid
    tables = plain.table_bytes + plain.output_bytes
    assert plain.weights <= sum(plain.layer_weights) + tables < plain.weights + 4


def test_the_layers_of_a_hybrid_can_be_listed() -> None:
    hybrid: dict[str, Value | None] = {
        key.replace("qwen2.", "qwen35."): value for key, value in BASE.items()
    }
    hybrid |= {
        "general.architecture": "qwen35",
        "qwen35.block_count": 5,
        "qwen35.nextn_predict_layers": 1,
        "qwen35.ssm.conv_kernel": 4,
        "qwen35.ssm.group_count": 2,
        "qwen35.ssm.inner_size": 64,
        "qwen35.ssm.state_size": 16,
    }
    by_interval = shape(hybrid)
    assert by_interval.kv_heads == (0, 0, 0, 2, 2)
    assert (by_interval.attention_layers, by_interval.prediction_layers) == (1, 1)
    assert by_interval.state_bytes == 3 * 4 * (16 * 64 + 3 * (64 + 2 * 2 * 16))
    listed = shape({**hybrid, "qwen35.attention.recurrent_layers": (1, 0, 1, 0, 0)})
    assert listed.kv_heads == (0, 2, 0, 2, 2)


def test_wild_numbers_are_refused_and_not_believed() -> None:
    wild: dict[str, Value | None] = {
        f"qwen2.{key}": 2**31
        for key in ("context_length", "embedding_length", "attention.key_length", "vocab_size")
    }
    made = plan_memory(shape(wild), make_machine("cuda", 24), Wish(conversations=64))
    assert isinstance(made, PlanFault)
    assert made.nearest is None


@pytest.mark.parametrize(
    "changes",
    [
        {"qwen2.block_count": None},
        {"qwen2.block_count": 2**40},
        {"qwen2.block_count": 0},
        {"qwen2.embedding_length": -1},
        {"qwen2.attention.head_count": None},
        {"qwen2.attention.head_count_kv": (2, 2)},
        {"qwen2.attention.head_count_kv": "two"},
        {"qwen2.nextn_predict_layers": 4},
        {"qwen2.context_length": None},
        {"qwen2.vocab_size": None},
        {"general.architecture": "rwkv7"},
        {"qwen2.ssm.conv_kernel": 4},
    ],
)
def test_a_header_that_says_too_little_is_a_fault(changes: dict[str, Value | None]) -> None:
    fault = read_shape(header(changes))
    assert isinstance(fault, ShapeFault), fault
    assert "cannot be planned" in fault.text


@pytest.mark.model
def test_the_published_shape_is_that_of_the_file(small_model: Path) -> None:
    read = read_header(small_model)
    assert isinstance(read, GgufHeader)
    actual = read_shape(read)
    known = known_shapes()["qwen2.5-coder-0.5b"]
    assert isinstance(actual, ModelShape)
    assert actual.weights == known.weights
    assert actual.kv_heads == known.kv_heads
    assert (actual.width, actual.vocabulary) == (known.width, known.vocabulary)
    assert (actual.table_bytes, actual.feed_forward) == (known.table_bytes, known.feed_forward)
    assert (actual.tied, actual.repacked_bytes) == (known.tied, known.repacked_bytes)
    # The last norm counts as a part of the output.
    assert actual.output_bytes - known.output_bytes == 4 * actual.width


def test_layers_and_tables_are_those_of_the_tensors() -> None:
    matrix = GgufTensor("blk.1.attn_q.weight", 12, (512, 512), 147_456)
    table = GgufTensor("token_embd.weight", 12, (512, 1000), 288_000)
    norm = GgufTensor("output_norm.weight", 0, (512,), 2048)
    uneven = GgufTensor("blk.3.ffn_up.weight", 12, (512, 1001), 288_288)
    plain = replace(header({}), data_bytes=725_792, tensors=(matrix, table, norm, uneven))
    read = read_shape(plain)
    assert isinstance(read, ModelShape)
    assert read.layer_weights == (0, 147_456, 0, 288_288)
    # The table is the output too, and a CPU copies it as that; rows that are not by eights stay.
    assert (read.tied, read.table_bytes, read.output_bytes) == (True, 288_000, 288_000)
    assert read.repacked_bytes == 147_456 + 288_000
    output = GgufTensor("output.weight", 14, (512, 1000), 420_000)
    apart = replace(plain, data_bytes=1_145_792, tensors=(*plain.tensors, output))
    shaped = read_shape(apart)
    assert isinstance(shaped, ModelShape)
    assert (shaped.tied, shaped.output_bytes) == (False, 422_048)
    assert shaped.repacked_bytes == 147_456
