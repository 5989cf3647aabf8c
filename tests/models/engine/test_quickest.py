"""The quickest setting is found within a limit of time, and the smallest of equals is taken."""

from hypothesis import given, settings
from hypothesis import strategies as st

from inhouse_models.engine.quickest import smallest_of_the_best, thread_counts, time_each


@settings(deadline=None)
@given(st.integers(1, 256))
def test_thread_counts_are_few_and_hold_the_most(most: int) -> None:
    counts = thread_counts(most)
    assert counts[0] == most == max(counts)
    assert counts == sorted(set(counts), reverse=True)
    assert all(count >= 1 for count in counts)
    assert len(counts) <= 4


def test_thread_counts_of_small_machines() -> None:
    assert [thread_counts(most) for most in (1, 2, 4, 8)] == [
        [1],
        [2, 1],
        [4, 3, 2, 1],
        [8, 6, 4, 2],
    ]


@settings(deadline=None)
@given(
    st.dictionaries(st.integers(1, 64), st.floats(1e-3, 5.0), min_size=1, max_size=6),
    st.floats(1e-2, 10.0),
)
def test_timing_is_bounded(true: dict[int, float], limit: float) -> None:
    asked: list[int] = []

    def run(setting: int) -> float:
        asked.append(setting)
        return true[setting]

    order = list(true)
    measured = time_each(order, run, limit)
    assert asked[0] == order[0]
    assert measured == {setting: true[setting] for setting in set(asked)}
    # What was not known before may take longer than the best one did.
    assert sum(true[one] for one in asked) <= max(limit, true[order[0]]) + max(true.values())


def test_a_disturbance_does_not_decide() -> None:
    noise = iter([0.3, 0.0, 0.0, 0.2, 0.0, 0.0])
    true = {4: 1.0, 2: 1.2}
    measured = time_each([4, 2], lambda threads: true[threads] + next(noise), 100.0)
    assert smallest_of_the_best(measured) == 4


def test_what_is_hopeless_is_tried_once() -> None:
    asked: list[int] = []

    def run(setting: int) -> float:
        asked.append(setting)
        return 1.0 / setting

    time_each([8, 4, 1], run, 100.0)
    assert asked.count(8) == 3
    assert asked.count(1) == asked.count(4) == 1


def test_of_equals_the_smallest_is_taken() -> None:
    assert smallest_of_the_best({8: 1.0, 6: 1.02, 4: 1.01, 2: 1.9}) == 4
    assert smallest_of_the_best({8: 1.0, 4: 1.1}) == 8
