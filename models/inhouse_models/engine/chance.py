"""How likely the model found a token, before any constraint and without sampling."""

import numpy as np

from inhouse_models.chat import Chance
from inhouse_models.engine.context import Logits
from inhouse_models.engine.weights import Vocabulary


def chance_of(token: int, logits: Logits, vocabulary: Vocabulary, most: int) -> Chance:
    """The chance of a token, and those of the `most` likeliest ones, the likeliest first."""
    highest = float(logits.max())
    total = highest + float(np.log(np.exp(logits - highest, dtype=np.float64).sum()))

    def told(one: int) -> tuple[bytes, float]:
        return vocabulary.pieces[one], float(logits[one]) - total

    most = min(most, len(vocabulary.pieces))
    likeliest = np.argpartition(logits, -most)[-most:] if most else np.empty(0, dtype=np.int64)
    ordered = likeliest[np.argsort(-logits[likeliest], kind="stable")]
    return Chance(*told(token), tuple(told(int(one)) for one in ordered))
