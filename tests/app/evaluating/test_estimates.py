"""Rates, intervals and the sign test against their definitions and published figures."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.evaluating.estimates import all_of, any_of, sign_test, wilson


@given(st.integers(1, 500), st.data())
def test_the_interval_holds_the_rate_and_shrinks_with_more_trials(
    total: int, data: st.DataObject
) -> None:
    solved = data.draw(st.integers(0, total))
    few, many = wilson(solved / total, total), wilson(solved / total, total * 4)
    assert 0 <= few.low <= solved / total + 1e-12
    assert solved / total - 1e-12 <= few.high <= 1
    assert many.high - many.low < few.high - few.low


def test_the_interval_is_that_of_wilson() -> None:
    # (0.8 + z²/20 ± z·√(0.016 + z²/400)) / (1 + z²/10) with z = 1.959964.
    interval = wilson(0.8, 10)
    assert interval.low == pytest.approx(0.4901625, abs=1e-7)
    assert interval.high == pytest.approx(0.9433178, abs=1e-7)
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0, 1)


@given(st.integers(1, 7), st.data())
def test_rates_over_k_attempts_count_every_choice_of_k(total: int, data: st.DataObject) -> None:
    solved, k = data.draw(st.integers(0, total)), data.draw(st.integers(1, total))
    choices = list(combinations([True] * solved + [False] * (total - solved), k))
    assert any_of(total, solved, k) == pytest.approx(sum(map(any, choices)) / len(choices))
    assert all_of(total, solved, k) == pytest.approx(sum(map(all, choices)) / len(choices))


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_sign_test_is_symmetric_and_a_probability(first: int, second: int) -> None:
    chance = sign_test(first, second)
    assert chance == sign_test(second, first)
    assert 0 < chance <= 1


def test_the_sign_test_is_exact() -> None:
    assert sign_test(0, 0) == 1
    assert sign_test(5, 5) == 1
    # Five of five: twice the chance of five heads.
    assert sign_test(5, 0) == pytest.approx(2 / 32)
    # One or none of ten: (1 + 10) of 1024 ways, twice.
    assert sign_test(9, 1) == pytest.approx(22 / 1024)
