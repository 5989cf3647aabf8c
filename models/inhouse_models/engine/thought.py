"""Ends a model's thinking when its budget is spent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ThoughtBudget:
    """At most `tokens` of thinking, then `closing` is written for the model.

    `opens` and `closes` are the tokens between which it thinks; `begun` when the prompt ends
    inside.
    """

    tokens: int
    opens: int
    closes: int
    closing: tuple[int, ...]
    begun: bool = False


class ThoughtMeter:
    """Counts the thinking of one answer."""

    def __init__(self, budget: ThoughtBudget) -> None:
        self._budget = budget
        self._thinking = budget.begun
        self._spent = 0

    def accept(self, token: int) -> None:
        """Go on by a token of the answer."""
        if token == self._budget.opens:
            self._thinking = True
        elif token == self._budget.closes:
            self._thinking = False
        elif self._thinking:
            self._spent += 1

    @property
    def closing(self) -> tuple[int, ...]:
        """What must be written now, when the budget is spent."""
        spent = self._thinking and self._spent >= self._budget.tokens
        return self._budget.closing if spent else ()
