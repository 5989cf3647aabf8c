"""An answer that goes round in circles is noticed, honest repetition is not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_models.engine.repetition import CHECK_EVERY, REPEATED_TOKENS, repeats_itself


def looped(cycle: int, length: int, before: int = 0) -> list[int]:
    """Ids without an order, then a cycle of so many ids, `length` in all."""
    start = [10_000 + number for number in range(before)]
    return start + [number % cycle for number in range(length - before)]


@pytest.mark.parametrize(("cycle", "length"), [(1, 240), (7, 240), (64, 384), (64, 400)])
def test_a_cycle_is_noticed(cycle: int, length: int) -> None:
    assert repeats_itself(looped(cycle, length))
    assert repeats_itself(looped(cycle, length + 160, before=160))


@pytest.mark.parametrize(
    ("cycle", "length", "before"),
    [
        (1, 224, 0),
        (1, 256, 32),
        (64, 368, 0),
        (65, 800, 0),
    ],
)
def test_too_little_or_too_long_a_cycle_is_fine(cycle: int, length: int, before: int) -> None:
    assert not repeats_itself(looped(cycle, length, before))


def test_one_other_token_breaks_the_cycle() -> None:
    ids = looped(7, 400)
    ids[-100] = 99
    assert not repeats_itself(ids)


@given(st.integers(0, 2**32), st.integers(0, 40))
def test_random_ids_do_not_repeat(seed: int, sixteens: int) -> None:
    source = random.Random(seed)
    assert not repeats_itself([source.randrange(50_000) for _ in range(sixteens * 16)])


@given(st.integers(1, 40), st.integers(0, 2_000))
def test_it_looks_at_every_sixteenth_token_only(cycle: int, length: int) -> None:
    expected = length >= REPEATED_TOKENS and length % CHECK_EVERY == 0
    assert repeats_itself(looped(cycle, length)) is expected
