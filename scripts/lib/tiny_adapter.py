"""Writes LoRA adapters with random weights for the tiny models: see tiny_models.py.

Tensors and metadata: llama.cpp, convert_lora_to_gguf.py and src/llama-adapter.cpp.
"""

from pathlib import Path

import numpy as np
from gguf_file import F32, Tensor, Tokenizer, write_gguf
from tiny_models import GAIN, HIDDEN, LAYERS, WIDTH, Kind

RANK = 4
# What trainers divide by the rank to get the factor of the product; here the two are equal.
ALPHA = float(RANK)


def write_tiny_adapter(kind: Kind, target: Path, seed: int = 0) -> None:
    """Write an adapter of about 25 kB: the same bytes for the same seed, other ones for another.

    At scale 1 it adds as much to every feed-forward part as that itself gives.
    """
    architecture = "qwen2" if kind == "qwen2" else "qwen35"
    metadata = {
        "general.type": "adapter",
        "general.architecture": architecture,
        "general.name": f"tiny adapter for {kind}",
        "adapter.type": "lora",
        "adapter.lora.alpha": ALPHA,
    }
    generator = np.random.default_rng(seed)
    tensors: list[Tensor] = []
    for layer in range(LAYERS):
        name = f"blk.{layer}.ffn_down.weight"
        into = generator.standard_normal((RANK, HIDDEN), np.float32) / np.float32(HIDDEN**0.5)
        out = generator.standard_normal((WIDTH, RANK), np.float32) * np.float32(
            2 * GAIN / RANK**0.5
        )
        tensors.append(Tensor(f"{name}.lora_a", (HIDDEN, RANK), F32, into))
        tensors.append(Tensor(f"{name}.lora_b", (RANK, WIDTH), F32, out))
    write_gguf(target, metadata, Tokenizer({}, ()), tensors)
