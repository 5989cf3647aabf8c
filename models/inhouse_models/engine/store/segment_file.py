"""Segments as files: written whole or not at all, believed only when every byte is in order.

Layout: 8 bytes magic, 4 bytes length of a JSON header, the header, the tokens as little-endian
int32, cells, state. The header names the SHA-256 of cells and state; tokens are proven by the key.
"""

import hashlib
import json
import os
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from inhouse_models.engine.store.segment import Payload, Segment, make_segment
from inhouse_models.private_file import write_private

MAGIC = b"INHSEG\x00\x01"
SUFFIX = ".segment"
HEADER_LIMIT = 4_096
TOKENS_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class StoredSegment:
    """A segment file that is in order as far as its header and tokens tell. Sizes in bytes."""

    segment: Segment
    path: Path
    size: int
    has_state: bool
    used: float


def segment_path(folder: Path, key: str) -> Path:
    """Where the segment of this key is kept."""
    return folder / f"{key}{SUFFIX}"


def write_segment(folder: Path, segment: Segment, payload: Payload) -> StoredSegment:
    """Write a segment for its owner's eyes only; raises OSError and leaves nothing behind."""
    path = segment_path(folder, segment.key)
    parts = _encode(segment, payload)
    write_private(path, parts)
    return StoredSegment(segment, path, sum(map(len, parts)), bool(payload.state), time.time())


def _encode(segment: Segment, payload: Payload) -> tuple[bytes, ...]:
    digest = hashlib.sha256(payload.cells)
    digest.update(payload.state)
    header = json.dumps(
        {
            "key": segment.key,
            "parent": segment.parent,
            "start": segment.start,
            "tokens": len(segment.tokens),
            "cells": len(payload.cells),
            "state": len(payload.state),
            "sha256": digest.hexdigest(),
        }
    ).encode()
    tokens = segment.tokens.astype("<i4").tobytes()
    return MAGIC, struct.pack("<I", len(header)), header, tokens, payload.cells, payload.state


def read_header(path: Path) -> StoredSegment | None:
    """A file's segment without its payload; None when it is damaged, foreign or gone."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            found = _read_header(file, status.st_size)
    except OSError:
        return None
    if found is None:
        return None
    if path.name != f"{found.segment.key}{SUFFIX}":
        return None
    return StoredSegment(found.segment, path, status.st_size, found.state > 0, status.st_mtime)


@dataclass(frozen=True, slots=True)
class _Header:
    """A segment, the bytes of cells and state that follow, and their SHA-256."""

    segment: Segment
    cells: int
    state: int
    sha256: str


def _read_header(file: BinaryIO, size: int) -> _Header | None:
    """The header; None unless the tokens prove the key and the length is right."""
    if file.read(len(MAGIC)) != MAGIC:
        return None
    (length,) = struct.unpack("<I", file.read(4).ljust(4, b"\xff"))
    if length > HEADER_LIMIT:
        return None
    try:
        header: dict[str, Any] = json.loads(file.read(length))
        key, parent, start = str(header["key"]), str(header["parent"]), int(header["start"])
        digest = str(header["sha256"])
        count, cells, state = int(header["tokens"]), int(header["cells"]), int(header["state"])
    except (ValueError, KeyError, TypeError):
        return None
    expected = len(MAGIC) + 4 + length + 4 * count + cells + state
    if min(count, start, cells, state) < 0 or count > TOKENS_LIMIT or expected != size:
        return None
    tokens = np.frombuffer(file.read(4 * count), dtype="<i4").astype(np.int32)
    segment = make_segment(parent, start, tokens)
    return _Header(segment, cells, state, digest) if segment.key == key else None


def read_payload(path: Path, key: str) -> Payload | None:
    """The payload of the segment with this key; None when the file is damaged, foreign or gone."""
    try:
        with path.open("rb") as file:
            header = _read_header(file, os.fstat(file.fileno()).st_size)
            if header is None or header.segment.key != key:
                return None
            payload = Payload(file.read(header.cells), file.read(header.state))
    except OSError:
        return None
    digest = hashlib.sha256(payload.cells)
    digest.update(payload.state)
    return payload if digest.hexdigest() == header.sha256 else None
