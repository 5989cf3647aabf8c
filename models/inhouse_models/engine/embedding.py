"""Makes vectors of texts with the loaded weights, a chunk at a time between the steps of answers.

A model that was made for it says how the rows of its last layer become one vector; of any other
one the mean is taken. It has a small context of its own, since one that gives logits gives none.
"""

import ctypes
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inhouse_models.chat import ModelError
from inhouse_models.engine.batch import Batch, Rows
from inhouse_models.engine.binding import library
from inhouse_models.engine.fill_tokens import begin_token
from inhouse_models.engine.weights import Weights

if TYPE_CHECKING:
    from concurrent.futures import Future

CHUNK = 64
CELLS_STEP = 512
# Numbers of enum llama_pooling_type.
FIRST, LAST = 2, 3
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Embedded:
    """One vector of length 1 for each text, and the tokens that were read."""

    vectors: list[list[float]]
    tokens: int


@dataclass(slots=True)
class Embedding:
    """A wish for vectors of texts, given as ids; `done` may be cancelled."""

    texts: Sequence[Sequence[int]]
    done: "Future[Embedded | ModelError]"
    vectors: list[list[float]] = field(default_factory=list[list[float]])
    rows: list[Vector] = field(default_factory=list[Vector])
    read: int = 0
    tokens: int = 0

    def end(self, result: Embedded | ModelError) -> None:
        """Tell the result, unless nobody waits any more."""
        if self.done.set_running_or_notify_cancel():
            self.done.set_result(result)


class Embedder:
    """The wishes of all, one after the other. One thread only; `most` is the longest text."""

    def __init__(self, weights: Weights, threads: int, most: int) -> None:
        self._weights = weights
        self._threads = threads
        self._most = most
        self._wishes: deque[Embedding] = deque()
        self._context: Any = None
        self._batch = Batch(CHUNK)
        kind = weights.metadata(f"{weights.architecture}.pooling_type") or ""
        self._pooling = int(kind) if kind.isdecimal() else 0

    @property
    def idle(self) -> bool:
        """Whether nobody waits."""
        return not self._wishes

    def add(self, wish: Embedding) -> None:
        """Take a wish."""
        begin, end = begin_token(self._weights), end_token(self._weights)
        wish.texts = [[*begin, *text, *end] for text in wish.texts]
        longest = max(map(len, wish.texts), default=0)
        if longest > self._most:
            text = f"A text has {longest} tokens, and at most {self._most} are read here."
            wish.end(ModelError("overflow", text))
        elif not all(wish.texts):
            wish.end(ModelError("request", "A text without any tokens has no vector."))
        else:
            self._wishes.append(wish)

    def put_aside(self) -> list[Embedding]:
        """Free the context and give back the wishes that are open, for `take_back`."""
        self.close()
        wishes = list(self._wishes)
        self._wishes.clear()
        for wish in wishes:
            wish.rows, wish.read = [], 0
        return wishes

    def take_back(self, wishes: Sequence[Embedding]) -> None:
        """Go on with what was put aside."""
        self._wishes.extend(wishes)

    def step(self) -> None:
        """Read a chunk of the first wish, if there is one."""
        if self.idle:
            return
        wish = self._wishes[0]
        if wish.done.cancelled() or len(wish.vectors) == len(wish.texts):
            self._finish(Embedded(wish.vectors, wish.tokens))
            return
        text = wish.texts[len(wish.vectors)]
        if wish.read == 0 and not self._open(wish):
            text = "There is not enough memory for a second context, which vectors need."
            self._finish(ModelError("engine", text))
            return
        rows = self._decode(text[wish.read : wish.read + CHUNK], wish.read)
        if rows is None:
            self._finish(ModelError("engine", "The model gave no usable numbers for this text."))
            return
        wish.rows.append(rows)
        wish.read += len(rows)
        if wish.read == len(text):
            vector = self._pool(np.concatenate(wish.rows))
            wish.vectors.append(vector.tolist())
            wish.tokens += wish.read
            wish.rows, wish.read = [], 0

    def _open(self, wish: Embedding) -> bool:
        """Have an empty context that every text of the wish fits in."""
        lib = library()
        if self._context is not None:
            lib.llama_memory_clear(lib.llama_get_memory(self._context), False)
            return True
        longest = max(map(len, wish.texts))
        params = lib.llama_context_default_params()
        params.n_ctx = -(-longest // CELLS_STEP) * CELLS_STEP
        params.n_batch = params.n_ubatch = params.n_outputs_max = CHUNK
        params.n_seq_max = 1
        params.n_threads = params.n_threads_batch = self._threads
        params.embeddings = True
        params.pooling_type = lib.LLAMA_POOLING_TYPE_NONE
        params.no_perf = True
        self._context = lib.llama_init_from_model(self._weights.pointer, params)
        return bool(self._context)

    def _decode(self, ids: Sequence[int], start: int) -> Vector | None:
        """The rows of some tokens, shape (tokens, width); None when there are none."""
        lib = library()
        self._batch.fill([Rows(0, ids, len(ids))], [start])
        if lib.llama_decode(self._context, self._batch.struct) != 0:
            return None
        pointer: Any = lib.llama_get_embeddings(self._context)
        if not pointer:
            return None
        width = int(lib.llama_model_n_embd(self._weights.pointer))
        flat = ctypes.cast(pointer, ctypes.POINTER(ctypes.c_float))
        rows = np.ctypeslib.as_array(flat, (len(ids), width)).copy()
        return rows if np.isfinite(rows).all() else None

    def _pool(self, rows: Vector) -> Vector:
        chosen = {FIRST: rows[0], LAST: rows[-1]}
        vector = chosen.get(self._pooling, rows.mean(axis=0))
        return vector / max(float(np.linalg.norm(vector)), 1e-12)

    def _finish(self, result: Embedded | ModelError) -> None:
        """End the first wish; the context is only there while somebody waits for it."""
        self._wishes.popleft().end(result)
        self.close()

    def close(self) -> None:
        """Free the context."""
        if self._context is not None:
            library().llama_free(self._context)
            self._context = None


def end_token(weights: Weights) -> tuple[int, ...]:
    """What stands behind every text, in vocabularies that want something there."""
    lib, vocabulary = library(), weights.vocab
    token = int(lib.llama_vocab_eos(vocabulary))
    return (token,) if lib.llama_vocab_get_add_eos(vocabulary) and token >= 0 else ()
