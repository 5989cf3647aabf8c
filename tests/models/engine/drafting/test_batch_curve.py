"""The cost of batches: measured within a time, smoothed, and never too good to be true."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inhouse_models.engine.drafting.curve import ROWS, BatchCurve, measure_curve, smooth_curve

seconds = st.floats(1e-6, 10.0)
measurements = st.dictionaries(st.integers(2, 20), seconds).flatmap(
    lambda others: seconds.map(lambda single: {1: single, **others})
)


@settings(deadline=None)
@given(measurements, st.integers(1, 24))
def test_a_smoothed_curve_never_falls(measured: dict[int, float], rows: int) -> None:
    curve = smooth_curve(measured, rows)
    assert curve.rows == rows
    assert all(left <= right for left, right in pairwise(curve.seconds))
    for size, measurement in measured.items():
        if size <= rows:
            assert curve.at(size) <= measurement * (1 + 1e-9)


@settings(deadline=None)
@given(st.lists(seconds, min_size=2, max_size=ROWS))
def test_a_rising_measurement_is_kept(values: list[float]) -> None:
    rising = sorted(values)
    measured = dict(enumerate(rising, start=1))
    assert smooth_curve(measured, len(rising)).seconds == pytest.approx(tuple(rising))


def test_what_was_not_measured_promises_no_gain() -> None:
    assert smooth_curve({1: 2.0}, 4).seconds == (2.0, 4.0, 6.0, 8.0)
    assert BatchCurve((1.0, 1.5)).at(4) == 3.5


def test_between_two_measurements_is_a_line() -> None:
    assert smooth_curve({1: 1.0, 5: 3.0}, 5).seconds == (1.0, 1.5, 2.0, 2.5, 3.0)


def test_a_disturbed_measurement_is_taken_back() -> None:
    assert smooth_curve({1: 1.0, 2: 9.0, 3: 1.2}, 3).seconds == (1.0, 1.2, 1.2)


@pytest.mark.parametrize(
    "values", [(), (0.0,), (-1.0,), (2.0, 1.0), (float("nan"),), (1.0, float("inf"))]
)
def test_nonsense_is_no_curve(values: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="not a batch curve"):
        BatchCurve(values)


@settings(deadline=None)
@given(st.floats(1e-4, 2.0), st.floats(0.0, 2.0), st.floats(0.5, 5.0), st.integers(1, ROWS))
def test_measuring_is_bounded(single: float, slope: float, limit: float, rows: int) -> None:
    asked: list[int] = []

    def run(size: int) -> float:
        asked.append(size)
        return single * (1 + slope * min(size - 1, 8))

    curve = measure_curve(run, rows, limit)
    assert set(asked) <= set(range(1, rows + 1))
    assert curve.at(1) == single
    # Only a batch that is dearer for each row than a single one can take more than was planned.
    spent = sum(single * (1 + slope * min(size - 1, 8)) for size in asked)
    dearest = single * (1 + slope * 8)
    assert spent <= max(limit, single) + dearest


def test_measuring_finds_the_curve_behind_noise() -> None:
    true = [1.0 + 0.05 * rows for rows in range(ROWS)]
    noise = iter([0.5, 0.0, 0.3, 0.1, 0.7] * 100)
    curve = measure_curve(lambda rows: 1e-3 * (true[rows - 1] + next(noise)))
    assert curve.seconds == pytest.approx([1e-3 * one for one in true], rel=0.02)
