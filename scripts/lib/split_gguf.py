"""Splits a GGUF file into several, in the form of llama.cpp's llama-gguf-split.

The first file has the metadata; each says which of how many it is, and has tensors of its own.
"""

import struct
from pathlib import Path

from gguf_file import ALIGNMENT, pack_text

from inhouse_models.gguf import GgufFault, GgufHeader, read_header
from inhouse_models.parts import part_name

_UINT16, _INT32 = 2, 5


def split_gguf(source: Path, folder: Path, stem: str, count: int) -> list[Path]:
    """Write `count` files of the model `source` into `folder`; the first one comes first."""
    match read_header(source):
        case GgufFault(text):
            raise ValueError(text)
        case GgufHeader() as header:
            pass
    content = source.read_bytes()
    start = len(content) - header.data_bytes
    start -= start % ALIGNMENT
    metadata, entries = _metadata(content, header)
    share = -(-len(header.tensors) // count)
    files: list[Path] = []
    offsets = _offsets(header)
    for number in range(count):
        chosen = range(number * share, min((number + 1) * share, len(header.tensors)))
        body, table, place = b"", b"", 0
        for index in chosen:
            tensor = header.tensors[index]
            table += pack_text(tensor.name)
            layout = f"<I{len(tensor.shape)}QIQ"
            table += struct.pack(layout, len(tensor.shape), *tensor.shape, tensor.kind, place)
            data = content[start + offsets[index] : start + offsets[index] + tensor.size]
            body += data + bytes(-len(data) % ALIGNMENT)
            place = len(body)
        own = _place_of(number, count, len(header.tensors))
        kept, kept_entries = (metadata, entries) if number == 0 else (b"", 0)
        head = struct.pack("<4sIQQ", b"GGUF", 3, len(chosen), kept_entries + 3) + kept + own + table
        file = folder / part_name(stem, number + 1, count)
        file.write_bytes(head + bytes(-len(head) % ALIGNMENT) + body)
        files.append(file)
    return files


def _place_of(number: int, count: int, tensors: int) -> bytes:
    """The three entries of metadata that make a file one of several."""
    return (
        pack_text("split.no") + struct.pack("<IH", _UINT16, number)
        + pack_text("split.count") + struct.pack("<IH", _UINT16, count)
        + pack_text("split.tensors.count") + struct.pack("<Ii", _INT32, tensors)
    )  # fmt: skip


def _metadata(content: bytes, header: GgufHeader) -> tuple[bytes, int]:
    """The metadata as it stands before the first tensor, and how many entries it has."""
    first = pack_text(header.tensors[0].name) + struct.pack("<I", len(header.tensors[0].shape))
    (entries,) = struct.unpack_from("<Q", content, 16)
    return content[24 : content.index(first)], entries


def _offsets(header: GgufHeader) -> list[int]:
    """Where each tensor begins, as our own files have them: one behind the other."""
    offsets, place = list[int](), 0
    for tensor in header.tensors:
        offsets.append(place)
        place += tensor.size + -tensor.size % ALIGNMENT
    return offsets
