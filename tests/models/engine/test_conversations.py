"""Which conversations live in a context, and which are put aside."""

from pathlib import Path

import pytest

from inhouse_models.engine.context import Context, ContextOptions
from inhouse_models.engine.conversations import Conversations, Place
from inhouse_models.engine.store.prefix_store import Budget, PrefixStore
from inhouse_models.engine.weights import Weights

pytestmark = pytest.mark.model
OPTIONS = ContextOptions(cells=4096, threads=1, sequences=3)


def read(context: Context, place: Place, tokens: list[int]) -> None:
    """Decode what the place does not hold of the prompt, and let go of it."""
    for start in range(place.kept, len(tokens), 256):
        part = tokens[start : start + 256]
        context.decode([place.sequence.rows(part)])
        place.sequence.extend(part)
    place.sequence.busy = False


@pytest.mark.parametrize(("budget", "kept"), [(Budget(), 0), (Budget(0, 0), 700)])
def test_a_long_idle_conversation_gives_its_cells_back(
    tiny_qwen2: Path, budget: Budget, kept: int
) -> None:
    """Every token attends over all cells in use; without room for states it stays."""
    weights = Weights(tiny_qwen2, 0)
    context = Context(weights, OPTIONS)
    store = PrefixStore("root", None, budget, recurrent=False)
    conversations = Conversations(context, store, 0)
    words = weights.tokenise("a text of many words and more words " * 200, False)
    first, second = words[:700], words[5:300]
    place = conversations.take(first)
    assert place is not None
    read(context, place, first)
    other = conversations.take(second)
    assert other is not None
    assert other.sequence is not place.sequence
    assert conversations.held == kept
    read(context, other, second)
    back = conversations.take([*first, words[900]])
    assert back is not None
    assert back.kept == 700
    # The short one did no harm where it is.
    assert len(other.sequence.tokens) == 295
    context.close()
    weights.close()
