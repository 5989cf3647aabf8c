"""A bare llama.cpp context for tests that must not depend on our engine."""

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inhouse_models.engine.binding import library
from inhouse_models.engine.weights import Weights

RECURRENT_PART = 1
F32 = 0

Logits = NDArray[np.float32]


class Context:
    """Read tokens at the end, look at the logits, swap the state. Its cache is F32."""

    def __init__(self, weights: Weights) -> None:
        lib = library()
        params = lib.llama_context_default_params()
        params.n_ctx = 512
        params.n_threads = params.n_threads_batch = 1
        params.type_k = params.type_v = F32
        params.flash_attn_type = 0
        self.weights = weights
        self.pointer: Any = lib.llama_init_from_model(weights.pointer, params)
        assert self.pointer

    def read(self, tokens: Sequence[int]) -> Logits:
        """Append tokens in one batch; the logits after the last one."""
        lib = library()
        array = (ctypes.c_int32 * len(tokens))(*tokens)
        batch = lib.llama_batch_get_one(array, len(tokens))
        assert lib.llama_decode(self.pointer, batch) == 0
        size = lib.llama_vocab_n_tokens(self.weights.vocab)
        pointer: Any = lib.llama_get_logits_ith(self.pointer, -1)
        return np.ctypeslib.as_array(pointer, (size,)).copy()

    def write(self, prompt: Sequence[int], steps: int) -> tuple[list[int], list[Logits]]:
        """The greedy answer to a prompt, with the logits it was chosen from."""
        answer: list[int] = []
        logits = [self.read(prompt)]
        while len(answer) < steps:
            answer.append(int(logits[-1].argmax()))
            logits.append(self.read(answer[-1:]))
        return answer, logits[:-1]

    def save(self) -> bytes:
        """The recurrent state alone."""
        lib = library()
        size = lib.llama_state_seq_get_size_ext(self.pointer, 0, RECURRENT_PART)
        data = (ctypes.c_uint8 * size)()
        assert lib.llama_state_seq_get_data_ext(self.pointer, data, size, 0, RECURRENT_PART)
        return bytes(data)

    def restore(self, state: bytes) -> None:
        """Put a recurrent state in the place of the present one."""
        data = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        done = library().llama_state_seq_set_data_ext(
            self.pointer, data, len(state), 0, RECURRENT_PART
        )
        assert done == len(state)

    def clear(self) -> None:
        """Forget everything."""
        library().llama_memory_clear(library().llama_get_memory(self.pointer), True)

    def close(self) -> None:
        library().llama_free(self.pointer)
