"""Decides how many ids to draft, so that drafting is never slower than not drafting."""

from bisect import bisect_right

from inhouse_models.engine.drafting.acceptance import Acceptance
from inhouse_models.engine.drafting.curve import BatchCurve

# Drafts are judged apart by how many ids before them agree with what they are copied from:
# none (a guess), fewer than 6, fewer than 16, more. Each with how often an id is right at first.
AGREEMENTS = (1, 6, 16)
PRIORS = (0.4, 0.7, 0.85, 0.95)
# The same of drafts that are paid for: those that something computes.
PAID_PRIOR = 0.6
# After so many steps with none or a shorter one, one as long as can be shows what it is worth now:
# what is not computed cannot be watched.
PROBE_STEPS = 64
# What drafting may lose, in single decodes at the start, and as a part of all time after.
ALLOWED_DECODES = 4.0
ALLOWED_PART = 0.01
# Gains count against later losses up to so many single decodes.
MOST_SAVED_DECODES = 16.0
# How quickly measured seconds replace the calibrated ones, and how far one step may stray.
PACE_WEIGHT = 0.1
WILDEST = 4.0
PACE_RETURN = 0.01


class DraftPolicy:
    """Chooses a length for every draft, from the cost of batches and what became of drafts.

    A batch holds the id that was written last, `certain` ids behind it that the grammar forces,
    and the draft. `most` caps drafts, as on models that can take back only a few ids. Whatever
    the estimates say, a purse of time bounds the loss: a draft whose complete failure it cannot
    pay for is not tried. Drafts that are paid for have a purse of their own.
    """

    def __init__(self, curve: BatchCurve, most: int | None = None) -> None:
        self.curve = curve
        self.longest = curve.rows - 1 if most is None else min(most, curve.rows - 1)
        self._acceptances = [Acceptance(prior, self.longest) for prior in PRIORS]
        # Measured seconds over calibrated ones; those of drafts over that, so that a machine
        # which is slower in all does not change what pays.
        self._pace = 1.0
        self._draft_pace = 1.0
        self._purse = self._paid_purse = ALLOWED_DECODES * curve.at(1)
        self._paid_acceptance = Acceptance(PAID_PRIOR, self.longest)
        self._unpaid_steps = 0

    def choose(self, available: int, agreed: int, certain: int = 0) -> int:
        """How many of `available` ids to draft; 0 is not to draft."""
        longest = min(available, self.longest, self.curve.rows - 1 - certain)
        if longest <= 0:
            return 0
        rates = self.rates(self._affordable(longest, certain), agreed, certain)
        return rates.index(max(rates))

    def choose_paid(self, room: int, price: float, free: int, agreed: int) -> int:
        """How many ids, at most `room`, to let draft for so many seconds each, rather than take
        `free` ids that cost nothing and agree so; 0 is to take those."""
        longest = min(room, self.longest)
        if longest <= 0:
            return 0
        rates = self.paid_rates(self._affordable(longest, 0, price), price)
        best, most = rates.index(max(rates)), len(rates) - 1
        if rates[best] <= self.rates(free, agreed)[free]:
            best = 0
        if self._unpaid_steps >= PROBE_STEPS and not free:
            best = most
        self._unpaid_steps = 0 if most and best == most else self._unpaid_steps + 1
        return best

    def rates(self, longest: int, agreed: int, certain: int = 0) -> list[float]:
        """Ids per second expected of drafts of 0, 1, ... `longest` ids."""
        return self._rates(self._acceptance(agreed), longest, certain, 0.0)

    def paid_rates(self, longest: int, price: float) -> list[float]:
        """The same for drafts that take so many seconds an id to make."""
        return self._rates(self._paid_acceptance, longest, 0, price)

    def _rates(
        self, acceptance: Acceptance, longest: int, certain: int, price: float
    ) -> list[float]:
        base = 1 + certain
        costs = self._costs(longest, certain, price)
        expected = acceptance.expect(longest)
        return [(base + more) / cost for more, cost in zip(expected, costs, strict=True)]

    def learn(self, drafted: int, accepted: int, agreed: int) -> None:
        """A draft was right up to `accepted` of its ids, whether it was decoded or only watched."""
        self._acceptance(agreed).learn(drafted, accepted)

    def learn_paid(self, drafted: int, accepted: int) -> None:
        """The same of a draft that was paid for."""
        self._paid_acceptance.learn(drafted, accepted)

    def spend(
        self,
        drafted: int,
        accepted: int,
        seconds: float,
        certain: int = 0,
        paid: float | None = None,
    ) -> None:
        """A step took so many seconds, with or without a draft; `paid` are those that its draft
        took to make, None when it cost nothing."""
        base = 1 + certain
        gain = -(paid or 0.0)
        if drafted == 0:
            self._pace = _approach(self._pace, seconds / self.curve.at(base))
            # What was slow may have become quick again: nothing measures it while off.
            self._draft_pace += (1.0 - self._draft_pace) * PACE_RETURN
        else:
            pace = seconds / (self.curve.at(base + drafted) * self._pace)
            self._draft_pace = _approach(self._draft_pace, pace)
            without = self._cost(base, 0) + accepted * self._cost(1, 0)
            # One step that something else disturbed shall not stop drafting for long.
            gain = without - min(seconds + (paid or 0.0), WILDEST * self._cost(base, drafted))
        if paid is None:
            self._purse += gain
        else:
            self._paid_purse += gain
        most = MOST_SAVED_DECODES * self._cost(1, 0)
        self._purse = min(self._purse + ALLOWED_PART * seconds, most)
        self._paid_purse = min(self._paid_purse + ALLOWED_PART * seconds, most)

    def observe(
        self, drafted: int, accepted: int, seconds: float, agreed: int = 0, certain: int = 0
    ) -> None:
        """A step was made: `learn` and `spend` together."""
        if drafted:
            self.learn(drafted, accepted, agreed)
        self.spend(drafted, accepted, seconds, certain)

    def _acceptance(self, agreed: int) -> Acceptance:
        return self._acceptances[bisect_right(AGREEMENTS, agreed)]

    def _cost(self, base: int, drafted: int) -> float:
        """Seconds of a batch at the pace of late."""
        pace = self._draft_pace if drafted else 1.0
        return self.curve.at(base + drafted) * self._pace * pace

    def _costs(self, longest: int, certain: int, price: float) -> list[float]:
        """Seconds of steps with drafts of 0, 1, ... `longest` ids, to make and to decode."""
        base = 1 + certain
        drafted = self.curve.seconds[base : base + longest]
        pace = self._pace * self._draft_pace
        made = (seconds * pace + price * ids for ids, seconds in enumerate(drafted, 1))
        return [self._cost(base, 0), *made]

    def _affordable(self, longest: int, certain: int, price: float | None = None) -> int:
        """The longest draft of which the purse pays for the loss if nothing of it is right."""
        costs = self._costs(longest, certain, price or 0.0)
        purse = self._purse if price is None else self._paid_purse
        return bisect_right(costs, purse + costs[0], 1) - 1


def _approach(pace: float, measured: float) -> float:
    """The pace after one more measurement, which counts little and never wildly."""
    bounded = min(max(measured, pace / WILDEST), pace * WILDEST)
    return pace + (bounded - pace) * PACE_WEIGHT
