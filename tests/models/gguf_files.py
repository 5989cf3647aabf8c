"""Writes tiny GGUF files for tests."""

import struct
from collections.abc import Mapping

Plain = int | float | bool | str | list[str] | list[int]


def make_gguf(
    metadata: Mapping[str, Plain] | None = None, *, weights: int = 64, version: int = 3
) -> bytes:
    """A whole GGUF file with one F32 tensor of `weights` numbers."""
    entries = {
        "general.architecture": "qwen2",
        "general.name": "tiny",
        "general.file_type": 15,
        "qwen2.context_length": 512,
        "qwen2.block_count": 2,
        "qwen2.attention.head_count": 4,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.tokens": [f"token {number}" for number in range(1200)],
        "tokenizer.chat_template": "{{ messages }}",
        **(metadata or {}),
    }
    head = b"GGUF" + struct.pack("<IQQ", version, 1, len(entries))
    head += b"".join(pack_text(key) + _pack_value(value) for key, value in entries.items())
    head += pack_text("output.weight") + struct.pack("<IQIQ", 1, weights, 0, 0)
    head += bytes(-len(head) % 32)
    return head + struct.pack(f"<{weights}f", *range(weights))


def pack_text(text: str) -> bytes:
    """A string as GGUF writes it."""
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _pack_value(value: Plain) -> bytes:
    if isinstance(value, bool):
        return struct.pack("<IB", 7, value)
    if isinstance(value, int):
        return struct.pack("<Ii", 5, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + pack_text(value)
    if all(isinstance(item, int) for item in value):
        numbers = b"".join(struct.pack("<i", int(item)) for item in value)
        return struct.pack("<IIQ", 9, 5, len(value)) + numbers
    texts = b"".join(pack_text(str(item)) for item in value)
    return struct.pack("<IIQ", 9, 8, len(value)) + texts
