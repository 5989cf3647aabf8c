"""The rows of one llama_decode, in arrays of ours that are filled without a loop over C fields."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from inhouse_models.engine.binding import library


@dataclass(frozen=True, slots=True)
class Rows:
    """Tokens to append to a sequence; the last `outputs` of them give logits.

    `after` is how many tokens the sequence must hold before, None when the caller keeps no count.
    `start` is the position of the first one where that is another number: behind an image.
    """

    sequence: int
    tokens: Sequence[int]
    outputs: int = 1
    after: int | None = None
    start: int | None = None


class Batch:
    """A `llama_batch` of at most `size` rows; filling one row costs about a microsecond."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._tokens = np.zeros(size, dtype=np.int32)
        self._positions = np.zeros(size, dtype=np.int32)
        self._sequences = np.zeros(size, dtype=np.int32)
        self._counts = np.ones(size, dtype=np.int32)
        self._outputs = np.zeros(size, dtype=np.int8)
        number = ctypes.POINTER(ctypes.c_int32)
        first = self._sequences.ctypes.data
        step = self._sequences.itemsize
        # Every row has its own list of sequences, of one entry; the entries stand side by side.
        self._entries = (number * size)(
            *(ctypes.cast(first + row * step, number) for row in range(size))
        )
        self.struct: Any = library().llama_batch(
            n_tokens=0,
            token=self._tokens.ctypes.data_as(number),
            embd=None,
            pos=self._positions.ctypes.data_as(number),
            n_seq_id=self._counts.ctypes.data_as(number),
            seq_id=ctypes.cast(self._entries, ctypes.POINTER(number)),
            logits=self._outputs.ctypes.data_as(ctypes.POINTER(ctypes.c_int8)),
        )

    def fill(self, parts: Sequence[Rows], starts: Sequence[int]) -> None:
        """Write the rows of all parts, each from its position in its sequence on."""
        row = 0
        for part, start in zip(parts, starts, strict=True):
            end = row + len(part.tokens)
            self._tokens[row:end] = part.tokens
            self._positions[row:end] = np.arange(start, start + len(part.tokens))
            self._sequences[row:end] = part.sequence
            self._outputs[row : end - part.outputs] = 0
            self._outputs[end - part.outputs : end] = 1
            row = end
        self.struct.n_tokens = row
