"""Where a conversation may be taken up again: the places between its messages."""

from collections.abc import Sequence

from inhouse_models.engine.weights import Vocabulary

LONGEST_STRETCH = 2_048
SHORTEST_STRETCH = 32


class BoundaryFinder:
    """Finds boundaries by the control tokens that a template sets; no text of a file is one."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._ends = vocabulary.ends
        self._result = vocabulary.find("<tool_response>")
        self._think = vocabulary.find("<think>")

    def find(self, tokens: Sequence[int], start: int) -> list[int]:
        """Lengths of prefixes of `tokens`, longer than `start` and ascending, the last the whole.

        After every message, before thinking and every tool result, and at least every 2,048
        tokens. Of several within 32 tokens only the last stays, and the one before thinking:
        a state costs memory, and to read so little again costs nothing.
        """
        chosen: list[int] = []
        reached = start
        thinking = -1
        for place in [*self._places(tokens, start), len(tokens)]:
            while place - reached > LONGEST_STRETCH:
                reached += LONGEST_STRETCH
                chosen.append(reached)
            if place <= reached:
                continue
            if chosen and place - chosen[-1] < SHORTEST_STRETCH and chosen[-1] != thinking:
                chosen.pop()
            if place < len(tokens) and tokens[place] == self._think:
                thinking = place
            chosen.append(place)
            reached = place
        return chosen

    def _places(self, tokens: Sequence[int], start: int) -> list[int]:
        before = {self._result, self._think}
        return [
            place + (tokens[place] in self._ends)
            for place in range(start, len(tokens))
            if tokens[place] in self._ends or tokens[place] in before
        ]
