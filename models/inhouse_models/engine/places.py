"""How images stand in a sequence of token ids, and at which position of the model each token is.

An image has no tokens, only embeddings. It is given ids below zero, made from its hash, so that
whatever compares, cuts and saves tokens treats it like text. How far it moves the position on is
part of its last id: an image of 1,000 tokens may move it on by 40 (M-RoPE). The others move it on
by nothing, so a place within an image is no place where a sequence can be cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import shake_128

import numpy as np

NOISE_BITS = 18
MOST_ADVANCE = 2 ** (31 - NOISE_BITS) - 1


@dataclass(frozen=True, slots=True)
class ImageSpan:
    """Where an image stands in a sequence, and how many positions it takes."""

    start: int
    end: int
    advance: int

    @property
    def surplus(self) -> int:
        """How many more positions than tokens it takes; mostly less than none."""
        return self.advance - (self.end - self.start)


def image_ids(name: str, count: int, advance: int) -> tuple[int, ...]:
    """The ids of an image of `count` tokens that takes `advance` positions, at most
    MOST_ADVANCE; always the same for the same name."""
    noise = np.frombuffer(shake_128(name.encode()).digest(4 * count), dtype="<u4")
    ids = -1 - (noise & (2**NOISE_BITS - 1)).astype(np.int64)
    ids[-1] -= advance << NOISE_BITS
    return tuple(ids.tolist())


def find_images(tokens: Sequence[int], start: int = 0) -> list[ImageSpan]:
    """The images that stand in `tokens` from `start` on."""
    ids = np.asarray(tokens[start:], dtype=np.int64)
    places = np.flatnonzero(ids < 0)
    advances = (-1 - ids[places]) >> NOISE_BITS
    lasts = np.flatnonzero(advances)
    firsts = [0, *(lasts[:-1] + 1)]
    return [
        ImageSpan(start + int(places[first]), start + int(places[last]) + 1, int(advances[last]))
        for first, last in zip(firsts, lasts, strict=False)
    ]


def text_before_image(tokens: Sequence[int]) -> list[int]:
    """The leading ids that are text."""
    end = next((place for place, token in enumerate(tokens) if token < 0), len(tokens))
    return list(tokens[:end])


def count_positions(tokens: Sequence[int]) -> int:
    """How many positions these tokens take; images among them are whole."""
    return len(tokens) + sum(image.surplus for image in find_images(tokens))


class Places:
    """The images of a growing sequence, and so the position of each of its places.

    With `shared` the tokens of an image all stand at its first position.
    """

    def __init__(self, *, shared: bool) -> None:
        self._shared = shared
        self._images: list[ImageSpan] = []

    @property
    def has_images(self) -> bool:
        """Whether there are any."""
        return bool(self._images)

    def extend(self, length: int, tokens: Sequence[int]) -> None:
        """Tokens were appended to the first `length`; images among them are whole."""
        for image in find_images(tokens):
            moved = replace(image, start=length + image.start, end=length + image.end)
            self._images.append(moved)

    def keep(self, length: int) -> None:
        """Only the first `length` tokens are left."""
        self._images = [image for image in self._images if image.end <= length]

    def position(self, length: int) -> int:
        """The position of the token that comes after the first `length`."""
        return length + sum(image.surplus for image in self._images if image.end <= length)

    def held(self, length: int) -> int:
        """The position behind the last one that is taken by the first `length` tokens."""
        last = self._images[-1] if self._images else None
        if self._shared and last is not None and last.end == length:
            return self.position(last.start) + 1
        return self.position(length)

    def outside(self, length: int) -> int:
        """The last place up to `length` where a sequence may end: not within an image."""
        within = (image.start for image in self._images if image.start < length < image.end)
        return next(within, length)
