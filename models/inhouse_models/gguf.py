"""Reads the header of a GGUF file without llama.cpp, and checks that its tensors are all there.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. The file may come from anywhere,
so every count and length is checked before it is believed and memory stays below HEADER_LIMIT
plus what is kept.
"""

import math
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from inhouse_models.gguf_types import FILE_TYPES, SCALAR_FORMATS, TENSOR_TYPES
from inhouse_models.parts import describe_missing, files_of, missing_files

HEADER_LIMIT = 128 * 1024 * 1024
ENTRY_LIMIT = 65_536
ELEMENT_LIMIT = 4_000_000
KEY_LIMIT = 65_535
KEPT_TEXT = 1024 * 1024
KEPT_ELEMENTS = 1024
_STRING, _ARRAY, _BOOL = 8, 9, 7

Scalar = int | float | bool | str
Value = Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class GgufFault:
    """Why a file is not a usable GGUF model, in a sentence for a person."""

    text: str


@dataclass(frozen=True, slots=True)
class GgufTensor:
    """One tensor: `kind` is its type in TENSOR_TYPES, `shape` has the quickest dimension first.

    `size` are its bytes, 0 for a type that we do not know.
    """

    name: str
    kind: int
    shape: tuple[int, ...]
    size: int


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What a GGUF file says of itself.

    `metadata` keeps scalars and short arrays under their own keys; longer arrays are left out
    and only their length stands in `lengths`. `parameters` counts weights, `data_bytes` is the
    room the tensors take. Values that the file does not state are empty or 0.
    """

    version: int
    tensor_count: int
    parameters: int
    data_bytes: int
    metadata: Mapping[str, Value] = field(default_factory=dict[str, Value])
    lengths: Mapping[str, int] = field(default_factory=dict[str, int])
    tensors: tuple[GgufTensor, ...] = ()

    @property
    def architecture(self) -> str:
        """Such as `qwen2` or `qwen35`."""
        return self.text("general.architecture")

    @property
    def name(self) -> str:
        """What its makers call the model."""
        return self.text("general.name")

    @property
    def quantisation(self) -> str:
        """Such as `Q4_K_M`; empty when the file does not say or says a number we do not know."""
        return FILE_TYPES.get(self.integer("general.file_type", -1), "")

    @property
    def parts(self) -> int:
        """Files that the model is split into."""
        return max(self.integer("split.count", 1), 1)

    def joined(self, other: "GgufHeader") -> "GgufHeader":
        """This header with the tensors of another file of the same model."""
        return replace(
            self,
            tensor_count=self.tensor_count + other.tensor_count,
            parameters=self.parameters + other.parameters,
            data_bytes=self.data_bytes + other.data_bytes,
            tensors=(*self.tensors, *other.tensors),
        )

    @property
    def context_length(self) -> int:
        """Tokens the model was trained for."""
        return self.architecture_integer("context_length")

    @property
    def block_count(self) -> int:
        """Layers, the next-token-prediction ones included."""
        return self.architecture_integer("block_count")

    @property
    def embedding_length(self) -> int:
        """Width of the model."""
        return self.architecture_integer("embedding_length")

    @property
    def head_count(self) -> int:
        """Query heads; of the layer that has most where layers differ."""
        return self.architecture_integer("attention.head_count")

    @property
    def head_count_kv(self) -> int:
        """Key and value heads; of the layer that has most where layers differ."""
        return self.architecture_integer("attention.head_count_kv") or self.head_count

    @property
    def tokenizer(self) -> str:
        """Such as `gpt2`."""
        return self.text("tokenizer.ggml.model")

    @property
    def vocabulary_size(self) -> int:
        """Number of tokens."""
        return self.lengths.get("tokenizer.ggml.tokens", 0)

    @property
    def chat_template(self) -> str:
        """The Jinja text of the default chat template."""
        return self.text("tokenizer.chat_template")

    @property
    def chat_templates(self) -> Mapping[str, str]:
        """Every chat template by name; the default one is `default`."""
        prefix = "tokenizer.chat_template."
        named = {
            key.removeprefix(prefix): value
            for key, value in self.metadata.items()
            if key.startswith(prefix) and isinstance(value, str)
        }
        return {"default": self.chat_template, **named} if self.chat_template else named

    def text(self, key: str) -> str:
        """The string at `key`, or empty."""
        value = self.metadata.get(key, "")
        return value if isinstance(value, str) else ""

    def integer(self, key: str, default: int = 0) -> int:
        """The whole number at `key`, the largest one of an array, or `default`."""
        value = self.metadata.get(key, default)
        numbers = value if isinstance(value, tuple) else (value,)
        return max((number for number in numbers if isinstance(number, int)), default=default)

    def architecture_integer(self, key: str) -> int:
        """The whole number at `key` below the architecture's own name, or 0."""
        return self.integer(f"{self.architecture}.{key}")


def read_header(path: Path) -> GgufHeader | GgufFault:
    """Read and check the header of `path`. Takes about 0.1 s for a vocabulary of 150,000 tokens.

    Of a model in several files it is the header of the first, with the tensors of all of them,
    which have to lie beside it.
    """
    first = files_of(path)[0]
    header = _read_file(first)
    if isinstance(header, GgufFault) or (header.parts == 1 and first.name == path.name):
        return header
    return _join_parts(first, header)


def _read_file(path: Path) -> GgufHeader | GgufFault:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            return _Reader(file, size).read()
    except _UnusableError as error:
        return GgufFault(f"{path} {error}")
    except OSError as error:
        return GgufFault(f"{path} cannot be read: {error.strerror}")


def _join_parts(first: Path, header: GgufHeader) -> GgufHeader | GgufFault:
    """The header of a model in several files."""
    files = files_of(first)
    if len(files) != header.parts:
        named = f"file 1 of {len(files)}" if len(files) > 1 else "a whole model"
        return GgufFault(
            f"{first} is one of {header.parts} files of a model and is named as {named}: give all"
            f" of them the names that they had, such as NAME-00001-of-{header.parts:05}.gguf"
        )
    if missing := missing_files(first):
        return GgufFault(f"{first} is one of {len(files)} files: {describe_missing(missing)}")
    joined = header
    for number, file in enumerate(files):
        part = header if file == first else _read_file(file)
        if isinstance(part, GgufFault):
            return part
        said = (part.integer("split.no", -1), part.parts)
        if said != (number, len(files)):
            return GgufFault(
                f"{file} is not file {number + 1} of {len(files)}, as it is named: its header says"
                f" {said[0] + 1} of {said[1]}"
            )
        joined = joined if file == first else joined.joined(part)
    if joined.tensor_count != header.integer("split.tensors.count", joined.tensor_count):
        return GgufFault(f"{first} and its other files are not of one model: weights are missing")
    return joined


class _UnusableError(Exception):
    """The file breaks the format; the text completes "FILE ..."."""


class _Reader:
    """Walks the header once, front to back."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file = file
        self.size = size
        self.buffer = bytearray()
        self.position = 0
        self.elements = 0
        self.metadata: dict[str, Value] = {}
        self.lengths: dict[str, int] = {}

    def read(self) -> GgufHeader:
        version, tensor_count, entry_count = self.read_counts()
        for _ in range(entry_count):
            self.read_entry()
        tensors, data_bytes = self.read_tensors(tensor_count)
        parameters = sum(math.prod(tensor.shape) for tensor in tensors)
        return GgufHeader(
            version, tensor_count, parameters, data_bytes, self.metadata, self.lengths, tensors
        )

    def read_counts(self) -> tuple[int, int, int]:
        self.require(min(4, self.size))
        if not self.buffer.startswith(b"GGUF"):
            raise _UnusableError("is not a GGUF file: it does not start with its mark")
        self.position = 4
        version = self.unpack("<I", 4)
        if version & 0xFFFF == 0:
            raise _UnusableError("is a GGUF file for big-endian machines")
        if version not in (2, 3):
            raise _UnusableError(f"has GGUF version {version}; 2 and 3 can be read")
        tensor_count, entry_count = self.unpack("<Q", 8), self.unpack("<Q", 8)
        if tensor_count > ENTRY_LIMIT or entry_count > ENTRY_LIMIT:
            raise _UnusableError("is damaged: it claims more entries than any model has")
        return version, tensor_count, entry_count

    def read_entry(self) -> None:
        key = self.read_string(KEY_LIMIT)
        kind = self.unpack("<I", 4)
        if kind != _ARRAY:
            self.metadata[key] = self.read_scalar(kind)
            return
        kind, length = self.unpack("<I", 4), self.unpack("<Q", 8)
        if kind == _ARRAY:
            raise _UnusableError(f"is damaged: {key!r} holds lists of lists")
        self.elements += length
        if self.elements > ELEMENT_LIMIT:
            raise _UnusableError("is damaged: its lists are longer than any model's")
        self.lengths[key] = length
        if length <= KEPT_ELEMENTS:
            self.metadata[key] = tuple(self.read_scalar(kind) for _ in range(length))
        elif kind == _STRING:
            self.skip_strings(length)
        else:
            self.skip(length * struct.calcsize(self.scalar_format(kind)))

    def read_tensors(self, count: int) -> tuple[tuple[GgufTensor, ...], int]:
        ends: list[int] = []
        tensors: list[GgufTensor] = []
        for _ in range(count):
            name = self.read_string(KEY_LIMIT)
            rank = self.unpack("<I", 4)
            if not 1 <= rank <= 4:
                raise _UnusableError(f"is damaged: tensor {name!r} has {rank} dimensions")
            shape = tuple(self.unpack("<Q", 8) for _ in range(rank))
            kind, offset = self.unpack("<I", 4), self.unpack("<Q", 8)
            # A type we do not know is left to llama.cpp; its start must be in the file.
            block, block_bytes = TENSOR_TYPES.get(kind, (1, 0))
            size = math.prod(shape) // block * block_bytes
            tensors.append(GgufTensor(name, kind, shape, size))
            ends.append(offset + size)
        alignment = self.metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 1 <= alignment <= 2**20:
            raise _UnusableError("is damaged: its alignment makes no sense")
        start = -(-self.position // alignment) * alignment
        data_bytes = max(ends, default=0)
        if start + data_bytes > self.size:
            missing = start + data_bytes - self.size
            raise _UnusableError(
                f"is cut short: {missing:,} bytes of its weights are missing; fetch it again"
            )
        return tuple(tensors), data_bytes

    def read_scalar(self, kind: int) -> Scalar:
        if kind == _STRING:
            return self.read_string(KEPT_TEXT)
        layout = self.scalar_format(kind)
        value = self.unpack_value(layout, struct.calcsize(layout))
        return bool(value) if kind == _BOOL else value

    def scalar_format(self, kind: int) -> str:
        layout = SCALAR_FORMATS.get(kind)
        if layout is None:
            raise _UnusableError(f"is damaged: it holds a value of unknown type {kind}")
        return layout

    def read_string(self, limit: int) -> str:
        length = self.unpack("<Q", 8)
        if length > limit:
            raise _UnusableError(f"is damaged: it holds a text of {length:,} bytes")
        self.require(length)
        text = bytes(self.buffer[self.position : self.position + length])
        self.position += length
        return text.decode(errors="replace")

    def unpack(self, layout: str, size: int) -> int:
        return int(self.unpack_value(layout, size))

    def unpack_value(self, layout: str, size: int) -> int | float:
        if self.position + size > len(self.buffer):
            self.require(size)
        value: int | float = struct.unpack_from(layout, self.buffer, self.position)[0]
        self.position += size
        return value

    def skip(self, length: int) -> None:
        if self.position + length > len(self.buffer):
            self.require(length)
        self.position += length

    def skip_strings(self, count: int) -> None:
        # A vocabulary has hundreds of thousands: this loop is most of the time a header takes.
        read_length = struct.Struct("<Q").unpack_from
        for _ in range(count):
            if self.position + 8 > len(self.buffer):
                self.require(8)
            self.position += 8 + read_length(self.buffer, self.position)[0]
        self.require(0)

    def require(self, length: int) -> None:
        """Make sure that `length` bytes from the current position are in the buffer."""
        end = self.position + length
        if end > self.size:
            raise _UnusableError("is cut short: its header is not complete; fetch it again")
        if end > HEADER_LIMIT:
            raise _UnusableError("is damaged: its header is larger than any model's")
        while len(self.buffer) < end:
            piece = self.file.read(max(2**20, end - len(self.buffer)))
            if not piece:
                raise _UnusableError("is cut short: its header is not complete; fetch it again")
            self.buffer += piece
