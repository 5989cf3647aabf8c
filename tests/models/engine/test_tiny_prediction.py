"""The prediction layer of the tiny hybrid is a working one: it guesses about half of the tokens."""

import ctypes
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.models.engine.bare_context import Context

from inhouse_models.engine.binding import library
from inhouse_models.engine.weights import Weights

PROMPT = "<|im_start|>user\nSay something.<|im_end|>\n<|im_start|>assistant\n"
STEPS = 60
ROOM = 64

Rows = NDArray[np.float32]


class Predictor:
    """The prediction layer as a context of its own, beside the trunk's."""

    def __init__(self, path: Path) -> None:
        lib = library()
        self.extra: Any = importlib.import_module("llama_cpp.llama_cpp_ext")
        self.weights = Weights(path)
        lib.llama_model_free(self.weights.pointer)
        params = lib.llama_model_default_params()
        params.load_mtp = True
        self.weights.pointer = lib.llama_model_load_from_file(str(path).encode(), params)
        self.weights.vocab = lib.llama_model_get_vocab(self.weights.pointer)
        self.width = int(lib.llama_model_n_embd(self.weights.pointer))
        self.size = int(lib.llama_vocab_n_tokens(self.weights.vocab))
        self.trunk = Context(self.weights)
        options = lib.llama_context_default_params()
        options.n_ctx = 512
        options.ctx_type = lib.LLAMA_CONTEXT_TYPE_MTP
        options.ctx_other = self.trunk.pointer
        self.layer: Any = lib.llama_init_from_model(self.weights.pointer, options)
        assert self.layer
        self.extra.llama_set_embeddings_nextn(self.trunk.pointer, True, False)
        self.extra.llama_set_embeddings_nextn(self.layer, True, True)
        self.batch: Any = lib.llama_batch_init(ROOM, self.width, 1)
        self.ids = (ctypes.c_int32 * ROOM)()
        self.batch.token = self.ids

    def read(self, tokens: Sequence[int]) -> tuple[int, Rows]:
        """What the trunk writes after these tokens, and its hidden row for each of them."""
        chosen = int(self.trunk.read(tokens).argmax())
        rows: Any = self.extra.llama_get_embeddings_nextn(self.trunk.pointer)
        return chosen, np.ctypeslib.as_array(rows, (len(tokens), self.width)).copy()

    def guess(self, tokens: Sequence[int], rows: Rows, start: int) -> int:
        """What the layer expects after these tokens; each row is of the token before."""
        lib = library()
        batch = self.batch
        batch.n_tokens = len(tokens)
        np.ctypeslib.as_array(batch.embd, (ROOM, self.width))[: len(tokens)] = rows
        self.ids[: len(tokens)] = tokens
        for row in range(len(tokens)):
            batch.pos[row] = start + row
            batch.n_seq_id[row] = 1
            batch.seq_id[row][0] = 0
            batch.logits[row] = row == len(tokens) - 1
        assert lib.llama_decode(self.layer, batch) == 0
        logits: Any = lib.llama_get_logits_ith(self.layer, -1)
        return int(np.ctypeslib.as_array(logits, (self.size,)).argmax())

    def close(self) -> None:
        # The ids are ours; the library would free them.
        self.batch.token = None
        library().llama_batch_free(self.batch)
        library().llama_free(self.layer)
        self.trunk.close()
        self.weights.close()


@pytest.mark.model
def test_the_prediction_layer_guesses_about_half(tiny_qwen35_mtp: Path) -> None:
    predictor = Predictor(tiny_qwen35_mtp)
    prompt = predictor.weights.tokenise(PROMPT, special=True)
    chosen, rows = predictor.read(prompt)
    before = np.vstack([np.zeros_like(rows[:1]), rows[:-1]])
    predictor.guess(prompt, before, 0)
    right = 0
    for position in range(len(prompt), len(prompt) + STEPS):
        guessed = predictor.guess([chosen], rows[-1:], position)
        chosen, rows = predictor.read([chosen])
        right += guessed == chosen
    predictor.close()
    assert 0.2 < right / STEPS < 0.8
