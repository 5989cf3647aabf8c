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

    def find(self, tokens: Sequence[int], start: int, marked: int = 0) -> list[int]:
        """Lengths of prefixes of `tokens`, longer than `start` and ascending, the last the whole.

        After every message, before thinking and every tool result, and at least every 2,048
        tokens; `marked` is the last one before. Of several within 32 tokens only the first stays:
        a state costs memory, and to read so little again costs nothing.
        """
        chosen: list[int] = []
        for place in [*self._places(tokens, start), len(tokens)]:
            while place - max(marked, start) > LONGEST_STRETCH:
                marked = max(marked, start) + LONGEST_STRETCH
                chosen.append(marked)
            if place > max(marked, start) and (
                place - marked >= SHORTEST_STRETCH or place == len(tokens)
            ):
                chosen.append(place)
                marked = place
        return chosen

    def _places(self, tokens: Sequence[int], start: int) -> list[int]:
        before = {self._result, self._think}
        return [
            place + (tokens[place] in self._ends)
            for place in range(start, len(tokens))
            if tokens[place] in self._ends or tokens[place] in before
        ]
