"""Where a model hesitates: the tokens it would have written instead."""

import numpy as np

from inhouse_models.chat import Doubt
from inhouse_models.engine.constraint import Constraint
from inhouse_models.engine.context import Logits

SECOND_CHOICES = 2
LEAST_ODDS = 0.01


def find_doubts(
    logits: Logits, taken: int, place: int, constraint: Constraint | None
) -> list[Doubt]:
    """The next likely tokens beside the one taken, of those that the grammar allows.

    About a millisecond over a vocabulary of 150,000.
    """
    best = np.argpartition(logits, -SECOND_CHOICES - 1)[-SECOND_CHOICES - 1 :]
    odds = np.exp(np.minimum(logits[best] - logits[taken], 30.0))
    return [
        Doubt(place, token, ratio)
        for token, ratio in zip(best.tolist(), odds.tolist(), strict=True)
        if token != taken and ratio >= LEAST_ODDS and (not constraint or constraint.allows(token))
    ]
