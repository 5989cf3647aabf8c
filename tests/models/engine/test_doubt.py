"""Doubts: the likely tokens beside the one taken, as far as the grammar allows them."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_models.chat import Doubt
from inhouse_models.engine.doubt import LEAST_ODDS, SECOND_CHOICES, find_doubts


class Forbidding:
    """A constraint that allows all tokens but some."""

    def __init__(self, forbidden: Collection[int]) -> None:
        self._forbidden = forbidden

    def allows(self, token: int) -> bool:
        assert type(token) is int
        return token not in self._forbidden


def doubts_of(odds: list[float], taken: int, forbidden: Collection[int] = ()) -> list[Doubt]:
    """Doubts at place 7 where the odds of each token are given."""
    constraint: Any = Forbidding(forbidden) if forbidden else None
    logits = np.log(np.array(odds, dtype=np.float32)) + np.float32(3)
    return sorted(find_doubts(logits, taken, 7, constraint), key=lambda doubt: -doubt.odds)


def test_the_next_likely_tokens_with_their_odds() -> None:
    first, second = doubts_of([1e-6, 0.5, 1e-6, 1.0, 0.25, 0.1], taken=3)
    assert (first.place, first.token) == (7, 1)
    assert first.odds == pytest.approx(0.5, rel=1e-4)
    assert (second.place, second.token) == (7, 4)
    assert second.odds == pytest.approx(0.25, rel=1e-4)


def test_unlikely_tokens_are_no_doubts() -> None:
    assert doubts_of([1.0, LEAST_ODDS / 2, 1e-6, 1e-6], taken=0) == []


def test_forbidden_tokens_are_no_doubts() -> None:
    (only,) = doubts_of([1.0, 0.8, 0.5, 1e-6], taken=0, forbidden=(1,))
    assert only.token == 2


def test_the_best_token_may_be_forbidden() -> None:
    (only,) = doubts_of([1.0, 0.1, 0.05, 1e-6], taken=1, forbidden=(0,))
    assert only.token == 2
    assert only.odds == pytest.approx(0.5, rel=1e-4)


def test_odds_far_beyond_any_number_stay_finite() -> None:
    logits = np.array([-1e30, 1e30, 0.0, 0.0], dtype=np.float32)
    assert all(np.isfinite(doubt.odds) for doubt in find_doubts(logits, 0, 0, None))


@given(
    st.lists(st.floats(-20, 20, width=32), min_size=SECOND_CHOICES + 1, max_size=30, unique=True)
)
def test_they_are_the_best_beside_a_greedy_token(values: list[float]) -> None:
    logits = np.array(values, dtype=np.float32)
    taken = int(logits.argmax())
    best = sorted(range(len(values)), key=lambda token: -values[token])[1 : SECOND_CHOICES + 1]
    likely = [token for token in best if np.exp(logits[token] - logits[taken]) >= LEAST_ODDS]
    found = find_doubts(logits, taken, 0, None)
    assert sorted(doubt.token for doubt in found) == sorted(likely)
    assert all(LEAST_ODDS <= doubt.odds <= 1 for doubt in found)
