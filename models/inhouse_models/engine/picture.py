"""An image as it stands in a prompt."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes of an image file and the ids that stand for it in a prompt.

    `parts` are the ids in order: those of text that the model expects around an image, and those
    below zero of the image itself, or of the pieces that it is cut into.
    """

    name: str
    data: bytes
    parts: tuple[tuple[int, ...], ...]

    @property
    def ids(self) -> tuple[int, ...]:
        """All of them."""
        return tuple(token for part in self.parts for token in part)

    @property
    def images(self) -> tuple[tuple[int, ...], ...]:
        """The parts that are no text."""
        return tuple(part for part in self.parts if part[0] < 0)


@dataclass(frozen=True, slots=True)
class PictureFault:
    """Why an image cannot be shown to the model, in a sentence for a person."""

    text: str
