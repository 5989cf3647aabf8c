"""Drafts of one length whatever they cost: to measure with, and for machines that know better."""

from typing_extensions import override

from inhouse_models.engine.drafting.curve import ROWS, BatchCurve
from inhouse_models.engine.drafting.policy import DraftPolicy


class FixedPolicy(DraftPolicy):
    """Chooses the same length always; 0 is not to draft."""

    def __init__(self, length: int) -> None:
        super().__init__(BatchCurve((1.0,) * max(ROWS, length + 1)), length)

    @override
    def choose(self, available: int, agreed: int, certain: int = 0) -> int:
        """As many as there are, up to the length."""
        return max(min(available, self.longest, self.curve.rows - 1 - certain), 0)

    @override
    def choose_paid(self, room: int, price: float, free: int, agreed: int) -> int:
        """The length, where nothing is free."""
        return 0 if free else max(min(room, self.longest), 0)
