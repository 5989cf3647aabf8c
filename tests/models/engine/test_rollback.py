"""Tokens of a recurrent model are taken back only where the state is that of a cold run."""

from collections.abc import Iterator
from collections.abc import Sequence as Items
from pathlib import Path

import numpy as np
import pytest

from inhouse_models.engine.batch import Rows
from inhouse_models.engine.context import Context, ContextOptions, Logits
from inhouse_models.engine.sequence import Sequence
from inhouse_models.engine.weights import Weights

pytestmark = pytest.mark.model
BOUNDARY = 40
ROLLBACK = 4
# Batches of other sizes differ by 1e-5 with the tiny models, a wrong state by more than 0.1.
NOISE = 1e-3
OTHER = 1234
TEXT = "the rows of a batch and how many of them are taken back when a draft was wrong " * 4


class Reader:
    """A hybrid model with a sequence to take back, and one that reads everything anew."""

    def __init__(self, model: Path) -> None:
        self.weights = Weights(model)
        options = ContextOptions(
            cells=512, batch=64, threads=1, sequences=2, rollback=ROLLBACK, keys="f32", values="f32"
        )
        self.context = Context(self.weights, options)
        self.sequence, self._cold = (Sequence(self.context, number, 8) for number in range(2))
        self.tokens = self.weights.tokenise(TEXT, special=False)

    def read(self, tokens: Items[int], outputs: int = 1) -> Logits:
        """Append tokens in one batch; the logits after the last one."""
        return self._read(self.sequence, tokens, outputs)

    def read_anew(self, tokens: Items[int]) -> Logits:
        """The logits after tokens that are read from the first on."""
        self._cold.forget()
        return self._read(self._cold, tokens, 1)

    def _read(self, sequence: Sequence, tokens: Items[int], outputs: int) -> Logits:
        self.context.decode([sequence.rows(tokens, outputs)])
        sequence.extend(tokens)
        return self.context.logits(len(tokens) - 1).copy()

    def close(self) -> None:
        self.context.close()
        self.weights.close()


@pytest.fixture(scope="module")
def reader(tiny_qwen35: Path) -> Iterator[Reader]:
    made = Reader(tiny_qwen35)
    yield made
    made.close()


@pytest.mark.parametrize("rows", range(1, 8))
@pytest.mark.parametrize("count", range(1, 8))
def test_rows_are_taken_back_only_where_that_is_exact(
    reader: Reader, rows: int, count: int
) -> None:
    sequence, tokens = reader.sequence, reader.tokens[: BOUNDARY + rows]
    sequence.forget()
    reader.read(tokens[:20])
    sequence.mark()
    reader.read(tokens[20:BOUNDARY])
    sequence.mark()
    reader.read(tokens[BOUNDARY:], outputs=rows)
    wanted = len(tokens) - count
    done = sequence.take_back(count)
    assert done == (count <= min(ROLLBACK, rows - 1))
    if not done:
        # Nothing was changed; the way back is the nearest mark.
        assert sequence.tokens == tokens
        assert sequence.cut(wanted) == (BOUNDARY if wanted >= BOUNDARY else 20)
    kept = sequence.tokens[:]
    assert not sequence.take_back(1), "llama.cpp can do so once"
    assert sequence.tokens == kept
    more = [*tokens[len(kept) : wanted], OTHER]
    warm = reader.read(more)
    assert np.abs(warm - reader.read_anew([*kept, *more])).max() < NOISE


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_llama_cpp_alone_takes_back_too_much_and_is_wrong(reader: Reader, rows: int) -> None:
    """The reason for the rule; when this fails, llama.cpp keeps it itself."""
    sequence, tokens = reader.sequence, reader.tokens[:BOUNDARY]
    sequence.forget()
    reader.read(tokens[:-rows])
    reader.read(tokens[-rows:], outputs=rows)
    kept = tokens[:-rows]
    assert reader.context.cut(sequence.number, len(kept))
    reader.context.decode([Rows(sequence.number, [OTHER])])
    wrong = reader.context.logits().copy()
    assert np.abs(wrong - reader.read_anew([*kept, OTHER])).max() > 100 * NOISE
