"""Reads a prompt by decoding only what the context does not hold yet."""

import time
from collections.abc import Callable, Sequence

import numpy as np

from inhouse_models.engine.decoder import Decoder, Logits

SMALLEST_CHUNK = 32
CALM_SECONDS = 1.0
BUSY_SECONDS = 0.5


def common_length(held: Sequence[int], wanted: Sequence[int]) -> int:
    """How many leading ids two sequences share."""
    shorter = min(len(held), len(wanted))
    left = np.asarray(held[:shorter], dtype=np.int64)
    right = np.asarray(wanted[:shorter], dtype=np.int64)
    differing = np.flatnonzero(left != right)
    return int(differing[0]) if differing.size else shorter


class PrefixReader:
    """Keeps what one context has read. The logits after the last prompt are kept as well, so
    that the same prompt asked again decodes nothing at all."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._end: tuple[int, Logits] | None = None
        self._tokens_per_second = 0.0

    def reuse(self, prompt: Sequence[int]) -> int:
        """Cut the context back to what it shares with `prompt`; returns the tokens kept."""
        shared = common_length(self._decoder.tokens, prompt)
        if self._end is not None and self._end[0] > shared:
            self._end = None
        if shared == len(prompt) and not self._knows_end(shared):
            # Some token must be decoded to get logits: the last one is read again.
            shared -= 1
        kept = self._decoder.cut(shared)
        if kept < shared:
            self._end = None
        return kept

    def _knows_end(self, length: int) -> bool:
        if len(self._decoder.tokens) > length and self._decoder.weights.recurrent:
            return False
        return self._end is not None and self._end[0] == length

    def read(
        self,
        prompt: Sequence[int],
        kept: int,
        progress: Callable[[int], bool],
        someone_waits: Callable[[], bool],
    ) -> Logits | None:
        """Decode `prompt[kept:]` in chunks sized by the clock.

        `progress(done)` is called after every chunk; when it returns False reading stops and the
        answer is None. Otherwise the logits after the last token.
        """
        done = kept
        while done < len(prompt):
            chunk = prompt[done : done + self._chunk_size(someone_waits())]
            started = time.perf_counter()
            self._decoder.decode(chunk, want_logits=done + len(chunk) == len(prompt))
            self._decoder.synchronise()
            if len(chunk) >= SMALLEST_CHUNK:
                self._tokens_per_second = len(chunk) / (time.perf_counter() - started)
            done += len(chunk)
            if not progress(done):
                return None
        if done > kept or self._end is None:
            self._end = (len(prompt), self._decoder.logits().copy())
        return self._end[1]

    def _chunk_size(self, busy: bool) -> int:
        seconds = BUSY_SECONDS if busy else CALM_SECONDS
        wanted = int(self._tokens_per_second * seconds) // SMALLEST_CHUNK * SMALLEST_CHUNK
        return min(max(wanted, SMALLEST_CHUNK * 2), self._decoder.batch_size)

    def forget(self) -> None:
        """Drop everything, after a fault."""
        self._end = None
        self._decoder.cut(0)
