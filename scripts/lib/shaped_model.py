"""Writes model files of a real size whose weights are all zero: they take no room on the disk.

They load like the models whose sizes they have, and take the memory of those; what they write
means nothing. Tensors: llama.cpp, src/models/qwen2.cpp, qwen35.cpp, qwen3moe.cpp.
"""

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gguf_file import ALIGNMENT, Plain, pack_text, pack_value, read_tokenizer

from inhouse_models.gguf_types import TENSOR_NUMBERS, TENSOR_TYPES

Kind = Literal["qwen2", "qwen35", "qwen3moe"]
INTERVAL = 4
CONTEXT = 262_144
EPSILON, FREQUENCY = 1e-6, 1e6


@dataclass(frozen=True, slots=True)
class Sizes:
    """What makes a model large. `bits` is the type of its matrices, `experts` how many there are,
    of which `used` answer; `delta` is the width of a recurrent layer's values."""

    kind: Kind
    layers: int
    width: int
    feed_forward: int
    heads: int
    key_heads: int
    head: int
    bits: str = "Q4_K"
    delta: int = 0
    delta_groups: int = 16
    delta_head: int = 128
    experts: int = 0
    used: int = 0


Shape = tuple[int, ...]

SHAPES = {
    # The layers of Qwen3.5 0.8B.
    "hybrid": Sizes("qwen35", 24, 1024, 3584, 8, 2, 256, delta=2048),
    "experts": Sizes("qwen3moe", 12, 1024, 512, 16, 2, 128, experts=32, used=4),
}
"""Small models of two architectures."""


def write_shaped_model(sizes: Sizes, tokenizer_from: Path, target: Path) -> None:
    """Write a model of these sizes with another model's tokenizer, as a file with holes."""
    tokenizer = read_tokenizer(tokenizer_from)
    tensors = _list_tensors(sizes, len(tokenizer.tokens))
    own = {key: pack_value(value) for key, value in describe(sizes).items()}
    entries = {**own, **tokenizer.entries}
    head = bytearray(struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(entries)))
    head += b"".join(pack_text(key) + value for key, value in entries.items())
    offset = 0
    for name, (shape, bits) in tensors.items():
        kind = TENSOR_NUMBERS[bits]
        head += pack_text(name)
        head += struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)
        weights, size = TENSOR_TYPES[kind]
        offset += _rounded(math.prod(shape) // weights * size)
    with target.open("wb") as file:
        file.write(head)
        file.truncate(_rounded(len(head)) + offset)


def describe(sizes: Sizes) -> dict[str, Plain]:
    """The metadata, without the tokenizer."""
    own: dict[str, Plain] = {
        "block_count": sizes.layers,
        "context_length": CONTEXT,
        "embedding_length": sizes.width,
        "feed_forward_length": sizes.feed_forward,
        "attention.head_count": sizes.heads,
        "attention.head_count_kv": sizes.key_heads,
        "attention.key_length": sizes.head,
        "attention.value_length": sizes.head,
        "attention.layer_norm_rms_epsilon": EPSILON,
        "rope.freq_base": FREQUENCY,
    }
    if sizes.kind == "qwen35":
        own |= {
            "full_attention_interval": INTERVAL,
            "rope.dimension_count": sizes.head // 4,
            "rope.dimension_sections": (11, 11, 10, 0),
            "ssm.conv_kernel": 4,
            "ssm.group_count": sizes.delta_groups,
            "ssm.inner_size": sizes.delta,
            "ssm.state_size": sizes.delta_head,
            "ssm.time_step_rank": sizes.delta // sizes.delta_head,
        }
    if sizes.kind == "qwen3moe":
        own |= {
            "expert_count": sizes.experts,
            "expert_used_count": sizes.used,
            "expert_feed_forward_length": sizes.feed_forward,
        }
    return {
        "general.architecture": sizes.kind,
        "general.name": f"{sizes.kind} of zeros",
        **{f"{sizes.kind}.{key}": value for key, value in own.items()},
    }


def _rounded(length: int) -> int:
    return length + -length % ALIGNMENT


def _list_tensors(sizes: Sizes, vocabulary: int) -> dict[str, tuple[Shape, str]]:
    """Shape and type of every tensor, by name."""
    table = (sizes.width, vocabulary)
    tensors: dict[str, tuple[Shape, str]] = {
        "token_embd.weight": (table, sizes.bits),
        "output_norm.weight": ((sizes.width,), "F32"),
        "output.weight": (table, "Q6_K"),
    }
    for layer in range(sizes.layers):
        recurrent = sizes.kind == "qwen35" and (layer + 1) % INTERVAL
        mixer = _recurrent(sizes) if recurrent else _attention(sizes)
        for name, shape in {**mixer, **_feed_forward(sizes)}.items():
            plain = len(shape) == 1 or name.startswith(("ssm_conv1d", "ffn_gate_inp"))
            tensors[f"blk.{layer}.{name}"] = (shape, "F32" if plain else sizes.bits)
    return tensors


def _attention(sizes: Sizes) -> dict[str, Shape]:
    width, queries, keys = sizes.width, sizes.heads * sizes.head, sizes.key_heads * sizes.head
    # The hybrid ones have a gate beside every query.
    asked = queries * 2 if sizes.kind == "qwen35" else queries
    shapes: dict[str, Shape] = {
        "attn_norm.weight": (width,),
        "attn_q.weight": (width, asked),
        "attn_k.weight": (width, keys),
        "attn_v.weight": (width, keys),
        "attn_output.weight": (queries, width),
    }
    if sizes.kind == "qwen2":
        biases: dict[str, Shape] = {f"attn_{one}.bias": (keys,) for one in "kv"}
        return shapes | biases | {"attn_q.bias": (queries,)}
    return shapes | {f"attn_{one}_norm.weight": (sizes.head,) for one in "qk"}


def _recurrent(sizes: Sizes) -> dict[str, Shape]:
    width, heads = sizes.width, sizes.delta // sizes.delta_head
    mixed = 2 * sizes.delta_groups * sizes.delta_head + sizes.delta
    return {
        "attn_norm.weight": (width,),
        "attn_qkv.weight": (width, mixed),
        "attn_gate.weight": (width, sizes.delta),
        "ssm_conv1d.weight": (4, mixed),
        "ssm_dt.bias": (heads,),
        "ssm_a": (heads,),
        "ssm_beta.weight": (width, heads),
        "ssm_alpha.weight": (width, heads),
        "ssm_norm.weight": (sizes.delta_head,),
        "ssm_out.weight": (sizes.delta, width),
    }


def _feed_forward(sizes: Sizes) -> dict[str, Shape]:
    width, hidden = sizes.width, sizes.feed_forward
    norm = "post_attention_norm" if sizes.kind == "qwen35" else "ffn_norm"
    shapes: dict[str, Shape] = {f"{norm}.weight": (width,)}
    if sizes.kind != "qwen3moe":
        return shapes | {
            "ffn_gate.weight": (width, hidden),
            "ffn_up.weight": (width, hidden),
            "ffn_down.weight": (hidden, width),
        }
    return shapes | {
        "ffn_gate_inp.weight": (width, sizes.experts),
        "ffn_gate_exps.weight": (width, hidden, sizes.experts),
        "ffn_up_exps.weight": (width, hidden, sizes.experts),
        "ffn_down_exps.weight": (hidden, width, sizes.experts),
    }
