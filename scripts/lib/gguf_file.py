"""Writes GGUF files, and copies the tokenizer out of one.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
"""

import mmap
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from inhouse_models.gguf import GgufFault, read_header
from inhouse_models.gguf_types import SCALAR_FORMATS

F32, F16, Q8_0 = 0, 1, 8
ALIGNMENT = 32
_UINT32, _INT32, _FLOAT32, _BOOL, _STRING, _ARRAY = 4, 5, 6, 7, 8, 9
TOKENS, TYPES = "tokenizer.ggml.tokens", "tokenizer.ggml.token_type"
MERGES = "tokenizer.ggml.merges"
# Before the items of an array: its type, the type of the items, and how many there are.
_ARRAY_HEAD = 16

Plain = bool | int | float | str | Sequence[int] | Sequence[float] | Sequence[str]


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: `shape` as GGUF has it, the quickest dimension first; `data` its very bytes."""

    name: str
    shape: tuple[int, ...]
    kind: int
    data: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """The tokenizer of a model file.

    `entries` are its metadata, chat template included: the bytes of every value by its key.
    `tokens` are the spellings, in the printable form that the file has.
    """

    entries: Mapping[str, bytes]
    tokens: tuple[str, ...]


def write_gguf(
    target: Path, metadata: Mapping[str, Plain], tokenizer: Tokenizer, tensors: Sequence[Tensor]
) -> None:
    """Write a whole model file; it stands under its name only when it is complete."""
    own = {key: pack_value(value) for key, value in metadata.items()}
    entries = {**own, **tokenizer.entries}
    head = bytearray(struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(entries)))
    head += b"".join(pack_text(key) + value for key, value in entries.items())
    offset = 0
    for tensor in tensors:
        rank = len(tensor.shape)
        head += pack_text(tensor.name)
        head += struct.pack(f"<I{rank}QIQ", rank, *tensor.shape, tensor.kind, offset)
        offset += tensor.data.nbytes + _padding(tensor.data.nbytes)
    partial = target.with_name(target.name + ".partial")
    with partial.open("wb") as file:
        file.write(head + bytes(_padding(len(head))))
        for tensor in tensors:
            file.write(tensor.data.tobytes() + bytes(_padding(tensor.data.nbytes)))
    partial.replace(target)


def read_tokenizer(model: Path) -> Tokenizer:
    """Copy the tokenizer of `model`.

    Raises ValueError, with a sentence for a person, when the file is no GGUF model or has none.
    """
    header = read_header(model)
    if isinstance(header, GgufFault) or not header.vocabulary_size:
        lacking = f"{model} has no tokenizer; name another model"
        raise ValueError(header.text if isinstance(header, GgufFault) else lacking)
    with model.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _Copier(data).copy()


def _padding(length: int) -> int:
    return -length % ALIGNMENT


def pack_text(text: str) -> bytes:
    """A string as GGUF writes it."""
    return struct.pack("<Q", len(text.encode())) + text.encode()


def pack_value(value: Plain) -> bytes:
    """The bytes of a value, its type before it."""
    if isinstance(value, bool):
        return struct.pack("<I?", _BOOL, value)
    if isinstance(value, int):
        return struct.pack("<II", _UINT32, value)
    if isinstance(value, float):
        return struct.pack("<If", _FLOAT32, value)
    if isinstance(value, str):
        return struct.pack("<I", _STRING) + pack_text(value)
    if isinstance(value[0], str):
        texts = b"".join(pack_text(str(text)) for text in value)
        return struct.pack("<IIQ", _ARRAY, _STRING, len(value)) + texts
    kind, letter = (_FLOAT32, "f") if isinstance(value[0], float) else (_INT32, "i")
    return struct.pack(f"<IIQ{len(value)}{letter}", _ARRAY, kind, len(value), *value)


def unpack_texts(value: bytes) -> tuple[str, ...]:
    """The texts of an array of them."""
    texts: list[str] = []
    position = _ARRAY_HEAD
    for _ in range(_count(value)):
        (length,) = struct.unpack_from("<Q", value, position)
        position += 8 + length
        texts.append(value[position - length : position].decode("utf-8", "replace"))
    return tuple(texts)


def unpack_numbers(value: bytes) -> tuple[int, ...]:
    """The numbers of an array of 32-bit ones."""
    return struct.unpack_from(f"<{_count(value)}i", value, _ARRAY_HEAD)


def _count(array: bytes) -> int:
    (count,) = struct.unpack_from("<Q", array, _ARRAY_HEAD - 8)
    return int(count)


class _Copier:
    """Walks the metadata of a file that `read_header` found to be whole."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.position = 0

    def copy(self) -> Tokenizer:
        self.position = 16
        entries: dict[str, bytes] = {}
        for _ in range(self.number("<Q")):
            key = self.text().decode()
            start = self.position
            self.pass_value()
            if key.startswith("tokenizer."):
                entries[key] = self.data[start : self.position]
        return Tokenizer(entries, unpack_texts(entries[TOKENS]))

    def pass_value(self) -> None:
        kind, count = self.number("<I"), 1
        if kind == _ARRAY:
            kind, count = self.number("<I"), self.number("<Q")
        if kind != _STRING:
            self.position += count * struct.calcsize(SCALAR_FORMATS[kind])
            return
        for _ in range(count):
            self.text()

    def text(self) -> bytes:
        length = self.number("<Q")
        self.position += length
        return self.data[self.position - length : self.position]

    def number(self, layout: str) -> int:
        (value,) = struct.unpack_from(layout, self.data, self.position)
        self.position += struct.calcsize(layout)
        return int(value)
