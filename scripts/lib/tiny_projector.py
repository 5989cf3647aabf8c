"""Writes a projector with random weights, which lets the tiny models see: see tiny_models.py.

It has the form of Qwen3-VL's, which Qwen3.6 shares: one layer here, and no further outputs.
Tensors and metadata: llama.cpp, tools/mtmd/clip.cpp and tools/mtmd/models/qwen3vl.cpp.
"""

from pathlib import Path

import numpy as np
from gguf_file import F32, Plain, Tensor, Tokenizer, write_gguf
from tiny_models import WIDTH

# A token of the model shows 2 x 2 patches, so 16 x 16 pixels. Images have 8 tokens at least.
PATCH, SIDE = 8, 8
SEEN_WIDTH, SEEN_HIDDEN, SEEN_HEADS = 32, 64, 2
MERGED = 4 * SEEN_WIDTH


def write_tiny_projector(target: Path, seed: int = 0) -> None:
    """Write a projector of about 150 kB: the same bytes for the same seed."""
    generator = np.random.default_rng(seed)

    def noise(name: str, *shape: int) -> Tensor:
        """Weights that turn noise of deviation 1 into noise of deviation 1; `shape` as in GGUF,
        the inputs first."""
        inputs = int(np.prod(shape[:-1]))
        data = generator.standard_normal(shape[::-1], np.float32) / np.float32(inputs**0.5)
        return Tensor(name, shape, F32, data)

    def constant(name: str, length: int, value: float = 0.0) -> Tensor:
        return Tensor(name, (length,), F32, np.full(length, value, np.float32))

    metadata: dict[str, Plain] = {
        "general.architecture": "clip",
        "general.name": "tiny projector",
        "clip.has_vision_encoder": True,
        "clip.projector_type": "qwen3vl_merger",
        "clip.use_gelu": True,
        "clip.vision.image_size": PATCH * SIDE,
        "clip.vision.patch_size": PATCH,
        "clip.vision.embedding_length": SEEN_WIDTH,
        "clip.vision.feed_forward_length": SEEN_HIDDEN,
        "clip.vision.block_count": 1,
        "clip.vision.projection_dim": WIDTH,
        "clip.vision.attention.head_count": SEEN_HEADS,
        "clip.vision.attention.layer_norm_epsilon": 1e-6,
        "clip.vision.image_mean": (0.5, 0.5, 0.5),
        "clip.vision.image_std": (0.5, 0.5, 0.5),
    }
    tensors = [
        noise("v.patch_embd.weight", PATCH, PATCH, 3, SEEN_WIDTH),
        noise("v.patch_embd.weight.1", PATCH, PATCH, 3, SEEN_WIDTH),
        constant("v.patch_embd.bias", SEEN_WIDTH),
        noise("v.position_embd.weight", SEEN_WIDTH, SIDE * SIDE),
        constant("v.blk.0.ln1.weight", SEEN_WIDTH, 1.0),
        constant("v.blk.0.ln1.bias", SEEN_WIDTH),
        noise("v.blk.0.attn_qkv.weight", SEEN_WIDTH, 3 * SEEN_WIDTH),
        constant("v.blk.0.attn_qkv.bias", 3 * SEEN_WIDTH),
        noise("v.blk.0.attn_out.weight", SEEN_WIDTH, SEEN_WIDTH),
        constant("v.blk.0.attn_out.bias", SEEN_WIDTH),
        constant("v.blk.0.ln2.weight", SEEN_WIDTH, 1.0),
        constant("v.blk.0.ln2.bias", SEEN_WIDTH),
        noise("v.blk.0.ffn_up.weight", SEEN_WIDTH, SEEN_HIDDEN),
        constant("v.blk.0.ffn_up.bias", SEEN_HIDDEN),
        noise("v.blk.0.ffn_down.weight", SEEN_HIDDEN, SEEN_WIDTH),
        constant("v.blk.0.ffn_down.bias", SEEN_WIDTH),
        constant("v.post_ln.weight", SEEN_WIDTH, 1.0),
        constant("v.post_ln.bias", SEEN_WIDTH),
        noise("mm.0.weight", MERGED, MERGED),
        constant("mm.0.bias", MERGED),
        noise("mm.2.weight", MERGED, WIDTH),
        constant("mm.2.bias", WIDTH),
    ]
    write_gguf(target, metadata, Tokenizer({}, ()), tensors)
