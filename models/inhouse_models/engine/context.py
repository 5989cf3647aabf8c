"""One llama.cpp context: decodes rows of several sequences, cuts, copies, saves and restores."""

import ctypes
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from inhouse_models.engine.batch import Batch, Rows
from inhouse_models.engine.binding import library
from inhouse_models.engine.interruption import Interruption
from inhouse_models.engine.weights import LoadError, Weights

if TYPE_CHECKING:
    from inhouse_models.engine.drafting.predictor import Follower

Logits = NDArray[np.float32]

# Flags of llama_state_seq_*_ext: all of a sequence, or only its recurrent state.
ALL = 0
RECURRENT = 1

# What llama_decode returns when it was ended early.
INTERRUPTED = 2

CellType = Literal["f32", "f16", "q8_0"]
# Numbers of enum ggml_type.
CELL_TYPES: dict[CellType, int] = {"f32": 0, "f16": 1, "q8_0": 8}


@dataclass(frozen=True, slots=True)
class ContextOptions:
    """How a context is made.

    `cells` are the tokens that all sequences hold together, `sequences` how many there are,
    `aside` how many more for what is not kept.
    `rollback` is how many tokens a recurrent state can be taken back without a snapshot, `drafts`
    the longest draft that is verified at once. `keys` and `values` are the number types of the
    two halves of the attention cells; quantised values need flash attention. `threads` decode one
    row, `reading_threads` several at once, 0 for as many; `chunk` is how many rows of a prompt to
    read at once, 0 for a whole batch.
    """

    cells: int = 16_384
    batch: int = 512
    threads: int = 2
    reading_threads: int = 0
    chunk: int = 0
    flash_attention: bool = False
    sequences: int = 1
    aside: int = 0
    rollback: int = 0
    drafts: int = 16
    keys: CellType = "f16"
    values: CellType = "f16"


class DecodeError(Exception):
    """llama.cpp could not decode: what the sequences of the batch hold is not known any more."""


class NumbersError(DecodeError):
    """What came out are no numbers. They stand in the cells of the batch now, and spoil whatever
    is decoded beside them, of other sequences too, until `Context.wipe`."""


class MisuseError(Exception):
    """A fault of ours that llama.cpp would answer by ending the process or by wrong numbers."""


class InterruptedDecodeError(DecodeError):
    """A decode was ended early: the sequences hold what they held before."""


class Context:
    """Sequences of tokens in a llama.cpp context, numbered from 0. One thread only.

    One sequence more than asked for exists: a part of a sequence can be saved or restored only
    as the whole of another one. A `follower` is told whatever becomes of the sequences. With
    `trunk` the context runs the layer that predicts further tokens from the trunk's hidden rows.
    """

    def __init__(
        self, weights: Weights, options: ContextOptions, trunk: "Context | None" = None
    ) -> None:
        lib = library()
        params = lib.llama_context_default_params()
        params.n_ctx = options.cells
        params.n_batch = options.batch
        params.n_ubatch = options.batch
        params.n_seq_max = options.sequences + options.aside + 1
        params.kv_unified = True
        params.n_rs_seq = options.rollback if weights.recurrent else 0
        # The graph reserves a row of the vocabulary's size per output, and more of them abort.
        wanted = min(options.sequences * (options.drafts + 1), options.batch)
        params.n_outputs_max = max(wanted, params.n_seq_max)
        params.n_threads = options.threads
        params.n_threads_batch = options.reading_threads or options.threads
        params.flash_attn_type = 1 if options.flash_attention else 0
        params.type_k = CELL_TYPES[options.keys]
        params.type_v = CELL_TYPES[options.values]
        params.no_perf = True
        if trunk is not None:
            params.ctx_type = lib.LLAMA_CONTEXT_TYPE_MTP
            params.ctx_other = trunk.pointer
        self.pointer: Any = lib.llama_init_from_model(weights.pointer, params)
        if not self.pointer:
            raise LoadError(
                f"There is not enough memory for a context of {options.cells} tokens."
                " Lower it with `inhouse config set context 8192`."
            )
        self.weights = weights
        self.options = options
        self.follower: Follower | None = None
        # Digests and scales of the adapters at work: they change what every cell holds.
        self.adapters: tuple[tuple[str, float], ...] = ()
        self.cells = int(lib.llama_n_ctx(self.pointer))
        self.vocabulary_size = int(lib.llama_vocab_n_tokens(weights.vocab))
        self._outputs_limit = int(params.n_outputs_max)
        self._spare = options.sequences + options.aside
        self._owner = threading.get_ident()
        self.chunk = options.chunk or options.batch
        self._memory: Any = lib.llama_get_memory(self.pointer)
        self._batch = Batch(options.batch)
        # A recurrent state is lost when a decode ends early, and graphics cards do not look.
        plain = weights.gpu_layers == 0 and not weights.recurrent and trunk is None
        self.interruption = Interruption(self.pointer) if plain else None

    def decode(self, parts: Sequence[Rows], starts: Sequence[int] | None = None) -> None:
        """Append the rows of every part to its sequence, from its end on or from another place
        behind it; raises DecodeError.

        A part that gives logits has them at the indices of its rows in the batch.
        """
        held = [self.length(part.sequence) for part in parts]
        starts = starts or [
            length if part.start is None else part.start
            for part, length in zip(parts, held, strict=True)
        ]
        self._check(parts, starts, held)
        self._batch.fill(parts, starts)
        status = library().llama_decode(self.pointer, self._batch.struct)
        if status == INTERRUPTED:
            raise InterruptedDecodeError("it was asked to end")
        if status != 0:
            raise DecodeError(f"llama_decode returned {status} at tokens {starts} of {self.cells}")
        self._check_numbers(parts)
        if self.follower is not None:
            self.follower.follow(parts, starts)

    def _check(self, parts: Sequence[Rows], starts: Sequence[int], held: Sequence[int]) -> None:
        """Refuse what would end the process, and gaps between places, which llama.cpp accepts
        from models with several positions per token and goes on with wrong numbers."""
        if sum(len(part.tokens) for part in parts) > self.options.batch:
            raise DecodeError(f"a batch cannot have more than {self.options.batch} rows")
        if sum(part.outputs for part in parts) > self._outputs_limit:
            raise DecodeError(f"a batch cannot give more than {self._outputs_limit} outputs")
        for part, start, length in zip(parts, starts, held, strict=True):
            gap = length and start != (length if part.start is None else part.start)
            if gap or part.after not in (None, length):
                wanted = start if part.after is None else part.after
                raise DecodeError(
                    f"sequence {part.sequence} holds {length} tokens where {wanted} were expected"
                )

    def _check_numbers(self, parts: Sequence[Rows]) -> None:
        """Raise NumbersError when a part's last logits say so: NaN passes on to all rows behind."""
        row = -1
        for part in parts:
            row += len(part.tokens)
            if part.outputs and not np.isfinite(self.logits(row).max()):
                what = "the model gave no usable numbers (NaN); the file may be damaged"
                raise NumbersError(what)

    def _own(self, sequence: int) -> int:
        """The number of a sequence that exists, asked for by the thread that made the context;
        else MisuseError."""
        if threading.get_ident() != self._owner:
            raise MisuseError("a context was used by another thread than the one that made it")
        if not 0 <= sequence <= self._spare:
            raise MisuseError(f"there is no sequence {sequence}; the last one is {self._spare}")
        return sequence

    def length(self, sequence: int) -> int:
        """How many tokens a sequence holds."""
        return int(library().llama_memory_seq_pos_max(self._memory, self._own(sequence))) + 1

    def logits(self, row: int = -1) -> Logits:
        """A view of the logits of a row of the last batch, shape (vocabulary,), valid until the
        next decode."""
        pointer: Any = library().llama_get_logits_ith(self.pointer, row)
        if not pointer:
            raise DecodeError(f"row {row} of the last batch gave no logits")
        return np.ctypeslib.as_array(pointer, (self.vocabulary_size,))

    def cut(self, sequence: int, length: int) -> bool:
        """Drop what a sequence holds after `length` tokens.

        On recurrent models only the caller knows whether that is valid: after a snapshot was
        restored, or by at most `rollback` tokens and less than the last batch had of them
        (otherwise llama.cpp answers yes and goes on with a wrong state).
        """
        done = bool(library().llama_memory_seq_rm(self._memory, self._own(sequence), length, -1))
        if done and self.follower is not None:
            self.follower.cut(sequence, length)
        return done

    def clear(self, sequence: int) -> None:
        """Forget a whole sequence."""
        library().llama_memory_seq_rm(self._memory, self._own(sequence), -1, -1)
        if self.follower is not None:
            self.follower.forget(sequence)

    def wipe(self) -> None:
        """Forget all sequences and overwrite what their cells hold."""
        library().llama_memory_clear(self._memory, True)
        if self.follower is not None:
            for sequence in range(self.options.sequences):
                self.follower.forget(sequence)

    def snapshot(self, sequence: int) -> bytes:
        """The recurrent state of a sequence as it is now; empty without recurrent layers."""
        return self._get_state(sequence, RECURRENT) if self.weights.recurrent else b""

    def restore_snapshot(self, sequence: int, state: bytes, length: int) -> bool:
        """Take a sequence back to `length` tokens, where its snapshot was made."""
        return self._set_state(sequence, state, RECURRENT) and self.cut(sequence, length)

    def copy(self, source: int, target: int, length: int, state: bytes) -> bool:
        """Let an empty sequence share the first `length` tokens of another one; `state` is the
        recurrent state there."""
        lib = library()
        lib.llama_memory_seq_cp(self._memory, self._own(source), self._own(target), 0, length)
        if self.follower is not None:
            self.follower.copy(source, target, length)
        return not self.weights.recurrent or self._set_state(target, state, RECURRENT)

    def save_cells(self, sequence: int, start: int, end: int) -> bytes:
        """What the attention layers hold of the tokens from `start` to `end`."""
        lib = library()
        lib.llama_memory_seq_cp(self._memory, self._own(sequence), self._spare, start, end)
        cells = self._get_state(self._spare, ALL)
        if self.weights.recurrent:
            # The recurrent state comes last; it is that of the sequence's end, not of `end`.
            state = int(lib.llama_state_seq_get_size_ext(self.pointer, self._spare, RECURRENT))
            cells = cells[: len(cells) - state]
        self.clear(self._spare)
        return cells

    def restore_cells(
        self, sequence: int, start: int, end: int, cells: bytes, state: bytes
    ) -> bool:
        """Append saved cells to a sequence that holds `start` tokens, with the recurrent state at
        `end` or later; False when llama.cpp refuses them or has no room."""
        if not self._set_state(self._spare, cells + state, ALL):
            self.clear(self._spare)
            return False
        lib = library()
        lib.llama_memory_seq_cp(self._memory, self._spare, self._own(sequence), start, end)
        self.clear(self._spare)
        return True

    def set_threads(self, writing: int, reading: int) -> None:
        """Use so many threads from now on for one row, and for several at once."""
        library().llama_set_n_threads(self.pointer, writing, reading)

    def time_rows(self, rows: int, outputs: int | None = None) -> float:
        """Seconds of a batch of so many rows, each with logits, or the last `outputs` of them, on
        a sequence of its own; raises DecodeError where there is no room."""
        tokens = [self.weights.vocabulary.end_of_turn] * rows
        started = time.perf_counter()
        try:
            self.decode([Rows(self._spare, tokens, rows if outputs is None else outputs)])
            self.synchronise()
            return time.perf_counter() - started
        finally:
            self.clear(self._spare)

    def synchronise(self) -> None:
        """Wait until the device has finished, so that a clock tells the truth."""
        library().llama_synchronize(self.pointer)

    def close(self) -> None:
        """Free the context's memory."""
        if self.pointer:
            library().llama_free(self.pointer)
            self.pointer = None

    def _get_state(self, sequence: int, flags: int) -> bytes:
        lib = library()
        size = int(lib.llama_state_seq_get_size_ext(self.pointer, self._own(sequence), flags))
        buffer = (ctypes.c_uint8 * size)()
        written = lib.llama_state_seq_get_data_ext(self.pointer, buffer, size, sequence, flags)
        return bytes(memoryview(buffer)[:written])

    def _set_state(self, sequence: int, state: bytes, flags: int) -> bool:
        lib, sequence = library(), self._own(sequence)
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        read = lib.llama_state_seq_set_data_ext(self.pointer, buffer, len(state), sequence, flags)
        return int(read) == len(state)
