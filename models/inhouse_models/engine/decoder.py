"""One llama.cpp context: decode tokens at the end, cut the end off, read the logits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inhouse_models.engine.binding import library
from inhouse_models.engine.weights import LoadError, Weights

Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DecoderOptions:
    """How a context is made: sizes in tokens."""

    context: int = 16_384
    batch: int = 512
    threads: int = 2
    flash_attention: bool = False


class DecodeError(Exception):
    """llama.cpp could not decode; the context must be thrown away."""


class Decoder:
    """A sequence of tokens in a llama.cpp context. One thread only.

    `tokens` are exactly those whose state the context holds. On models with recurrent layers a
    cut is impossible without a checkpoint, so `cut` forgets everything there.
    """

    def __init__(self, weights: Weights, options: DecoderOptions) -> None:
        lib = library()
        params = lib.llama_context_default_params()
        params.n_ctx = options.context
        params.n_batch = options.batch
        params.n_ubatch = options.batch
        params.n_seq_max = 1
        # The graph reserves a row of the vocabulary's size per output; we read one at a time.
        params.n_outputs_max = 1
        params.n_threads = options.threads
        params.n_threads_batch = options.threads
        params.flash_attn_type = 1 if options.flash_attention else 0
        params.no_perf = True
        self.pointer: Any = lib.llama_init_from_model(weights.pointer, params)
        if not self.pointer:
            raise LoadError(
                f"There is not enough memory for a context of {options.context} tokens."
                " Lower it with `inhouse config set context 8192`."
            )
        self.weights = weights
        self.context = int(lib.llama_n_ctx(self.pointer))
        self.batch_size = options.batch
        self.vocabulary_size = int(lib.llama_vocab_n_tokens(weights.vocab))
        self.tokens: list[int] = []
        self._memory: Any = lib.llama_get_memory(self.pointer)
        self._make_batch()

    def _make_batch(self) -> None:
        """Views over the C arrays, so that filling a batch costs microseconds."""
        lib = library()
        size = self.batch_size
        self._batch: Any = lib.llama_batch_init(size, 0, 1)
        as_array = np.ctypeslib.as_array
        self._ids = as_array(self._batch.token, (size,))
        self._positions = as_array(self._batch.pos, (size,))
        self._outputs = as_array(self._batch.logits, (size,))
        as_array(self._batch.n_seq_id, (size,))[:] = 1
        for row in range(size):
            self._batch.seq_id[row][0] = 0

    def cut(self, length: int) -> int:
        """Keep at most the first `length` tokens; returns how many are kept."""
        if length >= len(self.tokens):
            return len(self.tokens)
        lib = library()
        if length > 0 and not self.weights.recurrent:
            if not lib.llama_memory_seq_rm(self._memory, 0, length, -1):
                length = 0
        else:
            length = 0
        if length == 0:
            lib.llama_memory_clear(self._memory, False)
        del self.tokens[length:]
        return length

    def decode(self, tokens: Sequence[int], want_logits: bool = True) -> None:
        """Append up to `batch_size` tokens. Logits belong to the last one."""
        lib = library()
        count = len(tokens)
        start = len(self.tokens)
        if start and lib.llama_memory_seq_pos_max(self._memory, 0) != start - 1:
            # M-RoPE models accept gaps silently, so a wrong position must be caught here.
            raise DecodeError("the engine lost track of its position")
        self._batch.n_tokens = count
        self._ids[:count] = tokens
        self._positions[:count] = np.arange(start, start + count)
        self._outputs[:count] = 0
        self._outputs[count - 1] = want_logits
        status = lib.llama_decode(self.pointer, self._batch)
        if status != 0:
            raise DecodeError(f"llama_decode returned {status} at token {start} of {self.context}")
        self.tokens.extend(tokens)

    def logits(self) -> Logits:
        """A view of the last token's logits, shape (vocabulary,), valid until the next decode."""
        pointer: Any = library().llama_get_logits_ith(self.pointer, -1)
        return np.ctypeslib.as_array(pointer, (self.vocabulary_size,))

    def synchronise(self) -> None:
        """Wait until the device has finished, so that a clock tells the truth."""
        library().llama_synchronize(self.pointer)

    def close(self) -> None:
        """Free the context's memory."""
        if self.pointer:
            library().llama_batch_free(self._batch)
            library().llama_free(self.pointer)
            self.pointer = None
