"""The beginning of a text that is too long to be shown at once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The beginning, and how many lines and characters are left out."""

    text: str
    lines: int = 0
    characters: int = 0

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return not self.lines and not self.characters

    @property
    def left_out(self) -> str:
        """How much more there is, in words."""
        if self.lines:
            return f"{self.lines:,} more line{'' if self.lines == 1 else 's'}"
        return f"{self.characters:,} more character{'' if self.characters == 1 else 's'}"


def beginning_of(text: str, lines: int, characters: int) -> Excerpt:
    """At most so many lines and characters of a text. One line more is shown instead of counted."""
    every = text.splitlines()
    kept = every if len(every) <= lines + 1 else every[:lines]
    shown = "\n".join(kept)
    if len(shown) <= characters:
        return Excerpt(shown, len(every) - len(kept))
    cut = shown[:characters]
    more = len(every) - cut.count("\n") - 1
    return Excerpt(cut + "…", more, len(text) - characters)
