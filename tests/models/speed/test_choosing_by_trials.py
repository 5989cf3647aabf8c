"""What is chosen from measurements: the quicker, never the slower, with as few trials as tell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_models.speed.choices import SpeedChoices, Value, choices_of
from inhouse_models.speed.search import Factor, Found, Pace, Part, Trial, search, try_factor

PACE = Pace(least_rounds=3, most_rounds=5)
START = SpeedChoices(threads=4, batch=512, flash_attention=False, kv_type="f16")
FACTORS = (
    Factor("threads", "write", (4, 3, 2, 1)),
    Factor("batch", "read", (64, 128, 256, 512)),
    Factor("flash_attention", "turn", (True,)),
    Factor("kv_type", "turn", ("q8_0",)),
)
VALUES: Mapping[str, tuple[Value, ...]] = {
    "threads": (1, 2, 3, 4),
    "batch": (64, 128, 256, 512),
    "flash_attention": (False, True),
    "kv_type": ("f16", "q8_0"),
}


@dataclass(slots=True)
class SaidBench:
    """Seconds as a function says them, of the choices and of how many were asked for before."""

    say: Callable[[SpeedChoices, int], float | str]
    asked: list[SpeedChoices] = field(default_factory=list[SpeedChoices])

    def measure(self, choices: SpeedChoices, part: Part) -> float | str:
        self.asked.append(choices)
        return self.say(choices, len(self.asked))


def found_by(bench: SaidBench, factors: tuple[Factor, ...] = FACTORS) -> tuple[Found, list[Trial]]:
    trials: list[Trial] = []
    found = search(START, factors, bench, PACE, trials.append)
    assert isinstance(found, Found)
    return found, trials


def tried(values: Mapping[Value, float | str]) -> tuple[SpeedChoices, dict[Value, Trial], int]:
    """Numbers of threads by what they take; the present one is 4."""
    trials: dict[Value, Trial] = {}

    def tell(trial: Trial) -> None:
        assert trial.value is not None
        trials[trial.value] = trial

    bench = SaidBench(lambda choices, _number: values[choices.threads or 0])
    factor = Factor("threads", "write", tuple(values))
    found = try_factor(START, factor, bench, PACE, tell)
    assert isinstance(found, SpeedChoices)
    return found, trials, len(bench.asked)


@pytest.mark.parametrize(
    ("seconds", "chosen", "verdicts"),
    [
        ({4: 1.0, 2: 0.8}, 2, {4: "slower", 2: "chosen"}),
        ({4: 1.0, 2: 1.05}, 4, {4: "kept", 2: "slower"}),
        # Less than chance tells apart is no reason to change anything.
        ({4: 1.0, 2: 0.98}, 4, {4: "kept", 2: "alike"}),
        ({4: 1.0, 3: 0.9, 2: 0.7}, 2, {4: "slower", 3: "slower", 2: "chosen"}),
        ({4: 1.0, 2: "no room"}, 4, {4: "kept", 2: "impossible"}),
        ({4: 1.0, 3: "no room", 2: 0.5}, 2, {4: "slower", 3: "impossible", 2: "chosen"}),
    ],
)
def test_a_value_is_chosen_when_it_is_clearly_quicker(
    seconds: Mapping[Value, float | str], chosen: int, verdicts: Mapping[Value, str]
) -> None:
    found, trials, _count = tried(seconds)
    assert found.threads == chosen
    assert {value: trial.verdict for value, trial in trials.items()} == verdicts


def test_what_is_hopeless_is_tried_once() -> None:
    _found, trials, count = tried({4: 1.0, 3: 0.5, 2: 9.0, 1: 9.0})
    assert {value: trial.rounds for value, trial in trials.items()} == {4: 3, 3: 3, 2: 1, 1: 1}
    assert count == 8
    # And what is a bit slower twice.
    _found, trials, _count = tried({4: 1.0, 3: 0.5, 2: 1.2})
    assert trials[2].rounds == 2


def test_trials_end_when_it_is_clear_and_go_on_when_it_is_not() -> None:
    _found, trials, _count = tried({4: 1.0, 3: 1.01})
    assert trials[4].rounds == PACE.least_rounds
    _found, trials, _count = tried({4: 1.0, 3: 0.96})
    assert trials[4].rounds == PACE.most_rounds


def test_a_machine_that_slows_down_meanwhile_decides_nothing() -> None:
    """Every measurement takes a tenth more than the one before: all values are measured in turn."""
    bench = SaidBench(lambda _choices, number: 1.1**number)
    found, trials = found_by(bench)
    assert found.choices == START
    assert {trial.verdict for trial in trials} <= {"kept", "alike", "slower"}
    # The same bench finds what is twice as quick all the same.
    quicker = SaidBench(lambda choices, number: 1.1**number * (0.5 if choices.batch == 64 else 1.0))
    assert found_by(quicker)[0].choices.batch == 64


def test_what_cannot_be_tried_is_told_with_its_reason() -> None:
    bench = SaidBench(lambda _choices, _number: 1.0)
    factors = (Factor("gpu_split", impossible="there is no graphics card"),)
    found, trials = found_by(bench, factors)
    assert found.choices == START
    (trial,) = trials
    assert (trial.verdict, trial.reason) == ("impossible", "there is no graphics card")


def test_a_model_that_cannot_be_measured_at_all_says_why() -> None:
    bench = SaidBench(lambda _choices, _number: "there is not enough memory")
    said = search(START, FACTORS, bench, PACE, lambda _trial: None)
    assert said == "there is not enough memory"


def test_choices_that_are_slower_together_are_not_used() -> None:
    """Each of two is quicker by itself; what they are together has the last word."""

    def say(choices: SpeedChoices, _number: int) -> float:
        changed = (choices.threads != START.threads) + (choices.batch != START.batch)
        parts = {0: 1.0, 1: 0.8, 2: 0.7}
        return 2.0 if changed == 2 and len(bench.asked) > before_last else parts[changed]

    factors = (Factor("threads", "turn", (2,)), Factor("batch", "turn", (64,)))
    before_last = 10_000
    bench = SaidBench(say)
    assert found_by(bench, factors)[0].choices.batch == 64
    before_last = len(bench.asked) - 2 * PACE.most_rounds
    bench = SaidBench(say)
    found, _trials = found_by(bench, factors)
    assert (found.choices, found.after_seconds) == (START, found.before_seconds)


@pytest.mark.parametrize(("together", "chosen"), [(0.98, START.threads), (0.9, 2)])
def test_a_gain_that_may_be_chance_changes_nothing(together: float, chosen: int) -> None:
    """What looked like a gain in its own trial is a smaller one when it is tried again."""

    def say(choices: SpeedChoices, number: int) -> float:
        first_trials = 2 * PACE.most_rounds
        gain = 0.8 if number <= first_trials - 4 else together
        return gain if choices.threads == 2 else 1.0

    found, trials = found_by(SaidBench(say), (Factor("threads", "turn", (2,)),))
    assert [trial.verdict for trial in trials] == ["slower", "chosen"]
    assert found.choices.threads == chosen


costs = st.fixed_dictionaries(
    {
        name: st.fixed_dictionaries({value: st.floats(0.2, 5.0) for value in values})
        for name, values in VALUES.items()
    }
)


def cost_of(choices: SpeedChoices, table: Mapping[str, Mapping[Value, float]]) -> float:
    product = 1.0
    for name, value in choices.given().items():
        product *= table[name][value]
    return product


@given(costs, st.lists(st.floats(0.5, 3.0), min_size=7, max_size=50))
def test_what_is_found_is_never_slower_by_its_own_measurements(
    table: Mapping[str, Mapping[Value, float]], disturbances: list[float]
) -> None:
    bench = SaidBench(
        lambda choices, number: cost_of(choices, table) * disturbances[number % len(disturbances)]
    )
    found, _trials = found_by(bench)
    assert found.after_seconds <= found.before_seconds
    if found.choices == START:
        assert found.after_seconds == found.before_seconds


@given(costs)
def test_on_a_quiet_machine_nothing_clearly_quicker_is_left(
    table: Mapping[str, Mapping[Value, float]],
) -> None:
    found, _trials = found_by(SaidBench(lambda choices, _number: cost_of(choices, table)))
    given_values = found.choices.given()
    for name, values in VALUES.items():
        best = min(table[name][value] for value in values)
        assert table[name][given_values[name]] <= best / 0.96, name
    assert cost_of(found.choices, table) <= cost_of(START, table)
    assert choices_of(given_values) == found.choices
