"""How far recent drafts were right, and so how far the next one will be."""

# The last 20 drafts or so count.
KEPT = 0.95
# As if so many drafts had been seen before the first one; forgotten like them.
PRIOR_WEIGHT = 1.5
# How much the position before counts where little was seen.
NEIGHBOUR_WEIGHT = 1.5


class Acceptance:
    """For every position of a draft: how often it was right when those before it were."""

    def __init__(self, prior: float, longest: int) -> None:
        self._right = [0.0] * longest
        self._seen = [0.0] * longest
        self._right[:1] = [PRIOR_WEIGHT * prior]
        self._seen[:1] = [PRIOR_WEIGHT]

    def learn(self, drafted: int, accepted: int) -> None:
        """A draft of `drafted` ids was right up to `accepted` of them."""
        for position in range(min(accepted + 1, drafted, len(self._seen))):
            self._right[position] = self._right[position] * KEPT + (position < accepted)
            self._seen[position] = self._seen[position] * KEPT + 1

    def expect(self, longest: int) -> list[float]:
        """Ids accepted on average of drafts of 0, 1, ... `longest` ids.

        A position seen rarely is taken to be like the one before it.
        """
        expected, reached, rate = [0.0], 1.0, 0.0
        for place, right in enumerate(self._right[:longest]):
            doubt = NEIGHBOUR_WEIGHT if place else 0.0
            rate = (right + doubt * rate) / (self._seen[place] + doubt)
            reached *= rate
            expected.append(expected[-1] + reached)
        return expected
