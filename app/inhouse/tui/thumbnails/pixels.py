"""A small picture in memory."""

from dataclasses import dataclass

from inhouse.sanitise import SafeText


@dataclass(frozen=True, slots=True)
class Pixels:
    """`rgb` holds three bytes for each pixel, row by row from the top."""

    width: int
    height: int
    rgb: bytes

    def at(self, column: int, row: int) -> SafeText:
        """The colour of a pixel, as "#rrggbb"; below the last row there is black."""
        if row >= self.height:
            return SafeText("#000000")
        place = 3 * (row * self.width + column)
        return SafeText("#" + self.rgb[place : place + 3].hex())
