"""Picks the next token from logits: greedy in numpy, otherwise llama.cpp's sampler chain."""

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inhouse_models.chat import Sampling
from inhouse_models.engine.binding import library

CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


class Sampler:
    """One answer's way of picking; `pick` takes a view or copy of logits, shape (vocabulary,)."""

    def __init__(self, sampling: Sampling, vocabulary_size: int) -> None:
        self.greedy = sampling.temperature <= 0
        if self.greedy:
            return
        lib = library()
        chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        # top_k comes first: top_p over a whole vocabulary costs 12 ms a token.
        lib.llama_sampler_chain_add(chain, lib.llama_sampler_init_top_k(max(sampling.top_k, 1)))
        lib.llama_sampler_chain_add(chain, lib.llama_sampler_init_top_p(sampling.top_p, 1))
        lib.llama_sampler_chain_add(chain, lib.llama_sampler_init_min_p(sampling.min_p, 1))
        lib.llama_sampler_chain_add(chain, lib.llama_sampler_init_temp(sampling.temperature))
        lib.llama_sampler_chain_add(chain, lib.llama_sampler_init_dist(sampling.seed))
        self._chain: Any = chain
        self._candidates = np.zeros(vocabulary_size, dtype=CANDIDATE)
        self._ids = np.arange(vocabulary_size, dtype=np.int32)

    def pick(self, logits: NDArray[np.float32]) -> int:
        """The id of the next token."""
        if self.greedy:
            return int(logits.argmax())
        lib = library()
        self._candidates["id"] = self._ids
        self._candidates["logit"] = logits
        self._candidates["p"] = 0
        data = ctypes.cast(self._candidates.ctypes.data, lib.llama_token_data_p)
        array = lib.llama_token_data_array(
            data=data, size=len(self._candidates), selected=-1, sorted=False
        )
        lib.llama_sampler_apply(self._chain, ctypes.byref(array))
        token = int(array.data[array.selected].id)
        lib.llama_sampler_accept(self._chain, token)
        return token

    def close(self) -> None:
        """Free the chain."""
        if not self.greedy:
            library().llama_sampler_free(self._chain)
            self.greedy = True
