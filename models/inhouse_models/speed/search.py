"""Finds the quickest choices by trials: one factor at a time, in turns, the hopeless left early."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, Protocol

from inhouse_models.speed.choices import SpeedChoices, Value, choices_of

# What a trial times: seconds of a token read, of one written, of one of a drafted answer; or of a
# turn, which reads and writes.
Part = Literal["read", "write", "turn", "answer"]
Verdict = Literal["kept", "chosen", "alike", "slower", "impossible"]

# Less is not told apart from chance, however quiet the machine seems.
LEAST_NOISE = 0.03
# What is so much slower once, or twice in a row, is not tried again.
HOPELESS_ONCE = 1.5
HOPELESS_TWICE = 1.1


class Bench(Protocol):
    """Where trials are made."""

    def measure(self, choices: SpeedChoices, part: Part) -> float | str:
        """Seconds, or why it cannot be."""
        ...


@dataclass(frozen=True, slots=True)
class Factor:
    """One choice and the values to try beside the present one. An `impossible` one has none, and
    says why."""

    name: str
    part: Part = "turn"
    values: tuple[Value, ...] = ()
    impossible: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one value. `seconds` is the median of its rounds, `ratio` the median of its
    seconds over those of the present value in the same rounds."""

    factor: str
    part: Part
    value: Value | None
    verdict: Verdict
    seconds: float = 0.0
    ratio: float = 1.0
    rounds: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long trials go on, in rounds; a `patient` one goes on with the hopeless, too."""

    least_rounds: int = 3
    most_rounds: int = 5
    patient: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The choices to use, and the last comparison with those it began from; the medians are of
    the same rounds, and equal when nothing better was found."""

    choices: SpeedChoices
    before_seconds: float
    after_seconds: float


Tell = Callable[[Trial], None]


@dataclass(slots=True)
class _Contender:
    choices: SpeedChoices
    value: Value | None
    seconds: list[float]
    fault: str = ""

    def ratio(self, first: "_Contender") -> float:
        pairs = zip(self.seconds, first.seconds, strict=False)
        return median([own / other for own, other in pairs])


def search(
    start: SpeedChoices, factors: Sequence[Factor], bench: Bench, pace: Pace, tell: Tell
) -> Found | str:
    """Try every factor with the best of those before it; a text when nothing can be measured.

    The last word has a comparison of what was found with the start: what is not quicker there is
    not used, so that the result is never slower than the start by its own measurements.
    """
    best = start
    for factor in factors:
        found = try_factor(best, factor, bench, pace, tell)
        if isinstance(found, str):
            return found
        best = found
    return confirm(start, best, bench, pace)


def try_factor(
    present: SpeedChoices, factor: Factor, bench: Bench, pace: Pace, tell: Tell
) -> SpeedChoices | str:
    """The present choices, or with the value of this factor that was measured to be quicker."""
    own: Value | None = getattr(present, factor.name)
    if factor.impossible:
        tell(Trial(factor.name, factor.part, own, "impossible", reason=factor.impossible))
        return present
    first = _Contender(present, own, [])
    others = [
        _Contender(choices_of({**present.given(), factor.name: value}), value, [])
        for value in factor.values
        if value != own
    ]
    if fault := _compete(first, others, factor.part, bench, pace):
        return fault
    winner = _winner(first, others)
    for one in (first, *others):
        tell(_judge(one, first, winner, factor))
    return winner.choices


def confirm(start: SpeedChoices, best: SpeedChoices, bench: Bench, pace: Pace) -> Found | str:
    """What was found where it is clearly quicker than the start in turns, else the start."""
    first = _Contender(start, None, [])
    others = [] if best == start else [_Contender(best, None, [])]
    # With nothing to compare there is only a figure to find.
    rounds = pace.most_rounds if others else 1
    settled = Pace(rounds, rounds, patient=True)
    if fault := _compete(first, others, "turn", bench, settled):
        return fault
    before = median(first.seconds)
    for one in others:
        clear = not one.fault and one.ratio(first) < 1 - LEAST_NOISE
        if clear and median(one.seconds) < before:
            return Found(best, before, median(one.seconds))
    return Found(start, before, before)


def _compete(
    first: _Contender,
    others: list[_Contender],
    part: Part,
    bench: Bench,
    pace: Pace,
) -> str:
    """Measure all in turns until it is clear who is quicker; a text when the first cannot be."""
    alive = [first, *others]
    for number in range(pace.most_rounds):
        # What warms up or cools down in a round must not always meet the same one.
        for one in alive if number % 2 == 0 else alive[::-1]:
            seconds = bench.measure(one.choices, part)
            if isinstance(seconds, str):
                one.fault = seconds
            else:
                one.seconds.append(seconds)
        if first.fault:
            return first.fault
        limit = HOPELESS_TWICE if number else HOPELESS_ONCE
        alive = [
            one for one in alive if not one.fault and (one.ratio(first) <= limit or pace.patient)
        ]
        if len(alive) == 1 and others:
            break
        if number + 1 >= pace.least_rounds and _is_settled(first, alive[1:]):
            break
    return ""


def _is_settled(first: _Contender, others: Sequence[_Contender]) -> bool:
    """Whether more rounds would hardly change who wins: all are alike, or one is far ahead."""
    noise = _noise(first)
    ratios = sorted(one.ratio(first) for one in others)
    if not ratios or ratios[0] >= 1 - noise / 2:
        return True
    ahead = len(ratios) == 1 or ratios[1] - ratios[0] > noise
    return ahead and ratios[0] < 1 - 2 * noise


def _winner(first: _Contender, others: Sequence[_Contender]) -> _Contender:
    able = [one for one in others if one.seconds and not one.fault]
    best = min(able, key=lambda one: one.ratio(first), default=first)
    clear = best.ratio(first) < 1 - _noise(first)
    return best if clear and median(best.seconds) < median(first.seconds) else first


def _judge(one: _Contender, first: _Contender, winner: _Contender, factor: Factor) -> Trial:
    if one.fault or not one.seconds:
        return Trial(factor.name, factor.part, one.value, "impossible", reason=one.fault)
    ratio = one.ratio(first)
    verdict: Verdict = "slower" if ratio > 1 + _noise(first) else "alike"
    if one is winner:
        verdict = "kept" if one is first else "chosen"
    elif winner is not first:
        verdict = "slower"
    return Trial(
        factor.name, factor.part, one.value, verdict, median(one.seconds), ratio, len(one.seconds)
    )


def _noise(one: _Contender) -> float:
    """How much the same measurement differs by chance, as a share of it."""
    middle = median(one.seconds)
    return max(LEAST_NOISE, median(abs(value - middle) for value in one.seconds) / middle)
