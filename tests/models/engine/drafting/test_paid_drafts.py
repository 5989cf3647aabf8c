"""Drafts that take time to make: used where they pay, and never far slower than none."""

import itertools
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.engine.drafting.copying import CPU, GPU

from inhouse_models.engine.drafting.curve import BatchCurve
from inhouse_models.engine.drafting.drafter import Drafter
from inhouse_models.engine.drafting.fixed import FixedPolicy
from inhouse_models.engine.drafting.lookup import Lookup
from inhouse_models.engine.drafting.policy import (
    ALLOWED_DECODES,
    ALLOWED_PART,
    DraftPolicy,
)
from inhouse_models.engine.drafting.predictor import PRICE_TRIALS, WILDEST, Price

SLACK = 1e-6
curves = st.lists(st.floats(0.0, 2.0), min_size=2, max_size=16).map(
    lambda steps: BatchCurve(tuple(itertools.accumulate(steps, initial=0.5)))
)


@dataclass
class Simulated:
    """Answers of ids that count up; a layer that is right so often, at a price in single decodes.

    Each id is right on its own; the first wrong one ends what is accepted.
    """

    curve: BatchCurve
    policy: DraftPolicy
    rate: Callable[[int], float]
    price: float
    seconds: float = 0.0
    written: int = 0
    steps: int = 0
    paid_steps: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(1)

    def step(self) -> None:
        length = self.policy.choose_paid(16, self.price, 0, 0)
        rate, right = self.rate(self.steps), 0
        while right < length and self._random.random() < rate:
            right += 1
        paid = self.price * length
        seconds = self.curve.at(1 + length)
        if length:
            self.policy.learn_paid(length, right)
            self.paid_steps += 1
        self.policy.spend(length, right, seconds, paid=paid if length else None)
        self.seconds += seconds + paid
        self.written += right + 1
        self.steps += 1

    def run(self, steps: int) -> "Simulated":
        for _ in range(steps):
            self.step()
        return self


@pytest.mark.parametrize("rate", [0.5, 0.8])
def test_a_layer_that_is_often_right_serves_nearly_as_well_as_it_could(rate: float) -> None:
    price = 0.06

    def speed(length: int) -> float:
        expected = sum(rate**place for place in range(length + 1))
        return expected / (GPU.at(1 + length) + price * length)

    run = Simulated(GPU, DraftPolicy(GPU, most=4), lambda _: rate, price).run(500)
    best = max(speed(length) for length in range(5))
    assert best > 1.4
    assert run.written > 0.95 * best * run.seconds


def test_it_is_left_alone_where_batches_are_dear() -> None:
    run = Simulated(CPU, DraftPolicy(CPU, most=4), lambda _: 0.5, price=0.1).run(2000)
    assert run.paid_steps < 60
    assert run.seconds <= 1.03 * run.written


@pytest.mark.parametrize("price", [0.06, 0.5, 3.0])
@pytest.mark.parametrize("curve", [CPU, GPU], ids=["cpu", "gpu"])
def test_a_layer_that_is_never_right_costs_next_to_nothing(curve: BatchCurve, price: float) -> None:
    run = Simulated(curve, DraftPolicy(curve, most=4), lambda _: 0.0, price).run(1000)
    assert run.seconds <= 1.03 * run.written


def test_it_comes_back_when_the_layer_is_right_again() -> None:
    run = Simulated(
        GPU, DraftPolicy(GPU, most=4), lambda step: 0.0 if step < 500 else 0.9, price=0.06
    )
    run.run(500)
    seconds, written = run.seconds, run.written
    assert seconds <= 1.03 * written
    run.run(1000)
    assert run.written - written > 2 * (run.seconds - seconds)


@settings(deadline=None, max_examples=60)
@given(curves, st.floats(0.0, 3.0), st.lists(st.integers(0, 16), min_size=1, max_size=40))
def test_the_loss_is_bounded_whatever_becomes_of_paid_drafts(
    curve: BatchCurve, price: float, history: list[int]
) -> None:
    policy = DraftPolicy(curve)
    spent = without = 0.0
    for right in history * 6:
        length = policy.choose_paid(16, price, 0, 0)
        accepted = min(right, length)
        # Such a price is bounded like any measurement: it would not be believed in one step.
        paid = min(price * length, (WILDEST - 1) * curve.at(1 + length))
        policy.spend(length, accepted, curve.at(1 + length), paid=paid if length else None)
        policy.learn_paid(length, accepted)
        spent += curve.at(1 + length) + paid
        without += curve.at(1) * (1 + accepted)
    assert spent <= without + ALLOWED_DECODES * curve.at(1) + ALLOWED_PART * spent + SLACK


class Layer:
    """A paid source that is right about ids that count up, and slow or idle."""

    def __init__(self, *, price: float | None = 0.001, silent: bool = False) -> None:
        self.price = price
        self.silent = silent
        self.asked: list[tuple[int, int]] = []

    def draft(self, token: int, limit: int) -> list[int]:
        self.asked.append((token, limit))
        return [] if self.silent else [token + 1 + more for more in range(limit)]


def test_what_can_be_copied_is_not_computed() -> None:
    lookup = Lookup()
    lookup.read(list(range(60)) * 2)
    layer = Layer(price=0.5)
    drafter = Drafter(lookup, DraftPolicy(GPU), layer)
    drafter.extend(range(30))
    for token in range(30, 50):
        assert drafter.propose()[:1] == [token]
        drafter.record(1, GPU.at(2))
        drafter.append(token)
    assert layer.asked == []


def test_what_cannot_be_copied_is_computed_after_the_last_id() -> None:
    layer = Layer()
    drafter = Drafter(Lookup(), DraftPolicy(GPU, most=4), layer)
    assert drafter.propose() == []
    drafter.append(100)
    draft = drafter.propose()
    assert draft == [101, 102, 103, 104][: len(draft)] != []
    assert layer.asked == [(100, len(draft))]


def test_a_layer_that_is_silent_off_or_in_the_dark_leaves_the_free_draft() -> None:
    for layer in (Layer(silent=True), Layer(price=None)):
        lookup = Lookup()
        lookup.read([1, 2, 3, 4, 1, 2])
        drafter = Drafter(lookup, DraftPolicy(GPU), layer)
        drafter.append(3)
        assert drafter.propose()[:2] == [4, 1]
    layer = Layer()
    drafter = Drafter(Lookup(), DraftPolicy(GPU), layer)
    drafter.append(1)
    assert drafter.propose(certain=1) == []
    assert layer.asked == []


def test_the_room_limits_what_is_computed() -> None:
    layer = Layer()
    drafter = Drafter(Lookup(), DraftPolicy(GPU, most=4), layer)
    drafter.append(5)
    for room in (0, 1, 2):
        assert len(drafter.propose(room=room)) <= room


def test_the_time_of_computing_is_counted() -> None:
    class Slow(Layer):
        def draft(self, token: int, limit: int) -> list[int]:
            until = time.perf_counter() + 0.002
            while time.perf_counter() < until:
                pass
            return super().draft(token, limit)

    # A single decode takes a tenth of what drafting takes, which the price hides at first.
    quick = BatchCurve(tuple(0.0002 * one for one in GPU.seconds))
    layer = Slow(price=0.00001)
    drafter = Drafter(Lookup(), DraftPolicy(quick, most=4), layer)
    for token in range(400):
        drafter.append(token)
        drafted = len(drafter.propose())
        drafter.record(0, quick.at(1 + drafted))
    assert 0 < len(layer.asked) < 40


def test_a_fixed_policy_computes_what_is_not_free() -> None:
    policy = FixedPolicy(3)
    assert policy.choose_paid(16, 1.0, 0, 0) == 3
    assert policy.choose_paid(2, 1.0, 0, 0) == 2
    assert policy.choose_paid(16, 1.0, 2, 20) == 0


def test_a_price_is_the_least_of_the_first_and_then_follows_slowly() -> None:
    price = Price()
    for seconds in (1.0, 0.2, 0.1, 0.3)[:PRICE_TRIALS]:
        price.pay(4 * seconds, 4)
    assert price.seconds == pytest.approx(0.1)
    price.pay(100.0, 1)
    assert price.seconds < 0.14
    for _ in range(200):
        price.pay(0.5, 1)
    assert price.seconds == pytest.approx(0.5, rel=0.01)
