"""Where a conversation may be taken up again: the places between its messages."""

from collections.abc import Sequence

from inhouse_models.engine.places import ImageSpan, find_images
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

        After every message and image, before thinking and every tool result, and at least every
        2,048 tokens; `marked` is the last one before. None is within an image. Of several within
        32 tokens only the first stays: a state costs memory, and to read so little again costs
        nothing.
        """
        chosen: list[int] = []
        images = find_images(tokens, start)
        ends = [image.end for image in images]
        for place in sorted([*self._places(tokens, start), *ends, len(tokens)]):
            while place - max(marked, start) > LONGEST_STRETCH:
                stretch = _behind(images, max(marked, start) + LONGEST_STRETCH)
                if stretch >= place:
                    break
                marked = stretch
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


def _behind(images: Sequence[ImageSpan], place: int) -> int:
    """The place itself, or the end of the image that it is within."""
    return next((one.end for one in images if one.start < place < one.end), place)
