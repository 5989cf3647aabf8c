"""The chances of tokens, beside the answers that they belong to: with them nothing else changes."""

import math

import numpy as np
import pytest

from inhouse_models.chat import Chance, Sampling
from inhouse_models.engine.chance import chance_of
from inhouse_models.engine.job import Hold, Written
from inhouse_models.engine.weights import Vocabulary

from .conftest import Answered, LoadedEngine

VOCABULARY = Vocabulary((b"a", b"b", b"c", b"d"), frozenset(), frozenset(), frozenset({3}), 3)
JSON = Hold('start: %json {"type": "object", "properties": {"a": {"enum": [1, 2]}}, '
            '"required": ["a"], "additionalProperties": false}')  # fmt: skip


def test_they_are_logarithms_of_probabilities() -> None:
    logits = np.array([1.0, 3.0, -np.inf, 2.0], dtype=np.float32)
    told = chance_of(0, logits, VOCABULARY, 2)
    total = sum(math.exp(one) for one in (1, 3, 2))
    assert told.piece == b"a"
    assert math.exp(told.logarithm) == pytest.approx(math.exp(1) / total)
    assert [piece for piece, _logarithm in told.likeliest] == [b"b", b"d"]
    every = chance_of(0, logits, VOCABULARY, 9).likeliest
    assert sum(math.exp(logarithm) for _piece, logarithm in every) == pytest.approx(1)
    assert chance_of(0, logits, VOCABULARY, 0) == Chance(b"a", told.logarithm)


def chances_of(answered: Answered) -> list[Chance]:
    return [step.chance for step in answered.steps if isinstance(step, Written) and step.chance]


@pytest.mark.model
def test_an_answer_is_the_same_with_them(engine: LoadedEngine) -> None:
    for hold in (None, JSON):
        prompt = engine.chat("Name a number.")
        plain = engine.ask(prompt, max_tokens=8, hold=hold)
        told = engine.ask(prompt, max_tokens=8, hold=hold, chances=1)
        assert told.text == plain.text
        chances = chances_of(told)
        assert b"".join(one.piece for one in chances).decode() == told.text
        assert chances_of(plain) == []
        assert all(one.logarithm <= one.likeliest[0][1] <= 0 for one in chances)
        # What the grammar forces need not be what the model likes best; free text is, when greedy.
        liked = [one.piece == one.likeliest[0][0] for one in chances]
        assert all(liked) is (hold is None)


@pytest.mark.model
def test_they_do_not_depend_on_the_sampling(engine: LoadedEngine) -> None:
    prompt = engine.chat("Say a word.")
    drawn = engine.ask(prompt, max_tokens=1, chances=4, sampling=Sampling(temperature=1.5, seed=3))
    greedy = engine.ask(prompt, max_tokens=1, chances=4)
    (one,), (other,) = chances_of(drawn), chances_of(greedy)
    assert [piece for piece, _ in one.likeliest] == [piece for piece, _ in other.likeliest]
